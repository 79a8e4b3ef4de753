package spec

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// evaluate gives the value of an attribute in the form that its kind asks for, and checks it. A value that may be known only
// later comes back unknown.
func (a attr) evaluate(expr hcl.Expression, sc *scope) (cty.Value, hcl.Diagnostics) {
	if diags := sc.check(expr); diags.HasErrors() {
		return cty.NilVal, diags
	}
	return a.evaluateChecked(expr, sc)
}

// evaluateChecked is evaluate for an expression whose names have been checked.
func (a attr) evaluateChecked(expr hcl.Expression, sc *scope) (cty.Value, hcl.Diagnostics) {
	val, diags := sc.evaluate(expr)
	if diags.HasErrors() {
		return cty.NilVal, diags
	}
	converted, problems := a.take(val, expr)
	if len(problems) == 0 && !converted.IsKnown() {
		problems = a.textProblems(expr)
	}
	return converted, append(diags, tellProblems(problems, expr, sc)...)
}

// take converts and checks a value.
func (a attr) take(val cty.Value, expr hcl.Expression) (cty.Value, []problem) {
	wrong := func(at hcl.Expression, summary, format string, args ...any) (cty.Value, []problem) {
		return cty.NilVal, one(at, summary, format, args...)
	}
	if val.ContainsMarked() && a.secret {
		return a.takeSecret(val, expr)
	}
	if val.ContainsMarked() {
		return wrong(expr, sensitiveHere, "%q would be written to records and reports, and this value is sensitive.", a.name)
	}
	if val.IsNull() && a.required {
		return wrong(expr, "Missing value", "%q can't be null: it takes %s.", a.name, a.noun())
	}
	if isInfinite(val) {
		return wrong(expr, "Division by zero", "%q must be %s, and this divides by zero.", a.name, a.noun())
	}
	converted, err := convertTo(val, a.want())
	if err != nil {
		at, found := a.misfit(val, expr)
		return wrong(at, "Wrong type", "%q must be %s, and this is %s.%s", a.name, a.noun(), friendly(found), a.instead(val, expr))
	}
	if t := converted.Type(); a.kind == kRef && !converted.IsKnown() && t.IsCapsuleType() && !slices.Contains(a.refs, t.FriendlyName()) {
		return wrong(expr, "Wrong type", "%q must be %s, and this is %s.", a.name, a.noun(), friendly(t))
	}
	if converted.IsNull() || !converted.IsKnown() || !converted.IsWhollyKnown() && a.kind != kScalars {
		return converted, nil
	}
	return converted, a.problems(converted, expr)
}
