package journal

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"bench/runner/crashpoint"
)

// A disk does what must outlive the process. It is ours rather than renameio's because the order of its steps is what this
// package promises: a test stops it before each one.
type disk struct {
	before func(step) error // called before each step; nil outside of tests
}

// A step is one operation that changes what is on the disk.
type step struct {
	op, path string
	to       string // of a rename
	data     []byte // of a write
}

func (d disk) do(s step, act func() error) error {
	if d.before != nil {
		if err := d.before(s); err != nil {
			return &os.PathError{Op: s.op, Path: s.path, Err: err}
		}
	}
	if s.op == "write" {
		crashpoint.BeforeWrite(s.path, s.data)
	} else {
		crashpoint.Before(s.op, s.path)
	}
	return act()
}

// stage writes and syncs data under a temporary name beside path, and gives that name.
func (d disk) stage(path string, data []byte) (temp string, err error) {
	temp = tempName(path)
	defer func() {
		if err != nil {
			d.discard(temp)
		}
	}()
	var f *os.File
	err = d.do(step{op: "create", path: temp}, func() (err error) {
		f, err = os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o666)
		return err
	})
	if err != nil {
		return temp, err
	}
	err = d.write(f, data)
	if err == nil {
		err = d.sync(f)
	}
	return temp, errors.Join(err, f.Close())
}

func tempName(path string) string {
	return filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".tmp")
}

// isTemp says whether a file is one that stage left.
func isTemp(name string) bool { return strings.HasPrefix(name, ".") && strings.HasSuffix(name, ".tmp") }

// replace gives path new contents, at once or not at all.
func (d disk) replace(path string, data []byte) error {
	temp, err := d.stage(path, data)
	if err != nil {
		return err
	}
	if err := d.rename(temp, path); err != nil {
		d.discard(temp)
		return err
	}
	return d.syncDir(filepath.Dir(path))
}

// discard removes files that are of no use any more. One that stays is removed by the next Open.
func (d disk) discard(paths ...string) {
	for _, path := range paths {
		_ = d.remove(path)
	}
}

func (d disk) write(f *os.File, data []byte) error {
	return d.do(step{op: "write", path: f.Name(), data: data}, func() error {
		_, err := f.Write(data)
		return err
	})
}

func (d disk) sync(f *os.File) error {
	return d.do(step{op: "sync", path: f.Name()}, f.Sync)
}

// syncFile syncs a file that somebody else wrote, and that may not be there.
func (d disk) syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		return err
	}
	defer f.Close()
	return d.sync(f)
}

func (d disk) truncate(f *os.File, size int64) error {
	return d.do(step{op: "truncate", path: f.Name()}, func() error { return f.Truncate(size) })
}

func (d disk) rename(from, to string) error {
	return d.do(step{op: "rename", path: from, to: to}, func() error { return os.Rename(from, to) })
}

// move renames a file that may not be there.
func (d disk) move(from, to string) error {
	if _, err := os.Lstat(from); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return d.rename(from, to)
}

// remove removes a file that may not be there.
func (d disk) remove(path string) error {
	if _, err := os.Lstat(path); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return d.do(step{op: "remove", path: path}, func() error { return os.Remove(path) })
}

// syncDir makes the names in a folder durable.
func (d disk) syncDir(dir string) error {
	return d.do(step{op: "syncdir", path: dir}, func() error {
		f, err := os.Open(dir)
		if err != nil {
			return err
		}
		defer f.Close()
		err = f.Sync()
		if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) { // some network file systems have no such thing
			return nil
		}
		return err
	})
}

// mkdir makes a folder and those above it durable, where they are not there yet.
func (d disk) mkdir(dir string) error {
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		return nil
	}
	parent := filepath.Dir(dir)
	if parent != dir {
		if err := d.mkdir(parent); err != nil {
			return err
		}
	}
	err := d.do(step{op: "mkdir", path: dir}, func() error { return os.Mkdir(dir, 0o777) })
	if err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	return d.syncDir(parent)
}
