package analysis

import (
	"fmt"
	"math"
	"slices"
)

// mainEffects averages over the configurations at each level of each factor: the improvement, or without a baseline the
// metric itself, which is not tested, since there is nothing to test it against. Either way each level is contrasted with
// the others of its factor.
func mainEffects(c *cells, ks []contrast, q Question, m Metric) []MainEffect {
	out := []MainEffect{}
	for _, f := range c.table.Factors {
		for _, level := range f.Levels {
			var e *MainEffect
			at := func(x *cell) bool { return sameLevel(level, x.factors[f.Name]) }
			if len(ks) > 0 {
				e = improvementAt(slices.DeleteFunc(slices.Clone(ks), func(k contrast) bool { return !at(k.cell) }), q)
			} else {
				e = meanAt(c, slices.DeleteFunc(slices.Clone(c.matrix), func(x *cell) bool { return !at(x) }), q, m)
			}
			if e != nil {
				e.Factor, e.Level = f.Name, level
				out = append(out, *e)
			}
		}
	}
	ps := make([]*float64, len(out))
	for i := range out {
		ps[i] = out[i].P
	}
	for i, p := range holm(ps) {
		out[i].PAdjusted = p
	}
	contrastLevels(c, ks, q, m, out)
	return out
}

func improvementAt(ks []contrast, q Question) *MainEffect {
	if len(ks) == 0 {
		return nil
	}
	mean, positive := relative(ks), 0
	for _, k := range ks {
		if k.value > 0 {
			positive++
		}
	}
	return &MainEffect{
		N: len(ks), Positive: &positive, Mean: mean.mean,
		CI: mean.interval(q.Confidence), P: mean.p(), Best: extreme(ks, 1),
	}
}

func meanAt(c *cells, xs []*cell, q Question, m Metric) *MainEffect {
	var top *NamedValue
	var values []float64
	for _, x := range xs {
		v := c.sample(m.Name, x).moments().mean
		if math.IsNaN(v) {
			continue
		}
		values = append(values, v)
		if top == nil || m.Better.prefers(v, top.Value) {
			top = &NamedValue{Name: x.name, Value: v}
		}
	}
	if top == nil {
		return nil
	}
	mean := newSample(values...).moments().estimate()
	return &MainEffect{N: len(values), Mean: mean.mean, CI: mean.interval(q.Confidence), Best: top}
}

// contrastLevels compares each level with the others of its factor inside the matrix, so that the error of a common
// baseline is in none of it. The design is that of randomized blocks (Box, Hunter & Hunter 2005): a block is the
// configurations that agree in every other factor, and the blocks are the sample. Holm counts the two levels of a factor
// that has no more once, since they have one contrast between them.
func contrastLevels(c *cells, ks []contrast, q Question, m Metric, effects []MainEffect) {
	values := worth(c, ks, m)
	var ps []*float64
	var tested [][]*MainEffect // by the same p
	for _, f := range c.table.Factors {
		var levels []*MainEffect
		for i := range effects {
			e := &effects[i]
			if e.Factor != f.Name {
				continue
			}
			d := differences(blocks(c, f.Name, e.Level), values)
			if len(d) == 0 {
				continue
			}
			mean := d.moments().estimate()
			e.Contrast, e.ContrastCI, e.ContrastP, e.Blocks = finite(mean.mean), mean.interval(q.Confidence), mean.p(), len(d)
			levels = append(levels, e)
		}
		if len(levels) == 2 {
			ps, tested = append(ps, levels[0].ContrastP), append(tested, levels)
			continue
		}
		for _, e := range levels {
			ps, tested = append(ps, e.ContrastP), append(tested, []*MainEffect{e})
		}
	}
	for i, p := range holm(ps) {
		for _, e := range tested[i] {
			e.ContrastPAdjusted = p
		}
	}
}

// worth gives what levels are compared by, positive when better: the improvements where each configuration has a
// baseline of its own; else the means, relative to the mean over the configurations.
func worth(c *cells, ks []contrast, m Metric) map[*cell]float64 {
	values := map[*cell]float64{}
	if c.paired() {
		for _, k := range ks {
			values[k.cell] = k.value
		}
		return values
	}
	unit := c.means(m.Name, c.matrix).moments().mean
	if !(unit > 0) { // a relative difference means nothing there
		return values
	}
	if m.Better == Lower {
		unit = -unit
	}
	for _, x := range c.matrix {
		if v := c.sample(m.Name, x).moments().mean / unit; measured(v) {
			values[x] = v
		}
	}
	return values
}

// A block is the configurations that agree in every factor but one, parted into those at a level of it and the others.
type block struct{ at, others []*cell }

// blocks gives those that have the level and another, in matrix order.
func blocks(c *cells, factor string, level any) []*block {
	byKey := map[string]*block{}
	var out []*block
	for _, x := range c.matrix {
		if x.factors[factor] == nil {
			continue
		}
		key := blockOf(x, c.table.Factors, factor)
		b := byKey[key]
		if b == nil {
			b = &block{}
			byKey[key] = b
			out = append(out, b)
		}
		if sameLevel(level, x.factors[factor]) {
			b.at = append(b.at, x)
		} else {
			b.others = append(b.others, x)
		}
	}
	return slices.DeleteFunc(out, func(b *block) bool { return len(b.at) == 0 || len(b.others) == 0 })
}

// differences gives for each block how far the level is above the mean of the others, where both have a value.
func differences(bs []*block, values map[*cell]float64) sample {
	mean := func(xs []*cell) float64 {
		var of []float64
		for _, x := range xs {
			if v, ok := values[x]; ok {
				of = append(of, v)
			}
		}
		return newSample(of...).moments().mean
	}
	var out []float64
	for _, b := range bs {
		out = append(out, mean(b.at)-mean(b.others))
	}
	return newSample(out...)
}

// blockOf names the levels of every factor but one.
func blockOf(x *cell, factors []Factor, but string) string {
	var levels []any
	for _, f := range factors {
		if f.Name != but {
			levels = append(levels, numeric(x.factors[f.Name]))
		}
	}
	return fmt.Sprintf("%#v", levels) // Go syntax tells "1" from 1
}
