package table

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"
)

// Packed and unpacked, metrics are the same; so is their JSON, to the byte.
func TestMetrics(t *testing.T) {
	var p Packer
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.MapOf(rapid.StringMatching(`[a-z_.<é]{0,3}`), rapid.Float64Range(-1e300, 1e300)).Draw(t, "values")
		packed := p.Pack(values)
		if !packed.Equal(MetricsOf(values)) {
			t.Fatalf("packed as %v", packed)
		}
		for name, v := range values {
			if got, ok := packed.Get(name); !ok || got != v {
				t.Fatalf("%q is %v, %v", name, got, ok)
			}
		}
		if v, ok := packed.Get("absent"); ok {
			t.Fatalf("it has what it has not: %v", v)
		}
		want, _ := json.Marshal(values)
		got, err := json.Marshal(packed)
		if err != nil || string(got) != string(want) {
			t.Fatalf("%s, %v; want %s", got, err, want)
		}
		var again Metrics
		if err := json.Unmarshal(got, &again); err != nil || !again.Equal(packed) {
			t.Fatalf("%v, %v", again, err)
		}
	})
}
