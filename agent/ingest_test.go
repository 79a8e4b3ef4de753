package agent_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"bench/agent"

	"github.com/google/go-cmp/cmp"
)

func write(t *testing.T, root string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		p := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestIngestFiles(t *testing.T) {
	root := t.TempDir()
	write(t, root, map[string]string{"data/a.csv": "x,y\n1,2\n", "data/b.CSV": "z", "notes.md": "# \xff\n", "LICENSE": ""})
	paths := []string{"data/a.csv", "data/b.CSV", "notes.md", "LICENSE"}
	corpus, ingest, err := agent.IngestFiles(root, "corpus", paths, 0)
	if err != nil {
		t.Fatal(err)
	}
	want := agent.Corpus{
		Files: 4, Bytes: 13, Types: map[string]int{"csv": 2, "md": 1, "none": 1}, Names: paths,
		Text:    "=== data/a.csv ===\nx,y\n1,2\n=== data/b.CSV ===\nz\n=== notes.md ===\n# \uFFFD\n=== LICENSE ===\n\n",
		Summary: "4 files, 13 bytes (2 csv, 1 md, 1 none): data/a.csv, data/b.CSV, notes.md, LICENSE",
	}
	if diff := cmp.Diff(want, corpus); diff != "" {
		t.Error(diff)
	}
	if ingest.Name != "corpus" || ingest.Files != 4 || ingest.Bytes != 13 || ingest.DurationNS <= 0 || len(ingest.Digest) != 64 {
		t.Errorf("%+v", ingest)
	}

	// The same files in another clone: written later, elsewhere.
	clone := t.TempDir()
	write(t, clone, map[string]string{"data/a.csv": "x,y\n1,2\n", "data/b.CSV": "z", "notes.md": "# \xff\n", "LICENSE": ""})
	if err := os.Chtimes(filepath.Join(clone, "notes.md"), time.Time{}, time.Unix(1e9, 0)); err != nil {
		t.Fatal(err)
	}
	again, ingestAgain, err := agent.IngestFiles(clone, "corpus", paths, 13)
	if diff := cmp.Diff(corpus, again); diff != "" || err != nil || ingestAgain.Digest != ingest.Digest {
		t.Error(err, diff, ingest.Digest, ingestAgain.Digest)
	}
}

func TestIngestShowsTenNames(t *testing.T) {
	root := t.TempDir()
	files, paths := map[string]string{}, []string{}
	for c := 'a'; c < 'a'+12; c++ {
		files[string(c)+".txt"] = "x"
		paths = append(paths, string(c)+".txt")
	}
	write(t, root, files)
	corpus, _, err := agent.IngestFiles(root, "c", paths, 0)
	if err != nil || len(corpus.Names) != 10 || !strings.HasSuffix(corpus.Summary, ", j.txt, …") {
		t.Errorf("%v, %q", err, corpus.Summary)
	}
}

// The digest knows where a path ends and a content begins.
func TestIngestDigest(t *testing.T) {
	digests := map[string]string{}
	gap := strings.Repeat("\x00", 8) // as long as a length: content that looks like the frame of another file
	for _, files := range []map[string]string{
		{"a": "bc"}, {"ab": "c"}, {"a": "b"}, {"a": "bc", "d": ""}, {"a": "x" + gap + "d" + gap + "y"}, {"a": "x", "d": "y"},
	} {
		root := t.TempDir()
		write(t, root, files)
		var paths []string
		for _, p := range []string{"a", "ab", "d"} {
			if _, given := files[p]; given {
				paths = append(paths, p)
			}
		}
		_, ingest, err := agent.IngestFiles(root, "c", paths, 0)
		if err != nil {
			t.Fatal(err)
		}
		if other, taken := digests[ingest.Digest]; taken {
			t.Errorf("%v and %s have one digest", files, other)
		}
		digests[ingest.Digest] = strings.Join(paths, " ")
	}
}

func TestIngestRefuses(t *testing.T) {
	outside := t.TempDir()
	write(t, outside, map[string]string{"secret": "x"})
	root := t.TempDir()
	write(t, root, map[string]string{"a.txt": "12345", "b.txt": "67890"})
	if err := os.Symlink(filepath.Join(outside, "secret"), filepath.Join(root, "link")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(root, "dir"), 0o755); err != nil {
		t.Fatal(err)
	}
	for saying, paths := range map[string][]string{
		"there is no file":                           {},
		"no such file":                               {"missing.txt"},
		"escapes from parent":                        {"link"},
		`"../secret" is not a path under the root`:   {"../secret"},
		`"/etc/passwd" is not a path under the root`: {"/etc/passwd"},
		`"./a.txt" is not a path`:                    {"./a.txt"},
		"dir is not a regular file":                  {"dir"},
		"its 2 files hold 10 bytes, more than max_bytes = 9: name fewer files, or raise max_bytes": {"a.txt", "b.txt"},
	} {
		_, _, err := agent.IngestFiles(root, "corpus", paths, 9)
		if err == nil || !strings.Contains(err.Error(), saying) || !strings.HasPrefix(err.Error(), `ingest "corpus": `) {
			t.Errorf("%v: %v, want %q", paths, err, saying)
		}
	}
	if _, _, err := agent.IngestFiles(filepath.Join(root, "nowhere"), "c", []string{"a"}, 0); err == nil {
		t.Error("a root that isn't there was read")
	}
}

// What was read is held against what is there after a run by its contents, whatever the times of the files say.
func TestIngestReread(t *testing.T) {
	then := time.Unix(1e9, 0)
	for name, test := range map[string]struct {
		change func(root string) error
		want   string // beginning; "" for no change
	}{
		"nothing":       {func(string) error { return nil }, ""},
		"touched":       {func(root string) error { return os.Chtimes(filepath.Join(root, "a.txt"), then, then.Add(time.Hour)) }, ""},
		"written again": {func(root string) error { return os.WriteFile(filepath.Join(root, "a.txt"), []byte("12345"), 0o644) }, ""},
		"same size, time": {func(root string) error {
			return errors.Join(os.WriteFile(filepath.Join(root, "a.txt"), []byte("54321"), 0o644), os.Chtimes(filepath.Join(root, "a.txt"), then, then))
		}, "their digest is "},
		"longer": {func(root string) error { return os.WriteFile(filepath.Join(root, "a.txt"), make([]byte, 100), 0o644) }, "they hold 105 bytes"},
		"moved within": {func(root string) error {
			return errors.Join(os.WriteFile(filepath.Join(root, "a.txt"), []byte("1234"), 0o644), os.WriteFile(filepath.Join(root, "b.txt"), []byte("567890"), 0o644))
		}, "their digest is "},
		"gone": {func(root string) error { return os.Remove(filepath.Join(root, "b.txt")) }, "statat b.txt: no such file"},
		"a pipe, unopened": {func(root string) error {
			return errors.Join(os.Remove(filepath.Join(root, "b.txt")), syscall.Mkfifo(filepath.Join(root, "b.txt"), 0o644))
		}, "b.txt is not a regular file"},
		"all gone": {func(root string) error { return os.RemoveAll(root) }, "open "},
	} {
		root := filepath.Join(t.TempDir(), "data")
		write(t, root, map[string]string{"a.txt": "12345", "b.txt": "67890"})
		if err := os.Chtimes(filepath.Join(root, "a.txt"), then, then); err != nil {
			t.Fatal(err)
		}
		paths := []string{"a.txt", "b.txt"}
		_, ingest, err := agent.IngestFiles(root, "c", paths, 0)
		if err != nil {
			t.Fatal(err)
		}
		if err := test.change(root); err != nil {
			t.Fatal(err)
		}
		if got := ingest.Reread(root, paths); test.want == "" && got != "" || !strings.HasPrefix(got, test.want) {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}
