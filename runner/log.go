package runner

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"bench/runner/caplog"
	"bench/runner/crashpoint"
)

// openLog opens the log of a server, to which each start of it is appended. One that has come to its bound is kept as PATH.1, in place of
// the one before, and begun anew: so both together hold four starts at most, however many there are.
func openLog(path string) (*os.File, error) {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.Size() >= caplog.MaxBegin:
		crashpoint.Before("rename", path)
		if err := os.Rename(path, path+".1"); err != nil {
			return nil, err
		}
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	crashpoint.Before("create", path)
	return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o666)
}

// endOfLog gives the end of a log file, of what lies behind an offset in it. It is "" where nothing can be read: the message that it is for
// is needed all the same.
func endOfLog(path string, offset int64) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return ""
	}
	offset = max(offset, size-caplog.MaxEnd)
	text, _ := io.ReadAll(io.NewSectionReader(f, offset, size-offset))
	return string(text)
}

// quoted tells where a log is, and what it ends with where that is known.
func quoted(path, tail string) string {
	if words := lastWords(tail); words != "" {
		return fmt.Sprintf("its log %s ends with %q", path, words)
	}
	return fmt.Sprintf("its log is %s", path)
}
