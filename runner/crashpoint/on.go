//go:build benchcrash

package crashpoint

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
)

var (
	mu     sync.Mutex
	passed int
	at, _  = strconv.Atoi(os.Getenv("BENCH_CRASH_AT")) // 0, which is never reached, where it is not set
	log    = os.Getenv("BENCH_CRASH_LOG")
)

// Before is called before an operation on a file or a process.
func Before(op, path string) { reach(op, path, func() {}) }

// BeforeWrite is called before data is appended to a file that is there.
func BeforeWrite(path string, data []byte) {
	Before("write", path)
	reach("half of", path, func() {
		if f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0); err == nil {
			_, _ = f.Write(data[:len(data)/2])
		}
	})
}

// reach passes a point, or dies there after a last act. Nothing else passes one meanwhile.
func reach(op, path string, last func()) {
	mu.Lock()
	defer mu.Unlock()
	passed++
	note(op + " " + filepath.Base(path))
	if passed == at {
		last()
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {} // it comes at once
	}
}

func note(point string) {
	if log == "" {
		return
	}
	f, err := os.OpenFile(log, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o666)
	if err != nil {
		panic(err)
	}
	defer f.Close()
	fmt.Fprintln(f, point)
}
