package spec

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// A text becomes a number where it is written as one. One with a word in it never is, whatever is put in beside the word.

// A fixedText is a text of which a piece keeps it from ever being a number, or true or false.
type fixedText struct {
	piece string
	open  []hclsyntax.Expression // what is put in
	at    hcl.Range
}

// neverBecomes finds a text that an expression may give and that can't become a number or a bool; nil: there is none.
func neverBecomes(expr hcl.Expression, want cty.Type) *fixedText {
	if want != cty.Number && want != cty.Bool {
		return nil
	}
	switch e := unwrapped(expr).(type) {
	case *hclsyntax.TemplateWrapExpr:
		return neverBecomes(e.Wrapped, want)
	case *hclsyntax.ConditionalExpr:
		if text := neverBecomes(e.TrueResult, want); text != nil {
			return text
		}
		return neverBecomes(e.FalseResult, want)
	case *hclsyntax.TemplateExpr:
		return fixedIn(e, want)
	}
	return nil
}

// fixedIn looks at the pieces of a text that stand in it as they are.
func fixedIn(template *hclsyntax.TemplateExpr, want cty.Type) *fixedText {
	text := &fixedText{at: template.SrcRange}
	for _, part := range template.Parts {
		literal, ok := unwrapped(part).(*hclsyntax.LiteralValueExpr)
		if !ok {
			text.open = append(text.open, part)
		} else if piece := knownText(literal.Val); text.piece == "" && !mayBeIn(piece, want) {
			text.piece = piece
		}
	}
	if text.piece == "" {
		return nil
	}
	return text
}

// mayBeIn says whether a piece of text may be one of a number, or of a bool, as it is written.
func mayBeIn(piece string, want cty.Type) bool {
	if want == cty.Number {
		return strings.Trim(piece, "0123456789+-.eE") == ""
	}
	for _, whole := range []string{"true", "false", "1", "0"} {
		if strings.Contains(whole, piece) {
			return true
		}
	}
	return false
}

// told completes a sentence that says what is wanted.
func (t *fixedText) told(want cty.Type) string {
	said := fmt.Sprintf("this is a text with %q in it, which can never be one.", abridged(t.piece))
	if want == cty.Bool {
		said = fmt.Sprintf("this is a text with %q in it, which can be neither.", abridged(t.piece))
	}
	if len(t.open) != 1 {
		return said
	}
	reference, ok := unwrapped(t.open[0]).(*hclsyntax.ScopeTraversalExpr)
	switch {
	case !ok:
		return said
	case want == cty.Bool:
		return said + fmt.Sprintf(" Compare what is put in, as %s > 0.", asWritten(reference.Traversal))
	}
	return said + fmt.Sprintf(" Take the quotes off: %s", asWritten(reference.Traversal))
}

// unwrapped takes off what an expression is wrapped in: parentheses, and what counts, writes or checks what it gives.
func unwrapped(expr hcl.Expression) hcl.Expression {
	for {
		switch e := expr.(type) {
		case *hclsyntax.ParenthesesExpr:
			expr = e.Expression
		case *checkedExpr:
			expr = e.Expression
		case *countingExpr:
			expr = e.Expression
		case *roundExpr:
			expr = e.Expression
		case *readExpr:
			expr = e.Expression
		case *branchExpr:
			expr = e.Expression
		case *unifiedExpr:
			expr = e.Expression
		case *keyExpr:
			expr = e.Expression
		default:
			return expr
		}
	}
}

// instead says what to write for a value that isn't known yet and can't become what the attribute takes.
func (a attr) instead(v cty.Value, expr hcl.Expression) string {
	if want := a.want(); v.IsWhollyKnown() || !want.IsPrimitiveType() {
		return ""
	}
	node, _ := native(expr)
	return instead(v, node, a.want())
}

// textProblems tells of a text that isn't known yet and can't become what the attribute takes.
func (a attr) textProblems(expr hcl.Expression) []problem {
	node, _ := native(expr)
	text := neverBecomes(node, a.want())
	if text == nil {
		return nil
	}
	return []problem{{summary: "Wrong type", detail: fmt.Sprintf("%q must be %s, and %s", a.name, a.noun(), text.told(a.want())), at: text.at}}
}
