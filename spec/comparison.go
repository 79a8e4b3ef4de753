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
		for _, side := range []Ref{out.Left, out.Right} {
			d.knownFactor(side, factor, v.elementRange("pair_by", i))
		}
	}
	d.results[out.Ref] = cty.DynamicPseudoType
	d.module.Comparisons = append(d.module.Comparisons, out)
}

// knownFactor checks that a source of rows has a factor.
func (d *decoder) knownFactor(source Ref, factor string, at hcl.Range) {
	t := d.sourceFactors(source)
	if !t.IsObjectType() || t.HasAttribute(factor) {
		return
	}
	names := attributesOf(t)
	detail := fmt.Sprintf("%s has no factor %q.%s", source.Address(), factor, didYouMean(factor, names, ""))
	if len(names) == 0 {
		detail = fmt.Sprintf("%s has no factors, so its rows can't be matched by %q.", source.Address(), factor)
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
