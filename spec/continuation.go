package spec

import (
	"bytes"
	"slices"

	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Behind what was cut out of a file there may be lines that belong to it, and of which nothing is to be told: what goes on with an
// expression, a text of many lines, a bracket that closes what is gone. Any other line is a mistake of its own.

// A continuation says what belongs to the last fragment that was told of.
type continuation struct {
	src    []byte
	of     *fragment // nil: there is none
	last   *fragment // of what belongs to it: itself, or the last of its rest
	inText int       // line up to which a heredoc goes on
	open   *fragment // a bracket in it is not closed yet; nil: there is none
}

func newContinuation(src []byte) *continuation { return &continuation{src: src} }

// begin notes a fragment that is told of.
func (c *continuation) begin(it *fragment) {
	c.of, c.last, c.inText = it, it, c.heredocEnd(it)
	if it.open {
		c.open = it
	}
}

// opensHeredoc is what begins a heredoc, or is meant to: something stands behind it, or quotes are around its word.
var opensHeredoc = pattern(`<<[-~]?\s*"?([A-Za-z_][\w-]*)[^\n]*$`)

// heredocEnd gives the line that ends what was meant to be a heredoc; 0: there is none.
func (c *continuation) heredocEnd(it *fragment) int {
	begun := opensHeredoc().FindSubmatch(c.src[it.start.Byte:it.end.Byte])
	if begun == nil {
		return 0
	}
	line := it.end.Line
	for text := range bytes.Lines(c.src[it.end.Byte:]) {
		if bytes.Equal(bytes.TrimSpace(text), begun[1]) {
			return line
		}
		line++
	}
	return 0
}

// goOn notes a fragment that belongs to the one before it, or begins what is cut out for itself.
func (c *continuation) goOn(it *fragment) {
	if c.last = it; c.of == nil {
		c.of = it
	}
	if closes[it.first] != nil {
		c.open = nil
	}
}

// has says whether a fragment belongs to what was cut out right before it.
func (c *continuation) has(it *fragment) bool {
	switch {
	case c.of == nil:
		return false
	case it.start.Line <= c.inText, c.open != nil && (closes[it.first] != nil || it.start.Column > c.open.start.Column):
		return true
	case it.begins || it.start.Line > c.last.end.Line+1:
		return false
	}
	unfinished := slices.Contains(goesOn, c.last.final)
	switch isPair := it.first == hclsyntax.TokenIdent && it.second == hclsyntax.TokenColon; {
	case it.start.Line <= c.last.end.Line:
		return true
	case isPair:
		return unfinished && c.last.final != hclsyntax.TokenColon
	case unfinished, closes[it.first] != nil:
		return true
	case it.first == hclsyntax.TokenMinus: // it begins an element elsewhere
		return it.start.Column > c.of.start.Column
	}
	return slices.Contains(goesOn, it.first) || it.start.Column > c.of.start.Column
}

// goesOn are the tokens that an expression goes on behind, or with which it goes on.
var goesOn = []hclsyntax.TokenType{
	hclsyntax.TokenPlus, hclsyntax.TokenMinus, hclsyntax.TokenStar, hclsyntax.TokenSlash, hclsyntax.TokenPercent, hclsyntax.TokenAnd,
	hclsyntax.TokenOr, hclsyntax.TokenEqualOp, hclsyntax.TokenNotEqual, hclsyntax.TokenLessThan, hclsyntax.TokenLessThanEq,
	hclsyntax.TokenGreaterThan, hclsyntax.TokenGreaterThanEq, hclsyntax.TokenQuestion, hclsyntax.TokenColon, hclsyntax.TokenComma,
	hclsyntax.TokenDot, hclsyntax.TokenEllipsis, hclsyntax.TokenEqual, hclsyntax.TokenFatArrow,
}
