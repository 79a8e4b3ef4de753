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

func TestFullDisk(t *testing.T) {
	for n := 1; ; n++ {
		dir := fastDir(t)
		j := mustOpen(t, dir)
		first := mustStart(t, j, run1)
		must(t, j.Commit(recordOf(first, Counted)))
		full := &fault{at: n, only: "write", err: syscall.ENOSPC}
		j.disk.before = full.before
		var a Attempt
		act := func(f func() error) { // goes on after an error, as a runner whose user makes room
			for range 2 {
				err := f()
				if err == nil {
					return
				}
				if !errors.Is(err, syscall.ENOSPC) {
					t.Fatalf("write %d: error %v", n, err)
				}
				assertNoTemp(t, dir)
				if strings.Contains(err.Error(), "is committed, but") {
					if err := j.Keep(recordOf(a, Failed)); err == nil {
						t.Fatalf("write %d: what counts was kept as failed", n)
					}
					return
				}
			}
			t.Fatalf("write %d: not mended", n)
		}
		act(func() (err error) { a, err = j.Start(run1, addressOf(run1), "h1"); return err })
		act(func() error { return j.Commit(recordOf(a, Counted)) })
		var b Attempt
		act(func() (err error) { b, err = j.Start(run2, addressOf(run2), "h1"); return err })
		act(func() error { return j.Keep(recordOf(b, Failed)) })
		if err := j.Close(); err != nil && !errors.Is(err, syscall.ENOSPC) {
			t.Fatal(err)
		}

		j = mustOpen(t, dir)
		if all := loadAll(t, dir); len(all) != 1 || all[0].Attempt != a.Number || a.Number != 2 {
			t.Fatalf("write %d: attempt %d, records %v", n, a.Number, all)
		}
		if left := j.Unfinished(); left != nil {
			t.Fatalf("write %d: unfinished %v", n, left)
		}
		must(t, j.Close())
		assertTidy(t, dir)
		if bad, err := filepath.Glob(filepath.Join(dir, "*.bad-*")); len(bad) > 0 || err != nil {
			t.Fatalf("write %d: half a line was left: %v", n, bad)
		}
		if !full.hit {
			if n < 6 {
				t.Fatalf("only %d writes were tried", n-1)
			}
			return
		}
	}
}

// After a sync that failed nobody knows what is on the disk, so nothing more is promised.
func TestSyncFails(t *testing.T) {
	dir := fastDir(t)
	j := mustOpen(t, dir)
	a := mustStart(t, j, run1)
	bad := &fault{at: 1, only: "sync", path: journalFile, err: syscall.EIO}
	j.disk.before = bad.before
	if _, err := j.Start(run2, addressOf(run2), "h1"); !errors.Is(err, syscall.EIO) {
		t.Errorf("error %v", err)
	}
	if _, err := j.Start(run2, addressOf(run2), "h1"); !errors.Is(err, syscall.EIO) || !strings.Contains(err.Error(), "apply again") {
		t.Errorf("error %v", err)
	}
	must(t, j.Close())
	j = mustOpen(t, dir)
	defer j.Close()
	must(t, j.Commit(recordOf(a, Counted)))
}

func TestReadOnlyFolder(t *testing.T) {
	dir := fastDir(t)
	j := mustOpen(t, dir)
	must(t, j.Commit(recordOf(mustStart(t, j, run1), Counted)))
	must(t, j.Close())
	t.Run("refused by the system", func(t *testing.T) {
		if os.Getuid() == 0 {
			t.Skip("root may write to any folder")
		}
		must(t, os.Chmod(dir, 0o555))
		must(t, os.Chmod(filepath.Join(dir, lockFile), 0o444))
		defer os.Chmod(dir, 0o777)
		if _, err := Open(dir, ""); !errors.Is(err, os.ErrPermission) {
			t.Errorf("error %v", err)
		}
		loadAll(t, dir)
	})
	t.Run("refused at each step", func(t *testing.T) {
		fresh := fastDir(t)
		_, err := open(fresh, "", disk{before: (&fault{at: 1, err: syscall.EROFS}).before}, time.Now)
		if !errors.Is(err, syscall.EROFS) || !strings.Contains(err.Error(), filepath.Dir(filepath.Dir(fresh))) {
			t.Errorf("error %v", err)
		}
	})
	t.Run("not a folder", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "file")
		must(t, os.WriteFile(file, nil, 0o666))
		if _, err := Open(filepath.Join(file, "x"), ""); err == nil {
			t.Error("no error")
		}
	})
}

// A fault makes one step fail.
type fault struct {
	at   int    // counted from 1
	only string // op that counts; "" for all
	path string // base name that counts; "" for all
	err  error
	n    int
	hit  bool
}

func (f *fault) before(s step) error {
	if f.only != "" && s.op != f.only || f.path != "" && filepath.Base(s.path) != f.path {
		return nil
	}
	if f.n++; f.n != f.at {
		return nil
	}
	f.hit = true
	if s.op == "write" {
		halfWrite(s)
	}
	return f.err
}
