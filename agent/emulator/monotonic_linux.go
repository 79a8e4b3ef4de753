package emulator

import (
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// monotonicNS reads CLOCK_MONOTONIC off a time. A time holds that clock's reading, but only gives its
// distance from another time's.
func monotonicNS(t time.Time) int64 {
	o := origin()
	return o.ns + int64(t.Sub(o.at))
}

// A moment is one moment by both: the machine's clock and this process' times.
type moment struct {
	at time.Time
	ns int64
}

// origin is the pair whose two readings lie closest together, of some that were taken in turn.
var origin = sync.OnceValue(func() moment {
	var best moment
	closest := time.Hour
	for range 50 {
		var ts unix.Timespec
		before := time.Now()
		if unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts) != nil {
			continue
		}
		if apart := time.Since(before); apart < closest {
			closest, best = apart, moment{before.Add(apart / 2), ts.Nano()}
		}
	}
	return best
})
