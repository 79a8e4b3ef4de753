package spec

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// A block is one that stands in a file, or an instance that for_each or dynamic has made of it.
type block struct {
	*hcl.Block
	key  string               // of an instance of for_each
	from *hcl.Block           // that holds the body, where dynamic has made it; else nil
	vars map[string]cty.Value // names that only this body knows: each, and the iterators of the dynamic blocks around it
}

type blocks []*block

// OfType gives the blocks of a type, in their order.
func (bs blocks) OfType(name string) blocks {
	var out blocks
	for _, b := range bs {
		if b.Type == name {
			out = append(out, b)
		}
	}
	return out
}

// within gives the scope of what stands in the body.
func (b *block) within(sc *scope) *scope {
	if len(b.vars) == 0 {
		return sc
	}
	inner := sc.with(b.vars)
	inner.instance = true
	return inner
}

// bodyRange gives the place of the header of the body.
func (b *block) bodyRange() hcl.Range {
	if b.from != nil {
		return b.from.DefRange
	}
	return b.DefRange
}

// name is the last label.
func (b *block) name() string { return b.Labels[len(b.Labels)-1] }

// nameRange gives the place of the name.
func (b *block) nameRange() hcl.Range { return b.LabelRanges[len(b.LabelRanges)-1] }

// ref is how other blocks refer to this one.
func (b *block) ref() Ref {
	r := Ref{Block: b.Type, Name: b.name(), Key: b.key}
	if len(b.Labels) == 2 {
		r.Kind = b.Labels[0]
	}
	return r
}
