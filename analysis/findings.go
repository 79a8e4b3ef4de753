package analysis

// findings says in sentences what the numbers of a result show. Each sentence is made from figures of the result alone;
// order: the answer first, then what it rests on.
func findings(c *cells, q Question, r Result) []Finding {
	out := []Finding{}
	add := func(f *Finding) {
		if f != nil {
			out = append(out, *f)
		}
	}
	if len(q.Metrics) == 0 {
		return out
	}
	first := q.Metrics[0]
	effects := meanEffects(c, q, r)
	out = append(out, effects[0].findings()...)
	levels := significantLevels(c, q, r, first)
	if levels != nil && levels.Strength == Shown { // it says where the effect is
		add(levels)
		levels = nil
	}
	add(successRate(q, r, first))
	add(bestFinding(c, q, r))
	add(coldStart(c))
	for _, e := range effects[1:] {
		out = append(out, e.findings()...)
	}
	add(levels)
	add(consistencyFinding(q, r, first))
	add(fixedOrder(c, q))
	add(tooSmall(r, len(c.matrix)))
	add(unequalRepeats(r))
	add(driftFinding(c, q, first))
	add(powerFinding(effects[0]))
	return out
}

func negated(r *Range) *Range {
	if r == nil {
		return nil
	}
	return &Range{-r.High, -r.Low}
}

// value and interval keep typed nils out of evidence.
func value(p *float64) any {
	if p == nil {
		return nil
	}
	return *p
}

func interval(r *Range) any {
	if r == nil {
		return nil
	}
	return *r
}
