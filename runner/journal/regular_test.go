package journal

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// What lies where a file should and is none is refused at once: a pipe that nobody writes to would be waited for without end.
func TestPipesAreNotWaitedFor(t *testing.T) {
	hold := func(dir string) error { _, err := Hold(dir, ""); return err }
	opened := func(dir string) error {
		j, err := Open(dir, "")
		if err != nil {
			return err
		}
		return j.Close()
	}
	held := func(dir string) error { _, _, err := HeldBy(dir, ""); return err }
	all := func(dir string) (err error) {
		for _, e := range All(dir) {
			err = errors.Join(err, e)
		}
		return err
	}
	index := func(dir string) error {
		x, err := ReadIndex(dir)
		if err == nil {
			_, _, err = x.Entry(run1, addressOf(run1))
		}
		return err
	}
	for _, test := range []struct {
		path   string
		read   map[string]func(dir string) error
		record bool // the error is that of a record
	}{
		{journalFile, map[string]func(string) error{"Open": opened, "All": all, "ReadIndex": index}, false},
		{lockFile, map[string]func(string) error{"Open": opened, "Hold": hold, "HeldBy": held}, false},
		{run1.Record(""), map[string]func(string) error{"All": all, "Entry": index}, true},
		{run1.attemptFile("", 9, ".json"), map[string]func(string) error{"All": all}, true},
		{"stray/run_1.json", map[string]func(string) error{"All": all}, true},
	} {
		dir := aSweep(t)
		path := filepath.Join(dir, test.path)
		must(t, os.MkdirAll(filepath.Dir(path), 0o777))
		_ = os.Remove(path)
		must(t, syscall.Mkfifo(path, 0o666))
		for name, read := range test.read {
			err := atOnce(t, name+" of "+test.path, dir, read)
			_, record := errors.AsType[*RecordError](err)
			if err == nil || record != test.record || !strings.Contains(err.Error(), "it is a named pipe and no file") || !strings.Contains(err.Error(), path) {
				t.Errorf("%s of %s: %v", name, test.path, err)
			}
		}
		if test.record {
			must(t, atOnce(t, "Open beside "+test.path, dir, opened))
		}
	}
}

func atOnce(t *testing.T, name, dir string, read func(dir string) error) error {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- read(dir) }()
	select {
	case err := <-done:
		return err
	case <-time.After(20 * time.Second):
		t.Fatalf("%s waits", name)
		return nil
	}
}
