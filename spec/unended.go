package spec

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// A heredoc or a comment without an end takes in the rest of the file. HCL's parser would tell of it there, after a time that grows with
// the square of what is left. So it is found among the tokens, before that parser runs.

const (
	unendedHeredoc = "Unclosed heredoc"
	unendedComment = "Unclosed comment"
)

// unended finds the first heredoc, or comment, that goes on to the end of what was read.
func unended(tokens hclsyntax.Tokens) *hcl.Diagnostic {
	var open []int // heredocs, texts in quotes and sequences that are open
	for i, t := range tokens {
		switch t.Type {
		case hclsyntax.TokenQuotedNewline:
			return nil // from here on quotes are taken for what they are not
		case hclsyntax.TokenOHeredoc, hclsyntax.TokenOQuote, hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
			open = append(open, i)
		case hclsyntax.TokenCHeredoc, hclsyntax.TokenCQuote, hclsyntax.TokenTemplateSeqEnd:
			open = open[:max(len(open)-1, 0)]
		case hclsyntax.TokenSlash:
			if beginsComment(tokens[i:]) {
				return &hcl.Diagnostic{
					Severity: hcl.DiagError, Summary: unendedComment, Detail: "No */ ends this comment.",
					Subject: hcl.RangeBetween(t.Range, tokens[i+1].Range).Ptr(),
				}
			}
		}
	}
	for _, i := range open {
		if tokens[i].Type == hclsyntax.TokenOHeredoc {
			return newHeredoc(tokens[i]).unended(tokens[i+1:])
		}
	}
	return nil
}

// beginsComment says whether tokens begin with /*. It is two tokens only where nothing ends the comment.
func beginsComment(tokens hclsyntax.Tokens) bool {
	return len(tokens) > 1 && tokens[0].Type == hclsyntax.TokenSlash && tokens[1].Type == hclsyntax.TokenStar &&
		tokens[0].Range.End.Byte == tokens[1].Range.Start.Byte
}

// A heredoc is the beginning of one.
type heredoc struct {
	mark hcl.Range // without the end of its line
	word string    // which ends it on a line of its own
}

func newHeredoc(t hclsyntax.Token) heredoc {
	mark := strings.TrimSpace(string(t.Bytes))
	rng := t.Range
	rng.End = hcl.Pos{Line: rng.Start.Line, Column: rng.Start.Column + len(mark), Byte: rng.Start.Byte + len(mark)}
	return heredoc{rng, strings.TrimLeft(mark, "<- ")}
}

// unended says why none of the tokens behind its beginning ends it.
func (h heredoc) unended(tokens hclsyntax.Tokens) *hcl.Diagnostic {
	var sequence *hclsyntax.Token
	for i, t := range tokens {
		switch {
		case t.Type == hclsyntax.TokenTemplateInterp:
			sequence = &tokens[i]
		case t.Type == hclsyntax.TokenTemplateSeqEnd:
			sequence = nil
		case sequence != nil && t.Type == hclsyntax.TokenIdent && string(t.Bytes) == h.word && i > 0 && tokens[i-1].Type == hclsyntax.TokenNewline:
			return &hcl.Diagnostic{
				Severity: hcl.DiagError, Summary: unclosedSequence, Subject: &sequence.Range,
				Detail: "There is no closing brace for this interpolation sequence.",
			}
		}
	}
	detail := fmt.Sprintf("No line holds only %s, which would end this text.", h.word)
	for _, t := range tokens {
		if t.Type == hclsyntax.TokenStringLit && t.Range.Start.Column == 1 && h.nearlyEnds(t.Bytes) {
			detail += fmt.Sprintf(" Line %d holds something else beside it.", t.Range.Start.Line)
			break
		}
	}
	return &hcl.Diagnostic{Severity: hcl.DiagError, Summary: unendedHeredoc, Subject: &h.mark, Detail: detail}
}

// nearlyEnds says whether a line was meant to end the heredoc: its word comes first there, and no other word.
func (h heredoc) nearlyEnds(line []byte) bool {
	rest, ok := bytes.CutPrefix(bytes.TrimSpace(line), []byte(h.word))
	return ok && (len(rest) == 0 || bytes.IndexByte([]byte(")],;}#"), bytes.TrimSpace(rest)[0]) >= 0)
}
