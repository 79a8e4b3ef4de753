package worker

import (
	"time"

	"golang.org/x/sys/unix"
)

// Monotonic gives the time in ns since some moment that is the same for all processes of a machine, by CLOCK_MONOTONIC. So what
// several of them did at once can be compared; the wall clock may be set meanwhile.
func Monotonic() int64 {
	var t unix.Timespec
	if unix.ClockGettime(unix.CLOCK_MONOTONIC, &t) != nil {
		return time.Now().UnixNano() // no system without the clock is known
	}
	return t.Nano()
}
