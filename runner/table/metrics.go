package table

import (
	"encoding/json"
	"iter"
	"maps"
	"slices"
	"sort"
)

// Metrics are the values that one observation has, by name. A sweep may have 100 000 runs with the same metrics, so the names are kept
// once, and of each run 8 bytes a value. The zero value has none. Its JSON is an object.
type Metrics struct {
	names  []string // sorted; shared, and not to be changed
	values []float64
}

// MetricsOf packs values by name.
func MetricsOf(values map[string]float64) Metrics { return new(Packer).Pack(values) }

// Get gives a value, and whether there is one.
func (m Metrics) Get(name string) (float64, bool) {
	i := sort.SearchStrings(m.names, name)
	if i == len(m.names) || m.names[i] != name {
		return 0, false
	}
	return m.values[i], true
}

// All goes through the values in the order of their names.
func (m Metrics) All() iter.Seq2[string, float64] {
	return func(yield func(string, float64) bool) {
		for i, name := range m.names {
			if !yield(name, m.values[i]) {
				return
			}
		}
	}
}

// Map unpacks.
func (m Metrics) Map() map[string]float64 {
	values := make(map[string]float64, len(m.names))
	maps.Insert(values, m.All())
	return values
}

// MarshalJSON writes an object.
func (m Metrics) MarshalJSON() ([]byte, error) { return json.Marshal(m.Map()) }

// UnmarshalJSON reads one.
func (m *Metrics) UnmarshalJSON(text []byte) error {
	var values map[string]float64
	err := json.Unmarshal(text, &values)
	*m = MetricsOf(values)
	return err
}

// Equal says whether two have the same values.
func (m Metrics) Equal(other Metrics) bool {
	return slices.Equal(m.names, other.names) && slices.Equal(m.values, other.values)
}

// A Packer packs metrics, and knows the sets of names that it has met.
type Packer struct {
	known map[string][]string // by the names in a row, each with a zero byte after it
	names []string            // of what is packed
	key   []byte
}

// Pack packs values by name.
func (p *Packer) Pack(values map[string]float64) Metrics {
	if len(values) == 0 {
		return Metrics{}
	}
	p.names = slices.AppendSeq(p.names[:0], maps.Keys(values))
	slices.Sort(p.names)
	m := Metrics{names: p.shared(), values: make([]float64, len(values))}
	for i, name := range m.names {
		m.values[i] = values[name]
	}
	return m
}

// shared gives the one copy of the names that are packed.
func (p *Packer) shared() []string {
	p.key = p.key[:0]
	for _, name := range p.names {
		p.key = append(append(p.key, name...), 0)
	}
	if names, ok := p.known[string(p.key)]; ok {
		return names
	}
	names := slices.Clone(p.names)
	if p.known == nil {
		p.known = map[string][]string{}
	}
	p.known[string(p.key)] = names
	return names
}
