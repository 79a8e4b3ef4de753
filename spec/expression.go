package spec

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// What stands in an expression: its parts, its calls, and the steps of its references.

// element gives the expression of a list's element, or that of the list where it isn't written out.
func element(expr hcl.Expression, i int) hcl.Expression {
	if list, ok := expr.(*hclsyntax.TupleConsExpr); ok && i < len(list.Exprs) {
		return list.Exprs[i]
	}
	return expr
}

// itemOf gives the expressions of an attribute of an object, or that of the object, twice, where it isn't written out.
func itemOf(expr hcl.Expression, name string) (key, value hcl.Expression) {
	if object, ok := expr.(*hclsyntax.ObjectConsExpr); ok {
		for _, item := range object.Items {
			if hcl.ExprAsKeyword(item.KeyExpr) == name {
				return item.KeyExpr, item.ValueExpr
			}
		}
	}
	return expr, expr
}

// keyOf gives the expression of a key, or that of the map where it isn't written out.
func keyOf(expr hcl.Expression, k cty.Value) hcl.Expression {
	if object, ok := expr.(*hclsyntax.ObjectConsExpr); ok {
		for _, item := range object.Items {
			if v, diags := item.KeyExpr.Value(nil); !diags.HasErrors() && v.RawEquals(k) {
				return item.KeyExpr
			}
		}
	}
	return expr
}

// withoutParens takes the parentheses off.
func withoutParens(expr hcl.Expression) hcl.Expression {
	for {
		p, ok := expr.(*hclsyntax.ParenthesesExpr)
		if !ok {
			return expr
		}
		expr = p.Expression
	}
}

// calls finds the calls of functions, and the places of those that make do with an attribute which isn't there.
func calls(expr hcl.Expression) (all []*hclsyntax.FunctionCallExpr, forgiving []hcl.Range) {
	node, _ := native(expr)
	_ = hclsyntax.VisitAll(node, func(n hclsyntax.Node) hcl.Diagnostics {
		if call, ok := n.(*hclsyntax.FunctionCallExpr); ok {
			all = append(all, call)
			if call.Name == "try" || call.Name == "can" {
				forgiving = append(forgiving, call.Range())
			}
		}
		return nil
	})
	return all, forgiving
}

func refersTo(expr hcl.Expression, root string) bool {
	return slices.ContainsFunc(expr.Variables(), func(t hcl.Traversal) bool { return t.RootName() == root })
}

// second gives the name behind the root of a reference: b in a.b and in a["b"].
func second(t hcl.Traversal) (string, bool) {
	if len(t) < 2 {
		return "", false
	}
	return stepName(t[1])
}

// stepName gives the name that a step of a reference goes to.
func stepName(step hcl.Traverser) (string, bool) {
	switch step := step.(type) {
	case hcl.TraverseAttr:
		return step.Name, true
	case hcl.TraverseIndex:
		if step.Key.Type() == cty.String && step.Key.IsKnown() && !step.Key.IsNull() {
			return step.Key.AsString(), true
		}
	}
	return "", false
}

// namesIn lists which of the things behind a root a reference means: the one that it names, or all of them, sorted.
func namesIn[T any](t hcl.Traversal, all map[string]T) []string {
	name, named := second(t)
	if !named {
		return slices.Sorted(maps.Keys(all))
	}
	if _, ok := all[name]; !ok {
		return nil
	}
	return []string{name}
}

// asWritten gives a reference as a spec has it.
func asWritten(t hcl.Traversal) string {
	var b strings.Builder
	b.WriteString(t.RootName())
	for _, step := range t[1:] {
		switch step := step.(type) {
		case hcl.TraverseAttr:
			b.WriteString("." + step.Name)
		case hcl.TraverseIndex:
			if step.Key.Type() == cty.String {
				fmt.Fprintf(&b, "[%q]", step.Key.AsString())
			} else {
				fmt.Fprintf(&b, "[%s]", step.Key.AsBigFloat().Text('g', -1))
			}
		}
	}
	return b.String()
}

// lastOf gives the place of a step of a reference, of an attribute without the dot before its name.
func lastOf(step hcl.Traverser) hcl.Range {
	rng := step.SourceRange()
	if t, ok := step.(hcl.TraverseAttr); ok {
		rng.Start = rng.End
		rng.Start.Byte -= len(t.Name)
		rng.Start.Column -= len([]rune(t.Name))
	}
	return rng
}

// contextOf gives the lines that are shown around a place: those of the expression, where it is short.
func contextOf(expr hcl.Expression, rng hcl.Range) *hcl.Range {
	whole := expr.Range()
	if whole.Filename != rng.Filename || whole.End.Line-whole.Start.Line > 5 {
		return nil
	}
	return &whole
}
