package emulator

import (
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A time's reading of the monotonic clock is that of the machine's clock, to a tenth of a millisecond.
func TestMonotonicNS(t *testing.T) {
	machine := func() int64 {
		var ts unix.Timespec
		if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts); err != nil {
			t.Fatal(err)
		}
		return ts.Nano()
	}
	const slack = 100_000
	before := machine()
	got := monotonicNS(time.Now())
	if after := machine(); got < before-slack || got > after+slack {
		t.Errorf("%d, and the machine's clock was %d and then %d", got, before, after)
	}
}
