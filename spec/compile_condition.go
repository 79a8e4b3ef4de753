package spec

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// condition takes a rule apart at its &&, || and !.
func (c *compiler) condition(expr hcl.Expression) form[bool] {
	if f := c.operation(expr); f != nil {
		return f
	}
	return keep(c, expr, c.setting.evaluate, func(v cty.Value) (bool, bool) { return isTrue(v), true })
}

// operation gives the form of an operation on conditions; nil where the expression is none.
func (c *compiler) operation(expr hcl.Expression) form[bool] {
	switch x := withoutParens(expr).(type) {
	case *hclsyntax.BinaryOpExpr:
		switch x.Op {
		case hclsyntax.OpLogicalAnd:
			return and{c.operand(x.LHS), c.operand(x.RHS)}
		case hclsyntax.OpLogicalOr:
			return or{c.operand(x.LHS), c.operand(x.RHS)}
		}
	case *hclsyntax.UnaryOpExpr:
		if x.Op == hclsyntax.OpLogicalNot {
			return not{c.operand(x.Val)}
		}
	}
	return nil
}

// operand gives the form of what stands beside an operator. What would have to be converted to a bool is left to HCL.
func (c *compiler) operand(expr hcl.Expression) form[bool] {
	if f := c.operation(expr); f != nil {
		return f
	}
	return keep(c, expr, c.raw(expr), func(v cty.Value) (bool, bool) {
		ok := v.Type() == cty.Bool && !v.IsMarked() && isGiven(v)
		return ok && v.True(), ok
	})
}

// Both sides are asked, whatever the first one gives: HCL tells a mistake in either.
type (
	and struct{ a, b form[bool] }
	or  struct{ a, b form[bool] }
	not struct{ a form[bool] }
)

func (x and) at(p *point) (bool, bool) {
	a, ok := x.a.at(p)
	b, too := x.b.at(p)
	return a && b, ok && too
}

func (x or) at(p *point) (bool, bool) {
	a, ok := x.a.at(p)
	b, too := x.b.at(p)
	return a || b, ok && too
}

func (x not) at(p *point) (bool, bool) {
	a, ok := x.a.at(p)
	return !a, ok
}
