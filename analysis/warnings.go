package analysis

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/stat/distuv"
)

// warnings are the doubts about the data; order: of the table, then metric by metric as asked.
func warnings(c *cells, q Question, r Result) []Warning {
	out := []Warning{}
	add := func(kind, remedy, format string, args ...any) {
		out = append(out, Warning{Kind: kind, Message: fmt.Sprintf(format, args...), Remedy: remedy})
	}
	if len(c.matrix) == 0 {
		add("no_data", "Run the experiment, or look at why its runs did not count.", "The table holds no run of a configuration.")
		return out
	}
	if r.MaxRepeats == 1 {
		add("single_run", "Set repeats = 3 or more.",
			"%s", singleRun(len(c.matrix)))
	}
	if r.MinRepeats != r.MaxRepeats {
		add("unequal_repeats", "Complete the missing runs.",
			"Configurations were run between %d and %d times.", r.MinRepeats, r.MaxRepeats)
	}
	baselineWarnings(c, q, add)
	for _, m := range q.Metrics {
		metricWarnings(c, m, r.Metrics[m.Name], add)
	}
	return out
}

// veryNoisy is the CV of one setting beyond which a reader is told why no interval is of use.
const veryNoisy = 0.3

type addWarning func(kind, remedy, format string, args ...any)

func baselineWarnings(c *cells, q Question, add addWarning) {
	if q.Baseline == "" {
		return
	}
	if len(c.baselines()) == 0 {
		add("missing_baseline", "Run the baseline, or name another one.", "The table holds no run of the baseline %q.", q.Baseline)
		return
	}
	var without []string
	shared := 0
	for _, x := range c.matrix {
		b, common := c.baselineOf(x)
		if b == nil {
			without = append(without, x.name)
		}
		if common {
			shared++
		}
	}
	if len(without) > 0 {
		add("missing_baseline", "Complete the missing runs.",
			"%s without a baseline, left out of every comparison: %s.", Count(len(without), "configuration"), few(without))
	}
	if shared < 2 {
		return
	}
	if len(c.common.rows) == 1 {
		add("shared_baseline", "Repeat the baseline, or pair it with each configuration.",
			"%d configurations are compared with one run of the baseline: its error is in all of them, and can't be estimated, so the mean improvement has no interval.", shared)
		return
	}
	add("shared_baseline", "Pair the baseline with each configuration.",
		"%d configurations share one baseline: its error is in all of their improvements. The interval of the mean includes it; the sign test and Wilcoxon's need independent pairs and are left out.", shared)
}

func metricWarnings(c *cells, m Metric, r MetricResult, add addWarning) {
	if r.Missing > 0 {
		add("missing_values", "Look at the runs that lack it; if it is never there, take it out of the analysis.",
			"%s of %d have no value of %s and are left out of its figures.", Count(r.Missing, "row"), len(c.table.Rows), m.Name)
	}
	if bad := notPositive(c, m.Name); bad > 0 {
		add("baseline_not_positive", "Compare absolute values, or take another metric.",
			"%s: %s with a mean of 0 or below at the baseline; a relative change means nothing there.", m.Name, Count(bad, "configuration"))
	}
	if constant(c, m.Name) {
		add("no_variation", "No test can be made; if it should vary, look at how it is measured.",
			"%s is the same in all repeats of each configuration.", m.Name)
	}
	if r.Noise != nil && r.Noise.CV > veryNoisy {
		add("very_noisy", "Look for what else ran on the machine.",
			"%s varies by %s from run to run of one setting: intervals are as wide as that, and the numbers of repeats as large.",
			capital(Title(m.Name)), Percent(r.Noise.CV, 0))
	}
	if far := outliers(c, m.Name); len(far) > 0 {
		add("outliers", "Look at these runs; none was dropped.",
			"%s: %s far from the rest of the same setting (modified z-score over %d): %s.", m.Name, Count(len(far), "run"), outlierScore, few(far))
	}
}

// few lists up to five names.
func few(names []string) string {
	if len(names) > 5 {
		return strings.Join(names[:5], ", ") + fmt.Sprintf(" and %d more", len(names)-5)
	}
	return strings.Join(names, ", ")
}

// notPositive counts configurations whose baseline is 0 or negative in this metric.
func notPositive(c *cells, metric string) int {
	n := 0
	for _, x := range c.matrix {
		if b, _ := c.baselineOf(x); b != nil && c.sample(metric, b).moments().mean <= 0 {
			n++
		}
	}
	return n
}

// constant is true where there are repeats and none differs.
func constant(c *cells, metric string) bool {
	repeated := false
	for _, x := range c.withBaselines() {
		if s := c.sample(metric, x); len(s) > 1 {
			repeated = true
			if s[0] != s[len(s)-1] {
				return false
			}
		}
	}
	return repeated
}

// A run is called far off at a modified z-score over 5 among at least 8 runs. Iglewicz and Hoaglin (1993) recommend 3.5,
// at which 10 to 20 % of the normal samples of 5 to 20 values have such a run; so it is 5 % at most.
const (
	outlierScore = 5
	minOutliers  = 8
)

// outliers names runs whose modified z-score is too large among the runs of one setting: those
// of a configuration, or of the baseline arm together.
func outliers(c *cells, metric string) []string {
	var far []string
	groups := [][]*cell{c.baselines()}
	for _, x := range c.matrix {
		groups = append(groups, []*cell{x})
	}
	for _, group := range groups {
		s := c.sample(metric, group...)
		if len(s) < minOutliers {
			continue
		}
		median := s.quantile(0.5)
		deviations := make([]float64, len(s))
		for i, v := range s {
			deviations[i] = math.Abs(v - median)
		}
		limit := outlierScore * newSample(deviations...).quantile(0.5) / distuv.UnitNormal.Quantile(0.75)
		if limit == 0 { // most runs are equal: there is no scale to be far off on
			continue
		}
		for _, x := range group {
			for _, i := range x.rows {
				if v := c.table.Metrics[metric][i]; measured(v) && math.Abs(v-median) > limit {
					far = append(far, rowName(c.table.Rows[i]))
				}
			}
		}
	}
	slices.Sort(far)
	return far
}

func rowName(r Row) string {
	if r.Source != "" {
		return r.Source
	}
	return fmt.Sprintf("%s run %d", r.Configuration, r.Repeat)
}
