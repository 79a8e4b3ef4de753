package analysis

import (
	"math"
	"slices"
)

// minDrift is the number of runs of one setting under which a trend is not looked for.
const minDrift = 8

// precedence counts which arm was measured first, over runs of a configuration and its baseline of the same repeat whose
// times are known.
type precedence struct{ baseline, configuration int }

// fixed says that one arm always came first.
func (p precedence) fixed() bool {
	return p.baseline+p.configuration > 1 && (p.baseline == 0 || p.configuration == 0)
}

func measuredFirst(c *cells) precedence {
	var p precedence
	rows := c.table.Rows
	for _, x := range c.matrix {
		b, _ := c.baselineOf(x)
		if b == nil {
			continue
		}
		started := map[int]int64{}
		for _, i := range b.rows {
			started[rows[i].Repeat] = rows[i].Started
		}
		for _, i := range x.rows {
			at, before := rows[i].Started, started[rows[i].Repeat]
			switch {
			case at == 0 || before == 0 || at == before:
			case before < at:
				p.baseline++
			default:
				p.configuration++
			}
		}
	}
	return p
}

// position tells whether a level was measured "first" or "last" in every block of its factor whose times are known; then
// what looks like its effect may be one of the time. "" where it was neither.
func position(c *cells, factor string, level any) string {
	always := ""
	for _, b := range blocks(c, factor, level) {
		at, others := c.started(b.at), c.started(b.others)
		if len(at) == 0 || len(others) == 0 {
			continue
		}
		here := ""
		switch {
		case slices.Max(at) < slices.Min(others):
			here = "first"
		case slices.Min(at) > slices.Max(others):
			here = "last"
		}
		if here == "" || always != "" && here != always {
			return ""
		}
		always = here
	}
	return always
}

// started gives the known times of the runs of some cells.
func (c *cells) started(xs []*cell) []int64 {
	var times []int64
	for _, x := range xs {
		for _, i := range x.rows {
			if at := c.table.Rows[i].Started; at != 0 {
				times = append(times, at)
			}
		}
	}
	return times
}

// drift correlates the runs of the baseline, one and the same setting, with the time at which they started (Spearman).
func drift(c *cells, metric string) (rho float64, p *float64, n int) {
	var at, values []float64
	for _, b := range c.baselines() {
		for _, i := range b.rows {
			if v := c.table.Metrics[metric][i]; measured(v) && c.table.Rows[i].Started != 0 {
				at = append(at, float64(c.table.Rows[i].Started))
				values = append(values, v)
			}
		}
	}
	if len(at) < minDrift {
		return math.NaN(), nil, len(at)
	}
	rho, p = spearman(at, values)
	return rho, p, len(at)
}
