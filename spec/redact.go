package spec

import (
	"bytes"
	"cmp"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	hcljson "github.com/hashicorp/hcl/v2/json"
	"github.com/zclconf/go-cty/cty"
)

// redacted stands for a line that is not shown.
const redacted = "(a sensitive value)"

// Redact gives the lines of a spec file in a form that may be kept and shown: one that holds the default of a sensitive variable, or
// what is handed to sensitive(), is replaced. It says whether the text could be understood.
func Redact(name string, src []byte) (lines []string, ok bool) {
	secrets, ok := secretRanges(name, src)
	if !ok {
		return nil, false
	}
	lines = strings.Split(string(src), "\n")
	for _, rng := range secrets {
		for n := rng.Start.Line; n <= min(rng.End.Line, len(lines)); n++ {
			lines[n-1] = redacted
		}
	}
	if strings.HasSuffix(name, ".json") { // a line of JSON holds whole texts
		for i, line := range lines {
			if strings.Contains(line, "sensitive(") {
				lines[i] = redacted
			}
		}
	}
	return lines, true
}

// Hide gives the text of a spec file without what Redact takes out, and every other byte in its place, so that a diagnostic can show a
// line that a secret shares with what is wrong. A text that could not be understood comes back as it is.
func Hide(name string, src []byte) []byte {
	if !bytes.Contains(src, []byte("sensitive")) {
		return src
	}
	secrets, _ := secretRanges(name, src)
	src = bytes.Clone(src)
	for _, rng := range secrets {
		blank(src, rng)
	}
	return src
}

// secretRanges finds the sensitive values in a spec file.
func secretRanges(name string, src []byte) (secrets []hcl.Range, ok bool) {
	var file *hcl.File
	var diags hcl.Diagnostics
	if strings.HasSuffix(name, ".json") {
		if cmp.Or(notText(src, name), jsonTooDeep(src, name)) != nil {
			return nil, false
		}
		file, diags = hcljson.Parse(src, name)
	} else {
		if _, diag := lex(src, name); diag != nil {
			return nil, false
		}
		file, diags = hclsyntax.ParseConfig(src, name, hcl.InitialPos)
	}
	if diags.HasErrors() {
		return nil, false
	}
	variables, _, _ := file.Body.PartialContent(&hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{{Type: "variable", LabelNames: []string{"name"}}}})
	for _, b := range variables.Blocks {
		content, _, _ := b.Body.PartialContent(&hcl.BodySchema{Attributes: []hcl.AttributeSchema{{Name: "sensitive"}, {Name: "default"}}})
		sensitive, value := content.Attributes["sensitive"], content.Attributes["default"]
		if sensitive != nil && value != nil && !isFalse(sensitive.Expr) {
			secrets = append(secrets, value.Expr.Range())
		}
	}
	if body, native := file.Body.(*hclsyntax.Body); native {
		_ = hclsyntax.VisitAll(body, func(n hclsyntax.Node) hcl.Diagnostics {
			if call, ok := n.(*hclsyntax.FunctionCallExpr); ok && call.Name == "sensitive" {
				secrets = append(secrets, call.Range())
			}
			return nil
		})
	}
	return secrets, true
}

// isFalse says whether an expression is known to be false.
func isFalse(expr hcl.Expression) bool {
	v, diags := expr.Value(nil)
	return !diags.HasErrors() && v.RawEquals(cty.False)
}
