package spec

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// absent is what a text has in the place of a result that is null.
const absent = "–"

// Told is Text for what is said to a reader: a template has "–" where something in it is null. What is no template is as in Text.
func (e Expr) Told(r Results) (text, missing string, diags hcl.Diagnostics) {
	text, missing, diags = e.Text(r)
	template, ok := e.expr.(*hclsyntax.TemplateExpr)
	if missing == "" || diags.HasErrors() || !ok {
		return text, missing, diags
	}
	var b strings.Builder
	for _, part := range template.Parts {
		piece, null, diags := Expr{expr: part, scope: e.scope}.Text(r)
		switch {
		case diags.HasErrors():
			return "", missing, nil // it can only be told in one piece
		case null != "":
			piece = absent
		}
		b.WriteString(piece)
	}
	return b.String(), "", nil
}
