package spec

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// HCL goes through loops to their end, and puts templates together whatever comes of it. A loop of 100 000 rounds in a loop of
// 100 000 would fill any memory. So the parts of a parsed expression that are evaluated again and again count what they give.

// bounded makes evaluating a file or an expression take no more time and memory than is stated here and in one_type.go: it counts
// the work in all loops, of one evaluation at a time.
func bounded(node hclsyntax.Node) {
	_ = hclsyntax.Walk(node, &boundingWalker{})
}

// work is what an outermost loop, or a template, has done.
type work struct {
	done int
	told bool // that it is too much
}

type boundingWalker struct {
	loops []*work // of each loop around the node: one for all of them
}

// Enter notes a loop, whose work counts for the one around it.
func (w *boundingWalker) Enter(node hclsyntax.Node) hcl.Diagnostics {
	if _, ok := node.(*hclsyntax.ForExpr); ok {
		outer := &work{}
		if len(w.loops) > 0 {
			outer = w.loops[0]
		}
		w.loops = append(w.loops, outer)
	}
	return nil
}

// Exit puts the counting in, after the walk has been through what is inside.
func (w *boundingWalker) Exit(node hclsyntax.Node) hcl.Diagnostics {
	switch n := node.(type) {
	case *hclsyntax.ForExpr:
		last := len(w.loops) - 1
		n.CollExpr = counting(n.CollExpr, w.loops[last], last == 0)
		n.ValExpr = counting(n.ValExpr, w.loops[last], false)
		w.loops = w.loops[:last]
	case *hclsyntax.FunctionCallExpr:
		unifyArguments(n)
	case *hclsyntax.TemplateExpr:
		if len(n.Parts) > 1 { // one with a single part is that part
			text := &work{}
			for i := range n.Parts {
				n.Parts[i] = writing(n.Parts[i], text, i == 0)
			}
		}
	}
	return nil
}

// A countingExpr is an expression whose values are counted. For whoever looks at it, it stands in parentheses.
type countingExpr struct {
	*hclsyntax.ParenthesesExpr
	work   *work
	begins bool // the count
	text   bool // the value becomes part of one
}

func counting(expr hclsyntax.Expression, w *work, begins bool) hclsyntax.Expression {
	return &countingExpr{&hclsyntax.ParenthesesExpr{Expression: expr, SrcRange: expr.Range()}, w, begins, false}
}

// writing is counting for a piece of text.
func writing(expr hclsyntax.Expression, w *work, begins bool) hclsyntax.Expression {
	return &countingExpr{&hclsyntax.ParenthesesExpr{Expression: expr, SrcRange: expr.Range()}, w, begins, true}
}

// Value gives the value of the expression, or none once the work has become too much, which is told once.
func (e *countingExpr) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	if e.begins {
		*e.work = work{}
	}
	if e.work.told {
		return cty.DynamicVal, nil
	}
	v, diags := e.Expression.Value(ctx)
	if e.text {
		v = asText(v)
	}
	e.work.done += weight(v)
	if e.work.done <= maxWork || e.work.told {
		return v, diags
	}
	e.work.told = true
	return cty.DynamicVal, append(diags, &hcl.Diagnostic{
		Severity: hcl.DiagError, Summary: "Too much work", Subject: e.SrcRange.Ptr(),
		Detail: fmt.Sprintf("Up to here the loops of this expression, or the pieces of this text, have given more than %d elements, as which %d bytes of text count. Take less of them, or compute it elsewhere and read it with file().",
			maxWork, pieceOfText),
	})
}

// weight is what a value counts as, without what is inside its elements: they have been counted where they were made.
func weight(v cty.Value) int {
	v, _ = v.Unmark()
	if v.IsKnown() && !v.IsNull() && v.Type() == cty.String {
		return 1 + len(v.AsString())/pieceOfText
	}
	return 1 + elements(v)
}
