package analysis

import (
	"cmp"
	"slices"
)

// welchTest is the only test between two arms so far.
const welchTest = "welch"

// A contrast is a configuration against its baseline.
type contrast struct {
	cell     *cell
	x, b     moments // of the runs of the configuration and of its baseline
	shared   bool    // the baseline is the common one
	ratio    float64 // mean(x) / mean(b)
	value    float64 // relative improvement, positive when better
	absolute float64 // mean(x) − mean(b)
}

// contrasts gives those configurations that have a value and a baseline whose mean is positive: against 0 or a negative
// value a relative change means nothing.
func contrasts(c *cells, m Metric) []contrast {
	var out []contrast
	for _, x := range c.matrix {
		base, shared := c.baselineOf(x)
		if base == nil {
			continue
		}
		k := contrast{cell: x, shared: shared, x: c.sample(m.Name, x).moments(), b: c.sample(m.Name, base).moments()}
		if !(k.x.n > 0) || !(k.b.mean > 0) {
			continue
		}
		k.ratio = k.x.mean / k.b.mean
		k.absolute = k.x.mean - k.b.mean
		k.value = k.absolute / k.b.mean
		if m.Better == Lower {
			k.value = -k.value
		}
		if measured(k.value) && measured(k.absolute) {
			out = append(out, k)
		}
	}
	return out
}

// relative estimates the mean improvement. The error of a common baseline is in every contrast; by the delta method it
// adds (Σ ratio / k)² · (se(b) / mean(b))² over the contrasts that share it.
func relative(ks []contrast) estimate {
	return overConfigurations(ks, func(k contrast) (value, weight float64) { return k.value, k.ratio / k.b.mean })
}

// absolute estimates the mean difference in the metric's unit.
func absolute(ks []contrast) estimate {
	return overConfigurations(ks, func(k contrast) (value, weight float64) { return k.absolute, 1 })
}

// overConfigurations estimates a mean over contrasts; weight is how far a value moves when the baseline moves by one unit.
func overConfigurations(ks []contrast, of func(contrast) (value, weight float64)) estimate {
	var values []float64
	var weight, variance, df float64
	for _, k := range ks {
		v, w := of(k)
		values = append(values, v)
		if k.shared {
			weight += w / float64(len(ks))
			variance, df = k.b.variance/k.b.n, k.b.n-1
		}
	}
	return meanOf(values, weight*weight*variance, df)
}

func improvement(ks []contrast, q Question, m Metric) *Improvement {
	if len(ks) == 0 {
		return nil
	}
	if len(ks) == 1 {
		return singleImprovement(ks[0], q, m)
	}
	mean, difference := relative(ks), absolute(ks)
	out := &Improvement{
		Mean:       finite(mean.mean),
		CI:         mean.interval(q.Confidence),
		P:          mean.p(),
		Absolute:   finite(difference.mean),
		AbsCI:      difference.interval(q.Confidence),
		AbsP:       difference.p(),
		Of:         len(ks),
		Best:       extreme(ks, 1),
		Worst:      extreme(ks, -1),
		Verdict:    verdict(mean.mean, mean.p(), mean.equivalence(m.Practical), q.Confidence), // settleVerdicts may take it back
		Detectable: mean.detectableMean(q.Confidence),
		Effects:    effects(ks, q, m),
	}
	negative, shared := 0, 0
	values := make([]float64, len(ks))
	for i, k := range ks {
		values[i] = k.value
		if k.shared {
			shared++
		}
		if k.value > 0 {
			out.Positive++
		} else if k.value < 0 {
			negative++
		}
	}
	// Both tests take the signs as independent, which they are not where one baseline's error is in several of them.
	if shared < 2 {
		out.PWilcoxon = signedRank(values)
		out.PSign = signTest(out.Positive, negative)
	}
	return out
}

// singleImprovement is that of an experiment with one configuration: there is nothing to average over, so interval and
// tests are over its runs.
func singleImprovement(k contrast, q Question, m Metric) *Improvement {
	effect := effects([]contrast{k}, q, m)
	difference := ratioTest(k.x, k.b, 1)
	out := &Improvement{
		Mean: finite(k.value), CI: effect[0].CI, P: effect[0].P,
		Absolute: finite(k.absolute), AbsCI: difference.interval(q.Confidence), AbsP: difference.p(),
		Of: 1, Best: extreme([]contrast{k}, 1), Worst: extreme([]contrast{k}, -1),
		Verdict: effect[0].Verdict, Effects: effect,
	}
	if k.value > 0 {
		out.Positive = 1
	}
	return out
}

// extreme is the largest value, or with sign −1 the smallest; of equal ones the first.
func extreme(ks []contrast, sign float64) *NamedValue {
	top := slices.MaxFunc(ks, func(a, b contrast) int { return cmp.Compare(sign*a.value, sign*b.value) })
	return &NamedValue{Name: top.cell.name, Value: top.value}
}

// verdict takes p values that are adjusted already. Equivalence comes first: a difference that is certainly smaller than
// what matters is none, however certain.
func verdict(value float64, p, equivalence *float64, confidence float64) Verdict {
	alpha := 1 - confidence
	switch {
	case equivalence != nil && *equivalence < alpha:
		return NoDifference
	case p == nil || *p >= alpha:
		return CannotTell
	case value > 0:
		return BetterVerdict
	default:
		return WorseVerdict
	}
}

func effects(ks []contrast, q Question, m Metric) []Effect {
	out := make([]Effect, len(ks))
	ps, equivalences := make([]*float64, len(ks)), make([]*float64, len(ks))
	for i, k := range ks {
		ps[i] = welch(k.x, k.b)
		equivalences[i] = ratioEquivalence(k.x, k.b, m.Practical)
	}
	adjusted, equivalent := holm(ps), holm(equivalences)
	order := make([]int, len(ks))
	for i, k := range ks {
		order[i] = i
		out[i] = Effect{
			Name:         k.cell.name,
			Value:        k.value,
			CI:           k.interval(q.Confidence, m.Better),
			P:            ps[i],
			PAdjusted:    adjusted[i],
			PEquivalence: equivalent[i],
			Verdict:      verdict(k.value, adjusted[i], equivalent[i], q.Confidence),
		}
		if ps[i] != nil {
			out[i].Test = welchTest
		}
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(ks[j].value, ks[i].value) })
	for rank, i := range order {
		out[i].Rank = rank + 1
	}
	return out
}

// interval is Fieller's interval of the ratio, as an improvement.
func (k contrast) interval(confidence float64, better Direction) *Range {
	ratio := ratioInterval(k.x, k.b, confidence)
	if ratio == nil {
		return nil
	}
	if better == Lower {
		return &Range{1 - ratio.High, 1 - ratio.Low}
	}
	return &Range{ratio.Low - 1, ratio.High - 1}
}

// prefers says whether a is better than b.
func (d Direction) prefers(a, b float64) bool {
	if d == Lower {
		return a < b
	}
	return a > b
}
