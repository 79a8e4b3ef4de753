package spec

import (
	"bytes"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// One mistake of syntax keeps HCL's parser from much of what comes after it. So a file that can't be parsed is taken apart into
// attributes and blocks (outline.go), each is parsed alone, and the smallest that can't be is cut out. What is left is decoded, so that
// independent mistakes are all told at once; what would follow only from what was cut is not.

// redefined is HCL's summary of an attribute that stands twice in a body, which keeps the parser from nothing.
const redefined = "Attribute redefined"

// A remnant is what can be understood of a file.
type remnant struct {
	file   *hcl.File        // without what can't be parsed; where nothing can be, there is no body
	tokens hclsyntax.Tokens // of one without mistakes in HCL's own syntax
	cuts   []cutFragment
	diags  hcl.Diagnostics

	stopped bool // there are more mistakes, and too many to tell: there is no body
}

// A cutFragment is an attribute or a block that was cut out.
type cutFragment struct {
	name   string   // of the attribute, or the type of the block; "" where it isn't known
	labels []string // of the block, as far as they are known
	around hcl.Pos  // where the header of the block begins in which it stands; the zero value: it stands in none
	rng    hcl.Range
}

// maxSalvaged is how deep blocks are looked into for what can't be parsed: the language has fewer levels.
const maxSalvaged = 8

// understand gives what can be understood of a spec, and tells of each mistake of syntax in it. JSON is taken as a whole, or not at all.
func understand(name string, src []byte) remnant {
	if isJSON(name) {
		file, diags := parseJSON(name, src)
		return remnant{file: file, diags: diags}
	}
	return understandHCL(name, src)
}

// understandHCL is understand for a file in HCL's own syntax, whatever it is called.
func understandHCL(name string, src []byte) remnant {
	if diag := notReadable(name, src); diag != nil {
		return remnant{file: &hcl.File{Bytes: src}, diags: hcl.Diagnostics{diag}}
	}
	tokens, diags := bearable(name, src, hcl.InitialPos)
	if diags != nil {
		return remnant{file: &hcl.File{Bytes: src}, diags: diags}
	}
	if !wrongAnyway(tokens) {
		if file, diags := hclsyntax.ParseConfig(src, name, hcl.InitialPos); !diags.HasErrors() {
			return remnant{file: file, tokens: tokens, diags: diags}
		}
	}
	rest := salvage(name, src)
	if !rest.diags.HasErrors() { // each part can be read alone; that the whole can't be is told all the same
		file, diags := hclsyntax.ParseConfig(src, name, hcl.InitialPos)
		if !diags.HasErrors() {
			return remnant{file: file, tokens: tokens, diags: diags}
		}
		rest.diags = legibleSyntax(diags[:1], src)
	}
	return rest
}

// wrongAnyway says whether tokens are of a file with mistakes, as far as it takes no parser to see it: HCL's takes its time to tell of
// each of a million.
func wrongAnyway(tokens hclsyntax.Tokens) bool {
	braces := 0
	for _, t := range tokens {
		switch t.Type {
		case hclsyntax.TokenOBrace:
			braces++
		case hclsyntax.TokenCBrace:
			braces--
		}
		if braces < 0 || t.Type == hclsyntax.TokenQuotedNewline {
			return true
		}
	}
	return unended(tokens) != nil
}

// salvage gives what is left of a file that has mistakes of syntax, and tells of each of these.
func salvage(name string, src []byte) remnant {
	fragments, all := outline(src, name)
	s := &salvaging{src: src, name: name, left: bytes.Clone(src), out: remnant{file: &hcl.File{Bytes: src, Nav: navigator(fragments)}}}
	if !all {
		fragments = fragments[:len(fragments)-1]
	}
	s.strays(fragments)
	s.fragments(fragments, hcl.Pos{}, 0)
	if s.out.stopped = s.out.stopped || !all; s.out.stopped {
		return s.out
	}
	file, _, diags := parseAny(name, s.left) // it may nest too deeply, which what was cut out has been hiding
	s.out.file.Body, s.out.diags = file.Body, append(s.out.diags, legibleSyntax(diags, src)...)
	return s.out
}

type salvaging struct {
	src, left []byte // the file as it is, and with spaces for what was cut out
	name      string
	out       remnant
}

// fragments cuts out of some fragments of a body what can't be parsed, and says whether there was any.
func (s *salvaging) fragments(all []*fragment, around hcl.Pos, level int) bool {
	found := false
	broken := -1 // line on which the last one ends that was cut out
	rest := newContinuation(s.src)
	for _, it := range all {
		if s.out.stopped {
			break
		}
		if isRest := rest.has(it); isRest || it.isStatement() {
			s.cut(it, around, s.statement(it, broken))
			rest.goOn(it)
			found, broken = true, it.end.Line
			continue
		}
		diags := s.parse(it)
		if len(diags) == 0 {
			continue
		}
		found = true
		if it.isBlock && it.start.Line < it.end.Line && level < maxSalvaged && s.fragments(it.fragments, it.start, level+1) {
			if diags = s.parse(it); len(diags) == 0 {
				continue
			}
			if last := it.fragments[len(it.fragments)-1]; last.cut {
				diags = nil // it may have taken the closing brace with it
			}
		}
		if it.unclosed != nil && !it.unclosed.explained(diags, s.src) {
			diags = hcl.Diagnostics{it.unclosed.diagnostic(it.isBlock)}
		}
		if it.headless {
			diags = s.headless(it, diags[:min(len(diags), 1)])
		}
		s.cut(it, around, diags)
		rest.begin(it)
		broken = it.end.Line
	}
	return found
}

// strays cuts out what stands between a block and a brace too many, for it was meant to be in the block.
func (s *salvaging) strays(all []*fragment) {
	owner, done := -1, 0
	for i, it := range all {
		if it.isBrace(s.src) && owner >= 0 {
			for _, inner := range all[max(owner+1, done):i] {
				s.cut(inner, all[owner].start, nil)
			}
			done = i
		}
		if it.start.Column == 1 {
			owner = i
		}
	}
}

// parse gives the mistakes of syntax in a fragment.
func (s *salvaging) parse(it *fragment) hcl.Diagnostics {
	alone := append(bytes.Clone(s.left[it.start.Byte:it.end.Byte]), '\n')
	_, _, diags := parsePart(s.name, alone, it.start)
	return slices.DeleteFunc(diags, func(d *hcl.Diagnostic) bool { return d.Summary == redefined }) // told of what is left
}

// cut takes a fragment out, and tells why.
func (s *salvaging) cut(it *fragment, around hcl.Pos, why hcl.Diagnostics) {
	it.cut = true
	rng := hcl.Range{Filename: s.name, Start: it.start, End: it.end}
	blank(s.left, rng)
	if !it.isBrace(s.src) { // which says nothing
		s.out.cuts = append(s.out.cuts, cutFragment{it.name, it.labels, around, rng})
	}
	if !it.closed || it.isStatement() {
		for _, inner := range it.fragments { // what was not meant to be in it, or only under a condition
			s.out.cuts = append(s.out.cuts, cutFragment{name: inner.name, labels: inner.labels, around: around, rng: rng})
		}
	}
	if s.out.stopped = s.out.stopped || len(s.out.diags) >= maxMistakes; s.out.stopped {
		return
	}
	if it.isBrace(s.src) && len(why) > 0 {
		why = hcl.Diagnostics{{
			Severity: hcl.DiagError, Summary: "Brace without a block", Subject: why[0].Subject,
			Detail: "There is no open block that this brace closes. Take it out, or see whether a block above it is closed too early.",
		}}
	}
	s.out.diags = append(s.out.diags, legibleSyntax(why, s.src)...)
}

// lose notes that a file could not be read at all, so that any name may be declared in it.
func (d *decoder) lose() {
	for _, n := range rootSchema.blocks {
		d.loosen(n.name)
	}
}

// notice keeps what was cut out of the files: what stood at the top of them may have declared names.
func (d *decoder) notice(cuts []cutFragment) {
	d.cuts = append(d.cuts, cuts...)
	for _, c := range cuts {
		if c.around.Line > 0 {
			continue
		}
		if c.name == "" {
			d.lose()
			return
		}
		if kind := nearest(c.name, rootSchema.names()); kind != "" {
			d.loosen(kind)
		}
	}
}

// cutFrom lists the names of what was cut out of a block's own body.
func (d *decoder) cutFrom(b *block) []string {
	var names []string
	for _, c := range d.cuts {
		if c.rng.Filename == b.DefRange.Filename && c.around.Line > 0 && c.around.Byte == b.bodyRange().Start.Byte {
			names = append(names, c.name)
		}
	}
	return names
}

// isCut says whether something was cut out of a block, or of one in it.
func (d *decoder) isCut(b *block) bool {
	if len(d.cuts) == 0 {
		return false
	}
	body, ok := b.Body.(*hclsyntax.Body)
	return ok && slices.ContainsFunc(d.cuts, func(c cutFragment) bool {
		return c.rng.Filename == body.SrcRange.Filename && c.around.Byte == b.DefRange.Start.Byte ||
			c.rng.Filename == body.SrcRange.Filename && body.SrcRange.Start.Byte <= c.rng.Start.Byte && c.rng.End.Byte <= body.SrcRange.End.Byte
	})
}
