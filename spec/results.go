package spec

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// Results are what analyses and comparisons gave, by address as analysis.tr111, in the JSON of the study that they are part of.
type Results map[string]json.RawMessage

// lateSorts are the sorts of blocks that have results.
var lateSorts = []string{"analysis", "comparison"}

// late gives the scope of an expression that may refer to results. Those that it does refer to are decoded first, since the types
// of their results depend on it.
func (d *decoder) late(sc *scope, expr hcl.Expression) *scope {
	vars := d.resultsIn(expr)
	if vars == nil {
		return sc
	}
	inner := sc.with(vars)
	inner.late = func(r Results) map[string]cty.Value { return d.outcomes(expr, r.value) }
	return inner
}

// resultsIn gives what an expression sees of results, unknown by now; nil where it refers to none.
func (d *decoder) resultsIn(expr hcl.Expression) map[string]cty.Value {
	refs := d.waitsFor(expr)
	if len(refs) == 0 && !slices.ContainsFunc(lateSorts, func(sort string) bool { return refersTo(expr, sort) }) {
		return nil
	}
	for _, r := range refs {
		d.need(r.Ref, r.at)
	}
	return d.outcomes(expr, func(_ Ref, t cty.Type) cty.Value { return cty.UnknownVal(t) })
}

// A placed reference is one with its place.
type placed struct {
	Ref
	at hcl.Range
}

// waitsFor lists the blocks whose results an expression refers to.
func (d *decoder) waitsFor(expr hcl.Expression) []placed {
	var all []placed
	for _, t := range expr.Variables() {
		root := t.RootName()
		if !slices.Contains(lateSorts, root) {
			continue
		}
		for _, decl := range addressed(t, d.declarations[root]) {
			key := ""
			if n := sorts[root].parts + 1; len(t) > n {
				key, _ = stepName(t[n])
			}
			for _, b := range d.instancesOf(decl.block) {
				if r := b.ref(); decl.forEach == nil || key == "" || r.Key == key {
					all = append(all, placed{r, t.SourceRange()})
				}
			}
		}
	}
	return all
}

// outcomes gives the objects that stand for the results which an expression refers to. Each result is had from its reference and its
// type.
func (d *decoder) outcomes(expr hcl.Expression, of func(Ref, cty.Type) cty.Value) map[string]cty.Value {
	result := func(b *block) cty.Value {
		if t, ok := d.results[b.ref()]; ok {
			return of(b.ref(), t)
		}
		return cty.DynamicVal // nobody has asked for it, or it has a mistake
	}
	vars := map[string]cty.Value{}
	for _, sort := range lateSorts {
		names := map[string]cty.Value{}
		for _, decl := range d.meant(expr, sort) {
			name := decl.block.name()
			if _, done := names[name]; done {
				continue
			}
			if decl.forEach == nil {
				names[name] = result(decl.block)
				continue
			}
			if !decl.value.IsKnown() { // after a mistake, nobody knows which instances there are
				names[decl.block.name()] = cty.DynamicVal
				continue
			}
			byKey := map[string]cty.Value{}
			for _, b := range d.made[decl.block] {
				byKey[b.key] = result(b)
			}
			names[name] = cty.ObjectVal(byKey)
		}
		if vars[sort] = cty.ObjectVal(names); d.loose[sort] {
			vars[sort] = cty.DynamicVal
		}
	}
	return vars
}

// meant lists the declarations of a sort that an expression refers to; all of them, to suggest a name, where it refers to one that is
// not there.
func (d *decoder) meant(expr hcl.Expression, sort string) []*declaration {
	var out []*declaration
	for _, t := range expr.Variables() {
		if t.RootName() != sort {
			continue
		}
		found := addressed(t, d.declarations[sort])
		if len(found) == 0 {
			return d.declarations[sort]
		}
		out = append(out, found...)
	}
	return out
}

// value gives the result of a block in the form that expressions take; null where there is none.
func (r Results) value(ref Ref, t cty.Type) cty.Value {
	dec := json.NewDecoder(bytes.NewReader(r[ref.Address()]))
	dec.UseNumber()
	var x any
	if err := dec.Decode(&x); err != nil {
		return cty.NullVal(t)
	}
	return fromJSON(x, t)
}

// With evaluates an expression over results. Where it can't have a value because something in these is null, or is not there
// yet, the value is unknown and missing says what.
func (e Expr) With(r Results) (v cty.Value, missing string, diags hcl.Diagnostics) {
	vars := e.scope.results(r)
	v, diags = e.Value(vars)
	if !diags.HasErrors() && v.IsWhollyKnown() && !v.IsNull() {
		return v, "", diags
	}
	// Were the nulls not known instead, would that be the only thing that keeps it from having a value?
	unknown := map[string]cty.Value{}
	for name, results := range vars {
		unknown[name], _ = cty.Transform(results, func(_ cty.Path, v cty.Value) (cty.Value, error) {
			if v.IsNull() {
				return cty.UnknownVal(v.Type()), nil
			}
			return v, nil
		})
	}
	open, otherwise := e.Value(unknown)
	if otherwise.HasErrors() || open.IsWhollyKnown() {
		return v, "", diags
	}
	return open, e.firstNull(vars), nil
}

// results gives what the scope's expressions see of results that are there.
func (s *scope) results(r Results) map[string]cty.Value {
	for ; s != nil; s = s.parent {
		if s.late != nil {
			return s.late(r)
		}
	}
	return nil
}

// firstNull says which of the results that an expression refers to is null.
func (e Expr) firstNull(vars map[string]cty.Value) string {
	ctx := &hcl.EvalContext{Variables: vars}
	for _, t := range e.expr.Variables() {
		if vars[t.RootName()] == cty.NilVal {
			continue
		}
		for i := range t {
			if v, diags := t[:i+1].TraverseAbs(ctx); !diags.HasErrors() && v.IsNull() {
				return asWritten(t[:i+1])
			}
		}
	}
	return "a result"
}

// Truth says whether a condition over results holds. Where that can't be told, missing says of what there is no result.
func (e Expr) Truth(r Results) (holds bool, missing string, diags hcl.Diagnostics) {
	v, missing, diags := e.as(cty.Bool, r)
	return missing == "" && !diags.HasErrors() && v.True(), missing, diags
}

// Text gives a text over results. Where there is none, missing says of what there is no result.
func (e Expr) Text(r Results) (text, missing string, diags hcl.Diagnostics) {
	v, missing, diags := e.as(cty.String, r)
	if missing != "" || diags.HasErrors() {
		return "", missing, diags
	}
	return v.AsString(), "", diags
}

// as is With for a value of a certain type.
func (e Expr) as(want cty.Type, r Results) (v cty.Value, missing string, diags hcl.Diagnostics) {
	if v, missing, diags = e.With(r); missing != "" || diags.HasErrors() {
		return v, missing, diags
	}
	v, _ = v.UnmarkDeep()
	converted, err := convert.Convert(v, want)
	if err != nil || converted.IsNull() {
		return v, "", hcl.Diagnostics{{
			Severity: hcl.DiagError, Summary: "Wrong type", Subject: e.Range().Ptr(),
			Detail: fmt.Sprintf("This must be %s, and with these results it is %s.", article(want.FriendlyName()), described(v)),
		}}
	}
	return converted, "", diags
}

// Seen tells what an expression sees of results, as "analysis.tr111.best.name is gpu60". What is null, or no plain value, is left out.
func (e Expr) Seen(r Results) []string {
	ctx := &hcl.EvalContext{Variables: e.scope.results(r)}
	var all []string
	for _, t := range e.expr.Variables() {
		if ctx.Variables[t.RootName()] == cty.NilVal {
			continue
		}
		v, diags := t.TraverseAbs(ctx)
		if diags.HasErrors() || !v.Type().IsPrimitiveType() || !isGiven(v) {
			continue
		}
		is := fmt.Sprint(scalar(v))
		if f, ok := scalar(v).(float64); ok {
			is = strconv.FormatFloat(f, 'g', 4, 64)
		}
		if told := asWritten(t) + " is " + is; !slices.Contains(all, told) {
			all = append(all, told)
		}
	}
	return all
}

// Values gives the vars of a report with results that are there. What these do not have is left out.
func (r *Report) Values(results Results) (map[string]any, hcl.Diagnostics) {
	if !r.LateVars.IsSet() {
		return r.Vars, nil
	}
	v, missing, diags := r.LateVars.With(results)
	if diags.HasErrors() {
		return nil, diags
	}
	of, _ := reportSchema.attr("vars")
	taken, problems := of.take(v, r.LateVars.expr)
	diags = append(diags, tellProblems(problems, r.LateVars.expr, r.LateVars.scope.with(r.LateVars.scope.results(results)))...)
	switch {
	case diags.HasErrors():
		return nil, diags
	case missing != "" && (taken.IsNull() || !taken.IsKnown()):
		return map[string]any{}, diags
	}
	return scalars(taken), diags
}
