package analysis

import "fmt"

// Findings about how the data were made.

// minLoadShare is the share of TTFT from which loading is worth a sentence; a server that is warm reports a little, too.
const minLoadShare = 0.2

// coldStart tells how much of TTFT is the server loading the model. Every row of the table that has both values counts.
func coldStart(c *cells) *Finding {
	ttft, load, warm := c.table.Metrics["ttft"], c.table.Metrics["load"], c.table.Metrics["ttft_warm"]
	if ttft == nil || load == nil && warm == nil {
		return nil
	}
	var total, loading, rest []float64
	for i, t := range ttft {
		var l float64
		switch {
		case load != nil:
			l = load[i]
		default:
			l = t - warm[i]
		}
		if measured(t) && measured(l) {
			total, loading, rest = append(total, t), append(loading, l), append(rest, t-l)
		}
	}
	t, l, r := newSample(total...).moments(), newSample(loading...).moments(), newSample(rest...).moments()
	share := l.mean / t.mean
	if !(share >= minLoadShare) {
		return nil
	}
	return &Finding{Kind: "cold_start_in_ttft", Strength: Shown, Metric: "ttft",
		Sentence: fmt.Sprintf("Of %s TTFT on average %s are the server loading the model; without it %s.",
			Duration(t.mean), Duration(l.mean), Duration(r.mean)),
		Evidence: map[string]any{"ttft": t.mean, "load": l.mean, "ttft_warm": r.mean, "share": share, "n": len(total)}}
}

func tooSmall(r Result, configurations int) *Finding {
	if r.MaxRepeats != 1 {
		return nil
	}
	return &Finding{Kind: "n_too_small", Strength: NotTold, Sentence: singleRun(configurations),
		Evidence: map[string]any{"repeats": 1, "configurations": configurations}}
}

func singleRun(configurations int) string {
	if configurations == 1 {
		return "The only configuration was run once: no interval, CV or test can be given for it."
	}
	return fmt.Sprintf("Each configuration was run once: no interval, CV or test can be given for a single one; only all %d together say something.", configurations)
}

func unequalRepeats(r Result) *Finding {
	if r.MinRepeats == r.MaxRepeats {
		return nil
	}
	return &Finding{Kind: "unequal_repeats", Strength: Shown,
		Sentence: fmt.Sprintf("Configurations were run between %d and %d times, so their means are not equally certain.", r.MinRepeats, r.MaxRepeats),
		Evidence: map[string]any{"min": r.MinRepeats, "max": r.MaxRepeats}}
}

// fixedOrder tells that the order of the arms is confounded with the arms.
func fixedOrder(c *cells, q Question) *Finding {
	first := measuredFirst(c)
	if !first.fixed() {
		return nil
	}
	n, arm := first.baseline, "the baseline "+q.Baseline
	if n == 0 {
		n, arm = first.configuration, "the configuration"
	}
	return &Finding{Kind: "fixed_order", Strength: Shown,
		Sentence: fmt.Sprintf("In all %d pairs of runs %s was measured first, so an effect of the order isn't excluded.", n, arm),
		Evidence: map[string]any{"pairs": n, "first": arm}}
}

// driftFinding tells of a trend in the baseline, one setting measured all along.
func driftFinding(c *cells, q Question, m Metric) *Finding {
	rho, p, n := drift(c, m.Name)
	if p == nil || *p >= 1-q.Confidence {
		return nil
	}
	way := "rises"
	if rho < 0 {
		way = "falls"
	}
	return &Finding{Kind: "drift", Strength: Suggested, Metric: m.Name,
		Sentence: fmt.Sprintf("At the baseline, one and the same setting, %s %s in the course of the sweep (Spearman's ρ = %s over %d runs, %s).",
			Title(m.Name), way, Number(rho, 2), n, PValue(*p)),
		Evidence: map[string]any{"rho": rho, "p": *p, "n": n}}
}
