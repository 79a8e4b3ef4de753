package runner

import (
	"os/exec"
	"path/filepath"
	"testing"

	"bench/runner/journal"
)

// The record says which commit asked for the run, and whether the files were those of the commit.
func TestSourceOf(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("there is no git")
	}
	t.Setenv("GIT_CONFIG_GLOBAL", "/dev/null")
	m := module(t, quick+quickServer+experiment("x", ""))
	in := func(args ...string) {
		t.Helper()
		cmd := exec.Command("git", append([]string{"-C", m.Dir, "-c", "user.name=n", "-c", "user.email=e@example.org"}, args...)...)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	none := journal.Spec{File: "experiment.hcl", Digest: m.Digest}
	if got := sourceOf(m); got != none {
		t.Errorf("outside of a repository: %+v", got)
	}
	in("init", "-q")
	if got := sourceOf(m); got != none {
		t.Errorf("before the first commit: %+v", got)
	}
	in("add", ".")
	in("commit", "-q", "-m", "first")
	clean := sourceOf(m)
	if len(clean.Commit) != 40 || clean.Dirty {
		t.Errorf("committed: %+v", clean)
	}
	write(t, m.Dir, map[string]string{"runs/x/new": "untracked"})
	if got := sourceOf(m); got != clean {
		t.Errorf("with untracked records: %+v", got)
	}
	write(t, m.Dir, map[string]string{filepath.Base(m.Sources[0]): quick})
	if got := sourceOf(m); got.Commit != clean.Commit || !got.Dirty {
		t.Errorf("changed: %+v", got)
	}
}
