package table

import (
	"fmt"
	"strconv"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"bench/spec"
)

// breaks gives what is said of a row that breaks a rule; null is not true.
func breaks(rule *spec.Condition, scope map[string]cty.Value) (string, hcl.Diagnostics) {
	v, diags := rule.Condition.Value(scope)
	if diags.HasErrors() {
		return "", diags
	}
	holds, err := convert.Convert(v, cty.Bool)
	if err != nil {
		return "", wrong(rule.Condition, "true or false")
	}
	if !holds.IsNull() && holds.True() {
		return "", nil
	}
	message, diags := text(rule.Message, scope)
	if message == "" {
		message = "the rule at line " + strconv.Itoa(rule.Range.Start.Line) + " is broken"
	}
	return message, diags
}

// text evaluates an expression that gives a text or null; null and an expression that is left out give "".
func text(e spec.Expr, scope map[string]cty.Value) (string, hcl.Diagnostics) {
	if !e.IsSet() {
		return "", nil
	}
	v, diags := e.Value(scope)
	if diags.HasErrors() || v.IsNull() {
		return "", diags
	}
	s, err := convert.Convert(v, cty.String)
	if err != nil {
		return "", wrong(e, "a text or null")
	}
	return s.AsString(), nil
}

// name is text where a bool would be a misunderstanding: a condition in place of a name.
func name(e spec.Expr, scope map[string]cty.Value) (string, hcl.Diagnostics) {
	if !e.IsSet() {
		return "", nil
	}
	if v, diags := e.Value(scope); !diags.HasErrors() && v.Type() == cty.Bool {
		return "", wrong(e, "the name of a baseline or null, as: row.tuned ? null : \"default\"")
	}
	return text(e, scope)
}

// number evaluates a metric: a number, or nil where it has no value: null, or the empty cell of a CSV file. A text that is no
// number is a reason to drop the row.
func number(m spec.Named, scope map[string]cty.Value) (v *float64, reason string, diags hcl.Diagnostics) {
	given, diags := m.Expr.Value(scope)
	if diags.HasErrors() || given.IsNull() {
		return nil, "", diags
	}
	isText := given.Type() == cty.String
	if isText && given.AsString() == "" {
		return nil, "", nil
	}
	n, err := convert.Convert(given, cty.Number)
	switch {
	case err != nil && isText:
		return nil, fmt.Sprintf("%s is %q, not a number", m.Name, given.AsString()), nil
	case err != nil:
		return nil, "", wrong(m.Expr, "a number")
	}
	f, _ := n.AsBigFloat().Float64()
	return &f, "", nil
}

func wrong(e spec.Expr, want string) hcl.Diagnostics {
	return hcl.Diagnostics{diagnostic(e.Range(), "Wrong type", "This must be "+want+".")}
}

func diagnostic(rng hcl.Range, summary, detail string) *hcl.Diagnostic {
	return &hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: detail, Subject: &rng}
}

// numeric gives the number that a text of a CSV file spells, where it spells one: the format has no types, and a level that is
// 60 there must be the 60 of every other source.
func numeric(v cty.Value) cty.Value {
	if v.IsNull() || v.Type() != cty.String {
		return v
	}
	if n, err := convert.Convert(v, cty.Number); err == nil {
		return n
	}
	return v
}
