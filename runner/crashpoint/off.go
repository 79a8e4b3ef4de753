//go:build !benchcrash

package crashpoint

// Before is called before an operation on a file or a process.
func Before(op, path string) {}

// BeforeWrite is called before data is appended to a file that is there.
func BeforeWrite(path string, data []byte) {}
