package table

import (
	"slices"

	"github.com/zclconf/go-cty/cty"
	"gonum.org/v1/gonum/stat"

	"bench/spec"
)

// contentionMetric is 1 of a run whose members were in each other's way by the spec's condition, and 0 of one in which they were not.
// So its mean is a share.
const contentionMetric = "contention"

// contend says of each run of several agents whether its members were in each other's way. A member's metrics are those of the run;
// those of it alone are the means over the runs that measured it so. Where the condition needs what is not there, nothing is said.
func (s *Source) contend(e *spec.Experiment) {
	if !e.Contention.IsSet() {
		return
	}
	numbers := map[string]int{}
	for c := range e.Configurations() {
		numbers[c.Name] = c.Number
	}
	alone, packed := s.alone(), Packer{}
	for i, r := range s.Rows {
		number, planned := numbers[r.Configuration]
		if len(r.Members) == 0 || r.Beside != nil || !planned {
			continue
		}
		members, solos := map[string]cty.Value{}, map[string]cty.Value{}
		for _, m := range r.Members {
			members[m.Name] = object(metrics(m.Run, m.Calls))
			solos[m.Name] = object(alone[soloOf{r.Configuration, m.Name}])
		}
		vars := e.MatrixOf(number)
		vars["member"], vars["solo"] = cty.ObjectVal(members), cty.ObjectVal(solos)
		v, diags := e.Contention.Value(vars)
		if diags.HasErrors() || !v.IsKnown() || v.IsNull() || v.Type() != cty.Bool {
			continue
		}
		run := r.Run.Map()
		run[contentionMetric] = 0
		if v.True() {
			run[contentionMetric] = 1
		}
		s.Rows[i].Run = packed.Pack(run)
	}
}

// A soloOf is a member as it is in a configuration.
type soloOf struct{ configuration, member string }

// alone gives the mean of each metric over the runs that measured a member alone.
func (s *Source) alone() map[soloOf]map[string]float64 {
	values := map[soloOf]map[string][]float64{}
	for _, r := range s.Rows {
		for _, configuration := range r.Beside {
			of := soloOf{configuration, r.Members[0].Name}
			if values[of] == nil {
				values[of] = map[string][]float64{}
			}
			for name, v := range metrics(r.Run, r.Calls) {
				values[of][name] = append(values[of][name], v)
			}
		}
	}
	means := map[soloOf]map[string]float64{}
	for of, all := range values {
		means[of] = map[string]float64{}
		for name, v := range all {
			slices.Sort(v) // so that the order of the runs makes no difference, not even in the last bit
			means[of][name] = stat.Mean(v, nil)
		}
	}
	return means
}

func object(metrics map[string]float64) cty.Value {
	attrs := map[string]cty.Value{}
	for name, v := range metrics {
		attrs[name] = cty.NumberFloatVal(v)
	}
	return cty.ObjectVal(attrs)
}
