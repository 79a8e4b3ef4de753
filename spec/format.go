package spec

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
)

// Format gives a file in canonical form: what `terraform fmt` makes of it, without blank lines at the edges of a block and of the
// file, and with one line break at its end. The result means the same, and formatting it again changes nothing.
//
// Comments stay. Line endings stay as well, since a text that goes over several lines holds them; a byte order mark goes. A file
// that is too large, nests too deeply or has mistakes of syntax gives diagnostics alone. One that could not be read any more, or
// not as what it is, stays as it is.
func Format(src []byte, filename string) ([]byte, hcl.Diagnostics) {
	rest := understandHCL(filename, src)
	if rest.diags.HasErrors() {
		return nil, tidy(rest.diags)
	}
	f := &formatter{src: src, tokens: rest.tokens}
	f.body(rest.file.Body.(*hclsyntax.Body))
	f.ends()
	edited := f.edited()
	formatted := hclwrite.Format(edited)
	if len(formatted) > MaxFile || !sameTokens(edited, formatted) { // HCL's formatter makes one number of `1 . 5`
		return src, nil
	}
	return formatted, nil
}

// FormatFile reads a file, and gives what it holds beside its canonical form. Where there are diagnostics it has none.
func FormatFile(name string) (src, formatted []byte, diags hcl.Diagnostics) {
	src, err := readFile(name)
	if err != nil {
		return nil, nil, hcl.Diagnostics{unreadable(err)}
	}
	formatted, diags = Format(src, name)
	return src, formatted, diags
}

// sameTokens says whether two sources differ in nothing but the space between tokens.
func sameTokens(a, b []byte) bool {
	tokensA, _ := hclsyntax.LexConfig(a, "", hcl.InitialPos)
	tokensB, _ := hclsyntax.LexConfig(b, "", hcl.InitialPos)
	return slices.EqualFunc(tokensA, tokensB, func(a, b hclsyntax.Token) bool {
		return a.Type == b.Type && bytes.Equal(a.Bytes, b.Bytes)
	})
}

// A formatter collects the edits that are more than white space between two tokens; HCL's own formatter sees to that.
type formatter struct {
	src    []byte
	tokens hclsyntax.Tokens
	edits  []edit
}

// An edit puts a text in the place of some bytes of the source.
type edit struct {
	from, to int
	text     string
}

func (f *formatter) replace(from, to int, text string) {
	f.edits = append(f.edits, edit{from, to, text})
}

// edited gives the source with the edits. The same one may be there twice: the blank line of an empty block is at both edges.
func (f *formatter) edited() []byte {
	slices.SortFunc(f.edits, func(a, b edit) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to)) })
	var out []byte
	at := 0
	for _, e := range slices.Compact(f.edits) {
		out = append(append(out, f.src[at:e.from]...), e.text...)
		at = e.to
	}
	return append(out, f.src[at:]...)
}

// at gives the index of the token that begins at a position.
func (f *formatter) at(pos hcl.Pos) int {
	i, _ := slices.BinarySearchFunc(f.tokens, pos.Byte, func(t hclsyntax.Token, byte int) int { return cmp.Compare(t.Range.Start.Byte, byte) })
	return i
}

func (f *formatter) body(b *hclsyntax.Body) {
	for _, a := range b.Attributes {
		f.unwrap(a.Expr)
	}
	for _, block := range b.Blocks {
		for _, label := range block.LabelRanges {
			if f.src[label.Start.Byte] != '"' {
				f.replace(label.Start.Byte, label.Start.Byte, `"`)
				f.replace(label.End.Byte, label.End.Byte, `"`)
			}
		}
		f.edges(f.at(block.OpenBraceRange.Start), f.at(block.CloseBraceRange.Start))
		f.body(block.Body)
	}
}

// edges takes out the blank lines after a block's opening brace, and those before its closing one.
func (f *formatter) edges(open, end int) {
	first := open + 1
	for f.tokens[first].Type == hclsyntax.TokenComment && !f.endsLine(first) {
		first++
	}
	if f.endsLine(first) {
		for i := first + 1; f.tokens[i].Type == hclsyntax.TokenNewline; i++ {
			f.cut(i)
		}
	}
	for i := end - 1; f.tokens[i].Type == hclsyntax.TokenNewline && f.endsLine(i-1); i-- {
		f.cut(i)
	}
}

// ends does so for the file, which begins with something, and ends with one line break.
func (f *formatter) ends() {
	first, last := 0, len(f.tokens)-2 // the last one is the end of the file
	for f.tokens[first].Type == hclsyntax.TokenNewline {
		first++
	}
	for last >= first && f.tokens[last].Type == hclsyntax.TokenNewline {
		last--
	}
	if last < first {
		f.replace(0, len(f.src), "")
		return
	}
	f.replace(0, f.tokens[first].Range.Start.Byte, "")
	if !f.endsLine(last) && f.endsLine(last+1) {
		last++
	}
	end := ""
	if !f.endsLine(last) {
		end = f.lineBreak()
	}
	f.replace(f.tokens[last].Range.End.Byte, len(f.src), end)
}

// lineBreak is the one that the file has.
func (f *formatter) lineBreak() string {
	if line, _, ok := bytes.Cut(f.src, []byte("\n")); ok && bytes.HasSuffix(line, []byte("\r")) {
		return "\r\n"
	}
	return "\n"
}

// endsLine says whether a line ends with a token: a comment up to the end of its line holds the line break.
func (f *formatter) endsLine(i int) bool {
	t := f.tokens[i]
	return t.Type == hclsyntax.TokenNewline || t.Type == hclsyntax.TokenComment && bytes.HasSuffix(t.Bytes, []byte("\n"))
}

func (f *formatter) cut(i int) {
	f.replace(f.tokens[i].Range.Start.Byte, f.tokens[i].Range.End.Byte, "")
}

// unwrap takes a value out of a text that is nothing but its interpolation: "${x}" is x. A heredoc stays in it, since no more can
// stand on its last line.
func (f *formatter) unwrap(expr hclsyntax.Expression) {
	rng := expr.Range()
	first, last := f.at(rng.Start), f.at(rng.End)-1
	wrapped := false
	for {
		wrap, ok := expr.(*hclsyntax.TemplateWrapExpr)
		if !ok {
			break
		}
		if !f.quoted(first, last) {
			return
		}
		for first += 2; f.tokens[first].Type == hclsyntax.TokenNewline; first++ {
		}
		for last -= 2; f.tokens[last].Type == hclsyntax.TokenNewline; last-- {
		}
		expr, wrapped = wrap.Wrapped, true
	}
	if !wrapped {
		return
	}
	before, after := "", ""
	switch lines, heredoc := f.breaks(first, last); {
	case heredoc:
		return
	case lines:
		before, after = "(", ")"
	}
	f.replace(rng.Start.Byte, f.tokens[first].Range.Start.Byte, before)
	f.replace(f.tokens[last].Range.End.Byte, rng.End.Byte, after)
}

// quoted says whether tokens are a text in quotes around one interpolation, and not a heredoc, or one that cuts off white space.
func (f *formatter) quoted(first, last int) bool {
	return f.tokens[first].Type == hclsyntax.TokenOQuote && f.tokens[first+1].Type == hclsyntax.TokenTemplateInterp &&
		f.tokens[last-1].Type == hclsyntax.TokenTemplateSeqEnd && f.tokens[last].Type == hclsyntax.TokenCQuote
}

// breaks says whether an expression goes over lines outside of any bracket, and whether a heredoc stands there.
func (f *formatter) breaks(first, last int) (lines, heredoc bool) {
	depth := 0
	for i := first; i <= last; i++ {
		switch f.tokens[i].Type {
		case hclsyntax.TokenOParen, hclsyntax.TokenOBrace, hclsyntax.TokenOBrack, hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
			depth++
		case hclsyntax.TokenCParen, hclsyntax.TokenCBrace, hclsyntax.TokenCBrack, hclsyntax.TokenTemplateSeqEnd:
			depth--
		case hclsyntax.TokenOHeredoc:
			heredoc = heredoc || depth == 0
		default:
			lines = lines || depth == 0 && f.endsLine(i)
		}
	}
	return lines, heredoc
}
