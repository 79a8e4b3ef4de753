package spec

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// A declaration is a block that can be referred to, with what a reference to it gives: unknown until its for_each is.
type declaration struct {
	block   *block
	address string
	value   cty.Value
	forEach hcl.Expression // nil: it is one block
}

// declare collects every name that can be referred to, so that blocks may stand in any order.
func (d *decoder) declare(all blocks) {
	for _, b := range all {
		if len(b.Labels) == 0 {
			continue
		}
		d.declared[b] = d.knownKind(b) && d.declareName(b)
		if !d.declared[b] || !isNamed(b.Type) {
			continue
		}
		decl := &declaration{block: b, address: b.ref().Address(), value: cty.DynamicVal, forEach: forEachOf(b)}
		switch {
		case slices.Contains(d.cutFrom(b), forEach.name):
			d.declared[b] = false // nobody knows for what it stands
		case decl.forEach == nil && refTypes[b.Type] != cty.NilType:
			decl.value = refVal(b.ref())
		}
		d.declarations[b.Type] = append(d.declarations[b.Type], decl)
	}
	for sort := range refTypes {
		d.know(sort, d.references(sort))
	}
}

// isNamed says whether blocks of a type have an address, and may have for_each. Variables and functions are not referred to by a
// typed value.
func isNamed(block string) bool {
	return refTypes[block] != cty.NilType || block == "check" || block == "report"
}

// forEachOf looks ahead: what a name stands for depends on it.
func forEachOf(b *block) hcl.Expression {
	content, _, _ := b.Body.PartialContent(&hcl.BodySchema{Attributes: []hcl.AttributeSchema{{Name: forEach.name}}})
	if a, ok := content.Attributes[forEach.name]; ok {
		return a.Expr
	}
	return nil
}

// references gives the object that stands for all blocks of a type: by name, and by kind first where there are kinds.
func (d *decoder) references(sort string) cty.Value {
	names := map[string]cty.Value{}
	kinds := map[string]map[string]cty.Value{}
	for _, decl := range d.declarations[sort] {
		if labels := decl.block.Labels; len(labels) == 1 {
			names[labels[0]] = decl.value
		} else if kinds[labels[0]] == nil {
			kinds[labels[0]] = map[string]cty.Value{labels[1]: decl.value}
		} else {
			kinds[labels[0]][labels[1]] = decl.value
		}
	}
	for kind, inner := range kinds {
		names[kind] = cty.ObjectVal(inner)
	}
	return cty.ObjectVal(names)
}

// instancesOf gives a declared block, or those that its for_each makes of it.
func (d *decoder) instancesOf(b *block) blocks {
	if made, repeated := d.made[b]; repeated {
		return made
	}
	return blocks{b}
}

// knownKind checks the kind of a server or a target.
func (d *decoder) knownKind(b *block) bool {
	var schemas map[string]*schema
	for _, n := range rootSchema.blocks {
		if n.name == b.Type {
			schemas = n.kinds
		}
	}
	if schemas == nil || schemas[b.Labels[0]] != nil {
		return true
	}
	kind := b.Labels[0]
	d.loosen(b.Type)
	d.errorAt(b.LabelRanges[0], "Unknown kind of "+b.Type, fmt.Sprintf("There is no kind of %s %q.%s", b.Type, kind, didYouMean(kind, slices.Collect(maps.Keys(schemas)), "")))
	return false
}

// declareName notes where a block is, and refuses a name that is taken or can't be written as a reference.
func (d *decoder) declareName(b *block) bool {
	if !d.validName(b.name(), b.nameRange()) {
		d.loosen(b.Type)
		return false
	}
	address := b.ref().Address()
	if b.Type == "variable" {
		address = "var." + b.name()
	}
	if first, taken := d.places[address]; taken {
		d.errorAt(b.nameRange(), "Duplicate name", fmt.Sprintf("%s is declared at %s already. Give one of them another name.", address, at(first)))
		return false
	}
	d.places[address] = b.DefRange
	return true
}

// validName refuses a name that could not be written in a reference or in an address.
func (d *decoder) validName(name string, rng hcl.Range) bool {
	if isName(name) {
		return true
	}
	d.errorAt(rng, "Invalid name", fmt.Sprintf("%q can't be a name: begin with a letter, and use letters, digits, _ and -, at most %d.", name, maxIdentifier))
	return false
}

func isName(s string) bool {
	for i, r := range s {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '_'
		if !letter && (i == 0 || (r < '0' || r > '9') && r != '-') {
			return false
		}
	}
	return s != "" && len(s) <= maxIdentifier
}

// loosen makes the sorts of names of which not all could be declared unknown, so that a mistake in a header is not followed by
// one for every reference to that block.
func (d *decoder) loosen(block string) {
	switch block {
	case "variable":
		d.loose["var"] = true
	case "locals":
		d.loose["local"] = true
	default:
		d.loose[block] = true
	}
}

// know sets what a name stands for.
func (d *decoder) know(root string, v cty.Value) {
	if d.loose[root] {
		v = cty.DynamicVal
	}
	d.scope.ctx.Variables[root] = v
}

// addressOf gives the address that a reference names; one that lies above it where it stops short of a name.
func addressOf(t hcl.Traversal) string {
	address := t.RootName()
	for i := range sorts[address].parts {
		name, ok := second(t[i:])
		if !ok {
			break
		}
		address += "." + name
	}
	return address
}

// addressed gives the declarations that a reference may mean: one, or all that lie under it where it stops short of a name.
func addressed(t hcl.Traversal, among []*declaration) []*declaration {
	var out []*declaration
	want := addressOf(t)
	below := want + "."
	for _, decl := range among {
		if decl.address == want || strings.HasPrefix(decl.address, below) {
			out = append(out, decl)
		}
	}
	return out
}
