package load

import (
	"iter"
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

// A Planned is a call of an open loop, before it is made.
type Planned struct {
	Index int           // from 0, in the order of At
	At    time.Duration // from the start of the load
	Part  Part
}

// Schedule gives the calls of an open loop, warm-up and cool-down included. It is the same for the same seed. A closed loop has none.
func (p Profile) Schedule(seed uint64) iter.Seq[Planned] {
	return p.schedule(seed, newWindow(p))
}

// schedule notes in the window where it closes.
func (p Profile) schedule(seed uint64, w *window) iter.Seq[Planned] {
	return func(yield func(Planned) bool) {
		index := 0
		for at := range p.times(seed) {
			part, ok := w.admit(at, true)
			if !ok || !yield(Planned{index, at, part}) {
				return
			}
			index++
		}
	}
}

// times gives the times of calls without an end, or those of the trace.
func (p Profile) times(seed uint64) iter.Seq[time.Duration] {
	switch p.Arrival {
	case Constant:
		return constant(p.Rate)
	case Poisson:
		return poisson(p.Rate, stream(seed, "arrivals", 0))
	case Trace:
		return slices.Values(p.Times)
	}
	return func(func(time.Duration) bool) {}
}

// constant computes each time anew, so that the rounding of one gap does not add up.
func constant(rate float64) iter.Seq[time.Duration] {
	return func(yield func(time.Duration) bool) {
		for i := 0; ; i++ {
			at, ok := after(float64(i) / rate)
			if !ok || !yield(at) {
				return
			}
		}
	}
}

// poisson has independent exponential gaps, of mean 1/rate.
func poisson(rate float64, r *rand.Rand) iter.Seq[time.Duration] {
	return func(yield func(time.Duration) bool) {
		for seconds := r.ExpFloat64() / rate; ; seconds += r.ExpFloat64() / rate {
			at, ok := after(seconds)
			if !ok || !yield(at) {
				return
			}
		}
	}
}

// after is false where a time.Duration can't hold so many seconds.
func after(seconds float64) (time.Duration, bool) {
	ns := math.Round(seconds * 1e9)
	return time.Duration(ns), ns < math.MaxInt64
}
