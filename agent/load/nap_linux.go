package load

import (
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// nap sleeps for d at most; a signal ends it early. It holds a thread, so it is for short times. A timerfd in the runtime's poller would
// hold none, but where the client is busy nobody polls in time, while the kernel wakes a thread. It would let the thread sleep 50 µs
// longer, to wake it together with others: its timer slack, which belongs to the thread.
func nap(d time.Duration) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	_ = unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0)
	rest := unix.NsecToTimespec(int64(d))
	_ = unix.Nanosleep(&rest, nil)
}
