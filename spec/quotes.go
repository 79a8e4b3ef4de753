package spec

import (
	"bytes"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// A quote that was forgotten makes texts of what stands between them, and HCL's parser tells of it where the line ends. Which one it was
// shows on the line.

// quotedNewline is HCL's summary of a text without an end on its line.
const quotedNewline = "Invalid multi-line string"

// lostQuote makes a text without an end be told at the quote that has no other, or at the ${ that takes it in, and says whether
// it is one.
func lostQuote(d *hcl.Diagnostic, src []byte) bool {
	if d.Summary != quotedNewline || d.Subject.Start.Byte > len(src) {
		return false
	}
	d.Summary, d.Detail = "Unclosed text", `This text has no closing quote on its line: add it. A new line in a text is written \n; one of several lines is a heredoc: <<EOT.`
	start := lineStart(src, d.Subject.Start.Byte)
	line, _, _ := bytes.Cut(src[start:], []byte("\n"))
	tokens, _ := hclsyntax.LexConfig(append(bytes.Clone(line), '\n'), d.Subject.Filename, hcl.Pos{Line: d.Subject.Start.Line, Column: 1, Byte: start})
	open, ok := openTexts(tokens)
	if !ok {
		d.Subject = visible(*d.Subject, src).Ptr()
		return true
	}
	last := open[len(open)-1]
	d.Subject = &tokens[last].Range
	if strings.Trim(string(src[tokens[last].Range.End.Byte:start+len(line)]), " \t\r)]},{") != "" {
		return true // text comes after the quote, which begins it
	}
	switch {
	case len(open) > 1 && tokens[open[len(open)-2]].Type == hclsyntax.TokenTemplateInterp:
		d.Subject = &tokens[open[len(open)-2]].Range
		d.Summary, d.Detail = unclosedSequence, "This quote ends the text before its ${ is closed. "+remedies[unclosedSequence]
	case last > 0 && isWord(tokens[last-1]) && touch(tokens[last-1], tokens[last]):
		d.Detail = "The text that this quote ends does not begin with one: add it."
	}
	return true
}

// openTexts gives what is open at the end of the line: quotes, and sequences in them. Where a text ends right before a word, it was meant to
// end earlier, and is the only one. Not ok: no text is open.
func openTexts(tokens hclsyntax.Tokens) (open []int, ok bool) {
	suspect := -1
	for i, t := range tokens {
		switch t.Type {
		case hclsyntax.TokenOQuote, hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
			open = append(open, i)
		case hclsyntax.TokenCQuote, hclsyntax.TokenTemplateSeqEnd:
			if len(open) == 0 {
				return nil, false
			}
			if t.Type == hclsyntax.TokenCQuote && suspect < 0 && isWord(tokens[i+1]) && touch(t, tokens[i+1]) {
				suspect = open[len(open)-1]
			}
			open = open[:len(open)-1]
		case hclsyntax.TokenQuotedNewline:
			if suspect >= 0 {
				return []int{suspect}, true
			}
			return open, len(open) > 0
		}
	}
	return nil, false
}

func isWord(t hclsyntax.Token) bool {
	return slices.Contains([]hclsyntax.TokenType{hclsyntax.TokenIdent, hclsyntax.TokenNumberLit}, t.Type)
}

// touch says whether nothing stands between a token and the next.
func touch(a, b hclsyntax.Token) bool { return a.Range.End.Byte == b.Range.Start.Byte }
