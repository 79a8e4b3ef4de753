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
	Number  int // of those of its experiment, excluded ones too, from 0: At makes the configuration again
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
	Members []MemberSetup  // agents that run at the same time, each with what is told of one above; none: that is all there is
	Skip    string         // why it is not run; "" when it is
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
		for i := range e.alone {
			if c, diags := e.baseline(i); !yield(c, diags) || diags.HasErrors() {
				return
			}
		}
		for i, p := range e.cells() {
			excluded, diags := e.excludes(p)
			if !excluded && !e.yield(i, p, diags, yield) || diags.HasErrors() {
				return
			}
		}
		for i, inc := range e.include {
			if !e.yield(e.size()+i, e.included(inc), e.repeats(inc), yield) {
				return
			}
		}
	}
}

// yield gives what there is at the i-th point, unless that has a mistake already, and says whether to go on.
func (e *Experiment) yield(i int, p *point, diags hcl.Diagnostics, yield func(Configuration, hcl.Diagnostics) bool) bool {
	var c Configuration
	if !diags.HasErrors() {
		c, diags = e.at(i, p)
	}
	if !yield(c, diags) || diags.HasErrors() {
		return false
	}
	for k := range e.paired {
		if base, diags := e.beside(c, k, p); !yield(base, diags) || diags.HasErrors() {
			return false
		}
	}
	return true
}

// At gives the configuration with a number again, of an experiment in which Load found no mistake. It may be called from several
// goroutines.
func (e *Experiment) At(number int) Configuration {
	if number < len(e.alone) {
		c, _ := e.baseline(number)
		return c
	}
	number -= len(e.alone)
	i, arm := number/(1+len(e.paired)), number%(1+len(e.paired))
	p := e.point(i)
	c, _ := e.at(i, p)
	if arm > 0 {
		c, _ = e.beside(c, arm-1, p)
	}
	return c
}

// at gives the configuration at the i-th point.
func (e *Experiment) at(i int, p *point) (Configuration, hcl.Diagnostics) {
	c := e.fixed
	c.Number = len(e.alone) + i*(1+len(e.paired))
	c.Options = maps.Clone(c.Options)
	if len(e.Axes) > 0 {
		c.Name = configurationName(e.Axes, p.cells)
		c.Factors = make([]Factor, len(e.Axes))
		for k, a := range e.Axes {
			c.Factors[k] = Factor{a.Name, p.cells[k].plain}
		}
	}
	diags := e.settle(&c, p)
	for _, m := range e.Members {
		setup, more := m.at(c, p)
		c.Members, diags = append(c.Members, setup), append(diags, more...)
	}
	return c, diags
}

// settle evaluates what varies along the matrix.
func (e *Experiment) settle(c *Configuration, p *point) hcl.Diagnostics {
	var all hcl.Diagnostics
	for i := range e.varying {
		all = append(all, e.varying[i].settle(c, p)...)
	}
	for i := range e.skip {
		holds, diags := e.skip[i].when.holds(p)
		all = append(all, diags...)
		if !holds {
			continue
		}
		reason, diags := e.skip[i].reason.at(p)
		all = append(all, diags...)
		if !diags.HasErrors() && isGiven(reason) {
			c.Skip = reason.AsString()
		}
		break
	}
	return all
}

// settle gives a configuration the setting's value, where there is one.
func (s *setting) settle(c *Configuration, p *point) hcl.Diagnostics {
	if s.attr.name == "options" {
		options, diags := s.sent(p)
		c.Options = options
		return diags
	}
	v, diags := s.at(p)
	if !diags.HasErrors() && isGiven(v) {
		apply[s.attr.name](c, v)
	}
	return diags
}

// baseline gives the configuration of the i-th baseline that is measured once.
func (e *Experiment) baseline(i int) (Configuration, hcl.Diagnostics) {
	b, c := e.alone[i], e.fixed
	c.Number, c.Name = i, BaselineName(b.Name, "")
	return c.as(b, nil)
}

// beside gives the configuration of the k-th paired baseline beside that of a point.
func (e *Experiment) beside(c Configuration, k int, p *point) (Configuration, hcl.Diagnostics) {
	b := e.paired[k]
	c.Number += 1 + k
	c.Name, c.Pair = BaselineName(b.Name, c.Name), c.Name
	return c.as(b, p)
}

// as gives a configuration the arm and the options of a baseline.
func (c Configuration) as(b *Baseline, p *point) (Configuration, hcl.Diagnostics) {
	var diags hcl.Diagnostics
	c.Arm, c.Options = b.Name, map[string]any{}
	if b.options.expr != nil {
		c.Options, diags = b.options.sent(p)
	}
	return c, diags
}

// excludes says whether the spec takes a point out.
func (e *Experiment) excludes(p *point) (bool, hcl.Diagnostics) {
	for i := range e.exclude {
		if yes, diags := e.exclude[i].holds(p); yes || diags.HasErrors() {
			return yes, diags
		}
	}
	return false, nil
}

// repeats refuses an include that is a cell of the matrix, or is the same as one before it.
func (e *Experiment) repeats(inc included) hcl.Diagnostics {
	same := func(other included) bool { return slices.EqualFunc(inc.cells, other.cells, samePlain) }
	first := e.include[slices.IndexFunc(e.include, same)]
	where := "is in the matrix already"
	p := e.included(inc)
	if first.rng != inc.rng {
		where = "is included at " + at(first.rng) + " already"
	} else if excluded, diags := e.excludes(p); excluded || diags.HasErrors() || !e.isCell(inc) {
		return diags
	}
	return hcl.Diagnostics{{
		Severity: hcl.DiagError, Summary: "Repeated configuration", Subject: inc.rng.Ptr(),
		Detail: fmt.Sprintf("%s %s. Take the include out.", configurationName(e.Axes, p.cells), where),
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

// isGiven says whether there is a value. One that is unknown comes from a mistake elsewhere in the module.
func isGiven(v cty.Value) bool { return v.IsKnown() && !v.IsNull() }

func isTrue(v cty.Value) bool { return isGiven(v) && v.True() }
