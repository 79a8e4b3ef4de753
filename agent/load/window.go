package load

import (
	"math"
	"sync"
	"time"
)

// A Part is where in a load a call lies, by the time at which it was to be sent.
type Part string

// The parts, in their order.
const (
	Warmup   Part = "warmup"
	Measured Part = "measured"
	Cooldown Part = "cooldown"
)

// A window is the time in which calls count. It opens after the warm-up, and closes after the duration, or when the call after
// the last that counts would be sent: at that moment as many calls have been sent as gaps have passed, and for Poisson arrivals calls ÷
// length is an unbiased estimate of the rate (the time of the n+1st arrival is a gamma variate T with E[1/T] = rate/n).
type window struct {
	requests int
	cooldown time.Duration

	mu      sync.Mutex
	from    time.Duration
	to      time.Duration // open: the latest that it can close
	closed  bool
	counted int
}

// never is later than any load ends.
const never = time.Duration(math.MaxInt64)

func newWindow(p Profile) *window {
	w := &window{requests: p.Requests, cooldown: p.Cooldown, from: p.Warmup, to: never}
	if p.Duration > 0 {
		w.to = p.Warmup + p.Duration
	}
	if p.Arrival == Trace {
		w.to = min(w.to, p.traceWindow())
	}
	return w
}

// admit says in which part a call lies that is to be sent at a time, or that the load is over. In a closed loop, a caller that has
// made no call yet is no sign that the window closes: it only has no work where callers outnumber requests.
func (w *window) admit(at time.Duration, again bool) (Part, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	full := w.requests > 0 && w.counted == w.requests
	switch {
	case at < w.from:
		return Warmup, true
	case at < w.to && !full:
		w.counted++
		return Measured, true
	}
	if again {
		w.closeAt(at)
	}
	return Cooldown, w.cooldown > 0 && (!w.closed || at-w.to < w.cooldown)
}

// end closes the window now, where it is still open.
func (w *window) end(at time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closeAt(at)
}

// cut closes the window of a load that ended before its time, though it may be known where it would have closed.
func (w *window) cut(at time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = false
	w.closeAt(at)
}

func (w *window) closeAt(at time.Duration) {
	if !w.closed {
		w.to, w.closed = max(w.from, min(w.to, at)), true
	}
}

// bounds gives the window; to is never while nobody can say.
func (w *window) bounds() (from, to time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.from, w.to
}
