package load

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// histogramJSON is a histogram in a record. Buckets alternate between the distance from the key before, the first from 0, and the count.
type histogramJSON struct {
	Count   int64     `json:"count"`
	Mean    float64   `json:"mean"`
	M2      float64   `json:"m2"`
	Min     float64   `json:"min"`
	Max     float64   `json:"max"`
	Values  []float64 `json:"values,omitempty"`
	Buckets []int64   `json:"buckets,omitempty"`
}

// MarshalJSON writes the same bytes for the same content.
func (h *Histogram) MarshalJSON() ([]byte, error) {
	out := histogramJSON{Count: h.count, Mean: h.mean, M2: h.m2, Min: h.min, Max: h.max, Values: slices.Sorted(slices.Values(h.exact))}
	last := int32(0)
	for _, key := range slices.Sorted(maps.Keys(h.buckets)) {
		out.Buckets = append(out.Buckets, int64(key-last), h.buckets[key])
		last = key
	}
	return json.Marshal(out)
}

// UnmarshalJSON refuses what no histogram has written.
func (h *Histogram) UnmarshalJSON(raw []byte) error {
	var in histogramJSON
	if err := json.Unmarshal(raw, &in); err != nil {
		return err
	}
	*h = Histogram{count: in.Count, mean: in.Mean, m2: in.M2, min: in.Min, max: in.Max, exact: in.Values}
	counted := int64(len(in.Values))
	if len(in.Buckets) > 0 {
		h.buckets = map[int32]int64{}
	}
	key := int64(0)
	for i := 0; i+1 < len(in.Buckets); i += 2 {
		step, n := in.Buckets[i], in.Buckets[i+1]
		if key += step; i > 0 && step <= 0 || n <= 0 || key != int64(int32(key)) {
			return fmt.Errorf("a histogram's buckets are not in ascending order, or one is empty")
		}
		h.buckets[int32(key)] = n
		counted += n
	}
	if counted != in.Count || len(in.Values) > 0 && len(in.Buckets) > 0 || len(in.Values) > exactKept || len(in.Buckets)%2 != 0 {
		return fmt.Errorf("a histogram's count is %d, but it holds %d values", in.Count, counted)
	}
	return nil
}
