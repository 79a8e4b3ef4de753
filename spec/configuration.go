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
	Arm     string // "" for a cell of the matrix; else the baseline's name, or that of a member alone
	Pair    string // for a paired baseline: the configuration that it is measured beside
	Solo    string // the member that is measured alone; "" where all there are run
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

// Agents gives who works in a run: the members, or the only agent, which has no name. The slice is the caller's.
func (c *Configuration) Agents() []MemberSetup {
	if len(c.Members) > 0 {
		return slices.Clone(c.Members)
	}
	return []MemberSetup{{"", c.Agent, c.Server, c.Work, c.Model, c.Options}}
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
// of the axes (the last one varying fastest), followed by its paired baselines, or by those of its members alone that no earlier one
// had, then what was included. It ends at the first configuration with an error, and an experiment that Load found a mistake in has
// none at all.
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
			if !e.yield(e.size()+i, e.included(inc), e.repeats(i), yield) {
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
	for solo := range e.soloConfigurations(i, p) {
		if !yield(solo, nil) {
			return false
		}
	}
	return true
}

// stride is how many numbers the configurations at one point take: its own, and those of what is measured beside it. An experiment has
// baselines or members.
func (e *Experiment) stride() int { return 1 + len(e.paired) + len(e.Members) }

// At gives the configuration with a number again, of an experiment in which Load found no mistake. It may be called from several
// goroutines.
func (e *Experiment) At(number int) Configuration {
	if number < len(e.alone) {
		c, _ := e.baseline(number)
		return c
	}
	number -= len(e.alone)
	i, beside := number/e.stride(), number%e.stride()
	p := e.point(i)
	if beside > 0 && len(e.Members) > 0 {
		for solo := range e.soloConfigurations(i, p) {
			if solo.Number == number+len(e.alone) {
				return solo
			}
		}
	}
	c, _ := e.at(i, p)
	if beside > 0 {
		c, _ = e.beside(c, beside-1, p)
	}
	return c
}

// at gives the configuration at the i-th point.
func (e *Experiment) at(i int, p *point) (Configuration, hcl.Diagnostics) {
	c := e.fixed
	c.Number = len(e.alone) + i*e.stride()
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

// repeats refuses the i-th include where it is a cell of the matrix, or the same as one before it.
func (e *Experiment) repeats(i int) hcl.Diagnostics {
	inc := e.include[i]
	p := e.included(inc)
	name, where := configurationName(e.Axes, p.cells), "is in the matrix already"
	if first := e.first[name]; first != i {
		where = "is included at " + at(e.include[first].rng) + " already"
	} else if excluded, diags := e.excludes(p); excluded || diags.HasErrors() || !inc.isCell() {
		return diags
	}
	return hcl.Diagnostics{{
		Severity: hcl.DiagError, Summary: "Repeated configuration", Subject: inc.rng.Ptr(),
		Detail: fmt.Sprintf("%s %s. Take the include out.", name, where),
	}}
}

// isCell says whether every value is one of its axis' own.
func (i included) isCell() bool {
	return !slices.ContainsFunc(i.cells, func(c cell) bool { return c.added })
}

// isGiven says whether there is a value. One that is unknown comes from a mistake elsewhere in the module.
func isGiven(v cty.Value) bool { return v.IsKnown() && !v.IsNull() }

func isTrue(v cty.Value) bool { return isGiven(v) && v.True() }
