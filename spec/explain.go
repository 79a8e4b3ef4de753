package spec

import (
	"errors"
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// explain makes the diagnostics of HCL's evaluation fit to be shown, without what they tell of a sensitive value.
func (s *scope) explain(expr hcl.Expression, diags hcl.Diagnostics) hcl.Diagnostics {
	if over := s.outermost().work.over(); over != nil {
		return hcl.Diagnostics{over} // nothing more is evaluated
	}
	if hidden, ok := s.concealed(expr); ok {
		// Evaluated with the sensitive values unknown, no message can hold a piece of them. A mistake that is gone then lies in them.
		_, safe := s.outermost().work.value(expr, hidden)
		if !safe.HasErrors() {
			return hcl.Diagnostics{unspoken(expr, diags[0])}
		}
		diags = safe
	}
	return s.tell(expr, diags)
}

// tell makes a mistake inside a template or a function point into it, and cuts long values.
func (s *scope) tell(expr hcl.Expression, diags hcl.Diagnostics) hcl.Diagnostics {
	var out hcl.Diagnostics
	var joined *hclsyntax.BinaryOpExpr                       // which is told already
	for _, d := range diags[:min(len(diags), maxMistakes)] { // a loop tells of a mistake in every round
		if sum := joins(expr, d); sum != nil {
			if sum == joined {
				continue
			}
			joined = sum
			d.Subject = sum.SrcRange.Ptr()
			d.Detail = `HCL adds numbers alone. Texts are joined in one, as "${A}${B}", and lists by concat(A, B).`
		}
		out = append(out, inTemplate(expr, d)...)
	}
	for _, d := range out {
		missingElement(d)
		if d.Expression != nil && d.EvalContext != nil {
			d.EvalContext = legible(d.Expression, d.EvalContext)
		}
		if len(d.Detail) > longestDetail {
			d.Detail = cut(d.Detail, longestDetail)
		}
	}
	return out
}

// joins gives the sum of which a diagnostic says that one side is no number, where a text or a list was to be joined to something; else nil.
func joins(expr hcl.Expression, d *hcl.Diagnostic) (sum *hclsyntax.BinaryOpExpr) {
	node, ok := expr.(hclsyntax.Expression)
	if !ok || d.Summary != "Invalid operand" || d.Expression == nil || d.EvalContext == nil {
		return nil
	}
	v, _ := d.Expression.Value(d.EvalContext)
	if t := v.Type(); t != cty.String && !isSequence(t) {
		return nil
	}
	_ = hclsyntax.VisitAll(node, func(n hclsyntax.Node) hcl.Diagnostics {
		if b, ok := n.(*hclsyntax.BinaryOpExpr); ok && b.Op == hclsyntax.OpAdd && (b.LHS == d.Expression || b.RHS == d.Expression) {
			sum = b
		}
		return nil
	})
	return sum
}

// oneLine gives a diagnostic as an error's text.
func oneLine(d *hcl.Diagnostic) string {
	if d.Subject == nil {
		return d.Summary + ": " + d.Detail
	}
	return fmt.Sprintf("%s: %s: %s", at(*d.Subject), d.Summary, d.Detail)
}

// behind gives the mistakes that made a call fail, and how the call is told.
func behind(d *hcl.Diagnostic) (hcl.Diagnostics, string) {
	extra, ok := hcl.DiagnosticExtra[hclsyntax.FunctionCallDiagExtra](d)
	if !ok {
		return nil, ""
	}
	var template *templateError
	var called *functionError
	switch err := extra.FunctionCallError(); {
	case errors.As(err, &template):
		return template.diags, "The template is rendered"
	case errors.As(err, &called):
		return called.diags, "The function is called"
	}
	return nil, ""
}

// inTemplate replaces the failure of a call by the mistake in the template or the function that it comes from.
func inTemplate(expr hcl.Expression, d *hcl.Diagnostic) hcl.Diagnostics {
	mistakes, how := behind(d)
	if len(mistakes) == 0 {
		return hcl.Diagnostics{d}
	}
	var out hcl.Diagnostics
	for _, t := range mistakes {
		told := *t
		told.Extra = calledFrom{what: t.Detail, how: how, places: []string{at(expr.Range())}}
		told.Detail = told.Extra.(calledFrom).detail()
		out = append(out, &told)
	}
	return out
}

// calledFrom comes with a diagnostic that points into a template or a function: what it says, and how and where that is called.
type calledFrom struct {
	what, how string
	places    []string
}

// placesTold is how many calls are told of one mistake.
const placesTold = 3

func (c calledFrom) detail() string {
	places := c.places
	if more := len(places) - placesTold; more > 0 {
		places = append(slices.Clone(places[:placesTold]), countOf(more, "more place"))
	}
	return fmt.Sprintf("%s\n\n%s at %s.", c.what, c.how, enumerate(places, "and"))
}

// alsoCalled gives a diagnostic that tells of the calls of another one too, which is of the same mistake.
func alsoCalled(d, other *hcl.Diagnostic) *hcl.Diagnostic {
	calls, ok := d.Extra.(calledFrom)
	more, both := other.Extra.(calledFrom)
	if !ok || !both {
		return d
	}
	calls.places = slices.Clone(calls.places)
	for _, place := range more.places {
		if !slices.Contains(calls.places, place) {
			calls.places = append(calls.places, place)
		}
	}
	merged := *d
	merged.Extra, merged.Detail = calls, calls.detail()
	return &merged
}

// legible gives a context for the values that a diagnostic shows: references by their address, and no text of many lines.
func legible(expr hcl.Expression, ctx *hcl.EvalContext) *hcl.EvalContext {
	out := &hcl.EvalContext{Variables: map[string]cty.Value{}}
	for _, t := range expr.Variables() {
		name := t.RootName()
		if refTypes[name] != cty.NilType {
			continue // a reference says itself what it is
		}
		for c := ctx; c != nil; c = c.Parent() {
			if v, ok := c.Variables[name]; ok {
				out.Variables[name], _ = cty.Transform(v, brief)
				break
			}
		}
	}
	return out
}

const (
	longest       = 60  // bytes of a value that are shown
	longestDetail = 600 // bytes of what a function says
)

func brief(_ cty.Path, v cty.Value) (cty.Value, error) {
	bare, marks := v.Unmark()
	switch {
	case bare.IsNull() || !bare.IsKnown():
		if bare.Type().IsCapsuleType() {
			return cty.UnknownVal(cty.String).WithMarks(marks), nil
		}
	case bare.Type() == cty.String && len(bare.AsString()) > longest:
		return cty.StringVal(cut(bare.AsString(), longest)).WithMarks(marks), nil
	default:
		if r, ok := asRef(bare); ok {
			return cty.StringVal(r.Address()).WithMarks(marks), nil
		}
	}
	return v, nil
}
