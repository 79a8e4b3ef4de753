package analysis

import "math"

// pooled is a spread put together from several cells.
type pooled struct{ sd, cv, df float64 }

func (m moments) pooled() pooled { return pooled{sd: m.sd(), cv: m.cv(), df: m.n - 1} }

// pool takes the spread within cells: root mean square of the standard deviations and of the CVs, weighted by degrees of
// freedom. A cell with a mean of 0 has no CV and is left out.
func pool(c *cells, metric string, xs []*cell) pooled {
	var p pooled
	for _, x := range xs {
		m := c.sample(metric, x).moments()
		if !(m.n > 1) || m.mean == 0 {
			continue
		}
		df := m.n - 1
		p.sd += df * m.variance
		p.cv += df * m.cv() * m.cv()
		p.df += df
	}
	p.sd, p.cv = math.Sqrt(p.sd/p.df), math.Sqrt(p.cv/p.df)
	return p
}

// noise is the spread of one setting measured again and again: repeats within configurations; or, where the runs of a
// paired baseline say more (each configuration was run once), those, which then hold the drift of the sweep as well.
func noise(c *cells, m Metric) *Noise {
	p, from := pool(c, m.Name, c.withBaselines()), "repeats"
	if c.paired() {
		all := c.sample(m.Name, c.baselines()...).moments()
		if df := all.n - 1; df > p.df {
			p, from = all.pooled(), "baseline"
		}
	}
	if p.df == 0 || finite(p.sd) == nil || finite(p.cv) == nil {
		return nil
	}
	return &Noise{From: from, SD: p.sd, CV: p.cv, DF: int(p.df), Single: 2 * math.Sqrt2 * p.cv}
}

// withBaselines are the cells of both arms.
func (c *cells) withBaselines() []*cell { return append(c.baselines(), c.matrix...) }
