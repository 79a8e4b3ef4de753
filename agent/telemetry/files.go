package telemetry

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
)

// files reads the kernel's tables at several moments of a run. What it has opened it keeps open, since to find a file again costs more
// than to read it again.
type files struct {
	root   fs.FS
	kept   map[string]*os.File
	texts  map[string]string // of this moment
	buffer []byte
}

// keptLimit is how many files are kept open: a machine of many cores has a counter of heat for each.
const keptLimit = 64

func newFiles(root fs.FS) *files {
	return &files{root: root, kept: map[string]*os.File{}, texts: map[string]string{}, buffer: make([]byte, 8<<10)}
}

// moment begins another moment, of which each table is read once.
func (f *files) moment() { clear(f.texts) }

// text gives the text of a file, without the space around it.
func (f *files) text(name string) (string, error) {
	if text, known := f.texts[name]; known {
		return text, nil
	}
	raw, err := f.read(name)
	if err != nil {
		return "", err
	}
	text := strings.TrimSpace(string(raw))
	f.texts[name] = text
	return text, nil
}

// read gives what is in a file, until something else is read.
func (f *files) read(name string) ([]byte, error) {
	file := f.kept[name]
	if file == nil {
		opened, err := f.root.Open(name)
		if err != nil {
			return nil, err
		}
		var real bool
		if file, real = opened.(*os.File); !real {
			defer opened.Close()
			return io.ReadAll(opened)
		}
		if len(f.kept) < keptLimit {
			f.kept[name] = file
		} else {
			defer file.Close()
		}
	}
	for {
		n, err := file.ReadAt(f.buffer, 0)
		switch {
		case errors.Is(err, io.EOF):
			return f.buffer[:n], nil
		case err != nil:
			return nil, err
		}
		f.buffer = make([]byte, 2*len(f.buffer))
	}
}

func (f *files) close() {
	for _, file := range f.kept {
		_ = file.Close() // it was only read
	}
	clear(f.kept)
}
