package spec

import (
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// A Configuration is one cell of the matrix, or a baseline: everything that is known of it before it runs.
type Configuration struct {
	Name    string
	Arm     string // "" for a cell of the matrix; else the baseline's name
	Pair    string // for a paired baseline: the configuration that it is measured beside
	Factors []Factor
	Agent   Ref
	Server  Ref
	Target  Ref
	Work    Ref // the workload
	Model   string
	Options map[string]any // as they stand: string, bool, int64, float64 and lists of them; nulls are left out
	Skip    string         // why it is not run; "" when it is

	scope *scope
}

// A Factor is the level of one axis.
type Factor struct {
	Name  string
	Value any // string, bool, int64 or float64
}

// apply takes the value of each attribute that may vary.
var apply = map[string]func(*Configuration, cty.Value){
	"agent":    func(c *Configuration, v cty.Value) { c.Agent, _ = asRef(v) },
	"server":   func(c *Configuration, v cty.Value) { c.Server, _ = asRef(v) },
	"target":   func(c *Configuration, v cty.Value) { c.Target, _ = asRef(v) },
	"workload": func(c *Configuration, v cty.Value) { c.Work, _ = asRef(v) },
	"model":    func(c *Configuration, v cty.Value) { c.Model = v.AsString() },
	"options":  func(c *Configuration, v cty.Value) { c.Options = scalars(v) },
}

// Configurations goes through the baselines and the cells of the matrix: unpaired baselines first, then each cell in the order
// of the axes (the last one varying fastest), followed by its paired baselines, then what was included. It ends at the
// first configuration with an error, and an experiment that Load found a mistake in has none at all.
func (e *Experiment) Configurations() iter.Seq2[Configuration, hcl.Diagnostics] {
	return func(yield func(Configuration, hcl.Diagnostics) bool) {
		if e.broken {
			return
		}
		for _, b := range e.Baselines {
			if !b.Paired {
				if c, diags := e.baseline(b, nil); !yield(c, diags) || diags.HasErrors() {
					return
				}
			}
		}
		for cells := range e.cells() {
			c := e.at(cells)
			excluded, diags := e.excludes(c)
			if !excluded && !e.yield(c, diags, yield) || diags.HasErrors() {
				return
			}
		}
		for _, inc := range e.include {
			if !e.yield(e.at(inc.cells), e.repeats(inc), yield) {
				return
			}
		}
	}
}

// yield gives a cell and its paired baselines, and says whether to go on.
func (e *Experiment) yield(c Configuration, diags hcl.Diagnostics, yield func(Configuration, hcl.Diagnostics) bool) bool {
	if !diags.HasErrors() {
		diags = append(diags, e.settle(&c)...)
	}
	if !yield(c, diags) || diags.HasErrors() {
		return false
	}
	for _, b := range e.Baselines {
		if b.Paired {
			if base, diags := e.baseline(b, &c); !yield(base, diags) || diags.HasErrors() {
				return false
			}
		}
	}
	return true
}

// cells goes through every combination of the axes' values. The slice is used again.
func (e *Experiment) cells() iter.Seq[[]cell] {
	return func(yield func([]cell) bool) {
		at := make([]int, len(e.Axes))
		cells := make([]cell, len(e.Axes))
		for {
			for i, a := range e.Axes {
				cells[i] = a.cells[at[i]]
			}
			if !yield(cells) {
				return
			}
			i := len(at) - 1
			for ; i >= 0; i-- {
				if at[i]++; at[i] < len(e.Axes[i].cells) {
					break
				}
				at[i] = 0
			}
			if i < 0 {
				return
			}
		}
	}
}

// at gives the configuration of a cell, without what varies along the matrix.
func (e *Experiment) at(cells []cell) Configuration {
	c := e.fixed
	c.Options = maps.Clone(c.Options)
	c.scope = e.scope
	if len(e.Axes) == 0 {
		return c
	}
	c.Name = configurationName(e.Axes, cells)
	c.Factors = make([]Factor, len(cells))
	for i, a := range e.Axes {
		c.Factors[i] = Factor{a.Name, cells[i].plain}
	}
	if e.matrixUsed() {
		matrix := make(map[string]cty.Value, len(cells))
		for i, a := range e.Axes {
			matrix[a.Name] = cells[i].value
		}
		c.scope = e.scope.with(map[string]cty.Value{"matrix": cty.ObjectVal(matrix)})
	}
	return c
}

// matrixUsed says whether anything has to be evaluated for each cell.
func (e *Experiment) matrixUsed() bool {
	return len(e.varying)+len(e.exclude)+len(e.skip) > 0 ||
		slices.ContainsFunc(e.Baselines, func(b *Baseline) bool { return b.options.varies })
}

func (e *Experiment) excludes(c Configuration) (bool, hcl.Diagnostics) {
	for _, when := range e.exclude {
		yes, diags := when.at(c.scope)
		if diags.HasErrors() || isTrue(yes) {
			return !diags.HasErrors(), diags
		}
	}
	return false, nil
}

// repeats refuses an include that is a cell of the matrix, or is the same as one before it.
func (e *Experiment) repeats(inc included) hcl.Diagnostics {
	same := func(other included) bool { return slices.EqualFunc(inc.cells, other.cells, samePlain) }
	first := e.include[slices.IndexFunc(e.include, same)]
	where := "is in the matrix already"
	if first.rng != inc.rng {
		where = "is included at " + at(first.rng) + " already"
	} else if excluded, diags := e.excludes(e.at(inc.cells)); excluded || diags.HasErrors() || !e.isCell(inc) {
		return diags
	}
	return hcl.Diagnostics{{
		Severity: hcl.DiagError, Summary: "Repeated configuration", Subject: inc.rng.Ptr(),
		Detail: fmt.Sprintf("%s %s. Take the include out.", configurationName(e.Axes, inc.cells), where),
	}}
}

func samePlain(a, b cell) bool { return a.plain == b.plain }

// isCell says whether every value is one of its axis.
func (e *Experiment) isCell(inc included) bool {
	for i, a := range e.Axes {
		if !slices.ContainsFunc(a.cells, func(c cell) bool { return samePlain(c, inc.cells[i]) }) {
			return false
		}
	}
	return true
}

// baseline gives the configuration of a baseline, beside a cell where it is paired.
func (e *Experiment) baseline(b *Baseline, beside *Configuration) (Configuration, hcl.Diagnostics) {
	c := e.fixed
	c.Name, c.scope = BaselineName(b.Name, ""), e.scope
	if beside != nil {
		c = *beside
		c.Name, c.Pair = BaselineName(b.Name, beside.Name), beside.Name
	}
	c.Arm, c.Options = b.Name, map[string]any{}
	if b.options.expr == nil {
		return c, nil
	}
	v, diags := b.options.at(c.scope)
	if !diags.HasErrors() && isGiven(v) {
		c.Options = scalars(v)
	}
	return c, diags
}

// settle evaluates what varies along the matrix.
func (e *Experiment) settle(c *Configuration) hcl.Diagnostics {
	var all hcl.Diagnostics
	for _, s := range e.varying {
		v, diags := s.at(c.scope)
		all = append(all, diags...)
		if !diags.HasErrors() && isGiven(v) {
			apply[s.attr.name](c, v)
		}
	}
	for _, rule := range e.skip {
		yes, diags := rule.when.at(c.scope)
		all = append(all, diags...)
		if diags.HasErrors() || !isTrue(yes) {
			continue
		}
		reason, diags := rule.reason.at(c.scope)
		all = append(all, diags...)
		if !diags.HasErrors() && isGiven(reason) {
			c.Skip = reason.AsString()
		}
		break
	}
	return all
}

// isGiven says whether there is a value. One that is unknown comes from a mistake elsewhere in the module.
func isGiven(v cty.Value) bool { return v.IsKnown() && !v.IsNull() }

func isTrue(v cty.Value) bool { return isGiven(v) && v.True() }
