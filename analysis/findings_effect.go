package analysis

import (
	"fmt"
	"math"
	"strings"
)

// A meanEffect is what is said of the mean change over configurations; of an experiment with one configuration, of its change.
type meanEffect struct {
	metric      Metric
	result      MetricResult
	confidence  float64
	p, adjusted *float64
	secondary   bool
	fixed       bool // the arms were always measured in the same order
}

// meanEffects has one for each metric. The first metric is the question, and is tested by itself; the others are looked at
// beside it, and share one Holm adjustment.
func meanEffects(c *cells, q Question, r Result) []meanEffect {
	ps := make([]*float64, len(q.Metrics))
	for i, m := range q.Metrics {
		if imp := r.Metrics[m.Name].Improvement; imp != nil && i > 0 {
			ps[i] = imp.AbsP
		}
	}
	adjusted := holm(ps)
	fixed := measuredFirst(c).fixed()
	out := make([]meanEffect, len(q.Metrics))
	for i, m := range q.Metrics {
		out[i] = meanEffect{metric: m, result: r.Metrics[m.Name], confidence: q.Confidence, p: ps[i], adjusted: adjusted[i],
			secondary: i > 0, fixed: fixed}
		if imp := out[i].result.Improvement; imp != nil && i == 0 {
			out[i].p, out[i].adjusted = imp.P, imp.P
		}
	}
	return out
}

// settleVerdicts takes back "better" and "worse" where the finding does not say so, and "no difference" where the arms were
// always measured in one order, which can hide an effect as well as make one.
func settleVerdicts(effects []meanEffect) {
	for _, e := range effects {
		imp := e.result.Improvement
		if imp == nil || imp.Verdict == NoDifference && !e.fixed {
			continue
		}
		imp.Verdict = CannotTell
		if strength, _ := e.judge(); strength == Shown {
			imp.Verdict = BetterVerdict
			if *imp.Mean < 0 {
				imp.Verdict = WorseVerdict
			}
		}
	}
}

// judge weighs the tests: shown needs all of them, and a design that does not explain the effect otherwise.
func (e meanEffect) judge() (Strength, []string) {
	alpha := 1 - e.confidence
	w := e.result.Improvement.PWilcoxon
	byT := e.p != nil && *e.p < alpha
	byWilcoxon := w != nil && *w < alpha
	var doubts []string
	switch attainable := w != nil && math.Pow(2, float64(1-e.result.Improvement.Of)) < alpha; {
	case !byT && !byWilcoxon:
		return NotTold, nil
	case !byT:
		doubts = append(doubts, "the t test does not agree")
	case attainable && !byWilcoxon:
		doubts = append(doubts, "Wilcoxon's test does not agree")
	}
	if byT && e.adjusted != nil && *e.adjusted >= alpha {
		doubts = append(doubts, "after Holm over the metrics beside the first it doesn't count")
	}
	if e.fixed {
		doubts = append(doubts, "the arms were always measured in the same order")
	}
	if len(doubts) > 0 {
		return Suggested, doubts
	}
	return Shown, nil
}

func (e meanEffect) findings() []Finding {
	if e.result.Improvement == nil {
		return nil
	}
	out := []Finding{e.finding()}
	if f := e.equivalence(); f != nil {
		out = append(out, *f)
	}
	return out
}

func (e meanEffect) finding() Finding {
	imp, title := e.result.Improvement, Title(e.metric.Name)
	strength, doubts := e.judge()
	what := fmt.Sprintf("over the %d configurations it changes by %s", imp.Of, e.change())
	if imp.Of == 1 {
		what = fmt.Sprintf("in %s it changes by %s", imp.Effects[0].Name, e.singleChange())
	}
	var s string
	switch strength {
	case Shown:
		s = fmt.Sprintf("%s gets %s: %s.", capital(title), e.direction(), what)
	case Suggested:
		s = fmt.Sprintf("%s seems to get %s, which is not shown: %s, but %s.", capital(title), e.direction(), what, strings.Join(doubts, ", and "))
	default:
		s = fmt.Sprintf("No effect on %s is shown: %s.", title, what)
	}
	return Finding{Kind: "effect", Strength: strength, Metric: e.metric.Name, Sentence: s, Evidence: map[string]any{
		"mean": value(imp.Mean), "ci": interval(imp.CI), "p": value(imp.P), "p_wilcoxon": value(imp.PWilcoxon),
		"absolute": value(imp.Absolute), "absolute_ci": interval(imp.AbsCI), "absolute_p": value(imp.AbsP),
		"p_adjusted": value(e.adjusted), "of": imp.Of, "verdict": string(imp.Verdict), "fixed_order": e.fixed,
	}}
}

func (e meanEffect) direction() string {
	if *e.result.Improvement.Mean > 0 {
		return "better"
	}
	return "worse"
}

// change is relative for the first metric. For the others it is in their unit, followed by where it leads.
func (e meanEffect) change() string {
	imp := e.result.Improvement
	var tests []string
	text, level := "", ""
	if !e.secondary {
		mean, ci := *imp.Mean, imp.CI
		if e.metric.Better == Lower { // a sentence says where the metric goes, not how good that is
			mean, ci = -mean, negated(ci)
		}
		text = Change(mean, Decimals(100*mean, 3))
		if ci != nil {
			decimals := Decimals(100*ci.HalfWidth(), 3)
			text = Change(mean, decimals)
			tests = append(tests, Interval(*ci, e.confidence, Scale{100, "%"}, decimals))
		}
	} else {
		s := ScaleOf(DisplayUnit(e.metric.Name, e.metric.Unit), *e.result.All.Mean)
		decimals := Decimals(*imp.Absolute*s.Factor, 2)
		if imp.AbsCI != nil {
			decimals = Decimals(imp.AbsCI.HalfWidth()*s.Factor, 2)
			tests = append(tests, Interval(*imp.AbsCI, e.confidence, s, decimals))
		}
		text, level = s.Change(*imp.Absolute, decimals), ", to "+s.Format(*e.result.All.Mean, decimals)
	}
	if e.p != nil {
		tests = append(tests, PValue(*e.p))
	}
	text += " on average"
	if len(tests) > 0 {
		text += " (" + strings.Join(tests, ", ")
		if imp.PWilcoxon != nil && !e.secondary {
			text += "; Wilcoxon " + PValue(*imp.PWilcoxon)
		}
		text += ")"
	}
	return text + level
}

// singleChange is that of the one configuration, by Fieller and Welch.
func (e meanEffect) singleChange() string {
	of := e.result.Improvement.Effects[0]
	change, ci := of.Value, of.CI
	if e.metric.Better == Lower {
		change, ci = -change, negated(ci)
	}
	text := ChangeInterval(change, ci, e.confidence, 3)
	if of.P != nil {
		text += ", Welch " + PValue(*of.P)
	}
	return text
}

// equivalence tells that the mean change is smaller than what matters, where that is shown of several configurations.
func (e meanEffect) equivalence() *Finding {
	imp := e.result.Improvement
	if imp.Of == 1 || imp.Verdict != NoDifference {
		return nil
	}
	singly := 0
	for _, effect := range imp.Effects {
		if effect.Verdict == NoDifference {
			singly++
		}
	}
	return &Finding{Kind: "equivalence", Strength: Shown, Metric: e.metric.Name,
		Sentence: fmt.Sprintf("A mean change of %s by %s or more is ruled out over the %d configurations (two one-sided t tests, which rest on the %s interval); singly it is for %d of them.",
			Title(e.metric.Name), Stated(e.metric.Practical), imp.Of, Stated(1-2*(1-e.confidence)), singly),
		Evidence: map[string]any{"practical": e.metric.Practical, "mean": value(imp.Mean), "ci": interval(imp.CI), "of": imp.Of, "singly": singly}}
}
