package spec

import (
	"bytes"
	"slices"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// What has no end hides the rest of a file. An outliner passes over it where it seems to end.

var (
	headsRoot = pattern(`^([a-z_]+)(\s+("[^"]*"|[\w-]+))*\s*\{`)
	headsLine = pattern(`^[A-Za-z_][\w-]*(\s*=([^=]|$)|(\s+("[^"]*"|[\w-]+))*\s*\{)`)
)

// A gap is what is passed over of a file, because something in it has no end.
type gap struct {
	until hcl.Pos // the beginning of a line, or the end of the file
	kind  gapKind
}

type gapKind int

const (
	gapToEnd   gapKind = iota // nothing is known of what comes after it
	gapToBlock                // a block at the top of the file comes after it
	gapToMark                 // the line that was meant to be the end was the last of it
	gapToLine                 // a line comes after it that stands no further in than what it began with
)

// newGap finds where something that begins at a place seems to end. A line that the heredoc was meant to end with counts most, where there
// is a heredoc, then one that heads a block at the top, and then the indentation.
func newGap(src []byte, from hcl.Pos, h *heredoc) gap {
	indent := indentation(src[lineStart(src, from.Byte):])
	at := hcl.Pos{Line: from.Line, Column: 1, Byte: from.Byte}
	var outer *gap
	for line := range bytes.Lines(src[from.Byte:]) {
		next := hcl.Pos{Line: at.Line + 1, Column: 1, Byte: at.Byte + len(line)}
		if at.Line > from.Line {
			text := bytes.TrimSpace(line)
			head := headsRoot().FindSubmatch(line)
			switch {
			case h != nil && h.nearlyEnds(text):
				return gap{next, gapToMark}
			case head != nil && slices.Contains(rootSchema.names(), string(head[1])):
				return gap{at, gapToBlock}
			case outer != nil:
			case indentation(line) <= indent && headsLine().Match(text), indentation(line) < indent && bytes.HasPrefix(text, []byte("}")):
				outer = &gap{at, gapToLine}
			}
		}
		at = next
	}
	if outer != nil {
		return *outer
	}
	if len(src) > 0 && src[len(src)-1] != '\n' {
		at = hcl.Pos{Line: at.Line - 1, Column: 1 + len(src) - lineStart(src, len(src)), Byte: len(src)}
	}
	return gap{at, gapToEnd}
}

// indentation counts the spaces and tabs that a line begins with.
func indentation(line []byte) int { return len(line) - len(bytes.TrimLeft(line, " \t")) }

// lineStart gives the place where the line begins that a byte is on.
func lineStart(src []byte, byte int) int { return bytes.LastIndexByte(src[:byte], '\n') + 1 }

// giveUp leaves a text that has no end on its line, and gives the place behind that line.
func (o *outliner) giveUp(t hclsyntax.Token) hcl.Pos {
	quote := slices.IndexFunc(o.open, func(t opener) bool { return t.Type == hclsyntax.TokenOQuote })
	behind := t.Range.End
	if quote < 0 { // where a new attribute began in the middle of it
		o.endLine()
		return behind
	}
	if from := o.open[quote].Range; from.Start.Line < t.Range.Start.Line { // what stands in ${ has no end either
		length := bytes.IndexByte(o.src[from.Start.Byte:], '\n')
		o.last = hcl.Pos{Line: from.Start.Line, Column: from.Start.Column + length, Byte: from.Start.Byte + length}
		behind = hcl.Pos{Line: from.Start.Line + 1, Column: 1, Byte: o.last.Byte + 1}
	}
	o.open = o.open[:quote]
	if end, ok := o.endOfText(behind); ok {
		o.last, o.lastType, o.newLine = end, hclsyntax.TokenCQuote, false
		return end
	}
	o.endLine()
	return behind
}

// endOfText finds the quote that ends a text of several lines, which HCL has none of, from the second line on; false: the first one
// lacks its quote.
func (o *outliner) endOfText(from hcl.Pos) (hcl.Pos, bool) {
	at := from
	for line := range bytes.Lines(o.src[from.Byte:]) {
		text := bytes.TrimSpace(line)
		switch {
		case headsLine().Match(text), bytes.HasPrefix(text, []byte("}")):
			return hcl.Pos{}, false
		case bytes.Count(line, []byte{'"'})%2 == 1:
			behind := bytes.IndexByte(line, '"') + 1
			return hcl.Pos{Line: at.Line, Column: at.Column + utf8.RuneCount(line[:behind]), Byte: at.Byte + behind}, true
		}
		at = hcl.Pos{Line: at.Line + 1, Column: 1, Byte: at.Byte + len(line)}
	}
	return hcl.Pos{}, false
}

// skipHeredoc passes over a heredoc that has no end, and gives the place where the file goes on; the zero value: there is none.
func (o *outliner) skipHeredoc() hcl.Pos {
	text := slices.IndexFunc(o.open, func(t opener) bool { return t.Type == hclsyntax.TokenOHeredoc })
	if text < 0 {
		return hcl.Pos{}
	}
	h := newHeredoc(o.open[text].Token)
	o.open = o.open[:text]
	return o.skip(newGap(o.src, h.mark.Start, &h))
}

// skipComment passes over a comment that has no end, and gives the place where the file goes on.
func (o *outliner) skipComment(t hclsyntax.Token) hcl.Pos {
	o.token(t)
	return o.skip(newGap(o.src, t.Range.Start, nil))
}

// skip makes a gap a part of the fragment in which it begins, and ends that unless its end is known to come.
func (o *outliner) skip(g gap) hcl.Pos {
	o.last, o.newLine = g.until, true
	if g.kind != gapToMark || len(o.open) == 0 {
		o.end(o.last)
	}
	if g.kind == gapToBlock {
		o.finish()
	}
	return g.until
}
