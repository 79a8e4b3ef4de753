package spec

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"pgregory.net/rapid"
)

func folder(t *testing.T, names ...string) *files {
	t.Helper()
	dir := t.TempDir()
	for _, name := range names {
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	f, err := openFiles(dir, &work{})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestGlob(t *testing.T) {
	f := folder(t, "a.md", "b.csv", ".hidden.md", "data/a.md", "data/deep/er/a.md", "data/deep/b.md", "data/.git/c.md", "runs/x/run_1.md", "data/runs/a.md", "x[1].md", "é.md")
	for pattern, want := range map[string]string{
		"*.md":            "a.md x[1].md é.md",
		"**/*.md":         "a.md data/a.md data/deep/b.md data/deep/er/a.md data/runs/a.md x[1].md é.md",
		"data/**/*.md":    "data/a.md data/deep/b.md data/deep/er/a.md data/runs/a.md",
		"data/**/a.md":    "data/a.md data/deep/er/a.md data/runs/a.md",
		"**/deep/**":      "data/deep/b.md data/deep/er/a.md",
		"**":              "a.md b.csv data/a.md data/deep/b.md data/deep/er/a.md data/runs/a.md x[1].md é.md",
		"data/*/*.md":     "data/deep/b.md data/runs/a.md",
		"./data/../a.md":  "a.md",
		".hidden.md":      ".hidden.md",
		".*":              ".hidden.md",
		"data/.git/*":     "data/.git/c.md",
		"runs/**":         "",
		"?.[a-c]*":        "b.csv",
		`x\[1\].md`:       "x[1].md",
		"data":            "",
		"none/**/x":       "",
		"data/**/**/a.md": "data/a.md data/deep/er/a.md data/runs/a.md",
	} {
		found, err := f.glob(pattern)
		if got := strings.Join(found, " "); err != nil || got != want {
			t.Errorf("%s: got %q, %v, want %q", pattern, got, err, want)
		}
	}
}

// TestOutside: nothing outside the module's folder is read or listed.
// TestGlobThroughLinks: a pattern goes through a link to a folder of the module, unless by **; one that leaves the module is told.
func TestGlobThroughLinks(t *testing.T) {
	f := folder(t, "data/a.txt", "data/b.txt")
	for name, target := range map[string]string{"in": "data", "loop": ".", "data/up": ".."} {
		if err := os.Symlink(target, filepath.Join(f.dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	for pattern, want := range map[string][]string{
		"in/*.txt":          {"in/a.txt", "in/b.txt"},
		"in/a.txt":          {"in/a.txt"},
		"i?/a.txt":          {"in/a.txt"},
		"loop/in/a.txt":     {"loop/in/a.txt"},
		"loop/loop/data/a*": {"loop/loop/data/a.txt"},
		"**/a.txt":          {"data/a.txt"},
		"in/up/in/*":        {"in/up/in/a.txt", "in/up/in/b.txt"},
	} {
		if got, err := f.glob(pattern); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %q (%v), want %q", pattern, got, err, want)
		}
	}
	if err := os.Symlink(t.TempDir(), filepath.Join(f.dir, "out")); err != nil {
		t.Fatal(err)
	}
	for _, pattern := range []string{"out/*", "o*/a.txt", "**"} {
		if got, err := f.glob(pattern); err == nil || !strings.Contains(err.Error(), "link") {
			t.Errorf("%s: %q (%v)", pattern, got, err)
		}
	}
	if got, err := f.glob("data/*.txt"); err != nil || len(got) != 2 {
		t.Errorf("%q (%v)", got, err)
	}
}

func TestOutside(t *testing.T) {
	f := folder(t, "a.md", "sub/b.md")
	secret := filepath.Join(t.TempDir(), "secret.md")
	if err := os.WriteFile(secret, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{"link.md": secret, "folder": filepath.Dir(secret), "inside.md": "a.md", "up.md": "../" + filepath.Base(f.dir) + "/a.md", "dangling.md": "none"} {
		if err := os.Symlink(target, filepath.Join(f.dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"..", "../x", secret, "/", "sub/../../x", "link.md", "folder/secret.md", "up.md", "dangling.md", "", "sub"} {
		if content, err := f.read(name); err == nil {
			t.Errorf("%s is read: %q", name, content)
		}
	}
	for _, pattern := range []string{"../*", "/*", "sub/../../*", "link.md", "*.md", "folder/**", ""} {
		if found, err := f.glob(pattern); err == nil {
			t.Errorf("%s lists %v", pattern, found)
		}
	}
	if content, err := f.read("inside.md"); err != nil || content != "a.md" {
		t.Errorf("a link inside the folder gives %q, %v", content, err)
	}
	if found, err := f.glob("in*.md"); err != nil || !slices.Equal(found, []string{"inside.md"}) {
		t.Errorf("a link inside the folder lists %v, %v", found, err)
	}
}

// TestSpecialFiles: a pipe would block, and a file that is too large would fill the memory.
func TestSpecialFiles(t *testing.T) {
	f := folder(t, "a.md")
	if err := syscall.Mkfifo(filepath.Join(f.dir, "pipe.md"), 0o600); err != nil {
		t.Skip(err)
	}
	if err := os.Truncate(filepath.Join(f.dir, "a.md"), MaxFile+1); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"pipe.md", "a.md"} {
		if _, err := f.read(name); err == nil {
			t.Errorf("%s is read", name)
		}
	}
	if found, err := f.glob("p*.md"); err != nil || len(found) != 0 {
		t.Errorf("a pipe is listed: %v, %v", found, err)
	}
}

// TestReadOnce: a spec sees one content of a file, whatever happens to the file meanwhile.
func TestReadOnce(t *testing.T) {
	f := folder(t, "a.md")
	for range 2 {
		if content, err := f.read("./a.md"); err != nil || content != "a.md" {
			t.Errorf("got %q, %v", content, err)
		}
		if err := os.WriteFile(filepath.Join(f.dir, "a.md"), []byte("changed"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestNothingStaysOpen: modules are many, and what a process can have open is not.
func TestNothingStaysOpen(t *testing.T) {
	f := folder(t, "a.md", "sub/b.md")
	for _, name := range []string{"a.md", "b.md", "sub"} {
		_, _ = f.read(name)
	}
	for _, pattern := range []string{"**/*.md", "a.md", "sub/*"} {
		if _, err := f.glob(pattern); err != nil {
			t.Fatal(err)
		}
	}
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip(err)
	}
	for _, fd := range open {
		if at, _ := os.Readlink(filepath.Join("/proc/self/fd", fd.Name())); strings.HasPrefix(at, f.dir) {
			t.Errorf("%s is open", at)
		}
	}
}

// slow is what matchPath does, written down plainly.
func slow(pattern, segments []string) bool {
	switch {
	case len(pattern) == 0:
		return len(segments) == 0
	case pattern[0] == "**":
		return slow(pattern[1:], segments) || len(segments) > 0 && !hidden(segments[0]) && slow(pattern, segments[1:])
	}
	return len(segments) > 0 && matchSegment(pattern[0], segments[0]) && slow(pattern[1:], segments[1:])
}

func TestMatchPath(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		pattern := rapid.SliceOfN(rapid.SampledFrom([]string{"**", "*", "a", "b", "a*", ".a"}), 1, 6).Draw(r, "pattern")
		segments := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "ab", ".a"}), 1, 6).Draw(r, "segments")
		want := slow(pattern, segments)
		if got := matchPath(pattern, segments, false); got != want {
			r.Fatalf("%q on %q: got %v, want %v", pattern, segments, got, want)
		}
		if !want {
			return
		}
		for i := 1; i < len(segments); i++ { // or the file would not be come upon
			if !matchPath(pattern, segments[:i], true) {
				r.Fatalf("%q on %q: the folder %q is not entered", pattern, segments, segments[:i])
			}
		}
	})
}

// TestManyStars: a pattern of many ** takes no longer than one.
func TestManyStars(t *testing.T) {
	pattern := append(slices.Repeat([]string{"**", "a"}, 30), "b")
	if matchPath(pattern, slices.Repeat([]string{"a"}, 200), false) {
		t.Error("it does not end in b")
	}
}
