//go:build unix

package emulator

import (
	"syscall"
	"time"
)

// writeNow writes until all is written or the socket is full. Nothing lies between the time and the write.
func (a *attempt) writeNow(fd uintptr) bool {
	for a.n < len(a.b) {
		at := time.Now()
		n, err := syscall.Write(int(fd), a.b[a.n:])
		switch {
		case err == syscall.EINTR:
			continue
		case err == syscall.EAGAIN:
			return true
		case err != nil:
			a.err = err
			return true
		}
		a.last, a.n = write{at, time.Since(at)}, a.n+n
	}
	return true
}
