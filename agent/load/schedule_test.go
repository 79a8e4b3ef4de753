package load

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const ms = time.Millisecond

// parts counts the calls of a schedule by their part.
func parts(p Profile, seed uint64) map[Part]int {
	counts := map[Part]int{}
	for planned := range p.Schedule(seed) {
		counts[planned.Part]++
	}
	return counts
}

func TestScheduleParts(t *testing.T) {
	trace := []time.Duration{0, 100 * ms, 200 * ms, 300 * ms, 400 * ms}
	for name, test := range map[string]struct {
		profile Profile
		want    map[Part]int
	}{
		"duration":               {Profile{Arrival: Constant, Rate: 10, Duration: time.Second}, map[Part]int{Measured: 10}},
		"requests":               {Profile{Arrival: Constant, Rate: 10, Requests: 7}, map[Part]int{Measured: 7}},
		"whichever is sooner":    {Profile{Arrival: Constant, Rate: 10, Requests: 70, Duration: time.Second}, map[Part]int{Measured: 10}},
		"all parts, by duration": {Profile{Arrival: Constant, Rate: 10, Duration: time.Second, Warmup: 500 * ms, Cooldown: 300 * ms}, map[Part]int{Warmup: 5, Measured: 10, Cooldown: 3}},
		"all parts, by requests": {Profile{Arrival: Constant, Rate: 10, Requests: 7, Warmup: 500 * ms, Cooldown: 300 * ms}, map[Part]int{Warmup: 5, Measured: 7, Cooldown: 3}},
		"poisson, by requests":   {Profile{Arrival: Poisson, Rate: 1000, Requests: 123}, map[Part]int{Measured: 123}},
		"trace":                  {Profile{Arrival: Trace, Times: trace}, map[Part]int{Measured: 5}},
		"trace, trimmed":         {Profile{Arrival: Trace, Times: trace, Warmup: 100 * ms, Cooldown: 200 * ms}, map[Part]int{Warmup: 1, Measured: 2, Cooldown: 2}},
		"trace, shortened":       {Profile{Arrival: Trace, Times: trace, Duration: 250 * ms}, map[Part]int{Measured: 3}},
		"trace, over before":     {Profile{Arrival: Trace, Times: trace, Duration: 450 * ms, Cooldown: 300 * ms}, map[Part]int{Measured: 5}},
		"trace, by requests":     {Profile{Arrival: Trace, Times: trace, Requests: 2, Cooldown: 150 * ms}, map[Part]int{Measured: 2, Cooldown: 2}},
		"closed has none":        {Profile{Arrival: Closed, Concurrency: 2, Requests: 2}, map[Part]int{}},
	} {
		t.Run(name, func(t *testing.T) {
			if err := test.profile.Validate(); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, parts(test.profile, 1)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestConstantDoesNotDrift(t *testing.T) {
	last := Planned{}
	for p := range (Profile{Arrival: Constant, Rate: 3, Requests: 3_000_001}).Schedule(0) {
		last = p
	}
	if last.Index != 3_000_000 || last.At != 1_000_000*time.Second {
		t.Errorf("call %d is at %v", last.Index, last.At)
	}
}

// The schedule comes from the seed, and its gaps have the mean, the spread and the median of an exponential distribution.
func TestPoisson(t *testing.T) {
	const n, rate = 100_000, 500.0
	profile := Profile{Arrival: Poisson, Rate: rate, Requests: n}
	times := func(seed uint64) (list []time.Duration) {
		for p := range profile.Schedule(seed) {
			list = append(list, p.At)
		}
		return list
	}
	first := times(1)
	if !slices.Equal(first, times(1)) {
		t.Error("the same seed has two schedules")
	}
	if slices.Equal(first, times(2)) {
		t.Error("two seeds have the same schedule")
	}
	var sum, squares float64
	below := 0
	last := time.Duration(0)
	for _, at := range first {
		gap := (at - last).Seconds() * rate
		last = at
		sum, squares = sum+gap, squares+gap*gap
		if gap < math.Ln2 {
			below++
		}
	}
	mean := sum / n
	if sd := math.Sqrt(squares/n - mean*mean); math.Abs(mean-1) > 4/math.Sqrt(n) || math.Abs(sd-1) > 0.03 {
		t.Errorf("gaps have mean %.4f and sd %.4f, in 1/rate", mean, sd)
	}
	if share := float64(below) / n; math.Abs(share-0.5) > 2/math.Sqrt(n) {
		t.Errorf("%.4f of the gaps are under the median", share)
	}
}

// Calls ÷ length of the window estimates the rate without bias where the number of requests ends it, few requests included.
func TestWindowOfRequestsIsUnbiased(t *testing.T) {
	const n, rate, seeds = 5, 100.0, 20_000
	sum := 0.0
	for seed := range uint64(seeds) {
		p := Profile{Arrival: Poisson, Rate: rate, Requests: n, Warmup: 10 * ms}
		w := newWindow(p)
		for range p.schedule(seed, w) {
		}
		from, to := w.bounds()
		sum += n / (to - from).Seconds()
	}
	if mean := sum / seeds; math.Abs(mean/rate-1) > 0.03 {
		t.Errorf("a rate of %v is taken for %.2f", rate, mean)
	}
}

func TestValidate(t *testing.T) {
	for name, test := range map[string]struct {
		profile Profile
		want    string
	}{
		"no arrival":     {Profile{}, "arrival"},
		"no callers":     {Profile{Arrival: Closed, Requests: 1}, "at least one caller"},
		"no rate":        {Profile{Arrival: Poisson, Requests: 1}, "rate"},
		"rate NaN":       {Profile{Arrival: Constant, Rate: math.NaN(), Requests: 1}, "rate"},
		"no end":         {Profile{Arrival: Constant, Rate: 1}, "no end"},
		"negative":       {Profile{Arrival: Constant, Rate: 1, Duration: 1, Warmup: -1}, "negative"},
		"no times":       {Profile{Arrival: Trace}, "empty"},
		"unsorted":       {Profile{Arrival: Trace, Times: []time.Duration{2, 1}}, "ascending"},
		"nothing counts": {Profile{Arrival: Trace, Times: []time.Duration{0, ms}, Warmup: ms, Cooldown: 2 * ms}, "nothing is left"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := test.profile.Validate(); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v, want %q", err, test.want)
			}
		})
	}
}
