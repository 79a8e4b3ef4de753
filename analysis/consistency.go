package analysis

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// minSpreadDF is the number of degrees of freedom under which the spread of an arm is not tested: a CV from 6 is known to
// within a factor of two.
const minSpreadDF = 6

// consistency compares the spread of the arms: within configurations where both arms have repeats, else over the means of
// configurations, which needs a baseline beside each. The ratio of squared CVs is taken as F distributed: exact for equal
// means, and good while the CVs are small (Verrill and Johnson 2007). One stalled run is enough for the F test, so
// another that it does not sway stands beside it.
func consistency(c *cells, q Question, m Metric) *Consistency {
	x, b := pool(c, m.Name, c.matrix), pool(c, m.Name, c.baselines())
	xs, bs := c.samples(m.Name, c.matrix), c.samples(m.Name, c.baselines())
	from := "repeats"
	if x.df == 0 || b.df == 0 {
		if !c.paired() {
			return nil
		}
		from = "configurations"
		xs, bs = []sample{c.means(m.Name, c.matrix)}, []sample{c.means(m.Name, c.baselines())}
		x, b = xs[0].moments().pooled(), bs[0].moments().pooled()
	}
	out := spread(x, b, q.Confidence)
	if out == nil {
		return nil
	}
	out.From, out.DF, out.BaselineDF = from, int(x.df), int(b.df)
	dx, db := deviations(xs), deviations(bs)
	out.RatioRobust = finite(dx.mean / db.mean)
	if out.RatioRobust != nil {
		out.PRobust = welch(dx, db)
	}
	if min(x.df, b.df) < minSpreadDF {
		out.P, out.PRobust = nil, nil
	}
	return out
}

func (c *cells) samples(metric string, xs []*cell) []sample {
	out := make([]sample, len(xs))
	for i, x := range xs {
		out[i] = c.sample(metric, x)
	}
	return out
}

// deviations are those of Brown and Forsythe (1974), from the median of each sample and relative to its mean. Their mean is
// smaller in a small sample than in a large one, by about √((n − 1)/n), which is made up for; and of n of them only n − 1
// are counted, since of two both are the same.
func deviations(samples []sample) moments {
	var all []float64
	df := 0.0
	for _, s := range samples {
		m := s.moments()
		if !(m.n > 1) || m.mean == 0 {
			continue
		}
		df += m.n - 1
		median := s.quantile(0.5)
		for _, v := range s {
			all = append(all, math.Abs(v-median)/math.Abs(m.mean)*math.Sqrt(m.n/(m.n-1)))
		}
	}
	m := newSample(all...).moments()
	m.n = df
	return m
}

// spread compares two CVs. nil where one is 0 or unknown.
func spread(x, b pooled, confidence float64) *Consistency {
	ratio := x.cv / b.cv
	if !(ratio > 0) || finite(ratio) == nil {
		return nil
	}
	alpha := 1 - confidence
	out := &Consistency{CV: x.cv, BaselineCV: b.cv, Ratio: ratio}
	f := distuv.F{D1: x.df, D2: b.df}
	low, high := ratio/math.Sqrt(f.Quantile(1-alpha/2)), ratio/math.Sqrt(f.Quantile(alpha/2))
	if finite(low) != nil && finite(high) != nil {
		out.CI = &Range{low, high}
	}
	// The upper tail is the lower one of 1/F, which keeps its digits.
	lower, upper := f.CDF(ratio*ratio), distuv.F{D1: b.df, D2: x.df}.CDF(1/(ratio*ratio))
	out.P = finite(min(1, 2*min(lower, upper)))
	return out
}
