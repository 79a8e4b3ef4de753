package analysis

import (
	"fmt"
	"math"
	"strings"
)

// successRate tells how many configurations are better than their baseline, and whether a coin would do as well.
func successRate(q Question, r Result, m Metric) *Finding {
	imp := r.Metrics[m.Name].Improvement
	if imp == nil || imp.Of < 2 {
		return nil
	}
	side := "above"
	if m.Better == Lower {
		side = "below"
	}
	f := &Finding{Kind: "success_rate", Strength: NotTold, Metric: m.Name,
		Evidence: map[string]any{"positive": imp.Positive, "of": imp.Of, "p_sign": value(imp.PSign)}}
	count := fmt.Sprintf("%d of %d configurations %s %s", imp.Positive, imp.Of, verb(imp.Positive, "is", "are"), side)
	own, once := verb(imp.Positive, "its", "their"), ""
	if r.MaxRepeats == 1 {
		once = "with one run each "
	}
	switch {
	case imp.Best.Value == 0 && imp.Worst.Value == 0:
		f.Sentence = fmt.Sprintf("All %d configurations equal their baseline.", imp.Of)
	case imp.PSign == nil:
		f.Sentence = count + " the baseline that they share; its error is in all of them, so they can't be counted as independent."
	case *imp.PSign < 1-q.Confidence:
		f.Strength = Shown
		than := "more"
		if 2*imp.Positive < imp.Of {
			than = "fewer"
		}
		f.Sentence = fmt.Sprintf("%s %s baseline, %s than chance explains (sign test %s).", count, own, than, PValue(*imp.PSign))
	default:
		f.Sentence = fmt.Sprintf("%s %s baseline; %sthis can't be told from chance (sign test %s).", count, own, once, PValue(*imp.PSign))
	}
	return f
}

// bestFinding tells whether the best stands out: by tests against each of the others where there are repeats, else
// against the noise of single runs.
func bestFinding(c *cells, q Question, r Result) *Finding {
	if len(r.Ranking) < 2 {
		return nil
	}
	if r.MaxRepeats == 1 {
		return bestOfSingleRuns(q, r)
	}
	m := q.Metrics[0]
	samples := map[string]moments{}
	for _, x := range c.matrix {
		samples[x.name] = c.sample(m.Name, x).moments()
	}
	ps := make([]*float64, len(r.Ranking)-1)
	for i, rival := range r.Ranking[1:] {
		ps[i] = welch(samples[r.Best.Name], samples[rival.Name])
	}
	alike := 0
	for _, p := range holm(ps) {
		if p == nil || *p >= 1-q.Confidence {
			alike++
		}
	}
	evidence := map[string]any{"name": r.Best.Name, "probability": value(r.Best.Probability), "others": len(ps), "not_separable": alike}
	measured := fmt.Sprintf("%s (%s)", r.Best.Name, Quantity(r.Ranking[0].Value, DisplayUnit(m.Name, m.Unit)))
	often := ""
	if r.Best.Probability != nil {
		often = fmt.Sprintf("; it is the best in %s of resamples", Percent(*r.Best.Probability, 0))
	}
	others := fmt.Sprintf("%d of the %d others", alike, len(ps))
	switch {
	case len(ps) == 1:
		others = "the other"
	case alike == len(ps):
		others = fmt.Sprintf("any of the %d others", alike)
	}
	if alike == 0 {
		return &Finding{Kind: "best", Strength: Shown, Metric: m.Name, Evidence: evidence,
			Sentence: fmt.Sprintf("%s is better than each of the other configurations (Welch, Holm)%s.", measured, often)}
	}
	return &Finding{Kind: "best_not_separable", Strength: NotTold, Metric: m.Name, Evidence: evidence,
		Sentence: fmt.Sprintf("The best measured, %s, can't be told from %s (Welch, Holm)%s.", measured, others, often)}
}

// bestOfSingleRuns compares the largest change with the noise of one pair of runs, and where it is beyond that, with what
// the largest of so many pairs of pure noise may reach (Bonferroni).
func bestOfSingleRuns(q Question, r Result) *Finding {
	m := q.Metrics[0]
	of := r.Metrics[m.Name]
	f := &Finding{Kind: "best_not_separable", Strength: NotTold, Metric: m.Name}
	if of.Improvement == nil || of.Improvement.Of < 2 || of.Noise == nil {
		f.Evidence = map[string]any{"name": r.Best.Name, "value": r.Ranking[0].Value}
		f.Sentence = fmt.Sprintf("The best measured, %s (%s), can't be told from the others: there are too few runs to know their noise.",
			r.Best.Name, Quantity(r.Ranking[0].Value, DisplayUnit(m.Name, m.Unit)))
		return f
	}
	best, k := *of.Improvement.Best, float64(of.Improvement.Of)
	largest := critical(1-(1-q.Confidence)/k, float64(of.Noise.DF)) * math.Sqrt2 * of.Noise.CV
	f.Evidence = map[string]any{"name": best.Name, "value": best.Value, "of": of.Improvement.Of, "single": of.Noise.Single, "largest_of_noise": largest}
	what := fmt.Sprintf("The best of %d improvements, %s with %s,", of.Improvement.Of, best.Name, Change(best.Value, 2))
	switch {
	case best.Value <= of.Noise.Single:
		f.Sentence = fmt.Sprintf("%s lies inside the noise of one run (±%s).", what, Percent(of.Noise.Single, 2))
	case best.Value <= largest:
		f.Sentence = fmt.Sprintf("%s is beyond the noise of one run (±%s), but the largest of %d differences of pure noise may reach %s.",
			what, Percent(of.Noise.Single, 2), of.Improvement.Of, Percent(largest, 2))
	default:
		f.Kind, f.Strength = "best", Suggested
		f.Sentence = fmt.Sprintf("%s is more than the largest of %d differences of pure noise (%s), but it rests on one run.",
			what, of.Improvement.Of, Percent(largest, 2))
	}
	return f
}

// verb agrees with a number.
func verb(n int, singular, plural string) string {
	if n == 1 {
		return singular
	}
	return plural
}

// consistencyFinding compares the spread of the arms. That a difference isn't seen does not show that there is none, and what is
// seen is at most suggested: either test takes the runs as independent, which those of one sweep need not be.
func consistencyFinding(q Question, r Result, m Metric) *Finding {
	k := r.Metrics[m.Name].Consistency
	if k == nil || k.CI == nil {
		return nil
	}
	where := "within configurations"
	if k.From == "configurations" {
		where = "over configurations"
	}
	numbers := fmt.Sprintf("CV %s %s against %s at the baseline (ratio %s, %s CI %s to %s)", where, Share(k.CV, 3), Share(k.BaselineCV, 3),
		Number(k.Ratio, 2), Stated(q.Confidence), Number(k.CI.Low, 2), Number(k.CI.High, 2))
	f := &Finding{Kind: "consistency", Strength: NotTold, Metric: m.Name, Evidence: map[string]any{
		"cv": k.CV, "baseline_cv": k.BaselineCV, "df": k.DF, "baseline_df": k.BaselineDF, "ratio": k.Ratio, "ci": *k.CI,
		"p": value(k.P), "ratio_robust": value(k.RatioRobust), "p_robust": value(k.PRobust), "from": k.From}}
	way := "less steady"
	if k.Ratio < 1 {
		way = "steadier"
	}
	alpha := 1 - q.Confidence
	switch {
	case k.P == nil:
		f.Sentence = fmt.Sprintf("Which arm has the steadier %s can't be told from so few runs: %s, from %d and %d degrees of freedom; a test takes %d in each arm.",
			Title(m.Name), numbers, k.DF, k.BaselineDF, minSpreadDF)
	case *k.P >= alpha:
		f.Sentence = fmt.Sprintf("No difference in the spread of %s is shown between the arms: %s.", Title(m.Name), numbers)
	case k.PRobust == nil || *k.PRobust >= alpha || (*k.RatioRobust < 1) != (k.Ratio < 1):
		f.Sentence = fmt.Sprintf("No difference in the spread of %s is shown between the arms: %s; the F test sees one (%s), but Brown and Forsythe's, which single runs sway less, does not agree.",
			Title(m.Name), numbers, PValue(*k.P))
	default:
		f.Strength = Suggested
		f.Sentence = fmt.Sprintf("%s seems %s than at the baseline, which is not shown: %s; F test %s, Brown and Forsythe's %s.",
			capital(Title(m.Name)), way, numbers, PValue(*k.P), PValue(*k.PRobust))
	}
	return f
}

// powerFinding tells what would settle an open question. Where the test tells an effect but the design gives another cause for
// it, more repeats would not.
func powerFinding(e meanEffect) *Finding {
	m, of := e.metric, e.result
	if of.Improvement == nil || of.Improvement.Verdict != CannotTell || e.p != nil && *e.p < 1-e.confidence {
		return nil
	}
	var parts []string
	var sizes []SampleSize
	for _, s := range of.Power {
		if s.Basis == "observed" { // an effect that was not told from 0 is no effect to plan for
			continue
		}
		noun := ""
		if len(parts) == 0 {
			noun = "repeats of each arm "
		}
		parts = append(parts, fmt.Sprintf("%d %sfor %s", s.Repeats, noun, Stated(s.Effect)))
		sizes = append(sizes, s)
	}
	if len(parts) == 0 {
		return nil
	}
	return &Finding{Kind: "power", Strength: NotTold, Metric: m.Name, Evidence: map[string]any{"cv": of.Noise.CV, "sizes": sizes},
		Sentence: fmt.Sprintf("To see a change of %s in one configuration looked at alone takes %s (80 %% power).",
			Title(m.Name), strings.Join(parts, ", "))}
}
