package load

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// An Arrival is how calls come.
type Arrival string

// The arrivals.
const (
	Closed   Arrival = "closed"   // a caller waits for its answer, thinks, and calls again
	Constant Arrival = "constant" // one call each 1/rate, the first at once
	Poisson  Arrival = "poisson"  // gaps are exponential, of mean 1/rate, the first one included
	Trace    Arrival = "trace"    // at given times
)

// A Profile is how many calls are made, and when.
type Profile struct {
	Arrival     Arrival
	Rate        float64         // requests/s, of constant and poisson
	Concurrency int             // calls under way at the same time; of closed: its callers; else 0 is no limit
	Duration    time.Duration   // in which calls are sent that count; 0: no limit
	Requests    int             // calls that count; 0: no limit
	Warmup      time.Duration   // before, in which calls are sent that don't count
	Cooldown    time.Duration   // after, in which calls go on that don't count
	ThinkTime   time.Duration   // of closed: from an answer to the same caller's next call
	Times       []time.Duration // of trace: ascending, from the start
}

// Validate says what no load could be made of.
func (p Profile) Validate() error {
	if err := p.validateArrival(); err != nil {
		return err
	}
	switch {
	case min(p.Duration, p.Warmup, p.Cooldown, p.ThinkTime) < 0:
		return fmt.Errorf("a load has a negative duration")
	case p.Requests < 0 || p.Concurrency < 0:
		return fmt.Errorf("a load has a negative number of requests or calls at the same time")
	case p.Arrival != Trace && p.Duration == 0 && p.Requests == 0:
		return fmt.Errorf("a load of arrival %s has no end: give it a duration or a number of requests", p.Arrival)
	}
	return nil
}

func (p Profile) validateArrival() error {
	switch p.Arrival {
	case Closed:
		if p.Concurrency < 1 {
			return fmt.Errorf("a closed load needs at least one caller: concurrency is %d", p.Concurrency)
		}
	case Constant, Poisson:
		if !(p.Rate > 0) || math.IsInf(p.Rate, 0) {
			return fmt.Errorf("a load of arrival %s has a rate of %v requests/s: it must be more than 0", p.Arrival, p.Rate)
		}
	case Trace:
		return p.validateTrace()
	default:
		return fmt.Errorf("arrival %q is not known: it is one of %q", p.Arrival, []Arrival{Closed, Constant, Poisson, Trace})
	}
	return nil
}

func (p Profile) validateTrace() error {
	switch n := len(p.Times); {
	case n == 0:
		return fmt.Errorf("the trace is empty")
	case !slices.IsSorted(p.Times) || p.Times[0] < 0:
		return fmt.Errorf("the trace's times are not ascending from 0")
	case p.traceWindow() <= p.Warmup:
		return fmt.Errorf("the trace is over after %v: nothing is left between warm-up (%v) and cool-down (%v)", p.Times[n-1], p.Warmup, p.Cooldown)
	}
	return nil
}

// Open says that calls come whether answers are there or not.
func (p Profile) Open() bool { return p.Arrival != Closed }

// traceWindow is where the time in which calls count ends at the latest. The call after the last of a trace would come the mean
// gap after it. The cool-down is the trace's own end where no duration leaves room for it.
func (p Profile) traceWindow() time.Duration {
	last := p.Times[len(p.Times)-1]
	end := last + 1
	if gaps := time.Duration(len(p.Times) - 1); gaps > 0 {
		end = last + max(1, (last-p.Times[0])/gaps)
	}
	if p.Duration == 0 {
		end -= p.Cooldown
	}
	return end
}
