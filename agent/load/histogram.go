package load

import (
	"maps"
	"math"
	"slices"
)

const (
	// exactKept is up to how many values a histogram keeps them as they are, so that its quantiles are exact.
	exactKept = 256
	// mantissaBits is how many bits of a value's mantissa its bucket keeps: 64 buckets from a power of 2 to the next. A bucket's
	// middle is then at most 1/128 of the value away from it.
	mantissaBits = 6
)

// A Histogram is the distribution of many values in little room: with up to 256 they are kept, beyond that they are counted in buckets
// whose width grows with the value (as in HdrHistogram), so that a quantile has a relative error of 1 % at most. Count, mean, sd,
// smallest and largest are exact. The zero value is empty. It is not safe for use by several goroutines.
type Histogram struct {
	count    int64
	mean, m2 float64 // m2: sum of squared deviations from the mean
	min, max float64
	exact    []float64       // all values, while they are few
	buckets  map[int32]int64 // from then on
}

// Add counts a value. One that is not finite is not counted.
func (h *Histogram) Add(v float64) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return
	}
	h.count++
	if h.count == 1 {
		h.min, h.max = v, v
	}
	h.min, h.max = min(h.min, v), max(h.max, v)
	deviation := v - h.mean // Welford 1962
	h.mean += deviation / float64(h.count)
	h.m2 += deviation * (v - h.mean)
	if h.buckets == nil && len(h.exact) < exactKept {
		h.exact = append(h.exact, v)
		return
	}
	h.spill()
	h.buckets[bucket(v)]++
}

// spill puts values that were kept into buckets.
func (h *Histogram) spill() {
	if h.buckets == nil {
		h.buckets = map[int32]int64{}
	}
	for _, v := range h.exact {
		h.buckets[bucket(v)]++
	}
	h.exact = nil
}

// Merge adds what another histogram has counted.
func (h *Histogram) Merge(other *Histogram) {
	if other.count == 0 {
		return
	}
	if h.count == 0 {
		h.min, h.max = other.min, other.max
	}
	h.min, h.max = min(h.min, other.min), max(h.max, other.max)
	n, m := float64(h.count), float64(other.count)
	deviation := other.mean - h.mean // Chan, Golub and LeVeque 1979
	h.mean += deviation * m / (n + m)
	h.m2 += other.m2 + deviation*deviation*n*m/(n+m)
	h.count += other.count
	if h.buckets == nil && other.buckets == nil && len(h.exact)+len(other.exact) <= exactKept {
		h.exact = append(h.exact, other.exact...)
		return
	}
	h.spill()
	for _, v := range other.exact {
		h.buckets[bucket(v)]++
	}
	for key, n := range other.buckets {
		h.buckets[key] += n
	}
}

// Count is how many values it holds.
func (h *Histogram) Count() int64 { return h.count }

// Quantile interpolates linearly between order statistics (Hyndman and Fan 1996, type 7), which are exact for few values and the
// middles of their buckets for many. Without values it is NaN.
func (h *Histogram) Quantile(p float64) float64 {
	if h.count == 0 {
		return math.NaN()
	}
	rank := min(max(p, 0), 1) * float64(h.count-1)
	i := int64(rank)
	low, high := h.order(i)
	return low + (rank-float64(i))*(high-low)
}

// Stats gives the figures of at least one value.
func (h *Histogram) Stats() Stats {
	s := Stats{
		Count: h.count, Mean: h.mean, Min: h.min, Max: h.max,
		P50: h.Quantile(0.5), P90: h.Quantile(0.9), P95: h.Quantile(0.95), P99: h.Quantile(0.99), P999: h.Quantile(0.999),
	}
	if h.count > 1 {
		s.SD = new(math.Sqrt(h.m2 / float64(h.count-1)))
	}
	return s
}

// order gives the values of rank i and i+1, from 0.
func (h *Histogram) order(i int64) (float64, float64) {
	next := min(i+1, h.count-1)
	if h.buckets == nil {
		sorted := slices.Sorted(slices.Values(h.exact))
		return sorted[i], sorted[next]
	}
	var low float64
	below := int64(-1) // rank of the last value so far
	for _, key := range slices.Sorted(maps.Keys(h.buckets)) {
		value := min(max(middle(key), h.min), h.max)
		if below < i && i <= below+h.buckets[key] {
			low = value
		}
		if below += h.buckets[key]; below >= next {
			return low, value
		}
	}
	return low, h.max
}

// bucket is the sign, the exponent and the first bits of the mantissa. Values too small for a float's full precision share that of 0.
func bucket(v float64) int32 {
	key := int32(math.Float64bits(math.Abs(v)) >> (52 - mantissaBits))
	if key < 1<<mantissaBits {
		return 0
	}
	if v < 0 {
		return -key
	}
	return key
}

// middle is that of a bucket.
func middle(key int32) float64 {
	if key == 0 {
		return 0
	}
	bits := uint64(max(key, -key))<<(52-mantissaBits) | 1<<(51-mantissaBits)
	return math.Copysign(math.Float64frombits(bits), float64(key))
}
