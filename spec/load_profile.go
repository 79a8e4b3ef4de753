package spec

import (
	"fmt"
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2"
)

// A LoadProfile is how many calls are made, and when.
type LoadProfile struct {
	Arrival     string  // closed, constant, poisson, trace
	Rate        float64 // requests/s, of constant and poisson
	Concurrency int     // calls under way at the same time; 0: no limit
	Duration    time.Duration
	Requests    int // calls that count; 0: as many as the duration or the trace gives
	Warmup      time.Duration
	Cooldown    time.Duration
	ThinkTime   time.Duration // of closed
	Trace       string        // file of send times, relative to the module; of trace
	Range       hcl.Range
}

// An SLO is what a call must keep to count as good; 0 is no limit.
type SLO struct {
	TTFT, TPOT, ITL, E2E time.Duration
	Range                hcl.Range
}

// arrivalArguments are those that go with some arrivals only, and what they are there.
var arrivalArguments = []struct {
	name     string
	arrivals []string
	required bool
}{
	{"rate", []string{"constant", "poisson"}, true},
	{"trace", []string{"trace"}, true},
	{"think_time", []string{"closed"}, false},
}

func (d *decoder) loadProfile(b *block) *LoadProfile {
	v := d.read(b, loadSchema, d.scope)
	out := &LoadProfile{Range: b.DefRange}
	v.str("arrival", &out.Arrival)
	v.number("rate", &out.Rate)
	v.whole("concurrency", &out.Concurrency)
	v.duration("duration", &out.Duration)
	v.whole("requests", &out.Requests)
	v.duration("warmup", &out.Warmup)
	v.duration("cooldown", &out.Cooldown)
	v.duration("think_time", &out.ThinkTime)
	if v.str("trace", &out.Trace); out.Trace != "" {
		d.moduleFile(v, "trace", out.Trace)
	}
	if out.Arrival == "closed" && out.Concurrency == 0 {
		out.Concurrency = 1
	}
	if out.Arrival != "" {
		d.fitsArrival(v, out.Arrival)
	}
	return out
}

// fitsArrival checks that an arrival has what it needs, and nothing that belongs to another.
func (d *decoder) fitsArrival(v *values, arrival string) {
	for _, a := range arrivalArguments {
		fits := slices.Contains(a.arrivals, arrival)
		switch {
		case fits && a.required && v.leftOut(a.name):
			d.errorAt(v.rangeOf("arrival"), "Missing argument", fmt.Sprintf("%q is required where arrival is %q.", a.name, arrival))
		case !fits && !v.leftOut(a.name) && !v.broken:
			d.errorAt(v.attrs[a.name].NameRange, "Conflicting arguments", fmt.Sprintf("%q belongs to arrival %s, and this is %q. Change the arrival, or take %q out.", a.name, orList(quoted(a.arrivals)), arrival, a.name))
		}
	}
	if arrival != "trace" && v.leftOut("duration") && v.leftOut("requests") {
		d.errorAt(v.block.DefRange, "Missing argument", "A load needs an end: add duration, as \"60s\", or requests, the number of calls that count.")
	}
}

func (d *decoder) slo(b *block) *SLO {
	v := d.read(b, sloSchema, d.scope)
	out := &SLO{Range: b.DefRange}
	v.duration("ttft", &out.TTFT)
	v.duration("tpot", &out.TPOT)
	v.duration("itl", &out.ITL)
	v.duration("e2e", &out.E2E)
	if len(v.attrs) == 0 && !v.broken {
		d.errorAt(b.DefRange, "Nothing limited", "An slo block needs at least one limit, as: ttft = \"200ms\"")
	}
	return out
}
