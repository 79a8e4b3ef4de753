package spec

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"
)

// An Analysis is one question.
type Analysis struct {
	Ref
	Of         []Ref
	Baseline   string
	Confidence float64
	Unit       string // run, step
	Seed       int
	Metrics    []*Metric
	Range      hcl.Range

	BaselineRange hcl.Range // what is to blame where a dataset turns out not to have the baseline
	UnitRange     hcl.Range
}

// A Metric is one thing that the analysis looks at.
type Metric struct {
	Name      string
	Better    string  // "": as the instrument says
	Practical float64 // fraction; 0: none stated
	Test      string  // welch, mann_whitney, permutation
	Stat      string
	Range     hcl.Range

	TestRange hcl.Range
}

func (d *decoder) analysis(b *block) {
	v := d.read(b, analysisSchema, d.scope)
	out := &Analysis{Ref: b.ref(), Range: b.DefRange}
	v.refs("of", &out.Of)
	v.str("baseline", &out.Baseline)
	v.number("confidence", &out.Confidence)
	v.str("unit", &out.Unit)
	v.whole("seed", &out.Seed)
	out.BaselineRange, out.UnitRange = v.rangeOf("baseline"), v.rangeOf("unit")
	for _, inner := range v.blocks.OfType("metric") {
		d.metric(inner, out)
	}
	if len(out.Metrics) == 0 && !v.broken {
		d.errorAt(b.DefRange, "Nothing to analyse", "An analysis needs at least one metric block, as: metric \"throughput\" {}")
	}
	d.module.Analyses = append(d.module.Analyses, out)
	for i, r := range out.Of {
		d.need(r, v.elementRange("of", i))
	}
	if len(out.Of) == 1 && !v.broken {
		d.results[out.Ref] = analysisType(d.knownMetrics(out), d.sourceFactors(out.Of[0]))
	}
	d.knownBaseline(out)
}

// knownMetrics lists the metrics of an analysis of one source, and tells of those that the source lacks. After such a mistake, and where
// it can't be told, there is no list, so that nobody who refers to the right metric is told of the wrong one.
func (d *decoder) knownMetrics(a *Analysis) []string {
	source, measured := a.Of[0], d.opts.Metrics
	sound := d.isWhole(source) && d.opts.MetricsOf != nil
	if sound {
		measured = d.metricsOfSource(source)
	}
	names, known := make([]string, len(a.Metrics)), len(a.Metrics) > 0
	for i, m := range a.Metrics {
		names[i] = m.Name
		if slices.Contains(measured, m.Name) || d.opts.MetricsOf == nil {
			continue
		}
		if known = false; sound {
			d.errorAt(m.Range, "Unknown metric", fmt.Sprintf("%s has no metric %q.%s", source.Address(), m.Name, didYouMean(m.Name, measured, "")))
		}
	}
	if !known {
		return nil
	}
	return names
}

// metricsOfSource asks what a source measures. Whatever its configurations refer to for that, they use it, and not who asks.
func (d *decoder) metricsOfSource(source Ref) []string {
	asking := d.uses.owner
	defer func() { d.uses.owner = asking }()
	d.uses.owner = source.Address()
	return d.opts.MetricsOf(d.module, source)
}

// isWhole says whether all is known of what a source measures.
func (d *decoder) isWhole(source Ref) bool {
	if s := d.module.Dataset(source); s != nil {
		return !s.broken && s.measured
	}
	e := d.module.Experiment(source)
	return e != nil && !e.broken && !d.loose["workload"] && !slices.ContainsFunc(d.module.Workloads, func(w *Workload) bool { return w.broken })
}

func (d *decoder) metric(b *block, out *Analysis) {
	name := b.Labels[0]
	if i := slices.IndexFunc(out.Metrics, func(m *Metric) bool { return m.Name == name }); i >= 0 {
		d.errorAt(b.LabelRanges[0], "Duplicate name", fmt.Sprintf("metric %q is at %s already. Take one of them out.", name, at(out.Metrics[i].Range)))
		return
	}
	v := d.read(b, metricSchema, d.scope)
	metric := &Metric{Name: name, Range: b.LabelRanges[0], TestRange: v.rangeOf("test")}
	v.str("better", &metric.Better)
	v.percent("practical", &metric.Practical)
	if _, given := v.get("practical"); given && metric.Practical == 0 {
		d.warn(v.rangeOf("practical").Ptr(), "Every difference matters", "0 % says that any difference is one that matters, as does leaving \"practical\" out. Write the smallest change that you would act on, as \"1%\", or take the line out.")
	}
	v.str("test", &metric.Test)
	v.str("stat", &metric.Stat)
	out.Metrics = append(out.Metrics, metric)
}

// knownBaseline checks that the sources have the baseline that an analysis asks for.
func (d *decoder) knownBaseline(a *Analysis) {
	if a.Baseline == "" {
		return
	}
	for _, r := range a.Of {
		e := d.module.Experiment(r)
		if e == nil || e.broken {
			continue // a dataset's arms are known when it is read
		}
		names := make([]string, len(e.Baselines))
		for i, base := range e.Baselines {
			names[i] = base.Name
		}
		if e.Solo {
			for _, m := range e.Members {
				names = append(names, SoloArm(m.Name))
			}
		}
		if !slices.Contains(names, a.Baseline) {
			detail := fmt.Sprintf("%s (%s) has no baseline %q.%s", r.Address(), at(e.Range), a.Baseline, didYouMean(a.Baseline, names, ""))
			if len(names) == 0 && len(e.Members) > 0 {
				detail += fmt.Sprintf(" With solo = true, its members are measured alone as well: then there is one %q.", SoloArm(e.Members[0].Name))
			} else if len(names) == 0 {
				detail += fmt.Sprintf(" Add one to it: baseline %q { options = {} }", a.Baseline)
			}
			d.errorAt(a.BaselineRange, "Unknown baseline", detail)
		}
	}
}
