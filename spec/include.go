package spec

import (
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// included is a configuration beside those of the axes.
type included struct {
	cells []cell // in the order of the axes
	rng   hcl.Range
}

// include decodes one more configuration. It names each axis once.
func (d *decoder) include(b *block, e *Experiment, known map[string]cty.Value, outer *scope) {
	body := d.content(b, includeSchema, outer)
	attrs := body.attrs
	names := slices.Collect(maps.Keys(known))
	var unknown []string
	for _, a := range inOrder(attrs) {
		if _, ok := known[a.Name]; !ok {
			unknown = append(unknown, nearest(a.Name, names))
			d.errorAt(a.NameRange, "Unknown axis", fmt.Sprintf("The matrix has no axis %q.%s", a.Name, didYouMean(a.Name, names, "")))
		}
	}
	out := included{rng: b.DefRange}
	var missing []string
	for _, axis := range e.Axes {
		a, ok := attrs[axis.Name]
		switch {
		case ok:
			if c, ok := d.includedLevel(a, axis, b.within(outer)); ok {
				out.cells = append(out.cells, c)
			}
		case !slices.Contains(unknown, axis.Name) && !slices.Contains(body.unread, axis.Name):
			missing = append(missing, axis.Name)
		}
	}
	if len(missing) > 0 {
		verb := "is"
		if len(missing) > 1 {
			verb = "are"
		}
		d.errorAt(b.DefRange, "Incomplete include", fmt.Sprintf("An include names every axis, and %s %s missing.", enumerate(quoted(missing), "and"), verb))
	}
	if len(out.cells) < len(e.Axes) {
		return
	}
	if e.first == nil {
		e.first = map[string]int{}
	}
	name := configurationName(e.Axes, e.included(out).cells)
	if _, repeated := e.first[name]; !repeated {
		e.first[name] = len(e.include)
	}
	e.include = append(e.include, out)
}

func (d *decoder) includedLevel(a *hcl.Attribute, axis *Axis, outer *scope) (cell, bool) {
	val, diags := outer.value(a.Expr)
	d.diags = append(d.diags, diags...)
	if diags.HasErrors() || !val.IsWhollyKnown() {
		return cell{}, false
	}
	if val.ContainsMarked() {
		d.errorAt(a.Expr.Range(), sensitiveHere, "The values of an axis are written to records and reports, and this one is sensitive.")
		return cell{}, false
	}
	if t := axis.typ; t != cty.DynamicPseudoType {
		converted, err := convert.Convert(val, t)
		if err != nil || converted.IsNull() {
			d.errorAt(a.Expr.Range(), "Wrong type", fmt.Sprintf("The values of the axis %q are each %s, and this is %s.", axis.Name, friendly(t), friendly(val.Type())))
			return cell{}, false
		}
		val = converted
	}
	c, detail := level(axis.Name, val)
	if detail != "" {
		d.errorAt(a.Expr.Range(), "Invalid value", detail)
		return cell{}, false
	}
	return axis.cellOf(c), true
}
