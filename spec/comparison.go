package spec

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// A Comparison sets two sources side by side.
type Comparison struct {
	Ref
	Left, Right Ref
	PairBy      []string // factors; none: those that both sides have
	Range       hcl.Range
}

func (d *decoder) comparison(b *block) {
	v := d.read(b, comparisonSchema, d.scope)
	out := &Comparison{Ref: b.ref(), Range: b.DefRange}
	v.ref("left", &out.Left)
	v.ref("right", &out.Right)
	v.strs("pair_by", &out.PairBy)
	if out.Left == out.Right && out.Left.Block != "" {
		d.errorAt(v.rangeOf("right"), "Repeated value", fmt.Sprintf("%s is on both sides, and nothing differs from itself. Name another source.", out.Right.Address()))
	}
	for i, factor := range out.PairBy {
		d.knownFactor(out, factor, v.elementRange("pair_by", i))
	}
	d.results[out.Ref] = cty.DynamicPseudoType
	d.module.Comparisons = append(d.module.Comparisons, out)
}

// knownFactor checks that both sides of a comparison have a factor.
func (d *decoder) knownFactor(c *Comparison, factor string, at hcl.Range) {
	var lack, names []string
	for _, side := range []Ref{c.Left, c.Right} {
		t := d.sourceFactors(side)
		if t.IsObjectType() && !t.HasAttribute(factor) {
			lack, names = append(lack, side.Address()), append(names, attributesOf(t)...)
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	if len(lack) == 0 {
		return
	}
	who := lack[0] + " has no factor"
	if len(lack) > 1 {
		who = fmt.Sprintf("Neither %s nor %s has a factor", lack[0], lack[1])
	}
	detail := fmt.Sprintf("%s %q.%s", who, factor, didYouMean(factor, names, ""))
	if len(names) == 0 {
		detail = fmt.Sprintf("%s %q: there are no factors on that side to match rows by.", who, factor)
	}
	d.errorAt(at, "Unknown factor", detail)
}

func attributesOf(t cty.Type) []string {
	var names []string
	for name := range t.AttributeTypes() {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
