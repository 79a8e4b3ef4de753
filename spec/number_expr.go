package spec

import (
	"math/big"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// HCL itself makes texts of numbers in two places, with all of their digits: in keys, and where one branch of a condition gives a text.
// So the numbers there are written beforehand.

// writtenKey lets what an expression gives be a key: of an object, or to look for in a map.
func writtenKey(expr hclsyntax.Expression, index bool) hclsyntax.Expression {
	return &keyExpr{&hclsyntax.ParenthesesExpr{Expression: expr, SrcRange: expr.Range()}, index}
}

// writeKeys puts that in for the keys of an object that are computed.
func writeKeys(object *hclsyntax.ObjectConsExpr) {
	for i, item := range object.Items {
		key, wrapped := item.KeyExpr.(*hclsyntax.ObjectConsKeyExpr)
		switch {
		case !wrapped: // of one in JSON
			object.Items[i].KeyExpr = writtenKey(item.KeyExpr, false)
		case key.ForceNonLiteral || hcl.ExprAsKeyword(key.Wrapped) == "" && !isReference(key.Wrapped):
			key.Wrapped = writtenKey(key.Wrapped, false)
		}
	}
}

// writeSteps makes texts of the numbers in a reference that are no index.
func writeSteps(steps hcl.Traversal) {
	for i, step := range steps {
		if index, ok := step.(hcl.TraverseIndex); ok && isFraction(index.Key) {
			index.Key = asText(index.Key)
			steps[i] = index
		}
	}
}

func isReference(expr hclsyntax.Expression) bool {
	_, ok := expr.(*hclsyntax.ScopeTraversalExpr)
	return ok
}

// A keyExpr is an expression for a key.
type keyExpr struct {
	*hclsyntax.ParenthesesExpr
	index bool // it may be that of a list, too
}

// StartRange is what a mistake in the key points at.
func (e *keyExpr) StartRange() hcl.Range { return e.Expression.StartRange() }

// Value gives the key, as a text where it is a number that is no index.
func (e *keyExpr) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	v, diags := e.Expression.Value(ctx)
	if diags.HasErrors() || e.index && !isFraction(v) {
		return v, diags
	}
	return asText(v), diags
}

func isFraction(v cty.Value) bool {
	v = unmarked(v)
	if v.Type() != cty.Number || !isGiven(v) {
		return false
	}
	_, accuracy := v.AsBigFloat().Int64()
	return accuracy != big.Exact
}

// writeBranches lets the number of one branch of a condition be written where the other branch gives a text.
func writeBranches(condition *hclsyntax.ConditionalExpr, w *work) {
	both := &branches{condition.Condition, condition.TrueResult, condition.FalseResult, nil, w}
	condition.TrueResult = &branchExpr{&hclsyntax.ParenthesesExpr{Expression: both.yes, SrcRange: both.yes.Range()}, both, true}
	condition.FalseResult = &branchExpr{&hclsyntax.ParenthesesExpr{Expression: both.no, SrcRange: both.no.Range()}, both, false}
}

// branches are those of a condition. HCL evaluates the first, then the second: once the first is asked for, both are evaluated, and the
// second one waits.
type branches struct {
	condition, yes, no hclsyntax.Expression

	waiting *branch
	work    *work // HCL compares the types of both, and may convert them
}

type branch struct {
	ctx   *hcl.EvalContext
	value cty.Value
	diags hcl.Diagnostics
}

type branchExpr struct {
	*hclsyntax.ParenthesesExpr
	both  *branches
	first bool
}

// StartRange is what a mistake in the branch points at.
func (e *branchExpr) StartRange() hcl.Range { return e.Expression.StartRange() }

// Value gives the value of the branch.
func (e *branchExpr) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	if !e.first {
		if w := e.both.waiting; w != nil && w.ctx == ctx {
			e.both.waiting = nil
			return w.value, w.diags
		}
		if e.both.work.tooMuch != nil {
			return cty.DynamicVal, nil
		}
		return e.Expression.Value(ctx)
	}
	if e.both.work.tooMuch != nil {
		return cty.DynamicVal, nil
	}
	v, diags := e.both.yes.Value(ctx)
	other, more := e.both.no.Value(ctx)
	switch {
	case v.Type() == cty.String:
		other = asText(other)
	case other.Type() == cty.String:
		v = asText(v)
	}
	if !e.both.work.read(8 * (weight(v) + weight(other))) {
		v, other = cty.DynamicVal, cty.DynamicVal
	}
	if max(elements(v), elements(other)) > maxUnified {
		v, other = e.both.chosen(ctx, v, other)
	}
	e.both.waiting = &branch{ctx, other, more}
	return v, diags
}

// chosen leaves out of two long values the one that the condition does not choose. HCL would find a type for both, which takes a time
// that grows with the square of how many elements there are.
func (b *branches) chosen(ctx *hcl.EvalContext, yes, no cty.Value) (cty.Value, cty.Value) {
	condition, diags := b.condition.Value(ctx)
	condition, _ = condition.Unmark()
	if diags.HasErrors() || !condition.IsKnown() || condition.IsNull() || condition.Type() != cty.Bool {
		return yes, no
	}
	none := cty.NullVal(cty.DynamicPseudoType)
	if condition.True() {
		return yes, none
	}
	return none, no
}
