package spec

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// Sampling goes on beyond the repeats of an experiment until its question is answered.
type Sampling struct {
	Until      Expr // a bool over a summary of each metric of the configuration's runs so far
	MaxRepeats int
	Range      hcl.Range
}

func (d *decoder) sampling(v *values, out *Experiment, outer *scope) {
	b := v.one("sampling")
	if b == nil {
		return
	}
	s := d.read(b, samplingSchema, outer)
	out.Sampling = &Sampling{Range: b.DefRange}
	known := out.scope.with(map[string]cty.Value{"metrics": cty.UnknownVal(d.metricsOf(summary))})
	out.Sampling.Until = s.typed(attr{name: "until", kind: kBool, required: true}, known)
	s.whole("max_repeats", &out.Sampling.MaxRepeats)
	if n := out.Sampling.MaxRepeats; n > 0 && n < out.Repeats {
		d.errorAt(s.rangeOf("max_repeats"), "Invalid value", fmt.Sprintf("\"max_repeats\" is %d, and each configuration is run %d times (repeats) in any case. Raise it, or lower repeats.", n, out.Repeats))
	}
}

// contention decodes the condition over members.
func (d *decoder) contention(v *values, out *Experiment) {
	if _, given := v.attrs["contention"]; !given || len(out.Members) == 0 {
		return
	}
	names := make([]string, len(out.Members))
	for i, m := range out.Members {
		names[i] = m.Name
	}
	metrics := cty.UnknownVal(each(names, d.metricsOf(cty.Number)))
	if v.misspelt("member") {
		metrics = cty.DynamicVal
	}
	sc := out.scope.with(map[string]cty.Value{"member": metrics, "solo": metrics})
	if !out.Solo && !v.misspelt("solo") {
		sc = out.scope.with(map[string]cty.Value{"member": metrics}).without("the experiment does not measure its members alone. Add solo = true to it", "solo")
	}
	out.Contention = v.typed(attr{name: "contention", kind: kBool}, sc)
}

// metricsOf gives the type of an object that has something of each metric: what the instrument measures, and the scores.
func (d *decoder) metricsOf(t cty.Type) cty.Type {
	if len(d.opts.Metrics) == 0 {
		return cty.Map(t)
	}
	names := d.opts.Metrics
	for _, w := range d.module.Workloads {
		for _, s := range w.Scores {
			names = append(names[:len(names):len(names)], s.Name)
		}
	}
	return each(names, t)
}
