package spec

import (
	"bytes"
	"fmt"
	"strconv"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// tooDeep finds where tokens nest deeper than can be parsed, and the numbers that have more digits than can be written. It counts
// alone, and does not recurse.
func tooDeep(tokens hclsyntax.Tokens) hcl.Diagnostics {
	var diags hcl.Diagnostics
	depth := 0     // of all brackets
	inside := 0    // of the brackets within the attribute
	operators := 0 // within the attribute
	attribute := false
	for i := range tokens {
		switch tokens[i].Type {
		case hclsyntax.TokenOParen, hclsyntax.TokenOBrace, hclsyntax.TokenOBrack, hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
			depth++
			inside++
			operators++ // a[b][c] nests, though no bracket is inside another
		case hclsyntax.TokenCParen, hclsyntax.TokenCBrace, hclsyntax.TokenCBrack, hclsyntax.TokenTemplateSeqEnd:
			depth--
			inside--
		case hclsyntax.TokenBang, hclsyntax.TokenMinus, hclsyntax.TokenPlus, hclsyntax.TokenStar, hclsyntax.TokenSlash, hclsyntax.TokenPercent,
			hclsyntax.TokenAnd, hclsyntax.TokenOr, hclsyntax.TokenQuestion, hclsyntax.TokenEqualOp, hclsyntax.TokenNotEqual,
			hclsyntax.TokenLessThan, hclsyntax.TokenLessThanEq, hclsyntax.TokenGreaterThan, hclsyntax.TokenGreaterThanEq:
			operators++
		case hclsyntax.TokenEqual:
			if !attribute {
				attribute, inside, operators = true, 0, 0
			}
		case hclsyntax.TokenNewline:
			if attribute && inside <= 0 {
				attribute = false
			}
			if !attribute {
				operators = 0
			}
		}
		if diag := hugeNumber(tokens[i].Bytes, tokens[i].Type, tokens[i].Range); diag != nil && len(diags) <= maxMistakes {
			diags = append(diags, diag)
		}
		if depth > maxDepth {
			return append(diags, nestedTooDeep(tokens[i].Range, fmt.Sprintf("More than %d brackets are open here.", maxDepth)))
		}
		if operators > maxOperators {
			return append(diags, nestedTooDeep(tokens[i].Range, fmt.Sprintf("This expression has more than %d operators up to here.", maxOperators)))
		}
	}
	return diags
}

// levels is how many parts of an expression are evaluated inside one another.
func levels(expr hcl.Expression) int {
	w := &levelWalker{}
	node, _ := native(expr)
	_ = hclsyntax.Walk(node, w)
	return w.deepest
}

type levelWalker struct{ depth, deepest int }

func (w *levelWalker) Enter(hclsyntax.Node) hcl.Diagnostics {
	w.depth++
	w.deepest = max(w.deepest, w.depth)
	return nil
}

func (w *levelWalker) Exit(hclsyntax.Node) hcl.Diagnostics {
	w.depth--
	return nil
}

func nestedTooDeep(rng hcl.Range, what string) *hcl.Diagnostic {
	return &hcl.Diagnostic{
		Severity: hcl.DiagError, Summary: "Nested too deeply", Subject: &rng,
		Detail: what + " Split it with locals, or keep data in files of their own and read them with file().",
	}
}

var scientific = pattern(`^[+-]?[0-9]*\.?[0-9]*[eE][+-]?0*([0-9]+)$`)

// hugeNumber refuses a number whose exponent is beyond all measure, and a text that is nothing but such a number.
func hugeNumber(text []byte, kind hclsyntax.TokenType, at hcl.Range) *hcl.Diagnostic {
	switch kind {
	case hclsyntax.TokenNumberLit, hclsyntax.TokenQuotedLit, hclsyntax.TokenStringLit:
	default:
		return nil
	}
	m := scientific().FindSubmatch(bytes.TrimSpace(text[:min(len(text), maxText)]))
	if m == nil {
		return nil
	}
	if exponent, err := strconv.Atoi(string(m[1])); err == nil && exponent <= maxExponent {
		return nil
	}
	return &hcl.Diagnostic{
		Severity: hcl.DiagError, Summary: "Number too large", Subject: &at,
		Detail: fmt.Sprintf("The exponent of a number is at most %d.", maxExponent),
	}
}
