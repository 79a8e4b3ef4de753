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
	brace      hcl.Range // that opens its body, where it is a block
	closed     bool      // where it is a block
	headless   bool      // what its header lacks is told, and nothing else
	cut        bool
	unclosed   *unclosedBrace // in it, by the indentation; nil: none
	open       bool           // a bracket in it is not closed
	fragments  []*fragment

	first, second, final hclsyntax.TokenType // of its tokens; the second is 0 where there is one alone
}

// maxReread is how many bytes are read again, all told, behind texts without an end: each has the rest of the file read once more.
const maxReread = 2 * MaxFile

// outline takes a file apart as far as words, brackets and lines go, whatever mistakes there are in it. Where braces are missing, or too
// many, the indentation says which, unless it makes even less of them. Where too many texts have no end the rest is one fragment, and
// not all of the file is looked at.
func outline(src []byte, name string) (fragments []*fragment, all bool) {
	o := newOutliner(src, false)
	fragments, all = o.outline(name)
	if o.unmatched == 0 || o.unmatched > maxMistakes {
		return fragments, all
	}
	indented := newOutliner(src, true)
	if again, all := indented.outline(name); indented.unmatched <= o.unmatched {
		return again, all
	}
	return fragments, all
}

// isBrace says whether a fragment begins with a closing brace.
func (f *fragment) isBrace(src []byte) bool { return src[f.start.Byte] == '}' }

// outline gives the fragments of the file, and says whether that is all of it.
func (o *outliner) outline(name string) (fragments []*fragment, all bool) {
	at, reread := hcl.InitialPos, 0
	for at.Byte < len(o.src) && reread <= maxReread {
		tokens, _ := hclsyntax.LexConfig(o.src[at.Byte:], name, at)
		restart := o.through(tokens)
		if restart == (hcl.Pos{}) {
			restart.Byte = len(o.src)
		}
		at = restart
		reread += len(o.src) - at.Byte
	}
	o.finish()
	if at.Byte == len(o.src) {
		return o.blocks[0].fragments, true
	}
	end := hcl.Pos{Line: at.Line + bytes.Count(o.src[at.Byte:], []byte("\n")), Column: 1, Byte: len(o.src)}
	return append(o.blocks[0].fragments, &fragment{start: at, end: end}), false
}

// finish ends everything that is open.
func (o *outliner) finish() {
	for len(o.blocks) > 1 {
		o.unmatched++
		o.leave(o.last, false)
	}
	o.end(o.last)
}

// An outliner goes through the tokens of a file.
type outliner struct {
	src      []byte
	blocks   []*fragment // open ones, the innermost last; the first stands for the file
	fragment *fragment   // under way; nil: none
	header   bool        // all of it so far is words and texts
	open     []opener    // brackets and quotes
	last     hcl.Pos     // end of the last token that stands for something
	lastType hclsyntax.TokenType

	byIndentation bool // it says which brace closes which
	unmatched     int  // braces that close nothing, or that nothing closes

	column    int  // in which the first such token of this line stands
	newLine   bool // there has been none on it
	undecided bool // a line was nothing but a header: what comes next says whether its brace is missing
}

func newOutliner(src []byte, byIndentation bool) *outliner {
	return &outliner{src: src, blocks: []*fragment{{}}, byIndentation: byIndentation, newLine: true}
}

// An opener is a token that another one closes.
type opener struct {
	hclsyntax.Token
	column int // in which the first token of its line stands
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
		if o.newLine && isSolid(t) {
			o.column = t.Range.Start.Column
			o.outdent(t)
		}
		switch {
		case t.Type == hclsyntax.TokenEOF:
			return o.skipHeredoc()
		case t.Type == hclsyntax.TokenQuotedNewline:
			return o.giveUp(t)
		case beginsComment(tokens[i:]):
			return o.skipComment(t)
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

func (o *outliner) nested() bool { return len(o.blocks) > 1 || len(o.open) > 0 }

// token takes one that stands for something.
func (o *outliner) token(t hclsyntax.Token) {
	first := o.newLine
	o.newLine = false
	tooMany := o.byIndentation && o.closesNone(t, first)
	if o.fragment == nil && t.Type == hclsyntax.TokenCBrace && len(o.blocks) > 1 && !tooMany {
		o.leave(t.Range.End, true)
		return
	}
	if o.fragment == nil {
		o.fragment, o.header = &fragment{start: t.Range.Start, first: t.Type}, t.Type == hclsyntax.TokenIdent
		if o.header {
			o.fragment.name = string(t.Bytes)
		}
	} else {
		if o.fragment.second == 0 {
			o.fragment.second = t.Type
		}
		if o.header {
			o.readHeader(t)
		}
	}
	switch {
	case o.fragment.isBlock && !o.fragment.closed: // its body begins
		o.blocks, o.fragment = append(o.blocks, o.fragment), nil
	case slices.Contains(opens, t.Type):
		o.open = append(o.open, opener{t, o.column})
	case closes[t.Type] != nil:
		if !o.shut(closes[t.Type]) && t.Type == hclsyntax.TokenCBrace {
			if len(o.blocks) > 1 && !tooMany {
				o.end(o.last)
				o.leave(t.Range.End, true)
				return
			}
			o.unmatched++
		}
	}
	o.last, o.lastType = t.Range.End, t.Type
}

// readHeader takes a token behind nothing but words and texts.
func (o *outliner) readHeader(t hclsyntax.Token) {
	switch t.Type {
	case hclsyntax.TokenIdent, hclsyntax.TokenQuotedLit:
		o.fragment.labels = append(o.fragment.labels, string(t.Bytes))
	case hclsyntax.TokenOQuote, hclsyntax.TokenCQuote:
	case hclsyntax.TokenOBrace:
		o.fragment.isBlock, o.fragment.begins, o.header = true, true, false
		o.fragment.brace = t.Range
	default:
		assigns := t.Type == hclsyntax.TokenEqual && len(o.fragment.labels) == 0
		if assigns || statements[o.fragment.name] == "" { // the header of a statement is an expression
			o.fragment.begins, o.header = assigns, false
		}
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
	o.fragment.end, o.fragment.final, o.fragment.open = at, o.lastType, len(o.open) > 0
	in.fragments = append(in.fragments, o.fragment)
	o.fragment, o.open, o.undecided = nil, nil, false
}

// leave makes the innermost block the fragment under way, which goes on up to the end of the line.
func (o *outliner) leave(at hcl.Pos, closed bool) {
	o.end(o.last)
	last := len(o.blocks) - 1
	o.fragment, o.blocks, o.open = o.blocks[last], o.blocks[:last], nil
	o.fragment.closed, o.last, o.lastType = closed, at, hclsyntax.TokenCBrace
}

// beginsTop says whether tokens begin a block of those that stand at the top, in the first column: then what is open before it
// should not be.
func (o *outliner) beginsTop(tokens hclsyntax.Tokens) bool {
	first := tokens[0]
	return first.Type == hclsyntax.TokenIdent && first.Range.Start.Column == 1 && slices.Contains(rootSchema.names(), string(first.Bytes)) && isHeader(tokens)
}
