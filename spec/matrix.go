package spec

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// An Axis is one factor of the matrix.
type Axis struct {
	Name   string
	Label  string
	Values []any // string, bool, int64, float64; a reference's address; an object's name
	Range  hcl.Range

	cells []cell
	typ   cty.Type        // that all of these share; else any
	index map[any]cell    // by plain value; those of includes as well
	taken map[string]bool // codes, in lower case
}

// A cell is one value of an axis.
type cell struct {
	value cty.Value
	plain any
	code  string // in a configuration's name
	added bool   // by an include: it is not among the axis' own
}

// matrix decodes the axes of an experiment and gives the scope of what may refer to them.
func (d *decoder) matrix(b *block, e *Experiment, outer *scope) *scope {
	content := d.content(b, matrixSchema, outer)
	known := map[string]cty.Value{} // by axis; one that has a mistake is there as well, so that it is told once
	for _, name := range content.unread {
		known[name] = cty.DynamicVal
	}
	places := map[string]hcl.Range{}
	e.Axes = d.axes(content, outer, known, places)
	if len(known) == 0 {
		d.errorAt(b.DefRange, "Empty matrix", "A matrix needs at least one axis, as: num_ctx = [256, 512]. Without a matrix there is one configuration.")
	}
	cells := uint64(1)
	for _, a := range e.Axes {
		over, product := bits.Mul64(cells, uint64(len(a.cells)))
		if over > 0 || product > maxCells {
			d.errorAt(b.DefRange, "Matrix too large", fmt.Sprintf("The axes give more than %d configurations. Take values out, or split the experiment.", maxCells))
			break
		}
		cells = product
	}
	e.broken = len(e.Axes) < len(known)
	inner := outer.with(map[string]cty.Value{"matrix": cty.ObjectVal(known)})
	if len(known) == 0 || slices.Contains(content.unread, "axis") || slices.Contains(content.unread, "") {
		inner.ctx.Variables["matrix"] = cty.DynamicVal
	}
	inner.places, inner.axes = places, map[string]bool{}
	for _, block := range content.blocks {
		switch block.Type {
		case "exclude":
			v := d.open(block, excludeSchema, outer)
			v.settle(outer, inner)
			e.exclude = append(e.exclude, v.setting("when"))
		case "skip":
			v := d.open(block, skipSchema, outer)
			v.settle(outer, inner)
			e.skip = append(e.skip, skipRule{v.setting("when"), v.setting("reason")})
		case "include":
			d.include(block, e, known, outer)
		}
	}
	return inner
}

// axes decodes short and long axes, in the order of the source.
func (d *decoder) axes(content content, outer *scope, known map[string]cty.Value, places map[string]hcl.Range) []*Axis {
	var axes []*Axis
	add := func(name, label string, rng hcl.Range, expr hcl.Expression, sc *scope) {
		if first, taken := places["matrix."+name]; taken {
			d.errorAt(rng, "Duplicate name", fmt.Sprintf("The axis %q is at %s already.", name, at(first)))
			return
		}
		known[name], places["matrix."+name] = cty.DynamicVal, rng
		if !d.validName(name, rng) || expr == nil {
			return
		}
		if a := d.axis(name, label, rng, expr, sc); a != nil {
			axes = append(axes, a)
			known[name] = cty.UnknownVal(a.typ)
		}
	}
	long := content.blocks.OfType("axis")
	for _, a := range inOrder(content.attrs) {
		for len(long) > 0 && long[0].DefRange.Start.Byte < a.NameRange.Start.Byte {
			d.longAxis(long[0], outer, add)
			long = long[1:]
		}
		add(a.Name, "", a.NameRange, a.Expr, outer)
	}
	for _, b := range long {
		d.longAxis(b, outer, add)
	}
	return axes
}

func (d *decoder) longAxis(b *block, outer *scope, add func(name, label string, rng hcl.Range, expr hcl.Expression, sc *scope)) {
	v := d.read(b, axisSchema, outer)
	label := ""
	v.str("label", &label)
	if clean(label) != label {
		d.errorAt(v.rangeOf("label"), "Invalid value", fmt.Sprintf("%q can't be a label: use letters, digits and -, since it becomes part of names of files.", label))
	}
	var values hcl.Expression
	if a, ok := v.attrs["values"]; ok {
		values = a.Expr
	}
	add(b.Labels[0], label, b.LabelRanges[0], values, b.within(outer))
}

// axis decodes the values of one axis; nil where it has a mistake.
func (d *decoder) axis(name, label string, rng hcl.Range, expr hcl.Expression, outer *scope) *Axis {
	val, diags := outer.value(expr)
	d.diags = append(d.diags, diags...)
	if diags.HasErrors() {
		return nil
	}
	t := val.Type()
	switch {
	case val.ContainsMarked():
		d.errorAt(expr.Range(), sensitiveHere, "The values of an axis are written to records and reports, and one of these is sensitive.")
		return nil
	case !val.IsWhollyKnown():
		return nil // a mistake elsewhere, told there
	case val.IsNull() || !isSequence(t):
		d.errorAt(expr.Range(), "Wrong type", fmt.Sprintf("An axis is a list of values, as [256, 512, 1024], and this is %s.", friendly(t)))
		return nil
	case val.LengthInt() == 0:
		d.errorAt(expr.Range(), "Empty axis", fmt.Sprintf("The axis %q has no value, so the matrix has no configuration. Give it at least one, or take the axis out.", name))
		return nil
	case val.LengthInt() > maxCells:
		d.errorAt(expr.Range(), "Matrix too large", fmt.Sprintf("The axis %q has %d values, and a matrix has at most %d configurations. Take values out, or split the experiment.", name, val.LengthInt(), maxCells))
		return nil
	}
	out := &Axis{Name: name, Label: axisLabel(name, label), Range: rng}
	seen := map[any]bool{}
	i := 0
	for it := val.ElementIterator(); it.Next(); i++ {
		_, v := it.Element()
		c, detail := level(name, v)
		if detail == "" && seen[c.plain] {
			detail = fmt.Sprintf("The axis %q has %v twice.", name, c.plain)
		}
		if detail != "" {
			d.errorAt(element(expr, i).Range(), "Invalid value", detail)
			return nil
		}
		seen[c.plain] = true
		out.cells = append(out.cells, c)
		out.Values = append(out.Values, c.plain)
	}
	out.typ = sharedType(out.cells)
	out.encode()
	return out
}

// level takes a value of an axis, or says what is wrong with it.
func level(axis string, v cty.Value) (cell, string) {
	plain := Plain(v)
	if v.Type().IsObjectType() {
		if name, ok := nameIn(v); ok {
			return cell{value: v, plain: name}, ""
		}
		what := "has none"
		if v.Type().HasAttribute("name") {
			what = "has one that is no text, or an empty one"
		}
		return cell{}, fmt.Sprintf("An object on an axis needs a name, which stands for it in names and tables, and this one of %q %s. Write it as { name = \"large\", … }.", axis, what)
	}
	what := unfit(v, false)
	switch plain.(type) {
	case string, bool, int64, float64:
		if what == "" || v.Type().IsCapsuleType() {
			return cell{value: v, plain: plain}, ""
		}
	}
	return cell{}, fmt.Sprintf("The values of an axis are numbers, strings, bools, references or objects with a name, and this one of %q is %s.", axis, cmp.Or(what, friendly(v.Type())))
}

// nameIn gives the name of an object.
func nameIn(v cty.Value) (string, bool) {
	if !v.Type().IsObjectType() || !v.Type().HasAttribute("name") || v.IsNull() || !v.IsKnown() {
		return "", false
	}
	name := v.GetAttr("name")
	if name.Type() != cty.String || !isGiven(name) || name.AsString() == "" {
		return "", false
	}
	return name.AsString(), true
}

func sharedType(cells []cell) cty.Type {
	t := cells[0].value.Type()
	for _, c := range cells {
		if !c.value.Type().Equals(t) {
			return cty.DynamicPseudoType
		}
	}
	return t
}
