package analysis

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// significantLevels tells which levels matter: where each configuration has a baseline of its own, by the improvement at each
// level; else by the contrasts between levels, which the error of a common baseline does not blur.
func significantLevels(c *cells, q Question, r Result, m Metric) *Finding {
	if q.Baseline != "" && r.Paired {
		return improvedLevels(q, r, m)
	}
	return contrastedLevels(c, q, r, m)
}

// improvedLevels tells which main effects count before and after the adjustment for their number.
func improvedLevels(q Question, r Result, m Metric) *Finding {
	tested := 0
	var before, after []string
	for _, e := range r.Metrics[m.Name].MainEffects {
		if e.P == nil {
			continue
		}
		tested++
		name := e.Factor + " " + Level(e.Level)
		if *e.P < 1-q.Confidence {
			before = append(before, name)
		}
		if *e.PAdjusted < 1-q.Confidence {
			after = append(after, name)
		}
	}
	if tested < 2 {
		return nil
	}
	f := &Finding{Kind: "significant_levels", Strength: NotTold, Metric: m.Name, Evidence: map[string]any{
		"tested": tested, "before": append([]string{}, before...), "after": append([]string{}, after...)}}
	switch {
	case len(before) == 0:
		f.Sentence = fmt.Sprintf("None of the %d intervals of main effects leaves out 0.", tested)
	case len(after) == 0:
		f.Sentence = fmt.Sprintf("%d of %d intervals of main effects %s out 0 (%s); after Holm over the %d none counts as shown.",
			len(before), tested, verb(len(before), "leaves", "leave"), strings.Join(before, ", "), tested)
	default:
		f.Strength = Shown
		f.Sentence = fmt.Sprintf("%d of %d intervals of main effects %s out 0; after Holm over the %d these count as shown: %s.",
			len(before), tested, verb(len(before), "leaves", "leave"), tested, strings.Join(after, ", "))
	}
	return f
}

// contrastedLevels tells which levels differ from the others of their factor after Holm, and by how much.
func contrastedLevels(c *cells, q Question, r Result, m Metric) *Finding {
	alpha := 1 - q.Confidence
	tested := 0
	before, after := []string{}, []string{}
	var clauses, rest []string
	strength := NotTold
	byFactor := contrastsByFactor(r.Metrics[m.Name].MainEffects)
	for _, levels := range byFactor {
		tested += tests(levels)
	}
	if tested == 0 {
		return nil
	}
	for _, levels := range byFactor {
		var shown []MainEffect
		mirrored := len(levels) == 2
		for _, e := range levels {
			if mirrored && *e.Contrast < 0 { // the better of two says it all
				continue
			}
			if e.ContrastP != nil && *e.ContrastP < alpha {
				before = append(before, e.Factor+" "+Level(e.Level))
			}
			if e.ContrastPAdjusted != nil && *e.ContrastPAdjusted < alpha {
				after = append(after, e.Factor+" "+Level(e.Level))
				shown = append(shown, e)
			}
		}
		if len(shown) == 0 {
			rest = append(rest, levels[0].Factor)
			continue
		}
		when := position(c, shown[0].Factor, largest(shown).Level)
		if when == "" {
			strength = Shown
		} else if strength == NotTold {
			strength = Suggested
		}
		clauses = append(clauses, contrastClause(shown, mirrored, when, tested, m, q.Confidence))
	}
	f := &Finding{Kind: "significant_levels", Strength: strength, Metric: m.Name, Evidence: map[string]any{
		"tested": tested, "before": before, "after": after}}
	switch {
	case len(clauses) > 0:
		if len(rest) > 0 {
			clauses = append(clauses, "no effect of "+strings.Join(rest, " or ")+" is shown")
		}
		f.Sentence = strings.Join(clauses, "; ") + "."
	case len(before) > 0:
		f.Sentence = fmt.Sprintf("%d of %s with the other levels of a factor %s out 0 (%s); after Holm none counts as shown.",
			len(before), Count(tested, "contrast"), verb(len(before), "leaves", "leave"), strings.Join(before, ", "))
	default:
		f.Sentence = fmt.Sprintf("No level is shown to differ from the others of its factor (%s).", Count(tested, "contrast"))
	}
	return f
}

// contrastsByFactor groups the main effects that have a contrast, in the order of the factors.
func contrastsByFactor(effects []MainEffect) [][]MainEffect {
	var out [][]MainEffect
	for _, e := range effects {
		switch last := len(out) - 1; {
		case e.Contrast == nil:
		case last >= 0 && out[last][0].Factor == e.Factor:
			out[last] = append(out[last], e)
		default:
			out = append(out, []MainEffect{e})
		}
	}
	return out
}

// tests counts the contrasts of a factor as Holm does.
func tests(levels []MainEffect) int {
	n := 0
	for _, e := range levels {
		if e.ContrastP != nil {
			n++
		}
	}
	if len(levels) == 2 {
		return n / 2
	}
	return n
}

// largest of the contrasts, whichever way.
func largest(levels []MainEffect) MainEffect {
	return slices.MaxFunc(levels, func(a, b MainEffect) int { return cmp.Compare(math.Abs(*a.Contrast), math.Abs(*b.Contrast)) })
}

// contrastClause names the level that stands out most, with the size of its contrast, then the others that hold as
// well. when is its position in time, where that explains as much.
func contrastClause(shown []MainEffect, mirrored bool, when string, tested int, m Metric, confidence float64) string {
	top := largest(shown)
	way := "better"
	if *top.Contrast < 0 {
		way = "worse"
	}
	than := "the other levels of " + top.Factor
	if mirrored {
		than = "the other level"
	}
	change, ci := *top.Contrast, *top.ContrastCI
	sign := 1.0
	if m.Better == Lower { // a sentence says where the metric goes, not how good that is
		sign, ci = -1, *negated(&ci)
	}
	decimals := Decimals(100*ci.HalfWidth(), 2)
	size := fmt.Sprintf("%s %s (%s, %s after Holm over %s)", Title(m.Name), Change(sign*change, decimals),
		Interval(ci, confidence, Scale{100, "%"}, decimals), PValue(*top.ContrastPAdjusted), Count(tested, "contrast"))
	name := top.Factor + " " + Level(top.Level)
	s := fmt.Sprintf("%s is %s than %s, with %s", name, way, than, size)
	if when != "" {
		s = fmt.Sprintf("%s seems to be %s than %s, which is not shown: %s, but it was always measured %s", name, way, than, size, when)
	}
	var also []string
	for _, e := range shown {
		if !sameLevel(e.Level, top.Level) {
			also = append(also, fmt.Sprintf("%s (%s)", Level(e.Level), Change(sign**e.Contrast, decimals)))
		}
	}
	if len(also) > 0 {
		s += fmt.Sprintf("; the %s of %s %s as well", verb(len(also), "contrast", "contrasts"), strings.Join(also, " and "), verb(len(also), "holds", "hold"))
	}
	return s
}
