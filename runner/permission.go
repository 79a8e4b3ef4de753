package runner

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"bench/runner/journal"
)

// mayKeep says why what comes of the runs could not be kept, which is better known before they are made: a folder of a configuration that
// is there may not be written to, or bench may not use the files that it makes.
func (s *sweep) mayKeep(todo []int) error {
	if err := probe(filepath.Join(s.folder, ".probe")); err != nil {
		return err
	}
	checked := make([]bool, len(s.section.configs))
	for _, i := range todo {
		t := s.section.turns[i]
		if checked[t.config] {
			continue
		}
		checked[t.config] = true
		a := journal.Attempt{Place: journal.Place{Configuration: s.section.configs[t.config].name, Repeat: 1}, Number: 1}
		for _, dir := range []string{filepath.Dir(a.Record(s.folder)), filepath.Dir(s.journal.LogPath(a))} {
			if err := mayWriteTo(dir); err != nil {
				return err
			}
		}
	}
	return nil
}

// mayWriteTo says why files can't be made in a folder. One that is not there yet is made by its first run.
func mayWriteTo(dir string) error {
	err := unix.Faccessat(unix.AT_FDCWD, dir, unix.R_OK|unix.W_OK|unix.X_OK, unix.AT_EACCESS)
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return fmt.Errorf("results can't be kept in %s: %w; let this user write there", dir, err)
}

// probe makes a file and opens it again, as a log and a record are: an umask may keep even their owner from that.
func probe(path string) error {
	defer os.Remove(path)
	for range 2 {
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
		if errors.Is(err, fs.ErrPermission) {
			return fmt.Errorf("bench may not use the files that it makes: %w; see the umask, and the permissions of the folder", err)
		}
		if err != nil {
			return err
		}
		if err := f.Close(); err != nil {
			return err
		}
	}
	return nil
}
