package spec

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

func (d *decoder) experiment(b *block) {
	before := len(d.diags)
	out := &Experiment{
		Ref: b.ref(), Title: b.Labels[0], Range: b.DefRange,
		scope: d.scope.without("this experiment has no matrix", "matrix"),
		fixed: Configuration{
			Name: "all", Agent: Ref{Block: "agent", Name: builtinAgent}, Target: Ref{Block: "target", Kind: "local", Name: defaultTarget},
			Options: map[string]any{},
		},
	}
	v := d.open(b, experimentSchema, b.within(out.scope))
	outer := out.scope
	if matrix := v.one("matrix"); matrix != nil {
		outer = d.scope.without("it stands for one configuration, and this is the same for all of them; it may be used in the experiment's "+mayVary, "matrix")
		out.scope = d.matrix(matrix, out, outer)
	}
	v.settle(outer, out.scope)
	d.settings(v, out)
	v.str("title", &out.Title)
	v.whole("repeats", &out.Repeats)
	v.whole("warmup", &out.Warmup)
	v.str("order", &out.Order)
	v.whole("seed", &out.Seed)
	v.duration("timeout", &out.Timeout)
	for _, inner := range v.blocks.OfType("baseline") {
		d.baseline(inner, out, outer)
	}
	isolation := d.readOptional(v, "isolation", isolationSchema, outer)
	isolation.str("model", &out.Isolation.Model)
	isolation.duration("cooldown", &out.Isolation.Cooldown)
	d.retry(v, out, outer)
	d.module.Experiments = append(d.module.Experiments, out)
	if out.broken = d.diags[before:].HasErrors(); !out.broken {
		d.expandAll(out, v.rangeOf("repeats"))
	}
}

// A setting is an attribute that may vary along the matrix.
type setting struct {
	attr   attr
	block  *block // that it stands in
	expr   hcl.Expression
	value  cty.Value // where it does not vary
	varies bool

	// The compiled form, where it varies: of options, of a condition, or of another value.
	options   form[map[string]any]
	condition form[bool]
	single    form[cty.Value]
}

// setting gives an attribute that has been read and found right.
func (v *values) setting(name string) setting {
	a, ok := v.attrs[name]
	if !ok {
		return setting{}
	}
	of, _ := v.schema.attr(name)
	return setting{attr: of, block: v.block, expr: a.Expr, value: v.known[name], varies: refersTo(a.Expr, "matrix")}
}

// scope gives what the expression sees at a point.
func (s *setting) scope(p *point) *scope { return s.block.within(p.scope()) }

// evaluate asks the expression as it stands.
func (s *setting) evaluate(p *point) (cty.Value, hcl.Diagnostics) {
	if !s.varies {
		return s.value, nil
	}
	return s.attr.evaluateChecked(s.expr, s.scope(p))
}

// at gives the value at a point.
func (s *setting) at(p *point) (cty.Value, hcl.Diagnostics) {
	return ask(s, s.single, p, func(v cty.Value) cty.Value { return v })
}

// holds says whether a condition does.
func (s *setting) holds(p *point) (bool, hcl.Diagnostics) { return ask(s, s.condition, p, isTrue) }

// sent gives an object of options as they are sent; none where there is no value.
func (s *setting) sent(p *point) (map[string]any, hcl.Diagnostics) {
	return ask(s, s.options, p, func(v cty.Value) map[string]any {
		if !isGiven(v) {
			return map[string]any{}
		}
		return scalars(v)
	})
}

// ask gives what the compiled form does, or where that has no answer, what is taken of the expression's value.
func ask[T any](s *setting, compiled form[T], p *point, take func(cty.Value) T) (none T, diags hcl.Diagnostics) {
	if s.varies {
		p.of.evaluating.Lock()
		defer p.of.evaluating.Unlock()
	}
	if compiled != nil {
		if found, ok := compiled.at(p); ok {
			return found, nil
		}
	}
	v, diags := s.evaluate(p)
	if diags.HasErrors() {
		return none, diags
	}
	return take(v), diags
}

func refersTo(expr hcl.Expression, root string) bool {
	return slices.ContainsFunc(expr.Variables(), func(t hcl.Traversal) bool { return t.RootName() == root })
}

// settings takes what does not vary once and for all.
func (d *decoder) settings(v *values, out *Experiment) {
	for _, a := range experimentSchema.attrs {
		if _, given := v.attrs[a.name]; !a.varies || !given {
			continue
		}
		s := v.setting(a.name)
		if s.varies {
			out.varying = append(out.varying, s)
		} else if val, ok := v.get(a.name); ok {
			apply[a.name](&out.fixed, val)
		}
	}
}

func (d *decoder) baseline(b *block, out *Experiment, outer *scope) {
	name := b.Labels[0]
	if !d.validName(name, b.LabelRanges[0]) {
		return
	}
	if i := slices.IndexFunc(out.Baselines, func(o *Baseline) bool { return o.Name == name }); i >= 0 {
		d.errorAt(b.LabelRanges[0], "Duplicate name", fmt.Sprintf("baseline %q is at %s already. Give one of them another name.", name, at(out.Baselines[i].Range)))
		return
	}
	base := &Baseline{Name: name, Range: b.DefRange}
	inner := d.scope.without("a baseline is measured once, not for each configuration; add paired = true to measure it beside every one", "matrix")
	v := d.open(b, baselineSchema, outer)
	if v.isTrue("paired", outer) {
		base.Paired, inner = true, out.scope
	} else {
		d.mustNotVary(b, out)
	}
	v.settle(inner, inner)
	base.options = v.setting("options")
	out.Baselines = append(out.Baselines, base)
}

// isTrue looks ahead: what else may stand in the block depends on it.
func (v *values) isTrue(name string, sc *scope) bool {
	a, ok := v.attrs[name]
	if !ok {
		return false
	}
	of, _ := v.schema.attr(name)
	val, diags := of.evaluate(a.Expr, v.block.within(sc)) // told when the block is read
	return !diags.HasErrors() && isTrue(val)
}

// mustNotVary refuses a baseline that is measured once where something beside the options varies along the matrix.
func (d *decoder) mustNotVary(b *block, out *Experiment) {
	for _, s := range out.varying {
		if s.attr.name == "options" {
			continue // a baseline has its own
		}
		d.errorAt(b.LabelRanges[0], "Baseline must be paired", fmt.Sprintf("%q varies along the matrix (%s), so there is no one baseline for all configurations. Add paired = true to measure it beside every one.", s.attr.name, at(s.expr.Range())))
		return
	}
}

func (d *decoder) retry(v *values, out *Experiment, outer *scope) {
	r := d.readOptional(v, "retry", retrySchema, outer)
	r.whole("attempts", &out.Retry.Attempts)
	r.strs("on", &out.Retry.On)
	_, given := r.attrs["on"]
	for i, class := range out.Retry.On {
		if given && len(d.opts.Classes) > 0 && !slices.Contains(d.opts.Classes, class) {
			d.errorAt(r.elementRange("on", i), "Unknown class of error", fmt.Sprintf("There is no class of error %q: it is %s.%s", class, orList(d.opts.Classes), meant(class, d.opts.Classes)))
		}
	}
	w := d.readOptional(r, "backoff", backoffSchema, outer)
	w.duration("initial", &out.Retry.Backoff.Initial)
	w.number("factor", &out.Retry.Backoff.Factor)
	w.duration("max", &out.Retry.Backoff.Max)
	w.number("jitter", &out.Retry.Backoff.Jitter)
}

// maxRuns bounds what an experiment may ask for: a plan keeps every run in memory, a few bytes of each.
const maxRuns = 10_000_000

// expandAll goes through every configuration once, so that a mistake that only one of them has is found before anything runs.
func (d *decoder) expandAll(e *Experiment, repeats hcl.Range) {
	e.compile(&d.module.evaluating)
	seen := map[string]bool{}
	cells, arms := 0, 0
	for c, diags := range e.Configurations() {
		if diags.HasErrors() {
			d.diags = append(d.diags, diags...)
			return
		}
		d.noteSent(c)
		if c.Arm == "" {
			cells++
			continue
		}
		if seen[c.Name] { // a baseline "a_x1", and the paired one of "a" beside x = 1
			i := slices.IndexFunc(e.Baselines, func(b *Baseline) bool { return b.Name == c.Arm })
			d.errorAt(e.Baselines[i].Range, "Two configurations, one name", fmt.Sprintf("%s is the name of two baselines' configurations. Rename one of them.", c.Name))
			return
		}
		seen[c.Name] = true
		arms++
	}
	if cells == 0 {
		d.errorAt(e.exclude[0].expr.Range(), "No configuration left", "Every configuration of the matrix is excluded, so there is nothing to measure.")
	}
	if each := e.Repeats + e.Warmup; (cells+arms)*each > maxRuns {
		d.errorAt(repeats, "Too many runs", fmt.Sprintf("%d configurations, each run %d times, are more than the %d runs that an experiment may have. Take values out of the matrix, or repeats.", cells+arms, each, maxRuns))
	}
}
