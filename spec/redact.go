package spec

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// redacted stands for a line that is not shown.
const redacted = "(a sensitive value)"

// Redact gives the lines of a spec file in a form that may be kept and shown: one that holds the default of a sensitive variable, what
// is handed to sensitive(), or the default of an env(), is replaced. It says whether the text could be understood.
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
	return lines, true
}

// Hide gives the text of a spec file without what Redact takes out, and every other byte in its place, so that a diagnostic can show a
// line that a secret shares with what is wrong. Of a text with mistakes of syntax it hides what may be a secret.
func Hide(name string, src []byte) []byte {
	if !mayHide().Match(src) {
		return src
	}
	secrets, _ := secretRanges(name, src)
	src = bytes.Clone(src)
	for _, rng := range secrets {
		blank(src, rng)
	}
	return src
}

var (
	mayHide      = pattern(`sensitive|env|\\u`)
	callOfSecret = pattern(`\bsensitive\s*\(|\benv\s*\([^()]*,`)
	jsonText     = pattern(`"(?:[^"\\\n]|\\.)*"?`)
	jsonDefault  = pattern(`"default"\s*:\s*("(?:[^"\\\n]|\\.)*"?)`)
)

// secretRanges finds the sensitive values in a spec file, and says whether it could be understood.
func secretRanges(name string, src []byte) (secrets []hcl.Range, ok bool) {
	if isJSON(name) {
		return secretsInJSON(name, src)
	}
	rest := understandHCL(name, src)
	body, ok := rest.file.Body.(*hclsyntax.Body)
	if !ok { // nothing of it can be understood
		fragments, _ := outline(src, name)
		for _, f := range fragments {
			cut := cutFragment{rng: hcl.Range{Filename: name, Start: f.start, End: f.end}}
			secrets = append(secrets, secretsInCut(cut, src, &hclsyntax.Body{})...)
		}
		return secrets, false
	}
	for _, c := range rest.cuts {
		secrets = append(secrets, secretsInCut(c, src, body)...)
	}
	secrets = append(secrets, secretDefaults(body)...)
	_ = hclsyntax.VisitAll(body, func(n hclsyntax.Node) hcl.Diagnostics {
		call, ok := n.(*hclsyntax.FunctionCallExpr)
		switch {
		case ok && call.Name == "sensitive":
			secrets = append(secrets, call.Range())
		case ok && call.Name == "env" && len(call.Args) > 1:
			secrets = append(secrets, hcl.RangeBetween(call.Args[1].Range(), call.Args[len(call.Args)-1].Range()))
		}
		return nil
	})
	return secrets, !rest.diags.HasErrors()
}

// secretDefaults finds the defaults of sensitive variables.
func secretDefaults(body hcl.Body) []hcl.Range {
	var secrets []hcl.Range
	variables, _, _ := body.PartialContent(&hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{{Type: "variable", LabelNames: []string{"name"}}}})
	for _, b := range variables.Blocks {
		content, _, _ := b.Body.PartialContent(&hcl.BodySchema{Attributes: []hcl.AttributeSchema{{Name: "sensitive"}, {Name: "default"}}})
		sensitive, value := content.Attributes["sensitive"], content.Attributes["default"]
		if sensitive != nil && value != nil && !isFalse(sensitive.Expr) {
			secrets = append(secrets, value.Expr.Range())
		}
	}
	return secrets
}

// secretsInCut finds what may be sensitive in a part of a file that can't be parsed: what stands behind the word that makes it so, and
// a default where the variable, or what is left of it, speaks of being sensitive.
func secretsInCut(c cutFragment, src []byte, left *hclsyntax.Body) []hcl.Range {
	text := c.rng.SliceBytes(src)
	from := -1
	if at := callOfSecret().FindIndex(text); at != nil {
		from = at[0]
	}
	if at := bytes.Index(text, []byte("default")); at >= 0 && (bytes.Contains(text, []byte("sensitive")) || isSensitiveAt(c.around, left)) && (from < 0 || at < from) {
		from = at + len("default")
	}
	if from < 0 {
		return nil
	}
	rng := c.rng
	rng.Start.Byte += from // a range of bytes: its lines are not asked for
	return []hcl.Range{rng}
}

// isSensitiveAt says whether the block that begins at a place says that it is sensitive.
func isSensitiveAt(at hcl.Pos, body *hclsyntax.Body) bool {
	for _, b := range body.Blocks {
		if a := b.Body.Attributes["sensitive"]; b.TypeRange.Start.Byte == at.Byte && a != nil {
			return !isFalse(a.Expr)
		}
	}
	return false
}

// secretsInJSON is secretRanges for HCL's JSON syntax. A text in which a function makes something sensitive is one as a whole.
func secretsInJSON(name string, src []byte) (secrets []hcl.Range, ok bool) {
	add := func(from, to int) {
		line := 1 + bytes.Count(src[:from], []byte("\n"))
		secrets = append(secrets, hcl.Range{Filename: name, Start: hcl.Pos{Line: line, Byte: from}, End: hcl.Pos{Line: line, Byte: to}})
	}
	for _, at := range jsonText().FindAllIndex(src, -1) {
		var text string
		quoted := src[at[0]:at[1]]
		if json.Unmarshal(quoted, &text) != nil {
			text = string(quoted)
		}
		if callOfSecret().MatchString(text) {
			add(at[0], at[1])
		}
	}
	if file, diags := parseJSON(name, src); !diags.HasErrors() {
		return append(secrets, secretDefaults(file.Body)...), true
	}
	for _, at := range jsonDefault().FindAllSubmatchIndex(src, -1) {
		add(at[2], at[3])
	}
	return secrets, false
}

// isFalse says whether an expression is known to be false.
func isFalse(expr hcl.Expression) bool {
	v, diags := expr.Value(nil)
	return !diags.HasErrors() && v.RawEquals(cty.False)
}
