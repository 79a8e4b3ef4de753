package spec

import (
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// dynamicBlock is the type of a block that stands for others, one for each element of a collection.
const dynamicBlock = "dynamic"

var (
	dynamicSchema = &schema{
		attrs: []attr{
			{name: "for_each", kind: kExpr, required: true, doc: "a list, set, map or object: a block is made of each element"},
			{name: "iterator", kind: kExpr, doc: "name by which `content` refers to the element, as `NAME.value` and `NAME.key`; the type of the block where left out"},
			{name: "labels", kind: kExpr, doc: "labels of the block, a list of strings that may refer to the element"},
		},
		blocks: []nested{{name: "content", unique: true, body: contentSchema, doc: "The body of each block."}},
	}
	contentSchema = &schema{} // its attributes are those of the block that it is for
)

// dynamic gives the blocks that a dynamic block stands for in a body of the schema; false where some could not be made.
func (d *decoder) dynamic(b *hcl.Block, around *block, s *schema, sc *scope) (blocks, bool) {
	kind := b.Labels[0]
	if s == rootSchema {
		d.errorAt(b.DefRange, "Misplaced dynamic block", fmt.Sprintf("At the top of a file a block is repeated by for_each in its own body, as: %s \"NAME\" { for_each = … }", kind))
		return nil, false
	}
	i := slices.IndexFunc(s.blocks, func(n nested) bool { return n.name == kind })
	if i < 0 {
		names := make([]string, len(s.blocks))
		for j, n := range s.blocks {
			names[j] = n.name
		}
		d.errorAt(b.LabelRanges[0], "Unknown block", fmt.Sprintf("There is no block %q here, so none can be made of it.%s", kind, didYouMean(kind, names, "")))
		return nil, false
	}
	v := d.open(&block{Block: b, vars: around.vars}, dynamicSchema, sc)
	v.settle(sc, sc)
	body := v.one("content")
	forEach, ok := v.attrs["for_each"]
	switch {
	case body == nil && !v.broken:
		d.errorAt(b.DefRange, "Missing block", "A dynamic block needs a content block: the body of each block that it stands for.")
		return nil, false
	case body == nil || !ok:
		return nil, false
	}
	iterator, ok := d.iterator(v, kind)
	items, known := d.items(forEach.Expr, v.block.within(sc))
	if !ok || !known {
		return nil, false
	}
	var made blocks
	for _, it := range items {
		vars := maps.Clone(around.vars)
		if vars == nil {
			vars = map[string]cty.Value{}
		}
		vars[iterator] = cty.ObjectVal(map[string]cty.Value{"key": it.key, "value": it.value})
		inner := &block{Block: &hcl.Block{
			Type: kind, Body: body.Body, DefRange: b.DefRange, TypeRange: b.LabelRanges[0],
		}, from: body.Block, vars: vars}
		if !d.labels(v, inner, s.blocks[i].labels, sc) {
			return made, false
		}
		made = append(made, inner)
	}
	return made, true
}

// iterator gives the name of the element.
func (d *decoder) iterator(v *values, kind string) (string, bool) {
	a, ok := v.attrs["iterator"]
	if !ok {
		return kind, true
	}
	name := hcl.ExprAsKeyword(a.Expr)
	if name == "" {
		d.errorAt(a.Expr.Range(), "Invalid value", "\"iterator\" is a bare name, as: iterator = size")
	}
	return name, name != ""
}

// labels evaluates the labels of a block that is made.
func (d *decoder) labels(v *values, made *block, want []string, sc *scope) bool {
	a, given := v.attrs["labels"]
	if !given {
		if len(want) > 0 {
			d.errorAt(v.block.DefRange, "Missing argument", fmt.Sprintf("A block %q has a %s, so \"labels\" is required, as: labels = [%s.value]", made.Type, enumerate(want, "and a"), made.Type))
		}
		return len(want) == 0
	}
	val, diags := made.within(sc).value(a.Expr)
	d.diags = append(d.diags, diags...)
	if diags.HasErrors() || !val.IsWhollyKnown() {
		return false
	}
	list, err := convert.Convert(val, cty.List(cty.String))
	switch {
	case val.ContainsMarked():
		d.errorAt(a.Expr.Range(), sensitiveHere, "A label is part of names, which are written to records and reports, and this one is sensitive.")
		return false
	case err != nil || list.IsNull() || list.LengthInt() != len(want):
		d.errorAt(a.Expr.Range(), "Wrong labels", fmt.Sprintf("\"labels\" must be a list of as many strings as a block %q has labels: %s.", made.Type, countOf(len(want), "label")))
		return false
	}
	for i, label := range list.AsValueSlice() {
		if label.IsNull() {
			d.errorAt(element(a.Expr, i).Range(), "Wrong labels", "A label can't be null.")
			return false
		}
		made.Labels = append(made.Labels, label.AsString())
		made.LabelRanges = append(made.LabelRanges, element(a.Expr, i).Range())
	}
	return true
}
