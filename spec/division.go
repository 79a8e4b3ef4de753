package spec

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// HCL divides by zero without a word, and gives an infinite number: one that can be neither sent, nor compared, nor written.

// divisionsByZero finds where an expression divides by a zero that stands in it.
func divisionsByZero(expr hcl.Expression) hcl.Diagnostics {
	var diags hcl.Diagnostics
	node, _ := native(expr)
	_ = hclsyntax.VisitAll(node, func(n hclsyntax.Node) hcl.Diagnostics {
		op, ok := n.(*hclsyntax.BinaryOpExpr)
		if !ok || op.Op != hclsyntax.OpDivide && op.Op != hclsyntax.OpModulo {
			return nil
		}
		if by, ok := op.RHS.(*hclsyntax.LiteralValueExpr); ok && by.Val.RawEquals(cty.Zero) {
			diags = append(diags, divisionByZero(by.SrcRange, "There is no number that this would give. Divide by another one."))
		}
		return nil
	})
	return diags
}

func divisionByZero(at hcl.Range, detail string) *hcl.Diagnostic {
	return &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Division by zero", Detail: detail, Subject: &at}
}

// isInfinite says whether a value is what a division by zero gives.
func isInfinite(v cty.Value) bool {
	return v.Type() == cty.Number && v.IsKnown() && !v.IsNull() && v.AsBigFloat().IsInf()
}
