package spec

import (
	"slices"
	"sync"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// What varies along the matrix is asked for at every cell, and there may be 100 000 of them. So an expression is taken apart
// once: a level is had from its axis, and what is left in pieces is evaluated once for each combination of the levels that it
// refers to. None of this reports a mistake: where a piece is not as plain as it takes, the expression is evaluated at that point
// as it stands, and that decides what is told.

// A form is an expression that has been taken apart. It gives its value at a point, or says that the expression as it stands has to
// be asked.
type form[T any] interface {
	at(p *point) (T, bool)
}

// A compiler takes the settings of an experiment apart.
type compiler struct {
	experiment *Experiment
	setting    *setting // the one that it is at
	room       int      // how many values may still be kept
}

// maxKept is how many values are kept of an experiment's pieces, all together: some 5 MB.
const maxKept = 1 << 16

// compile takes apart what varies in an experiment that has been decoded. One evaluation goes on at a time: functions keep what they
// have read, and pieces what they have given.
func (e *Experiment) compile(evaluating *sync.Mutex) {
	e.evaluating, e.solos = evaluating, &soloTable{}
	for _, b := range e.Baselines {
		if b.Paired {
			e.paired = append(e.paired, b)
		} else {
			e.alone = append(e.alone, b)
		}
	}
	c := &compiler{experiment: e, room: maxKept}
	for i := range e.varying {
		c.compile(&e.varying[i])
	}
	for i := range e.exclude {
		c.compile(&e.exclude[i])
	}
	for i := range e.skip {
		c.compile(&e.skip[i].when)
		c.compile(&e.skip[i].reason)
	}
	for _, b := range e.Baselines {
		c.compile(&b.options)
	}
	for _, m := range e.Members {
		for i := range m.varying {
			c.compile(&m.varying[i])
		}
	}
}

func (c *compiler) compile(s *setting) {
	c.setting = s
	switch {
	case !s.varies:
	case s.attr.kind == kScalars:
		s.options = collected{c.fields(s.expr)}
	case s.attr.kind == kBool:
		s.condition = c.condition(s.expr)
	default:
		s.single = keep(c, s.expr, s.evaluate, func(v cty.Value) (cty.Value, bool) { return v, true })
	}
}

// raw evaluates a piece of the setting, without what is asked of the whole.
func (c *compiler) raw(piece hcl.Expression) evaluation {
	s, work := c.setting, c.experiment.scope.outermost().work
	return func(p *point) (cty.Value, hcl.Diagnostics) { return work.value(piece, s.scope(p).ctx) }
}

// An evaluation gives the value of an expression at a point.
type evaluation func(p *point) (cty.Value, hcl.Diagnostics)

// A piece is an expression that is not taken apart any further.
type piece[T any] struct {
	evaluate evaluation
	take     func(cty.Value) (T, bool)
	axes     []int     // that it depends on
	kept     []kept[T] // by the combination of their levels, the last axis varying fastest; nil where there are too many
}

type kept[T any] struct {
	value     T
	ok, there bool
}

// keep makes a piece of an expression. What is taken of its values is kept for as many combinations as there is room for.
func keep[T any](c *compiler, expr hcl.Expression, evaluate evaluation, take func(cty.Value) (T, bool)) *piece[T] {
	x := &piece[T]{evaluate: evaluate, take: take, axes: c.experiment.axesIn(expr)}
	n := 1
	for _, k := range x.axes {
		n *= len(c.experiment.Axes[k].cells)
	}
	if n <= max(1, c.room) {
		c.room -= n
		x.kept = make([]kept[T], n)
	}
	return x
}

func (x *piece[T]) at(p *point) (T, bool) {
	if x.kept == nil || p.index == nil {
		return x.ask(p)
	}
	i := 0
	for _, k := range x.axes {
		i = i*len(p.of.Axes[k].cells) + p.index[k]
	}
	found := &x.kept[i]
	if !found.there {
		found.value, found.ok = x.ask(p)
		found.there = true
	}
	return found.value, found.ok
}

func (x *piece[T]) ask(p *point) (none T, ok bool) {
	v, diags := x.evaluate(p)
	if len(diags) > 0 {
		return none, false
	}
	return x.take(v)
}

// axesIn gives the axes that an expression refers to, by their place: all where it takes the matrix as a whole.
func (e *Experiment) axesIn(expr hcl.Expression) []int {
	var axes []int
	for i, a := range e.Axes {
		refers := func(t hcl.Traversal) bool {
			name, named := second(t)
			return t.RootName() == "matrix" && (!named || name == a.Name)
		}
		if slices.ContainsFunc(expr.Variables(), refers) {
			axes = append(axes, i)
		}
	}
	return axes
}
