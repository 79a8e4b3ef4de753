package spec

import (
	"iter"

	"github.com/zclconf/go-cty/cty"
)

// A point is a combination of levels, one of each axis: a cell of the matrix, or what an include adds to them.
type point struct {
	of    *Experiment
	cells []*cell
	index []int // where these stand on their axes; nil for an include, whose levels may be on none

	inner *scope // once something has to be evaluated
}

// scope gives what an expression sees at this point.
func (p *point) scope() *scope {
	if len(p.cells) == 0 {
		return p.of.scope
	}
	if p.inner == nil {
		p.inner = p.of.scope.with(map[string]cty.Value{"matrix": p.matrix()})
	}
	return p.inner
}

func (p *point) matrix() cty.Value {
	matrix := make(map[string]cty.Value, len(p.cells))
	for i, a := range p.of.Axes {
		matrix[a.Name] = p.cells[i].value
	}
	return cty.ObjectVal(matrix)
}

// size is how many cells the matrix has, excluded ones too; 1 without a matrix.
func (e *Experiment) size() int {
	n := 1
	for _, a := range e.Axes {
		n *= len(a.cells)
	}
	return n
}

// point gives the i-th point: a cell of the matrix, the last axis varying fastest, or after these an include.
func (e *Experiment) point(i int) *point {
	if size := e.size(); i >= size {
		return e.included(e.include[i-size])
	}
	p := &point{of: e, cells: make([]*cell, len(e.Axes)), index: make([]int, len(e.Axes))}
	for k := len(e.Axes) - 1; k >= 0; k-- {
		levels := e.Axes[k].cells
		p.index[k], i = i%len(levels), i/len(levels)
		p.cells[k] = &levels[p.index[k]]
	}
	return p
}

// cells goes through the matrix. The point is used again for the next cell.
func (e *Experiment) cells() iter.Seq2[int, *point] {
	return func(yield func(int, *point) bool) {
		p := e.point(0)
		for i := range e.size() {
			if !yield(i, p) {
				return
			}
			p.inner = nil
			for k := len(e.Axes) - 1; k >= 0; k-- {
				levels := e.Axes[k].cells
				p.index[k] = (p.index[k] + 1) % len(levels)
				p.cells[k] = &levels[p.index[k]]
				if p.index[k] > 0 {
					break
				}
			}
		}
	}
}

// included gives the point that an include stands for.
func (e *Experiment) included(inc included) *point {
	p := &point{of: e}
	for i := range inc.cells {
		p.cells = append(p.cells, &inc.cells[i])
	}
	return p
}

// points goes through what is not excluded: cells, then includes.
func (e *Experiment) points() iter.Seq2[int, *point] {
	return func(yield func(int, *point) bool) {
		for i, p := range e.cells() {
			if excluded, _ := e.excludes(p); !excluded && !yield(i, p) {
				return
			}
		}
		for i, inc := range e.include {
			if !yield(e.size()+i, e.included(inc)) {
				return
			}
		}
	}
}
