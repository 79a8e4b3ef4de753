package spec

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// jsonEnding is that of a spec in HCL's JSON syntax.
const jsonEnding = ".hcl.json"

// jsonTooDeep finds where JSON, or a template in one of its texts, nests deeper than can be parsed or evaluated.
func jsonTooDeep(src []byte, name string) *hcl.Diagnostic {
	depth := 0
	at := hcl.InitialPos
	for i := 0; i < len(src); i++ {
		from := i
		switch src[i] {
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		case '"':
			for i++; i < len(src) && src[i] != '"' && src[i] != '\n'; i++ {
				if src[i] == '\\' {
					i++
				}
			}
			if diag := textTooDeep(src[from:min(i+1, len(src))], name, at); diag != nil {
				return diag
			}
		case '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
			for i+1 < len(src) && strings.IndexByte("0123456789.eE+-", src[i+1]) >= 0 {
				i++
			}
			end := hcl.Pos{Line: at.Line, Column: at.Column + i + 1 - from, Byte: i + 1}
			if diag := hugeNumber(src[from:i+1], hclsyntax.TokenNumberLit, hcl.Range{Filename: name, Start: at, End: end}); diag != nil {
				return diag
			}
		}
		if depth > maxDepth {
			end := at
			end.Byte, end.Column = end.Byte+1, end.Column+1
			return nestedTooDeep(hcl.Range{Filename: name, Start: at, End: end}, fmt.Sprintf("More than %d brackets are open here.", maxDepth))
		}
		at.Byte, at.Column = i+1, at.Column+i+1-from
		if src[min(i, len(src)-1)] == '\n' {
			at.Line, at.Column = at.Line+1, 1
		}
	}
	return nil
}

// textTooDeep looks at the template that a text in JSON may hold.
func textTooDeep(quoted []byte, name string, at hcl.Pos) *hcl.Diagnostic {
	var text string
	if json.Unmarshal(quoted, &text) != nil || !strings.Contains(text, "{") {
		return nil // a text that is no JSON is told by the parser
	}
	start := hcl.Pos{Line: at.Line, Column: at.Column + 1, Byte: at.Byte + 1}
	tokens, _ := hclsyntax.LexTemplate([]byte(text), name, start)
	if diags := tooDeep(tokens); diags != nil {
		return diags[0]
	}
	return nil
}

// native gives an expression in HCL's own syntax: itself, or what one in JSON stands for, with the mistakes in the templates of its
// texts. HCL parses these anew whenever it evaluates them, so that nobody could count what their loops give.
func native(expr hcl.Expression) (hclsyntax.Expression, hcl.Diagnostics) {
	if expr, ok := expr.(hclsyntax.Expression); ok {
		return expr, nil
	}
	if pairs, diags := hcl.ExprMap(expr); !diags.HasErrors() {
		return nativeObject(expr, pairs)
	}
	if list, diags := hcl.ExprList(expr); !diags.HasErrors() {
		out := &hclsyntax.TupleConsExpr{SrcRange: expr.Range(), OpenRange: expr.StartRange()}
		var mistakes hcl.Diagnostics
		for _, e := range list {
			element, diags := native(e)
			out.Exprs, mistakes = append(out.Exprs, element), append(mistakes, diags...)
		}
		return out, mistakes
	}
	v, diags := expr.Value(nil) // without a context a text is what is written
	if diags.HasErrors() || !isGiven(v) || v.Type() != cty.String {
		return &hclsyntax.LiteralValueExpr{Val: v, SrcRange: expr.Range()}, diags
	}
	start := expr.Range().Start
	start.Byte, start.Column = start.Byte+1, start.Column+1 // after the quote
	template, diags := hclsyntax.ParseTemplate([]byte(v.AsString()), expr.Range().Filename, start)
	if diags.HasErrors() {
		return &hclsyntax.LiteralValueExpr{Val: cty.DynamicVal, SrcRange: expr.Range()}, templateMistakes(v.AsString(), expr.Range().Filename, start)
	}
	return template, nil
}

// templateMistakes tells what is wrong with the template in a text of JSON that begins at a place.
func templateMistakes(text, name string, start hcl.Pos) hcl.Diagnostics {
	_, diags := asTemplate.read(name, []byte(text), 1)
	for _, d := range diags {
		d.Subject, d.Context = &hcl.Range{Filename: name, Start: placeAfter(start, d.Subject.Start), End: placeAfter(start, d.Subject.End)}, nil
	}
	return diags
}

// placeAfter gives the place in a file that something has in a text which begins at start.
func placeAfter(start, at hcl.Pos) hcl.Pos {
	if at.Line == 1 {
		at.Column += start.Column - 1
	}
	at.Line, at.Byte = at.Line+start.Line-1, at.Byte+start.Byte
	return at
}

func nativeObject(expr hcl.Expression, pairs []hcl.KeyValuePair) (hclsyntax.Expression, hcl.Diagnostics) {
	out := &hclsyntax.ObjectConsExpr{SrcRange: expr.Range(), OpenRange: expr.StartRange()}
	var mistakes hcl.Diagnostics
	places := map[string]hcl.Range{}
	for _, p := range pairs {
		if name, _ := p.Key.Value(nil); isGiven(name) && name.Type() == cty.String {
			if first, taken := places[name.AsString()]; taken {
				mistakes = append(mistakes, &hcl.Diagnostic{
					Severity: hcl.DiagError, Summary: "Duplicate object attribute", Subject: p.Key.Range().Ptr(),
					Detail: fmt.Sprintf("%q is at %s already. Take one of them out.", abridged(name.AsString()), at(first)),
				})
			}
			places[name.AsString()] = p.Key.Range()
		}
		key, ofKey := native(p.Key)
		value, ofValue := native(p.Value)
		out.Items = append(out.Items, hclsyntax.ObjectConsItem{KeyExpr: key, ValueExpr: value})
		mistakes = append(append(mistakes, ofKey...), ofValue...)
	}
	return out, mistakes
}
