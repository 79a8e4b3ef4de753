package spec

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// forEach is the attribute by which a block with a name is repeated.
var forEach = attr{name: "for_each", kind: kExpr, doc: "a map, an object, or a list or set of strings, numbers or references: an instance is made of each element, `each.key` and `each.value` to the body, `[\"KEY\"]` in references"}

// An item is an element of what a for_each goes through.
type item struct{ key, value cty.Value }

// items evaluates a for_each; false where it is not known, which has been told.
func (d *decoder) items(expr hcl.Expression, sc *scope) ([]item, bool) {
	val, diags := sc.value(expr)
	d.diags = append(d.diags, diags...)
	if diags.HasErrors() {
		return nil, false
	}
	return d.itemsOf(val, expr)
}

// itemsOf takes the value of a for_each apart. A map's elements come in the order of their keys.
func (d *decoder) itemsOf(val cty.Value, expr hcl.Expression) ([]item, bool) {
	t := val.Type()
	switch {
	case val.IsMarked():
		d.errorAt(expr.Range(), sensitiveHere, "What \"for_each\" goes through decides which blocks there are, which a plan shows, and this value is sensitive.")
	case val.IsNull(), t != cty.DynamicPseudoType && !isSequence(t) && !t.IsMapType() && !t.IsObjectType():
		d.errorAt(expr.Range(), "Wrong type", fmt.Sprintf("\"for_each\" must be a map, an object, a list or a set, and this is %s.", described(val)))
	case !val.IsKnown(): // a mistake elsewhere, told there
	case val.LengthInt() > maxInstances:
		d.errorAt(expr.Range(), "Too many blocks", fmt.Sprintf("\"for_each\" goes through %d elements, and at most %d blocks are made of one. Make a matrix of them.", val.LengthInt(), maxInstances))
	default:
		items := make([]item, 0, val.LengthInt())
		for it := val.ElementIterator(); it.Next(); {
			k, v := it.Element()
			if t.IsSetType() {
				k = v
			}
			items = append(items, item{k, v})
		}
		return items, true
	}
	return nil, false
}

// instances makes the blocks that a block with for_each stands for; false where they are not known.
func (d *decoder) instances(b *block, val cty.Value, expr hcl.Expression) (blocks, bool) {
	items, ok := d.itemsOf(val, expr)
	if !ok {
		return nil, false
	}
	var out blocks
	seen := map[string]bool{}
	for i, it := range items {
		key, ok := d.instanceKey(it, val.Type(), expr, i)
		if !ok {
			return nil, false
		}
		if seen[key] {
			d.errorAt(element(expr, i).Range(), "Repeated value", fmt.Sprintf("\"for_each\" has %q twice, and each instance needs a key of its own.", key))
			return nil, false
		}
		seen[key] = true
		each := cty.ObjectVal(map[string]cty.Value{"key": cty.StringVal(key), "value": it.value})
		out = append(out, &block{Block: b.Block, key: key, vars: map[string]cty.Value{"each": each}})
	}
	return out, true
}

// instanceKey gives the key of an instance: that of a map's element, or the element of a list or set itself.
func (d *decoder) instanceKey(it item, of cty.Type, expr hcl.Expression, i int) (string, bool) {
	key := it.key
	if !of.IsMapType() && !of.IsObjectType() {
		if key = it.value; key.ContainsMarked() {
			d.errorAt(element(expr, i).Range(), sensitiveHere, "An element of a list becomes the key of an instance, which records and plans show, and this one is sensitive.")
			return "", false
		}
	}
	if r, ok := asRef(key); ok {
		return joined(r.Name, r.Key), true
	}
	text, err := convertTo(key, cty.String)
	detail := ""
	switch {
	case err == nil && !key.IsKnown():
		return "", false // a mistake elsewhere
	case err != nil || text.IsNull() || key.Type() == cty.Bool:
		detail = "The elements of a list that \"for_each\" goes through are strings, numbers or references, since they become keys. For other values use a map: { KEY = VALUE }."
	case text.AsString() == "":
		detail = "A key that \"for_each\" goes through is empty, and it becomes part of names. Give it some letters."
	case len(text.AsString()) > maxIdentifier || strings.ContainsFunc(text.AsString(), unprintable):
		shown := text.AsString()
		if len(shown) > longest {
			shown = cut(shown, longest)
		}
		detail = fmt.Sprintf("A key of \"for_each\" is at most %d bytes that can be printed, since it becomes part of names, and this one is %q.", maxIdentifier, shown)
	default:
		return text.AsString(), true
	}
	at := element(expr, i)
	if of.IsObjectType() || of.IsMapType() {
		at = keyOf(expr, it.key)
	}
	d.errorAt(at.Range(), "Invalid value", detail)
	return "", false
}

func unprintable(r rune) bool { return !unicode.IsPrint(r) }

// joined writes a name and a key as one.
func joined(name, key string) string {
	if key == "" {
		return name
	}
	return name + "-" + key
}
