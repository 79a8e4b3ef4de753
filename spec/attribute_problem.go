package spec

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// A problem is what is wrong with a value, and where.
type problem struct {
	summary, detail string
	at              hcl.Range

	text string   // that stands where a reference should
	refs []string // to what
}

// tellProblems makes diagnostics of problems, with what the expression that gave the value saw.
func tellProblems(problems []problem, expr hcl.Expression, sc *scope) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, p := range problems {
		if p.text != "" {
			p.detail += sc.instead(p.text, p.refs, expr)
		}
		diags = append(diags, &hcl.Diagnostic{
			Severity: hcl.DiagError, Summary: p.summary, Detail: p.detail, Subject: p.at.Ptr(), Context: contextOf(expr, p.at),
			Expression: expr, EvalContext: legible(expr, sc.ctx),
		})
	}
	return diags
}

func one(at hcl.Expression, summary, format string, args ...any) []problem {
	return []problem{{summary: summary, detail: fmt.Sprintf(format, args...), at: at.Range()}}
}

// misfit finds the element that keeps a list from being one of strings.
func (a attr) misfit(val cty.Value, expr hcl.Expression) (hcl.Expression, cty.Type) {
	if a.kind == kStrings && val.Type().IsTupleType() {
		for i, t := range val.Type().TupleElementTypes() {
			if !t.IsPrimitiveType() && t != cty.DynamicPseudoType {
				return element(expr, i), t
			}
		}
	}
	return expr, val.Type()
}

// problems checks a known value.
func (a attr) problems(v cty.Value, expr hcl.Expression) []problem {
	detail := ""
	switch a.kind {
	case kWhole, kNumber:
		detail = a.numberProblem(v)
	case kDuration, kSize, kPercent:
		detail = a.quantityProblem(v.AsString())
	case kDistribution:
		if _, err := parseDistribution(v.AsString()); err != nil {
			detail = upper(err.Error()) + "."
		}
	case kString:
		detail = a.choiceProblem(v.AsString())
		switch hidden := control(v.AsString()); {
		case a.required && v.AsString() == "":
			detail = fmt.Sprintf("%q is empty.", a.name)
		case hidden >= 0 && !a.anyText:
			detail = fmt.Sprintf("%q holds the control character %U, which can't be seen. Only tabs and new lines may stand there: take it out.", a.name, hidden)
		}
	case kStrings:
		return a.stringsProblems(v, expr)
	case kScalars:
		return a.scalarsProblems(v, expr)
	case kRef:
		return a.refProblems(v, expr)
	case kRefs:
		return a.refsProblems(v, expr)
	}
	if detail == "" {
		return nil
	}
	return one(expr, "Invalid value", "%s", detail)
}

func (a attr) numberProblem(v cty.Value) string {
	n, _ := v.AsBigFloat().Float64()
	text := v.AsBigFloat().Text('g', 10)
	switch {
	case a.kind == kWhole && !v.AsBigFloat().IsInt():
		return fmt.Sprintf("%q must be a whole number, and this is %s.", a.name, text)
	case math.IsInf(n, 0), !a.bounds.hold(n):
		return fmt.Sprintf("%q must be %s, and this is %s.", a.name, a.bounds.text(1, ""), text)
	}
	return ""
}

func (a attr) quantityProblem(s string) string {
	n, err := a.quantity(s)
	switch {
	case err != nil:
		return upper(err.Error()) + "."
	case a.bounds.hold(n):
		return ""
	case a.kind == kPercent:
		return fmt.Sprintf("%q must be %s, and this is %q.", a.name, a.bounds.text(100, "%"), s)
	}
	return fmt.Sprintf("%q must be %s, and this is %q: write %s.", a.name, a.bounds.text(1, ""), s, a.noun())
}

// quantity gives a duration in s, a size in bytes or a percentage as a fraction, for a comparison with bounds.
func (a attr) quantity(s string) (float64, error) {
	switch a.kind {
	case kDuration:
		d, err := parseDuration(s)
		return d.Seconds(), err
	case kSize:
		n, err := parseSize(s)
		return float64(n), err
	}
	return parsePercent(s)
}

func (a attr) choiceProblem(s string) string {
	if len(a.oneOf) == 0 || slices.Contains(a.oneOf, s) {
		return ""
	}
	detail := fmt.Sprintf("%q must be %s, and this is %q.", a.name, orList(quoted(a.oneOf)), s)
	if n := nearest(s, a.oneOf); n != "" {
		detail += fmt.Sprintf(" Did you mean %q?", n)
	}
	return detail
}

func (a attr) stringsProblems(v cty.Value, expr hcl.Expression) []problem {
	var all []problem
	i := 0
	for it := v.ElementIterator(); it.Next(); i++ {
		_, s := it.Element()
		detail := ""
		switch {
		case s.IsNull():
			detail = fmt.Sprintf("An element of %q is null.", a.name)
		case s.AsString() == "":
			detail = fmt.Sprintf("An element of %q is empty.", a.name)
		case strings.Contains(s.AsString(), "\x00"):
			detail = fmt.Sprintf("An element of %q holds a zero byte, at which it would end for other programs. Take it out.", a.name)
		default:
			detail = a.choiceProblem(s.AsString())
		}
		if detail != "" {
			all = append(all, one(element(expr, i), "Invalid value", "%s", detail)...)
		}
	}
	if i == 0 && (a.required || len(a.oneOf) > 0) {
		return one(expr, "Invalid value", "%q is empty.", a.name)
	}
	return all
}

func (a attr) refProblems(v cty.Value, expr hcl.Expression) []problem {
	r, ok := asRef(v)
	switch {
	case ok && slices.Contains(a.refs, r.Block):
		return nil
	case ok:
		return one(expr, "Wrong type", "%q must be %s, and %s is %s.", a.name, a.noun(), r.Address(), article(r.Block))
	}
	wrong := one(expr, "Wrong type", "%q must be %s, and this is %s.%s", a.name, a.noun(), friendly(v.Type()), instancesHint(v))
	if v.Type() == cty.String && isGiven(v) {
		wrong[0].text, wrong[0].refs = v.AsString(), a.refs
	}
	return wrong
}

// instancesHint tells of the instances where a reference names all of them.
func instancesHint(v cty.Value) string {
	if !v.Type().IsObjectType() || !v.IsKnown() || v.IsNull() {
		return ""
	}
	it := v.ElementIterator()
	if !it.Next() {
		return ""
	}
	_, first := it.Element()
	if r, ok := asRef(first); ok && r.Key != "" {
		return fmt.Sprintf(" It has for_each, so it stands for all of its instances: name one, as %s.", r.Address())
	}
	return ""
}

func (a attr) refsProblems(v cty.Value, expr hcl.Expression) []problem {
	t := v.Type()
	if !isSequence(t) {
		return one(expr, "Wrong type", "%q must be %s, and this is %s. Put it in brackets.", a.name, a.noun(), friendly(t))
	}
	var all []problem
	seen := map[Ref]bool{}
	i := 0
	for it := v.ElementIterator(); it.Next(); i++ {
		_, e := it.Element()
		all = append(all, a.refProblems(e, element(expr, i))...)
		if r, ok := asRef(e); ok && seen[r] {
			all = append(all, one(element(expr, i), "Repeated value", "%q has %s twice.", a.name, r.Address())...)
		} else if ok {
			seen[r] = true
		}
	}
	if i == 0 {
		return one(expr, "Invalid value", "%q is empty: it takes %s.", a.name, a.noun())
	}
	return all
}

// scalarsProblems checks what is known of an object of scalars.
func (a attr) scalarsProblems(v cty.Value, expr hcl.Expression) []problem {
	if !v.Type().IsObjectType() && !v.Type().IsMapType() {
		return one(expr, "Wrong type", "%q must be %s, as { NAME = VALUE }, and this is %s.", a.name, a.noun(), friendly(v.Type()))
	}
	var all []problem
	for it := v.ElementIterator(); it.Next(); {
		key, val := it.Element()
		name, what := key.AsString(), unfit(val, true)
		if what == "" {
			continue
		}
		_, at := itemOf(expr, name)
		switch {
		case a.name == "options" && val.Type().IsCapsuleType():
			all = append(all, one(at, "Invalid value", "%q of %q is %s, which can't be sent to a server. Name the axes that are options, as { num_ctx = matrix.num_ctx }.", name, a.name, what)...)
		case a.name == "options" && isNamedObject(val):
			all = append(all, one(at, "Invalid value", "%q of %q is an object, which can't be sent to a server. Name the attributes that are options, as { num_ctx = matrix.%s.num_ctx }.", name, a.name, name)...)
		default:
			all = append(all, one(at, "Invalid value", "%q of %q is %s: only numbers, strings, bools and lists of them can stand there.", name, a.name, what)...)
		}
	}
	return all
}

// isNamedObject says whether a value may be one of an axis of objects.
func isNamedObject(v cty.Value) bool { return v.Type().IsObjectType() && v.Type().HasAttribute("name") }

// unfit says what a value is that is no number, string or bool, nor (where that may be) a list of them; "" where it is one.
func unfit(v cty.Value, list bool) string {
	t := v.Type()
	switch {
	case t.IsCapsuleType():
		if r, ok := asRef(v); ok {
			return r.Address()
		}
		return friendly(t)
	case v.IsNull():
		return ""
	case t.IsObjectType() || t.IsMapType():
		return friendly(t)
	case !v.IsKnown():
		return ""
	case t == cty.Number:
		if f, _ := v.AsBigFloat().Float64(); math.IsInf(f, 0) {
			return "a number beyond all measure"
		}
	case isSequence(t):
		if !list {
			return "a list"
		}
		for it := v.ElementIterator(); it.Next(); {
			_, e := it.Element()
			if e.IsNull() {
				return "a list with null in it"
			}
			if what := unfit(e, false); what != "" {
				return "a list with " + what + " in it"
			}
		}
	}
	return ""
}
