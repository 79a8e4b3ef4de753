package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"

	"bench/runner"
	"bench/runner/crashpoint"
)

// An output is a file that a command writes.
type output struct {
	path    string
	content []byte
}

// replace puts each file whose bytes are new in the place of the old one, and keeps its permissions. None is replaced before all
// are written: where the disk is full, everything stays as it was.
func replace(outputs []output) error {
	pending := map[string]*renameio.PendingFile{}
	defer func() {
		for _, f := range pending {
			_ = f.Cleanup() // does nothing where the file took its place
		}
	}()
	for _, o := range outputs {
		if old, err := os.ReadFile(o.path); err == nil && bytes.Equal(old, o.content) {
			continue
		}
		crashpoint.Before("mkdir", filepath.Dir(o.path))
		if err := os.MkdirAll(filepath.Dir(o.path), 0o755); err != nil {
			return notWritten(o.path, err)
		}
		f, err := renameio.NewPendingFile(o.path, renameio.WithPermissions(0o644), renameio.WithExistingPermissions())
		if err != nil {
			return notWritten(o.path, err)
		}
		pending[o.path] = f
		crashpoint.BeforeWrite(f.Name(), o.content)
		if _, err := f.Write(o.content); err != nil {
			return notWritten(o.path, err)
		}
	}
	for path, f := range pending {
		crashpoint.Before("rename", path)
		if err := f.CloseAtomicallyReplace(); err != nil {
			return notWritten(path, err)
		}
	}
	return nil
}

// notWritten names the file that is meant; the one of the error has a name that nobody knows.
func notWritten(path string, err error) error {
	return fmt.Errorf("%s can't be written: %w", path, runner.Advise(reason(err)))
}

// reason is an error without the path that it happened at, where the command names a better one.
func reason(err error) error {
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		return at.Err
	}
	return err
}
