package spec

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// A function may go through all of a long list, and a loop may call it for each of its rounds. So what functions and comparisons read
// is counted where they are asked again and again: in the rounds of a loop, and in the module's own functions.

// slowness has the functions that take about so many times as long for an element as others.
var slowness = map[string]int{
	"jsonencode": 8, "jsondecode": 8, "yamlencode": 8, "yamldecode": 8, "csvdecode": 8,
	"toset": 8, "setunion": 8, "setintersection": 8, "setsubtract": 8, "setproduct": 8,
	"distinct": 8, "transpose": 8, "formatlist": 8, "sort": 8,
}

// metered gives a function that counts what it reads and gives.
func metered(name string, f function.Function, w *work) function.Function {
	if w == nil {
		return f
	}
	open := func(p function.Parameter) function.Parameter {
		p.AllowUnknown, p.AllowDynamicType, p.AllowMarked = true, true, true // the function itself sees to these
		return p
	}
	spec := &function.Spec{Type: function.StaticReturnType(cty.DynamicPseudoType)}
	for _, p := range f.Params() {
		spec.Params = append(spec.Params, open(p))
	}
	if p := f.VarParam(); p != nil {
		open := open(*p)
		spec.VarParam = &open
	}
	times := max(1, slowness[name])
	spec.Impl = func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		if w.tooMuch != nil {
			return cty.DynamicVal, nil
		}
		given := matching(name, args)
		for _, a := range args {
			given += times * w.sizeOf(a)
		}
		if !w.read(given) {
			return cty.DynamicVal, nil
		}
		v, err := f.Call(args)
		if err != nil {
			return cty.NilVal, err
		}
		if !w.read(times * w.sizeOf(v)) {
			return cty.DynamicVal, nil
		}
		return v, nil
	}
	return function.New(spec)
}

// matching is what a function takes beside its arguments: a pattern goes through the text with each of its states.
func matching(name string, args []cty.Value) int {
	text, pattern := 0, 1
	switch name {
	case "regex", "regexall":
		text, pattern = 1, 0
	case "regex_replace", "replace":
	default:
		return 0
	}
	if len(args) < 2 {
		return 0
	}
	written := knownText(args[pattern])
	if name == "replace" && !strings.HasPrefix(written, "/") {
		return 0
	}
	n := 2 * len(written)
	if strings.Contains(written, "{") { // it repeats something
		n = states(strings.Trim(written, "/"))
	}
	return n/8 + n*len(knownText(args[text]))/(2*pieceOfText)
}

// read counts elements that were read, and says whether that may go on.
func (w *work) read(n int) bool {
	w.spend(n)
	if w.rounds > 0 && w.tooMuch == nil {
		if w.reads += n; w.reads > maxRead {
			w.tooMuch = &hcl.Diagnostic{
				Severity: hcl.DiagError, Summary: tooMuchWork, Subject: w.place.Ptr(),
				Detail: fmt.Sprintf("Up to here what is called and compared in the loops and functions of this expression has read more than %d elements, as which %d bytes of text count. Call it once, outside the loop, or compute it elsewhere and read it with file().",
					maxRead, pieceOfText),
			}
		}
	}
	return w.tooMuch == nil
}

// sizeOf is how many elements a value has, with those inside them; not counted further than it matters.
func (w *work) sizeOf(v cty.Value) int {
	const most = maxRead + 1
	left := most
	reduce(v, &left)
	return most - max(left, 0)
}

// reduce takes the size of a value off what is left.
func reduce(v cty.Value, left *int) {
	v, _ = v.Unmark()
	*left--
	switch {
	case *left < 0 || v.IsNull() || !v.IsKnown():
	case v.Type() == cty.String:
		*left -= len(v.AsString()) / pieceOfText
	case v.CanIterateElements():
		if of := v.Type(); of.IsCollectionType() && (of.ElementType() == cty.Number || of.ElementType() == cty.Bool) {
			*left -= v.LengthInt()
			return
		}
		for it := v.ElementIterator(); *left >= 0 && it.Next(); {
			_, e := it.Element()
			reduce(e, left)
		}
	}
}

// A roundExpr is an expression that is evaluated once for each round of a loop.
type roundExpr struct {
	*hclsyntax.ParenthesesExpr
	work *work
}

// StartRange is what a mistake in the expression points at.
func (e *roundExpr) StartRange() hcl.Range { return e.Expression.StartRange() }

// Value gives the value of the expression, or none once the work has become too much.
func (e *roundExpr) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	if e.work.tooMuch != nil {
		return cty.DynamicVal, nil
	}
	defer e.work.inRound(e.SrcRange)()
	return e.Expression.Value(ctx)
}

// inRound says that what is evaluated next may be evaluated again and again, until the function that it gives is called.
func (w *work) inRound(at hcl.Range) (end func()) {
	around := w.place
	w.place = at
	w.rounds++
	return func() { w.place, w.rounds = around, w.rounds-1 }
}

// A readExpr is an expression whose values something goes through that is no function.
type readExpr struct {
	*hclsyntax.ParenthesesExpr
	work *work
}

// StartRange is what a mistake in the expression points at.
func (e *readExpr) StartRange() hcl.Range { return e.Expression.StartRange() }

// Value gives the value of the expression, or none once the work has become too much.
func (e *readExpr) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	if e.work.tooMuch != nil {
		return cty.DynamicVal, nil
	}
	v, diags := e.Expression.Value(ctx)
	if !e.work.read(e.work.sizeOf(v)) {
		return cty.DynamicVal, diags
	}
	return v, diags
}

func (w *boundingWalker) inRound(expr hclsyntax.Expression) hclsyntax.Expression {
	return &roundExpr{&hclsyntax.ParenthesesExpr{Expression: expr, SrcRange: expr.Range()}, w.work}
}

func (w *boundingWalker) reading(expr hclsyntax.Expression) hclsyntax.Expression {
	if _, literal := expr.(*hclsyntax.LiteralValueExpr); literal {
		return expr
	}
	return &readExpr{&hclsyntax.ParenthesesExpr{Expression: expr, SrcRange: expr.Range()}, w.work}
}
