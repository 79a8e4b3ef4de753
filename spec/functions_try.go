package spec

import (
	"errors"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/customdecode"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// Whether an expression can be evaluated may depend on something sensitive: can(regex("^a", var.key)) asks for its first letter. So
// what can and try give is as sensitive as what they evaluate.

func canFunc(f *files, _ map[string]function.Function) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "expression", Type: customdecode.ExpressionClosureType}},
		Type:   function.StaticReturnType(cty.Bool),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			t := f.attempt(args[0])
			switch {
			case t.diags.HasErrors():
				return t.marked(cty.False), nil
			case !t.value.IsWhollyKnown():
				return t.marked(cty.UnknownVal(cty.Bool)), nil // that it can be evaluated once it is known is not certain
			}
			return t.marked(cty.True), nil
		},
	})
}

// tryFunc evaluates each expression once. HCL's own evaluates it once for the type and once for the value, so that thirty of them inside
// one another are evaluated a thousand million times.
func tryFunc(f *files, _ map[string]function.Function) function.Function {
	return function.New(&function.Spec{
		VarParam: &function.Parameter{Name: "expressions", Type: customdecode.ExpressionClosureType},
		Type:     function.StaticReturnType(cty.DynamicPseudoType),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			failed := "none of the expressions can be evaluated:"
			secret := false
			for _, arg := range args {
				t := f.attempt(arg)
				t.secret = t.secret || secret
				secret = t.secret
				switch {
				case t.diags.HasErrors():
					failed += "\n- " + oneLine(t.diags[0])
				case !t.value.IsWhollyKnown():
					return t.marked(cty.DynamicVal), nil
				default:
					return t.marked(t.value), nil
				}
			}
			if len(args) == 0 {
				failed = "give at least one expression"
			}
			return cty.NilVal, errors.New(failed)
		},
	})
}

// A trial is what came of evaluating an expression that may fail.
type trial struct {
	value  cty.Value
	diags  hcl.Diagnostics
	secret bool // whether it fails depends on something sensitive
}

// attempt evaluates the expression that a call of can or try has for an argument.
func (f *files) attempt(arg cty.Value) trial {
	around := f.work.secret
	f.work.secret = false
	f.work.trials++
	closure := customdecode.ExpressionClosureFromVal(arg)
	v, diags := closure.Value()
	f.work.trials--
	t := trial{v, diags, f.work.secret || failsBySecret(closure.Expression, closure.EvalContext)}
	f.work.secret = around || t.secret
	return t
}

// marked gives a value that tells whether the trial failed.
func (t trial) marked(v cty.Value) cty.Value {
	if t.secret {
		return v.Mark(sensitiveMark)
	}
	return v
}

// failsBySecret says whether it may depend on something sensitive that an expression can't be evaluated. What is handed to
// nonsensitive() gives nothing away, as its user says.
func failsBySecret(expr hcl.Expression, ctx *hcl.EvalContext) bool {
	switch e := expr.(type) {
	case *hclsyntax.ParenthesesExpr:
		return failsBySecret(e.Expression, ctx)
	case *hclsyntax.ScopeTraversalExpr:
		return leadsThroughSecret(e.Traversal, ctx)
	case *hclsyntax.ObjectConsExpr:
		for _, item := range e.Items {
			if failsBySecret(item.KeyExpr, ctx) || failsBySecret(item.ValueExpr, ctx) {
				return true
			}
		}
		return false
	case *hclsyntax.TupleConsExpr:
		for _, element := range e.Exprs {
			if failsBySecret(element, ctx) {
				return true
			}
		}
		return false
	case *hclsyntax.FunctionCallExpr:
		if e.Name == "nonsensitive" {
			return false
		}
	}
	return usesSecret(expr, ctx)
}

// usesSecret says whether something sensitive is in an expression.
func usesSecret(expr hcl.Expression, ctx *hcl.EvalContext) bool {
	w := &secretWalker{ctx: ctx}
	node, _ := native(expr)
	_ = hclsyntax.Walk(node, w)
	return w.found
}

type secretWalker struct {
	ctx   *hcl.EvalContext
	open  int // calls of nonsensitive around the node
	found bool
}

// Enter looks at what the expression refers to and calls. What the module's own functions use is noted when they are called.
func (w *secretWalker) Enter(node hclsyntax.Node) hcl.Diagnostics {
	switch n := node.(type) {
	case *hclsyntax.FunctionCallExpr:
		if n.Name == "nonsensitive" {
			w.open++
		}
		w.found = w.found || w.open == 0 && slices.Contains(makeSensitive, n.Name)
	case *hclsyntax.ScopeTraversalExpr:
		if !w.found && w.open == 0 {
			v, diags := n.Traversal.TraverseAbs(w.ctx)
			w.found = leadsThroughSecret(n.Traversal, w.ctx) || !diags.HasErrors() && v.ContainsMarked()
		}
	}
	return nil
}

// Exit leaves a call.
func (w *secretWalker) Exit(node hclsyntax.Node) hcl.Diagnostics {
	if call, ok := node.(*hclsyntax.FunctionCallExpr); ok && call.Name == "nonsensitive" {
		w.open--
	}
	return nil
}

// leadsThroughSecret says whether a reference goes into a value that is sensitive as a whole, so that what is in there is too.
func leadsThroughSecret(t hcl.Traversal, ctx *hcl.EvalContext) bool {
	for i := 1; i < len(t); i++ {
		if v, diags := t[:i].TraverseAbs(ctx); !diags.HasErrors() && v.IsMarked() {
			return true
		}
	}
	return false
}
