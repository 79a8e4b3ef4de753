package load

import (
	"context"
	"time"
)

// coarse is how late a timer of the runtime can be: it waits in whole milliseconds where nothing else runs. The rest of a wait is
// slept by the kernel's own timer.
const coarse = 1500 * time.Microsecond

// early is about how late the kernel wakes a thread. So much before its time a wait wakes, and looks at the clock until then: at
// 500 calls a second that costs up to 2.5 % of a core.
const early = 50 * time.Microsecond

// waitUntil waits for a moment of the monotonic clock.
func waitUntil(ctx context.Context, at time.Time) error {
	if err := pause(ctx, time.Until(at)-coarse); err != nil {
		return err
	}
	for rest := time.Until(at) - early; rest > 0; rest = time.Until(at) - early {
		nap(rest)
	}
	for time.Until(at) > 0 {
	}
	return ctx.Err()
}

// pause waits about so long.
func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
