package analysis

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// defaultConfidence is what a question that states none is answered at.
const defaultConfidence = 0.95

// Analyze answers a question from a table. An error means that the question or the table is malformed; doubts about
// data are Warnings of the result.
func Analyze(t Table, q Question) (Result, error) {
	if q.Confidence == 0 {
		q.Confidence = defaultConfidence
	}
	if err := check(t, q); err != nil {
		return Result{}, fmt.Errorf("analysis: %w", err)
	}
	c := sortCells(t, q.Baseline)
	fewest, most := c.repeats()
	r := Result{
		Baseline:       q.Baseline,
		Confidence:     q.Confidence,
		Unit:           "run",
		Runs:           len(t.Rows),
		MinRepeats:     fewest,
		MaxRepeats:     most,
		Paired:         c.paired(),
		Factors:        append([]Factor{}, t.Factors...),
		MetricOrder:    []string{},
		Configurations: configurations(c, q),
		Ranking:        []Rank{},
		Metrics:        map[string]MetricResult{},
		Findings:       []Finding{},
		Warnings:       []Warning{},
	}
	for _, m := range q.Metrics {
		r.MetricOrder = append(r.MetricOrder, m.Name)
		r.Metrics[m.Name] = metricResult(c, q, m, fewest)
	}
	if len(q.Metrics) > 0 {
		r.Ranking = ranking(c, q, r.Metrics[q.Metrics[0].Name])
		r.Best = best(c, q, r.Ranking)
	}
	settleVerdicts(meanEffects(c, q, r))
	r.Findings = findings(c, q, r)
	r.Warnings = warnings(c, q, r)
	return r, nil
}

func check(t Table, q Question) error {
	for _, name := range slices.Sorted(maps.Keys(t.Metrics)) {
		if n := len(t.Metrics[name]); n != len(t.Rows) {
			return fmt.Errorf("metric %q has %d values for %d rows", name, n, len(t.Rows))
		}
	}
	if !(q.Confidence > 0.5 && q.Confidence < 1) {
		return fmt.Errorf("confidence %v does not lie between 0.5 and 1", q.Confidence)
	}
	asked := map[string]bool{}
	for _, m := range q.Metrics {
		if t.Metrics[m.Name] == nil && len(t.Rows) > 0 {
			return fmt.Errorf("metric %q is not in the table, which has %s", m.Name,
				strings.Join(slices.Sorted(maps.Keys(t.Metrics)), ", "))
		}
		if asked[m.Name] {
			return fmt.Errorf("metric %q is asked for twice", m.Name)
		}
		asked[m.Name] = true
		if m.Better != Higher && m.Better != Lower {
			return fmt.Errorf(`metric %q: better is %q; say "higher" or "lower"`, m.Name, m.Better)
		}
		if m.Test != "" && m.Test != welchTest {
			return fmt.Errorf(`metric %q: there is no test %q; say "welch"`, m.Name, m.Test)
		}
		if !(m.Practical >= 0 && m.Practical < 1) {
			return fmt.Errorf("metric %q: the practical difference %v does not lie between 0 and 1", m.Name, m.Practical)
		}
	}
	return nil
}

func configurations(c *cells, q Question) []Configuration {
	out := []Configuration{}
	for _, x := range c.all {
		one := Configuration{Name: x.name, Factors: orEmpty(x.factors), Arm: x.arm, Pair: x.pair, Metrics: map[string]Summary{}}
		for _, m := range q.Metrics {
			one.Metrics[m.Name] = c.sample(m.Name, x).summary(q.Confidence)
		}
		out = append(out, one)
	}
	return out
}

// orEmpty keeps null out of the JSON of a baseline without factors.
func orEmpty(factors map[string]any) map[string]any {
	if factors == nil {
		return map[string]any{}
	}
	return factors
}

// means gives the mean of each cell that has one.
func (c *cells) means(metric string, xs []*cell) sample {
	var values []float64
	for _, x := range xs {
		values = append(values, c.sample(metric, x).moments().mean)
	}
	return newSample(values...)
}

func metricResult(c *cells, q Question, m Metric, repeats int) MetricResult {
	baselines := c.baselines()
	r := MetricResult{
		Unit:      m.Unit,
		Better:    m.Better,
		Practical: m.Practical,
		All:       c.means(m.Name, c.matrix).summary(q.Confidence),
		Pooled:    c.sample(m.Name, append(slices.Clone(c.matrix), baselines...)...).summary(q.Confidence),
		Power:     []SampleSize{},
	}
	for _, v := range c.table.Metrics[m.Name] {
		if !measured(v) {
			r.Missing++
		}
	}
	if len(baselines) > 0 {
		s := c.baselineSample(m.Name).summary(q.Confidence)
		r.Baseline = &s
	}
	changes := contrasts(c, m)
	r.Improvement = improvement(changes, q, m)
	r.MainEffects = mainEffects(c, changes, q, m)
	r.Noise = noise(c, m)
	r.Consistency = consistency(c, q, m)
	if r.Noise != nil {
		var observed *float64
		if r.Improvement != nil {
			observed = r.Improvement.Mean
		}
		r.Power = sampleSizes(r.Noise.CV, m.Practical, observed, q.Confidence)
		if change, ok := DetectableChange(r.Noise.CV, repeats, q.Confidence); ok {
			r.Detectable = finite(change)
		}
	}
	return r
}

// baselineSample is the pairs' means where paired, the runs otherwise.
func (c *cells) baselineSample(metric string) sample {
	if c.paired() {
		return c.means(metric, c.baselines())
	}
	return c.sample(metric, c.baselines()...)
}
