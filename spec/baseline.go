package spec

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"
)

// A Baseline is what configurations are compared with.
type Baseline struct {
	Name   string
	Paired bool
	Range  hcl.Range

	options setting
}

func (d *decoder) baseline(b *block, out *Experiment, outer *scope) {
	name := b.Labels[0]
	if !d.validName(name, b.LabelRanges[0]) {
		return
	}
	if i := slices.IndexFunc(out.Baselines, func(o *Baseline) bool { return o.Name == name }); i >= 0 {
		d.errorAt(b.LabelRanges[0], "Duplicate name", fmt.Sprintf("baseline %q is at %s already. Give one of them another name.", name, at(out.Baselines[i].Range)))
		return
	}
	base := &Baseline{Name: name, Range: b.DefRange}
	inner := d.scope.without("a baseline is measured once, not for each configuration; add paired = true to measure it beside every one", "matrix")
	v := d.open(b, baselineSchema, outer)
	if v.isTrue("paired", outer) {
		base.Paired, inner = true, out.scope
	} else {
		d.mustNotVary(b, out)
	}
	v.settle(inner, inner)
	base.options = v.setting("options")
	out.Baselines = append(out.Baselines, base)
}

// isTrue looks ahead: what else may stand in the block depends on it.
func (v *values) isTrue(name string, sc *scope) bool {
	a, ok := v.attrs[name]
	if !ok {
		return false
	}
	of, _ := v.schema.attr(name)
	val, diags := of.evaluate(a.Expr, v.block.within(sc)) // told when the block is read
	return !diags.HasErrors() && isTrue(val)
}

// mustNotVary refuses a baseline that is measured once where something beside the options varies along the matrix.
func (d *decoder) mustNotVary(b *block, out *Experiment) {
	for _, s := range out.varying {
		if s.attr.name == "options" || !s.varies {
			continue // a baseline has its own; and what only waits for results is the same for all
		}
		d.errorAt(b.LabelRanges[0], "Baseline must be paired", fmt.Sprintf("%q varies along the matrix (%s), so there is no one baseline for all configurations. Add paired = true to measure it beside every one.", s.attr.name, at(s.expr.Range())))
		return
	}
}
