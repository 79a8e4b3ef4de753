package spec

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// values is the body of a block, checked against its schema. The typed getters write to their target only where there is a
// value, given or by default, and it is whole.
type values struct {
	decoder *decoder
	schema  *schema
	block   *block
	attrs   hcl.Attributes
	blocks  blocks
	unread  []string
	known   map[string]cty.Value
	broken  bool // something in the body could not be read: what seems to be missing may be in it
}

// read decodes the body of a block: every attribute is checked and, unless it is a kExpr, evaluated and converted.
func (d *decoder) read(b *block, s *schema, sc *scope) *values {
	v := d.open(b, s, sc)
	v.settle(sc, sc)
	return v
}

// open takes the body of a block apart, and evaluates nothing but what its dynamic blocks depend on.
func (d *decoder) open(b *block, s *schema, sc *scope) *values {
	c := d.content(b, s, sc)
	return &values{
		decoder: d, schema: s, block: b, attrs: c.attrs, blocks: c.blocks, unread: c.unread,
		known: map[string]cty.Value{}, broken: len(c.unread) > 0,
	}
}

// settle evaluates the attributes; those that vary along the matrix may refer to what another scope has.
func (v *values) settle(fixed, varying *scope) {
	fixed, varying = v.block.within(fixed), v.block.within(varying)
	for _, a := range v.schema.attrs {
		attribute, ok := v.attrs[a.name]
		switch {
		case !ok && a.required:
			v.missing(a)
		case !ok && a.def != nil:
			v.known[a.name] = toValue(a.def)
		case !ok || a.kind == kExpr:
		default:
			sc := fixed
			if a.varies {
				sc = varying
			}
			if a.late {
				sc = v.decoder.late(sc, attribute.Expr)
			}
			v.evaluate(a, attribute.Expr, sc)
		}
	}
}

func (v *values) evaluate(a attr, expr hcl.Expression, sc *scope) {
	val, diags := a.evaluate(expr, sc)
	v.decoder.diags = append(v.decoder.diags, diags...)
	switch {
	case diags.HasErrors():
	case val.IsNull() && a.def != nil:
		v.known[a.name] = toValue(a.def)
	default:
		v.known[a.name] = val
	}
}

// missing tells that an attribute is not there, unless a misspelling of it is.
func (v *values) missing(a attr) {
	if !v.misspelt(a.name) {
		v.decoder.errorAt(v.block.DefRange, "Missing argument", fmt.Sprintf("%q is required: %s.", a.name, strings.ReplaceAll(a.doc, "`", "")))
	}
}

// misspelt says whether one of the names that don't belong into the body was probably meant for this one, as any is where there is no other.
func (v *values) misspelt(name string) bool {
	names := v.schema.names()
	return slices.ContainsFunc(v.unread, func(given string) bool { return given == "" || len(names) == 1 || nearest(given, names) == name })
}

// readOptional decodes the one block of a kind; where there is none, the defaults stand.
func (d *decoder) readOptional(v *values, kind string, s *schema, sc *scope) *values {
	if b := v.one(kind); b != nil {
		return d.read(b, s, sc)
	}
	out := &values{decoder: d, schema: s, block: v.block, known: map[string]cty.Value{}}
	for _, a := range s.attrs {
		if a.def != nil {
			out.known[a.name] = toValue(a.def)
		}
	}
	return out
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

func (v *values) ref(name string, to *Ref) {
	if val, ok := v.get(name); ok {
		*to, _ = asRef(val)
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
	sc = v.block.within(sc)
	if diags := sc.check(attribute.Expr); diags.HasErrors() {
		v.decoder.diags = append(v.decoder.diags, diags...)
		return Expr{}
	}
	return Expr{expr: attribute.Expr, scope: sc}
}

// typed is expr for a value that must be of a certain kind, as far as that can be known now.
func (v *values) typed(a attr, sc *scope) Expr {
	e := v.expr(a.name, sc)
	if e.IsSet() {
		_, diags := a.evaluateChecked(e.expr, e.scope)
		v.decoder.diags = append(v.decoder.diags, diags...)
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
func (v *values) one(kind string) *block {
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
