package analysis

import (
	"cmp"
	"slices"
)

// A cell is the runs of one configuration in one arm.
type cell struct {
	name, arm, pair string
	factors         map[string]any
	rows            []int // of the table, by repeat
}

// cells is a table sorted into configurations: those of the matrix in matrix order, then baselines.
type cells struct {
	table  Table
	all    []*cell
	matrix []*cell
	own    map[string]*cell // baseline measured beside a configuration, by that configuration's name
	common *cell            // the runs of the one baseline that configurations share; nil where there is none
}

func sortCells(t Table, baseline string) *cells {
	type key struct{ name, arm, pair string }
	byKey := map[key]*cell{}
	c := &cells{table: t, own: map[string]*cell{}}
	for _, i := range rowOrder(t) {
		r := t.Rows[i]
		k := key{r.Configuration, r.Arm, r.Pair}
		if byKey[k] == nil {
			byKey[k] = &cell{name: r.Configuration, arm: r.Arm, pair: r.Pair, factors: r.Factors}
			c.all = append(c.all, byKey[k])
		}
		byKey[k].rows = append(byKey[k].rows, i)
	}
	matrixOrder := matrixPositions(t, c.all)
	slices.SortStableFunc(c.all, func(a, b *cell) int {
		return cmp.Or(cmp.Compare(a.arm, b.arm), slices.Compare(matrixOrder[a], matrixOrder[b]),
			cmp.Compare(a.name, b.name), cmp.Compare(a.pair, b.pair))
	})
	for _, x := range c.all {
		switch {
		case x.arm == "":
			c.matrix = append(c.matrix, x)
		case x.arm != baseline:
		case x.pair != "":
			c.own[x.pair] = x
		case c.common == nil:
			c.common = &cell{name: x.name, arm: x.arm, rows: slices.Clone(x.rows)}
		default: // rows of another table may name the runs of one baseline differently
			c.common.rows = append(c.common.rows, x.rows...)
		}
	}
	return c
}

// rowOrder sorts rows by what identifies them, so that the table's own order doesn't matter.
func rowOrder(t Table) []int {
	order := make([]int, len(t.Rows))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		a, b := t.Rows[i], t.Rows[j]
		return cmp.Or(cmp.Compare(a.Configuration, b.Configuration), cmp.Compare(a.Repeat, b.Repeat),
			cmp.Compare(a.Started, b.Started), cmp.Compare(a.Source, b.Source))
	})
	return order
}

// matrixPositions gives each cell the positions of its levels along the axes. The baseline beside a configuration stands
// where that configuration does.
func matrixPositions(t Table, all []*cell) map[*cell][]int {
	byName := map[string]*cell{}
	for _, x := range all {
		if x.arm == "" {
			byName[x.name] = x
		}
	}
	positions := map[*cell][]int{}
	for _, x := range all {
		of := x
		if beside := byName[x.pair]; beside != nil {
			of = beside
		}
		for _, f := range t.Factors {
			p := slices.IndexFunc(f.Levels, func(l any) bool { return sameLevel(l, of.factors[f.Name]) })
			if p < 0 {
				p = len(f.Levels)
			}
			positions[x] = append(positions[x], p)
		}
	}
	return positions
}

// sameLevel compares levels, which are string, bool or float64. Whole numbers that a caller left as int count as numbers.
func sameLevel(a, b any) bool {
	x := numeric(a)
	return x != nil && x == numeric(b)
}

func numeric(level any) any {
	switch v := level.(type) {
	case int:
		return float64(v)
	case int64:
		return float64(v)
	case string, bool, float64:
		return v
	}
	return nil
}

// sample gives the values of a metric in a cell.
func (c *cells) sample(metric string, xs ...*cell) sample {
	var values []float64
	for _, x := range xs {
		if x == nil {
			continue
		}
		for _, i := range x.rows {
			values = append(values, c.table.Metrics[metric][i])
		}
	}
	return newSample(values...)
}

// baselineOf is what a configuration is compared with: its own baseline, or else the common one. nil where it has none.
func (c *cells) baselineOf(x *cell) (b *cell, shared bool) {
	if own := c.own[x.name]; own != nil {
		return own, false
	}
	return c.common, c.common != nil
}

// baselines are the cells of the arm that the others are compared with.
func (c *cells) baselines() []*cell {
	var out []*cell
	for _, x := range c.all {
		if x.arm != "" && c.own[x.pair] == x {
			out = append(out, x)
		}
	}
	if c.common != nil {
		out = append(out, c.common)
	}
	return out
}

// paired is true where every configuration has a baseline of its own.
func (c *cells) paired() bool {
	for _, x := range c.matrix {
		if c.own[x.name] == nil {
			return false
		}
	}
	return len(c.matrix) > 0
}

// repeats are the fewest and the most runs of a configuration, or of a baseline beside one. A common baseline may well
// have more on purpose.
func (c *cells) repeats() (fewest, most int) {
	counted := slices.Clone(c.matrix)
	for _, b := range c.own {
		counted = append(counted, b)
	}
	for i, x := range counted {
		if n := len(x.rows); i == 0 {
			fewest, most = n, n
		} else {
			fewest, most = min(fewest, n), max(most, n)
		}
	}
	return fewest, most
}
