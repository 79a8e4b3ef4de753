package emulator

import (
	"syscall"
	"time"
)

// nap sleeps for d at most; a signal ends it early. It holds a thread, so it is for short times.
func nap(d time.Duration) {
	rest := syscall.NsecToTimespec(int64(d))
	_ = syscall.Nanosleep(&rest, nil)
}
