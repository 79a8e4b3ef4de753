package spec

import (
	"bytes"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// A fragment is an attribute, a block, or what stands in the place of one.
type fragment struct {
	name       string   // its first word
	labels     []string // behind it
	start, end hcl.Pos
	begins     bool // as an attribute or a block does
	isBlock    bool
	closed     bool // where it is a block
	headless   bool // what its header lacks is told, and nothing else
	cut        bool
	fragments  []*fragment
}

// maxRestarts is how many texts without an end are passed over: each costs a pass over the rest of the file.
const maxRestarts = 20

// outline takes a file apart as far as words, brackets and lines go, whatever mistakes there are in it. Where it has a closing brace
// too many, the indentation says which.
func outline(src []byte, name string) []*fragment {
	all := outlineBy(src, name, false)
	if slices.ContainsFunc(all, func(f *fragment) bool { return f.isBrace(src) }) {
		return outlineBy(src, name, true)
	}
	return all
}

// isBrace says whether a fragment begins with a closing brace.
func (f *fragment) isBrace(src []byte) bool { return src[f.start.Byte] == '}' }

func outlineBy(src []byte, name string, indentation bool) []*fragment {
	o := &outliner{src: src, indentation: indentation, blocks: []*fragment{{}}}
	at := hcl.InitialPos
	for range maxRestarts {
		tokens, _ := hclsyntax.LexConfig(src[at.Byte:], name, at)
		restart := o.through(tokens)
		if restart == (hcl.Pos{}) {
			o.finish()
			return o.blocks[0].fragments
		}
		at = restart
	}
	o.finish()
	end := hcl.Pos{Line: at.Line + bytes.Count(src[at.Byte:], []byte("\n")), Column: 1, Byte: len(src)}
	return append(o.blocks[0].fragments, &fragment{start: at, end: end})
}

// finish ends everything that is open.
func (o *outliner) finish() {
	for len(o.blocks) > 1 {
		o.leave(o.last, false)
	}
	o.end(o.last)
}

// An outliner goes through the tokens of a file.
type outliner struct {
	src      []byte
	blocks   []*fragment       // open ones, the innermost last; the first stands for the file
	fragment *fragment         // under way; nil: none
	header   bool              // all of it so far is words and texts
	open     []hclsyntax.Token // brackets and quotes
	last     hcl.Pos           // end of the last token that stands for something

	indentation bool // a brace that is further in than the block it would close closes none

	newLine   bool // no such token has been on this line
	undecided bool // a line was nothing but a header: what comes next says whether its brace is missing
}

// closes is what a closing token ends.
var closes = map[hclsyntax.TokenType][]hclsyntax.TokenType{
	hclsyntax.TokenCParen:         {hclsyntax.TokenOParen},
	hclsyntax.TokenCBrack:         {hclsyntax.TokenOBrack},
	hclsyntax.TokenCBrace:         {hclsyntax.TokenOBrace},
	hclsyntax.TokenCQuote:         {hclsyntax.TokenOQuote},
	hclsyntax.TokenCHeredoc:       {hclsyntax.TokenOHeredoc},
	hclsyntax.TokenTemplateSeqEnd: {hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl},
}

// opens are the tokens that another one closes.
var opens = slices.Concat(slices.Collect(maps.Values(closes))...)

// through goes through tokens, and gives the place from which the rest has to be read anew: behind a text that has no end.
func (o *outliner) through(tokens hclsyntax.Tokens) (restart hcl.Pos) {
	for i, t := range tokens {
		if o.undecided && isSolid(t) {
			o.decide(t)
		}
		switch {
		case t.Type == hclsyntax.TokenEOF:
		case t.Type == hclsyntax.TokenQuotedNewline:
			return o.giveUp(t)
		case t.Type == hclsyntax.TokenNewline, t.Type == hclsyntax.TokenComment && bytes.HasSuffix(t.Bytes, []byte("\n")):
			o.endLine()
		case t.Type == hclsyntax.TokenComment:
		case o.newLine && o.inBrackets() && begins(tokens[i:]):
			o.end(o.last)
			o.token(t)
		case o.nested() && o.beginsTop(tokens[i:]):
			o.finish()
			o.token(t)
		default:
			o.token(t)
		}
	}
	return hcl.Pos{}
}

// inBrackets says whether the innermost bracket that is open is one in which nothing is assigned.
func (o *outliner) inBrackets() bool {
	last := len(o.open) - 1
	return last >= 0 && (o.open[last].Type == hclsyntax.TokenOParen || o.open[last].Type == hclsyntax.TokenOBrack)
}

// begins says whether tokens begin an attribute or a block.
func begins(tokens hclsyntax.Tokens) bool {
	if tokens[0].Type != hclsyntax.TokenIdent || len(tokens) < 2 || string(tokens[0].Bytes) == "for" {
		return false
	}
	return tokens[1].Type == hclsyntax.TokenEqual || isHeader(tokens)
}

// isHeader says whether tokens are words and texts up to an opening brace.
func isHeader(tokens hclsyntax.Tokens) bool {
	for _, t := range tokens {
		switch t.Type {
		case hclsyntax.TokenIdent, hclsyntax.TokenOQuote, hclsyntax.TokenQuotedLit, hclsyntax.TokenCQuote:
		default:
			return t.Type == hclsyntax.TokenOBrace
		}
	}
	return false
}

// giveUp leaves a text that has no end on its line, and gives the place behind that line.
func (o *outliner) giveUp(t hclsyntax.Token) hcl.Pos {
	quote := slices.IndexFunc(o.open, func(t hclsyntax.Token) bool { return t.Type == hclsyntax.TokenOQuote })
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
	o.endLine()
	return behind
}

func (o *outliner) nested() bool { return len(o.blocks) > 1 || len(o.open) > 0 }

// token takes one that stands for something.
func (o *outliner) token(t hclsyntax.Token) {
	first := o.newLine
	o.newLine = false
	innermost := o.blocks[len(o.blocks)-1]
	tooMany := o.indentation && first && t.Range.Start.Column > innermost.start.Column
	if o.fragment == nil && t.Type == hclsyntax.TokenCBrace && len(o.blocks) > 1 && !tooMany {
		o.leave(t.Range.End, true)
		return
	}
	if o.fragment == nil {
		o.fragment, o.header = &fragment{start: t.Range.Start}, t.Type == hclsyntax.TokenIdent
		if o.header {
			o.fragment.name = string(t.Bytes)
		}
	} else if o.header {
		o.readHeader(t)
	}
	switch {
	case o.fragment.isBlock && !o.fragment.closed: // its body begins
		o.blocks, o.fragment = append(o.blocks, o.fragment), nil
	case slices.Contains(opens, t.Type):
		o.open = append(o.open, t)
	case closes[t.Type] != nil:
		if !o.shut(closes[t.Type]) && t.Type == hclsyntax.TokenCBrace && len(o.blocks) > 1 && !tooMany {
			o.end(o.last)
			o.leave(t.Range.End, true)
			return
		}
	}
	o.last = t.Range.End
}

// readHeader takes a token behind nothing but words and texts.
func (o *outliner) readHeader(t hclsyntax.Token) {
	switch t.Type {
	case hclsyntax.TokenIdent, hclsyntax.TokenQuotedLit:
		o.fragment.labels = append(o.fragment.labels, string(t.Bytes))
	case hclsyntax.TokenOQuote, hclsyntax.TokenCQuote:
	case hclsyntax.TokenOBrace:
		o.fragment.isBlock, o.fragment.begins, o.header = true, true, false
	default:
		o.fragment.begins, o.header = t.Type == hclsyntax.TokenEqual && len(o.fragment.labels) == 0, false
	}
}

// shut closes the innermost bracket of some types, with all in it; false where none is open.
func (o *outliner) shut(types []hclsyntax.TokenType) bool {
	for i, t := range slices.Backward(o.open) {
		if slices.Contains(types, t.Type) {
			o.open = o.open[:i]
			return true
		}
	}
	return false
}

// endLine ends the fragment under way, unless it goes on in the next line.
func (o *outliner) endLine() {
	o.newLine = true
	if o.fragment != nil && o.header {
		o.undecided = true
	} else if len(o.open) == 0 {
		o.end(o.last)
	}
}

// isSolid says whether a token stands for something.
func isSolid(t hclsyntax.Token) bool {
	return t.Type != hclsyntax.TokenNewline && t.Type != hclsyntax.TokenComment && t.Type != hclsyntax.TokenEOF
}

// decide says what the line of a header was, from the token after it: the brace that belongs there, the first of a body without an
// opening brace, or that of something else.
func (o *outliner) decide(t hclsyntax.Token) {
	o.undecided, o.fragment.headless = false, true
	switch {
	case t.Type == hclsyntax.TokenOBrace:
	case t.Range.Start.Column > o.fragment.start.Column:
		o.fragment.isBlock, o.fragment.begins = true, true
		o.blocks, o.fragment = append(o.blocks, o.fragment), nil
	default:
		o.end(o.last)
	}
}

// end puts the fragment under way into the innermost block.
func (o *outliner) end(at hcl.Pos) {
	if o.fragment == nil {
		return
	}
	in := o.blocks[len(o.blocks)-1]
	o.fragment.end = at
	in.fragments = append(in.fragments, o.fragment)
	o.fragment, o.open, o.undecided = nil, nil, false
}

// leave makes the innermost block the fragment under way, which goes on up to the end of the line.
func (o *outliner) leave(at hcl.Pos, closed bool) {
	o.end(o.last)
	last := len(o.blocks) - 1
	o.fragment, o.blocks, o.open = o.blocks[last], o.blocks[:last], nil
	o.fragment.closed, o.last = closed, at
}

// beginsTop says whether tokens begin a block of those that stand at the top, in the first column: then what is open before it
// should not be.
func (o *outliner) beginsTop(tokens hclsyntax.Tokens) bool {
	first := tokens[0]
	return first.Type == hclsyntax.TokenIdent && first.Range.Start.Column == 1 && slices.Contains(rootSchema.names(), string(first.Bytes)) && isHeader(tokens)
}
