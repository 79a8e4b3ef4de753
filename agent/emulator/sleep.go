package emulator

import (
	"context"
	"time"
)

// coarse is how late a timer of the runtime can be: it waits in whole milliseconds where nothing else
// runs. The rest of a wait is slept by the kernel's own timer.
const coarse = 1500 * time.Microsecond

// sleepUntil sleeps to a moment of the monotonic clock, so that errors of single sleeps do not add up.
func sleepUntil(ctx context.Context, at time.Time) error {
	if long := time.Until(at) - coarse; long > 0 {
		timer := time.NewTimer(long)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	for rest := time.Until(at); rest > 0; rest = time.Until(at) {
		nap(rest)
	}
	return ctx.Err()
}
