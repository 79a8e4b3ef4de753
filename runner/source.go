package runner

import (
	"os/exec"
	"path/filepath"
	"strings"

	"bench/runner/journal"
	"bench/spec"
)

// sourceOf says in what state the spec's files are: their digest, and the commit of git that they lie in, if any.
func sourceOf(m *spec.Module) journal.Spec {
	s := journal.Spec{Digest: m.Digest}
	if len(m.Sources) > 0 {
		s.File = filepath.Base(m.Sources[0])
	}
	commit, err := git(m.Dir, "rev-parse", "HEAD")
	if err != nil {
		return s // no git, no repository, or no commit yet: all leave the commit empty
	}
	s.Commit = commit
	changed, err := git(m.Dir, "status", "--porcelain", "--untracked-files=no")
	s.Dirty = err != nil || changed != ""
	return s
}

func git(dir string, args ...string) (string, error) {
	out, err := exec.Command("git", append([]string{"--no-optional-locks", "-C", dir}, args...)...).Output()
	return strings.TrimSpace(string(out)), err
}
