package journal

import (
	"fmt"
	"io/fs"
	"os"
)

// A kindError says that what has the name of a file is something else: to read a pipe would wait for a writer, a device may have no end.
type kindError fs.FileMode

func (e kindError) Error() string {
	kind := "a device"
	switch mode := fs.FileMode(e); {
	case mode.IsDir():
		kind = "a folder"
	case mode&fs.ModeNamedPipe != 0:
		kind = "a named pipe"
	case mode&fs.ModeSocket != 0:
		kind = "a socket"
	}
	return fmt.Sprintf("it is %s and no file", kind)
}

// regular refuses what is no file. What lies in the folder may come from anywhere.
func regular(path string) error {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		err = &os.PathError{Op: "read", Path: path, Err: kindError(info.Mode())}
	}
	return err
}

// openRegular opens a file to read it.
func openRegular(path string) (*os.File, error) {
	if err := regular(path); err != nil {
		return nil, err
	}
	return os.Open(path)
}

// readRegular reads a file as a whole.
func readRegular(path string) ([]byte, error) {
	if err := regular(path); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
}
