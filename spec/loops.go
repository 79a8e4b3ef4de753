package spec

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// HCL goes through loops to their end, and puts templates together whatever comes of it. A loop of 100 000 rounds in a loop of
// 100 000 would fill any memory, be the inner one in a function that the outer one calls. So the parts of a parsed expression that are
// evaluated again and again count what they give.

// work is what it has taken so far to evaluate one expression, with the functions of the module that are called and the templates that
// are rendered for it. All expressions of a module share it, so one is evaluated at a time.
type work struct {
	depth   int             // expressions under way, each of them for the one before
	calls   int             // of the module's own functions
	done    int             // elements and pieces of text that loops and templates have given
	reads   int             // those that functions and comparisons have read in loops
	tooMuch *hcl.Diagnostic // that these are too many; nil: they aren't

	rounds int       // of loops, and calls of the module's own functions, that are under way
	place  hcl.Range // of the innermost of them, or of the expression

	module, varying *budget // of all expressions of a module, and of what is evaluated for its configurations; nil: there is none
	budget          *budget // the one of these that is charged

	parsed map[hcl.Expression]hclsyntax.Expression // of those in JSON, which HCL would parse anew for every call

	trials int  // calls of can and try under way
	secret bool // a function was called for them that may fail because of something sensitive
}

// value evaluates an expression, and counts what that takes. Where it takes too much the expression has no value, whatever try() makes
// of it.
func (w *work) value(expr hcl.Expression, ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	if w.depth == 0 {
		*w = work{parsed: w.parsed, module: w.module, varying: w.varying, budget: w.budget, place: expr.Range()}
		if told, is := w.broke(); is {
			return cty.DynamicVal, told
		}
	}
	w.depth++
	defer func() { w.depth-- }()
	node, diags := w.boundedly(expr)
	if diags.HasErrors() {
		return cty.DynamicVal, diags
	}
	v, diags := node.Value(ctx)
	if w.depth == 1 && w.tooMuch != nil && !diags.HasErrors() {
		told := *w.tooMuch
		if w.tooMuch != w.over() {
			told.Detail += fmt.Sprintf("\n\nThe expression is at %s.", at(expr.Range()))
		}
		return cty.DynamicVal, append(diags, &told)
	}
	return v, diags
}

// boundedly gives what is evaluated of an expression: one in HCL's own syntax is bounded where it is parsed.
func (w *work) boundedly(expr hcl.Expression) (hclsyntax.Expression, hcl.Diagnostics) {
	if node, ok := expr.(hclsyntax.Expression); ok {
		return node, nil
	}
	if node, ok := w.parsed[expr]; ok {
		return node, nil
	}
	node, diags := native(expr)
	if diags.HasErrors() {
		return node, diags
	}
	bounded(node, w)
	if w.parsed == nil {
		w.parsed = map[hcl.Expression]hclsyntax.Expression{}
	}
	w.parsed[expr] = node
	return node, nil
}

// bounded makes evaluating a file or an expression take no more time and memory than is stated here and in one_type.go.
func bounded(node hclsyntax.Node, w *work) {
	checkTypes(node)
	_ = hclsyntax.Walk(node, &boundingWalker{w})
}

type boundingWalker struct{ work *work }

// Enter does nothing: see Exit.
func (w *boundingWalker) Enter(hclsyntax.Node) hcl.Diagnostics { return nil }

// Exit puts the counting in, after the walk has been through what is inside.
func (w *boundingWalker) Exit(node hclsyntax.Node) hcl.Diagnostics {
	switch n := node.(type) {
	case *hclsyntax.ForExpr:
		n.CollExpr, n.ValExpr = w.counting(n.CollExpr, false), w.counting(w.inRound(n.ValExpr), false)
		if n.KeyExpr != nil {
			n.KeyExpr = writtenKey(w.inRound(n.KeyExpr), false)
		}
		if n.CondExpr != nil {
			n.CondExpr = w.inRound(n.CondExpr)
		}
	case *hclsyntax.SplatExpr:
		n.Source = w.reading(n.Source)
		if _, alone := n.Each.(*hclsyntax.AnonSymbolExpr); !alone {
			n.Each = w.inRound(n.Each)
		}
	case *hclsyntax.BinaryOpExpr:
		if n.Op == hclsyntax.OpEqual || n.Op == hclsyntax.OpNotEqual {
			n.LHS, n.RHS = w.reading(n.LHS), w.reading(n.RHS)
		}
	case *hclsyntax.FunctionCallExpr:
		unifyArguments(n)
	case *hclsyntax.ObjectConsExpr:
		writeKeys(n)
	case *hclsyntax.ScopeTraversalExpr:
		writeSteps(n.Traversal)
	case *hclsyntax.RelativeTraversalExpr:
		writeSteps(n.Traversal)
	case *hclsyntax.IndexExpr:
		n.Key = writtenKey(n.Key, true)
	case *hclsyntax.ConditionalExpr:
		writeBranches(n, w.work)
	case *hclsyntax.TemplateExpr:
		if len(n.Parts) > 1 { // one with a single part is that part
			for i := range n.Parts {
				n.Parts[i] = w.counting(n.Parts[i], true)
			}
		}
	}
	return nil
}

func (w *boundingWalker) counting(expr hclsyntax.Expression, text bool) hclsyntax.Expression {
	return &countingExpr{&hclsyntax.ParenthesesExpr{Expression: expr, SrcRange: expr.Range()}, w.work, text}
}

// A countingExpr is an expression whose values are counted. For whoever looks at it, it stands in parentheses.
type countingExpr struct {
	*hclsyntax.ParenthesesExpr
	work *work
	text bool // the value becomes part of one
}

// Value gives the value of the expression, or none once the work has become too much, which is told once.
func (e *countingExpr) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	if e.work.tooMuch != nil {
		return cty.DynamicVal, nil
	}
	v, diags := e.Expression.Value(ctx)
	if e.text {
		v = asText(v)
	}
	if tooMuch := e.work.count(v, e.SrcRange); tooMuch != nil {
		return cty.DynamicVal, append(diags, tooMuch)
	}
	return v, diags
}

// count counts a value that was made at a place. What it gives is told where that was too much; nil: it was not, or that is told.
func (w *work) count(v cty.Value, at hcl.Range) *hcl.Diagnostic {
	n := weight(v)
	if w.tooMuch != nil {
		return nil
	}
	if w.spend(n); w.tooMuch != nil {
		return w.tooMuch
	}
	if w.done += n; w.done <= maxWork {
		return nil
	}
	w.tooMuch = &hcl.Diagnostic{
		Severity: hcl.DiagError, Summary: tooMuchWork, Subject: &at,
		Detail: fmt.Sprintf("Up to here the loops and functions of this expression, or the pieces of this text, have given more than %d elements, as which %d bytes of text count, with those in the functions and templates that it uses. Take less of them, or compute it elsewhere and read it with file().",
			maxWork, pieceOfText),
	}
	return w.tooMuch
}

// weight is what a value counts as, without what is inside its elements: they have been counted where they were made.
func weight(v cty.Value) int {
	v, _ = v.Unmark()
	if v.IsKnown() && !v.IsNull() && v.Type() == cty.String {
		return 1 + len(v.AsString())/pieceOfText
	}
	return 1 + elements(v)
}
