package spec

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// slips tells of what is valid and seldom meant: a key that stands twice in an object, and a reference in a text that is written as other
// languages have it.
func (d *decoder) slips() {
	for _, body := range d.bodies {
		_ = hclsyntax.VisitAll(body, func(n hclsyntax.Node) hcl.Diagnostics {
			switch n := n.(type) {
			case *hclsyntax.ObjectConsExpr:
				d.repeatedKeys(n)
			case *hclsyntax.TemplateExpr:
				for _, part := range n.Parts {
					if literal, ok := unwrapped(part).(*hclsyntax.LiteralValueExpr); ok {
						d.plainReferences(literal.SrcRange)
					}
				}
			}
			return nil
		})
	}
}

// repeatedKeys tells of the keys of an object that are written out and stand there already: HCL takes the last of them.
func (d *decoder) repeatedKeys(object *hclsyntax.ObjectConsExpr) {
	first := map[string]hcl.Range{}
	for _, item := range object.Items {
		key, ok := writtenName(item.KeyExpr)
		if !ok {
			continue
		}
		rng := item.KeyExpr.Range()
		if before, again := first[key]; again {
			d.warn(&rng, "Duplicate object attribute", fmt.Sprintf("%q is at %s already, and this value takes the place of that one. Take one of them out.", abridged(key), at(before)))
		}
		first[key] = rng
	}
}

// writtenName gives a key as it is written, where it is a name, a text or a reference.
func writtenName(expr hcl.Expression) (string, bool) {
	if name := hcl.ExprAsKeyword(expr); name != "" {
		return name, true
	}
	if key, ok := expr.(*hclsyntax.ObjectConsKeyExpr); ok {
		expr = key.Wrapped
	}
	switch e := unwrapped(expr).(type) {
	case *hclsyntax.TemplateExpr:
		if e.IsStringLiteral() {
			text, _ := e.Value(nil)
			return knownText(text), true
		}
	case *hclsyntax.ScopeTraversalExpr:
		return "(" + asWritten(e.Traversal) + ")", true
	case *hclsyntax.LiteralValueExpr:
		if text := asText(e.Val); text.Type() == cty.String {
			return text.AsString(), true
		}
	}
	return "", false
}

// plainReference is a reference in a text that nothing is put in for, as {var.x} and $(var.x).
var plainReference = pattern(`(?:^|[^$%])(\{\s*([a-z]+)\.([A-Za-z_][\w-]*)((?:\.[A-Za-z_][\w-]*)*)\s*\})|(\$\(\s*([a-z]+)\.([A-Za-z_][\w-]*)((?:\.[A-Za-z_][\w-]*)*)\s*\))`)

// plainReferences tells of those in a piece of a text.
func (d *decoder) plainReferences(piece hcl.Range) {
	file := d.module.Files[piece.Filename]
	if file == nil || !piece.CanSliceBytes(file.Bytes) {
		return
	}
	text := piece.SliceBytes(file.Bytes)
	for _, m := range plainReference().FindAllSubmatchIndex(text, -1) {
		if m[2] < 0 {
			m = append(m[:2:2], m[10:]...) // it is of the second form
		}
		root, name, rest := string(text[m[4]:m[5]]), string(text[m[6]:m[7]]), string(text[m[8]:m[9]])
		if !d.mayMean(root, name) {
			continue
		}
		rng := hcl.Range{Filename: piece.Filename, Start: forward(piece.Start, text[:m[2]]), End: forward(piece.Start, text[:m[3]])}
		d.warn(&rng, "Reference as text", fmt.Sprintf("This stands in the text as it is: nothing is put in for it. Did you mean ${%s.%s%s}?", root, name, rest))
	}
}

// mayMean says whether something that looks like a reference is one to what there is, as far as a module knows without evaluating it.
func (d *decoder) mayMean(root, name string) bool {
	switch root {
	case "var", "local":
		_, declared := d.places[root+"."+name]
		return declared
	case "matrix", "ingest", "step", "self", "each", "row":
		return true
	}
	return false
}

// forward gives the place behind some text.
func forward(from hcl.Pos, text []byte) hcl.Pos {
	to := hcl.Pos{Line: from.Line + bytes.Count(text, []byte{'\n'}), Column: from.Column + utf8.RuneCount(text), Byte: from.Byte + len(text)}
	if last := bytes.LastIndexByte(text, '\n'); last >= 0 {
		to.Column = 1 + utf8.RuneCount(text[last+1:])
	}
	return to
}
