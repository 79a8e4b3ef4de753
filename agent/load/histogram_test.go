package load

import (
	"encoding/json"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

var quantiles = []float64{0, 0.001, 0.1, 0.5, 0.9, 0.95, 0.99, 0.999, 1}

// type7 is the quantile of Hyndman and Fan (1996), type 7, by its definition.
func type7(values []float64, p float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	h := p * float64(len(sorted)-1)
	low := math.Floor(h)
	return sorted[int(low)] + (h-low)*(sorted[int(math.Ceil(h))]-sorted[int(low)])
}

func histogramOf(values []float64) *Histogram {
	h := &Histogram{}
	for _, v := range values {
		h.Add(v)
	}
	return h
}

func near(a, b, relative float64) bool {
	return math.Abs(a-b) <= relative*max(math.Abs(a), math.Abs(b))+1e-300
}

// magnitudes are values between a nanosecond and a day, in ns, in different proportions.
func magnitudes(least, most int) *rapid.Generator[[]float64] {
	value := rapid.Custom(func(t *rapid.T) float64 {
		return math.Exp(rapid.Float64Range(-3, math.Log(86400e9)).Draw(t, "log"))
	})
	return rapid.SliceOfN(rapid.OneOf(value, rapid.Just(0.0), rapid.Just(1e6)), least, most)
}

// With many values a quantile is within 1 % of the exact one; with few it is exact. Whatever is merged from parts is the same as
// if it had been counted at once, and a record gives back what was written.
func TestHistogram(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.OneOf(magnitudes(1, exactKept), magnitudes(exactKept+1, 3*exactKept)).Draw(t, "values")
		h := histogramOf(values)
		relative := 0.01
		if len(values) <= exactKept {
			relative = 1e-12
		}
		for _, p := range quantiles {
			if got, want := h.Quantile(p), type7(values, p); !near(got, want, relative) {
				t.Fatalf("quantile %v of %d values is %v, want %v", p, len(values), got, want)
			}
		}
		cut := rapid.IntRange(0, len(values)).Draw(t, "cut")
		merged := histogramOf(values[:cut])
		merged.Merge(histogramOf(values[cut:]))
		same(t, merged, h)
		var read Histogram
		raw := written(t, h)
		if err := json.Unmarshal(raw, &read); err != nil {
			t.Fatal(err)
		}
		if again := written(t, &read); string(again) != string(raw) {
			t.Fatalf("a record changes:\n%s\n%s", raw, again)
		}
		same(t, &read, h)
	})
}

func written(t *rapid.T, h *Histogram) []byte {
	raw, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func same(t *rapid.T, got, want *Histogram) {
	a, b := got.Stats(), want.Stats()
	if a.Count != b.Count || a.Min != b.Min || a.Max != b.Max || a.P50 != b.P50 || a.P99 != b.P99 || a.P999 != b.P999 {
		t.Fatalf("%+v, want %+v", a, b)
	}
	if !near(a.Mean, b.Mean, 1e-9) || (a.SD == nil) != (b.SD == nil) || a.SD != nil && math.Abs(*a.SD-*b.SD) > 1e-6*(*b.SD+b.Max) {
		t.Fatalf("mean %v and sd %v, want %v and %v", a.Mean, a.SD, b.Mean, b.SD)
	}
}

// The order of values and of merges changes no bucket.
func TestHistogramOfAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := magnitudes(exactKept+1, 2*exactKept).Draw(t, "values")
		h, turned := histogramOf(values), &Histogram{}
		for _, v := range slices.Backward(values) {
			turned.Merge(histogramOf([]float64{v}))
		}
		same(t, turned, h)
	})
}

// Wherever in its bucket a value lies, the middle is within 1/128 of it.
func TestBucket(t *testing.T) {
	for v := 1e-9; v < 1e15; v *= 1.0007 {
		if got := middle(bucket(v)); math.Abs(got-v) > v/128 || middle(bucket(-v)) != -got {
			t.Fatalf("%v is taken for %v", v, got)
		}
	}
	if middle(bucket(0)) != 0 || middle(bucket(-5e-324)) != 0 {
		t.Error("nothing is something")
	}
}

func TestHistogramOfNegatives(t *testing.T) {
	h := &Histogram{}
	for i := range 1001 {
		h.Add(float64(i - 500))
	}
	for p, want := range map[float64]float64{0: -500, 0.1: -400, 0.5: 0, 0.9: 400, 1: 500} {
		if got := h.Quantile(p); !near(got, want, 0.01) {
			t.Errorf("quantile %v is %v, want %v", p, got, want)
		}
	}
}

func TestHistogramOfNothing(t *testing.T) {
	h := &Histogram{}
	h.Add(math.NaN())
	h.Add(math.Inf(1))
	if h.Count() != 0 || !math.IsNaN(h.Quantile(0.5)) {
		t.Errorf("%+v", h)
	}
}

func TestHistogramRefuses(t *testing.T) {
	for _, raw := range []string{
		`{"count":2,"values":[1]}`, `{"count":1,"buckets":[64]}`, `{"count":1,"buckets":[64,1,0,1]}`, `{"count":0,"buckets":[64,1,1,-1]}`,
		`{"count":1,"buckets":[5000000000,1]}`, `{"count":2,"values":[1],"buckets":[64,1]}`, `[]`,
	} {
		if err := json.Unmarshal([]byte(raw), new(Histogram)); err == nil {
			t.Errorf("%s is taken", raw)
		}
	}
}

func BenchmarkHistogramAdd(b *testing.B) {
	h := &Histogram{}
	for i := range exactKept + 1 {
		h.Add(float64(i))
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		h.Add(float64(i%1000) * 1e5)
	}
}
