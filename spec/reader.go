package spec

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// values is the body of a block, checked against its schema. The typed getters write to their target only where there is a
// value, given or by default, and it is whole.
type values struct {
	schema *schema
	block  *hcl.Block
	attrs  hcl.Attributes
	blocks hcl.Blocks
	known  map[string]cty.Value
	broken bool // something in the body could not be read: what seems to be missing may be in it
	diags  *hcl.Diagnostics
}

// read decodes the body of a block: every attribute is checked and, unless it is a kExpr, evaluated and converted.
func (d *decoder) read(b *hcl.Block, s *schema, sc *scope) *values {
	return d.readVarying(b, s, sc, sc)
}

// readVarying is read where some attributes may refer to what another scope has.
func (d *decoder) readVarying(b *hcl.Block, s *schema, fixed, varying *scope) *values {
	content, unread := d.content(b.Body, s)
	v := &values{
		schema: s, block: b, attrs: content.Attributes, blocks: content.Blocks,
		known: map[string]cty.Value{}, broken: len(unread) > 0, diags: &d.diags,
	}
	for _, a := range s.attrs {
		attribute, ok := content.Attributes[a.name]
		switch {
		case !ok && a.required && !s.standsFor(unread, a.name):
			d.errorAt(b.DefRange, "Missing argument", fmt.Sprintf("%q is required: %s.", a.name, strings.ReplaceAll(a.doc, "`", "")))
		case !ok && a.def != nil:
			v.known[a.name] = toValue(a.def)
		case !ok || a.kind == kExpr:
		default:
			sc := fixed
			if a.varies {
				sc = varying
			}
			val, diags := a.evaluate(attribute.Expr, sc)
			d.diags = append(d.diags, diags...)
			if !diags.HasErrors() {
				v.known[a.name] = val
			}
			if !diags.HasErrors() && val.IsNull() && a.def != nil {
				v.known[a.name] = toValue(a.def)
			}
		}
	}
	d.unique(s, content.Blocks)
	return v
}

// standsFor says whether one of the names that don't belong into a body is a misspelling of an attribute, or of a later form
// of the block, which may do without it.
func (s *schema) standsFor(unread []string, attribute string) bool {
	return slices.ContainsFunc(unread, func(name string) bool {
		return nearest(name, s.names()) == attribute || slices.Contains(s.reserved, name)
	})
}

// readOptional decodes the one block of a kind; where there is none, the defaults stand.
func (d *decoder) readOptional(v *values, kind string, s *schema, sc *scope) *values {
	if b := v.one(kind); b != nil {
		return d.read(b, s, sc)
	}
	out := &values{schema: s, block: v.block, known: map[string]cty.Value{}, diags: &d.diags}
	for _, a := range s.attrs {
		if a.def != nil {
			out.known[a.name] = toValue(a.def)
		}
	}
	return out
}

// content splits a body into attributes and blocks. It gives the names that don't belong there, after telling of them.
func (d *decoder) content(body hcl.Body, s *schema) (*hcl.BodyContent, []string) {
	want := s.hcl()
	if native, ok := body.(*hclsyntax.Body); ok && s.free != "" {
		for name := range native.Attributes {
			want.Attributes = append(want.Attributes, hcl.AttributeSchema{Name: name})
		}
	}
	content, diags := body.Content(want)
	var unread []string
	for _, diag := range diags {
		name := d.text(*diag.Subject)
		switch diag.Summary {
		case "Unsupported argument", "Unsupported block type": // HCL's own words
			unexpected(diag, name, s, content)
		default:
			name = wrongLabels(diag, s)
		}
		unread = append(unread, name)
		d.diags = append(d.diags, diag)
	}
	return content, unread
}

// wrongLabels says how the block is written whose header has too many labels or too few, and gives its name.
func wrongLabels(diag *hcl.Diagnostic, s *schema) string {
	for _, n := range s.blocks {
		if !strings.HasSuffix(diag.Summary, " for "+n.name) { // HCL's "Missing name for server", "Extraneous label for server"
			continue
		}
		header := n.name
		for _, label := range n.labels {
			header += fmt.Sprintf(" %q", strings.ToUpper(label))
		}
		diag.Summary, diag.Detail = "Wrong labels", fmt.Sprintf("Write it as %s { … }.", header)
		return n.name
	}
	return ""
}

// unexpected says what to do about something that does not belong into a body.
func unexpected(diag *hcl.Diagnostic, name string, s *schema, content *hcl.BodyContent) {
	switch {
	case slices.Contains(s.reserved, name):
		diag.Summary = "Not in this version"
		diag.Detail = fmt.Sprintf("%q is part of the language, but this version of bench does not have it yet.", name)
		return
	case slices.Contains(s.names(), name):
		return // an argument as a block, or a block as an argument: HCL says so
	}
	var free []string
	for _, n := range s.names() {
		if _, taken := content.Attributes[n]; !taken {
			free = append(free, n)
		}
	}
	what := "argument"
	if diag.Summary == "Unsupported block type" {
		what = "block"
	}
	diag.Detail = fmt.Sprintf("There is no %s %q here.%s", what, name, didYouMean(name, free, ""))
}

// text gives the source at a place.
func (d *decoder) text(rng hcl.Range) string {
	if f := d.parser.Files()[rng.Filename]; f != nil && rng.CanSliceBytes(f.Bytes) {
		return string(rng.SliceBytes(f.Bytes))
	}
	return ""
}

// unique reports a block that may stand once and stands twice.
func (d *decoder) unique(s *schema, blocks hcl.Blocks) {
	for _, n := range s.blocks {
		same := blocks.OfType(n.name)
		if !n.unique || len(same) < 2 {
			continue
		}
		for _, b := range same[1:] {
			d.errorAt(b.DefRange, "Duplicate block", fmt.Sprintf("%q may stand here once, and it is at %s already.", n.name, at(same[0].DefRange)))
		}
	}
}

// get gives a value. One that is unknown, be it in part, comes from a mistake elsewhere in the module.
func (v *values) get(name string) (cty.Value, bool) {
	val, ok := v.known[name]
	return val, ok && !val.IsNull() && val.IsWhollyKnown()
}

func (v *values) str(name string, to *string) {
	if val, ok := v.get(name); ok {
		*to = val.AsString()
	}
}

func (v *values) whole(name string, to *int) {
	if val, ok := v.get(name); ok {
		n, _ := val.AsBigFloat().Int64()
		*to = int(n)
	}
}

func (v *values) number(name string, to *float64) {
	if val, ok := v.get(name); ok {
		*to, _ = val.AsBigFloat().Float64()
	}
}

func (v *values) boolean(name string, to *bool) {
	if val, ok := v.get(name); ok {
		*to = val.True()
	}
}

func (v *values) strs(name string, to *[]string) {
	if val, ok := v.get(name); ok {
		*to = nil
		for it := val.ElementIterator(); it.Next(); {
			_, s := it.Element()
			*to = append(*to, s.AsString())
		}
	}
}

func (v *values) duration(name string, to *time.Duration) {
	if val, ok := v.get(name); ok {
		*to, _ = parseDuration(val.AsString()) // checked when it was read
	}
}

func (v *values) size(name string, to *int64) {
	if val, ok := v.get(name); ok {
		*to, _ = parseSize(val.AsString())
	}
}

func (v *values) percent(name string, to *float64) {
	if val, ok := v.get(name); ok {
		*to, _ = parsePercent(val.AsString())
	}
}

func (v *values) scalars(name string, to *map[string]any) {
	if val, ok := v.get(name); ok {
		*to = scalars(val)
	}
}

func (v *values) refs(name string, to *[]Ref) {
	if val, ok := v.get(name); ok {
		for it := val.ElementIterator(); it.Next(); {
			_, e := it.Element()
			if r, ok := asRef(e); ok {
				*to = append(*to, r)
			}
		}
	}
}

// expr gives an attribute unevaluated, its names checked against the scope.
func (v *values) expr(name string, sc *scope) Expr {
	attribute, ok := v.attrs[name]
	if !ok {
		return Expr{}
	}
	if diags := sc.check(attribute.Expr); diags.HasErrors() {
		*v.diags = append(*v.diags, diags...)
		return Expr{}
	}
	return Expr{expr: attribute.Expr, scope: sc}
}

// typed is expr for a value that must be of a certain kind, as far as that can be known now.
func (v *values) typed(a attr, sc *scope) Expr {
	e := v.expr(a.name, sc)
	if e.IsSet() {
		_, diags := a.evaluateChecked(e.expr, sc)
		*v.diags = append(*v.diags, diags...)
	}
	return e
}

// leftOut says whether an attribute is left out, null or an empty list; not where a mistake may be why it seems to be.
func (v *values) leftOut(name string) bool {
	_, written := v.attrs[name]
	val, ok := v.known[name]
	return !v.broken && (!written || ok && val.IsKnown() && (val.IsNull() || val.CanIterateElements() && val.LengthInt() == 0))
}

// one gives the one block of a kind, or nil.
func (v *values) one(kind string) *hcl.Block {
	if same := v.blocks.OfType(kind); len(same) > 0 {
		return same[0]
	}
	return nil
}

// rangeOf gives the place of an attribute's value, or of the block's header where it is left out.
func (v *values) rangeOf(name string) hcl.Range {
	if a, ok := v.attrs[name]; ok {
		return a.Expr.Range()
	}
	return v.block.DefRange
}

// elementRange gives the place of an element of a list.
func (v *values) elementRange(name string, i int) hcl.Range {
	if a, ok := v.attrs[name]; ok {
		return element(a.Expr, i).Range()
	}
	return v.block.DefRange
}
