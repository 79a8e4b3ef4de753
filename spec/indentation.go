package spec

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Where braces don't match, the parser tells of the outermost block, for that is what is open at the end. The indentation says which
// one was meant.

// An unclosedBrace is one that should have been closed before a line.
type unclosedBrace struct {
	at   hcl.Range
	line int
	by   *hclsyntax.Token // another bracket, which stands where its own should; nil: none does
}

// newUnclosedBrace tells of a brace before a token, which may be a bracket that was meant to close it, by its column.
func newUnclosedBrace(brace hcl.Range, before hclsyntax.Token, column int) *unclosedBrace {
	b := &unclosedBrace{at: brace, line: before.Range.Start.Line}
	isBracket := before.Type == hclsyntax.TokenCBrack || before.Type == hclsyntax.TokenCParen
	if isBracket && before.Range.Start.Column == column {
		b.by = &before
	}
	return b
}

// explained says whether a mistake on the same line is why the brace seems to be open.
func (b *unclosedBrace) explained(diags hcl.Diagnostics, src []byte) bool {
	return slices.ContainsFunc(diags, func(d *hcl.Diagnostic) bool {
		told := *d
		return d.Subject.Start.Line == b.at.Start.Line && (d.Summary == quotedNewline || habitual(&told, src))
	})
}

// diagnostic tells of a brace that is not closed: that of a block, or of an object.
func (b *unclosedBrace) diagnostic(block bool) *hcl.Diagnostic {
	summary, what := unclosed, "block"
	if !block {
		summary, what = unclosedObject, "object"
	}
	if b.by != nil {
		return &hcl.Diagnostic{
			Severity: hcl.DiagError, Summary: "Wrong bracket", Subject: &b.by.Range,
			Detail: fmt.Sprintf("This closes the %s of line %d, which ends with }.", what, b.at.Start.Line),
		}
	}
	return &hcl.Diagnostic{
		Severity: hcl.DiagError, Summary: summary, Subject: &b.at,
		Detail: fmt.Sprintf("There is no closing brace for this %s. By the indentation it is missing before line %d.", what, b.line),
	}
}

// closesNone says whether a brace does not close the innermost block: it is further in than that, or stands behind something on a line
// of its body.
func (o *outliner) closesNone(brace hclsyntax.Token, first bool) bool {
	block := o.blocks[len(o.blocks)-1]
	if first {
		return brace.Range.Start.Column > block.start.Column
	}
	return block.start.Line < brace.Range.Start.Line && (o.fragment == nil || !o.fragment.closed)
}

// outdent ends what has to be closed before a line that begins with a token, where the indentation says so.
func (o *outliner) outdent(t hclsyntax.Token) {
	for o.byIndentation && !o.quoted() {
		column, brace := 0, -1
		for i, opener := range slices.Backward(o.open) {
			if opener.Type == hclsyntax.TokenOBrace {
				column, brace = opener.column, i
				break
			}
		}
		if brace < 0 {
			column = o.blocks[len(o.blocks)-1].start.Column
		}
		if at := t.Range.Start.Column; at > column || at == column && t.Type == hclsyntax.TokenCBrace {
			return
		}
		o.unmatched++
		if brace < 0 {
			block := o.blocks[len(o.blocks)-1]
			o.leave(o.last, false)
			block.unclosed = newUnclosedBrace(block.brace, t, column)
			o.end(o.last)
			continue
		}
		if o.fragment.unclosed == nil {
			o.fragment.unclosed = newUnclosedBrace(o.open[brace].Range, t, column)
		}
		if o.open = o.open[:brace]; len(o.open) == 0 {
			o.end(o.last)
		}
	}
}

// quoted says whether a text or a heredoc is open.
func (o *outliner) quoted() bool {
	return slices.ContainsFunc(o.open, func(t opener) bool {
		return t.Type == hclsyntax.TokenOQuote || t.Type == hclsyntax.TokenOHeredoc
	})
}
