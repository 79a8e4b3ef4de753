package spec

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// nativeParts gives what an expression is made of in HCL's native syntax: itself, or the templates in the texts of one in JSON.
func nativeParts(expr hcl.Expression) []hclsyntax.Expression {
	if native, ok := expr.(hclsyntax.Expression); ok {
		return []hclsyntax.Expression{native}
	}
	var parts []hclsyntax.Expression
	if pairs, diags := hcl.ExprMap(expr); !diags.HasErrors() {
		for _, p := range pairs {
			parts = append(append(parts, nativeParts(p.Key)...), nativeParts(p.Value)...)
		}
		return parts
	}
	if list, diags := hcl.ExprList(expr); !diags.HasErrors() {
		for _, e := range list {
			parts = append(parts, nativeParts(e)...)
		}
		return parts
	}
	v, diags := expr.Value(nil) // without a context a text is what is written
	if diags.HasErrors() || !v.IsKnown() || v.IsNull() || v.Type() != cty.String {
		return parts
	}
	start := expr.Range().Start
	start.Byte, start.Column = start.Byte+1, start.Column+1 // after the quote
	if e, diags := hclsyntax.ParseTemplate([]byte(v.AsString()), expr.Range().Filename, start); !diags.HasErrors() {
		parts = append(parts, e)
	}
	return parts
}
