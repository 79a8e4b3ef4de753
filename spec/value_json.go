package spec

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// A JSONValue is a value for programs. What is sensitive or not known is null in it, and said to be there.
type JSONValue struct {
	Type      string `json:"type"`                // as a variable's: list(number); any: of an object or a tuple that is sensitive
	Value     any    `json:"value"`               // a reference is its address
	Sensitive bool   `json:"sensitive,omitempty"` // of the value or a part of it
	Unknown   bool   `json:"unknown,omitempty"`
}

// NewJSONValue gives a value as JSON.
func NewJSONValue(v cty.Value) JSONValue {
	out := JSONValue{Type: typeText(disclosed(v))}
	out.Value = out.plain(v)
	return out
}

func (j *JSONValue) plain(v cty.Value) any {
	t := v.Type()
	r, isRef := asRef(unmarked(v))
	switch {
	case v.IsMarked():
		j.Sensitive = true
	case !v.IsKnown():
		j.Unknown = true
	case v.IsNull():
	case t == cty.String:
		return v.AsString()
	case t == cty.Bool:
		return v.True()
	case t == cty.Number:
		return json.Number(numberText(v.AsBigFloat()))
	case isRef:
		return r.Address()
	case t.IsObjectType() || t.IsMapType():
		out := map[string]any{}
		for it := v.ElementIterator(); it.Next(); {
			key, e := it.Element()
			out[key.AsString()] = j.plain(e)
		}
		return out
	case v.CanIterateElements():
		out := []any{}
		for it := v.ElementIterator(); it.Next(); {
			_, e := it.Element()
			out = append(out, j.plain(e))
		}
		return out
	}
	return nil
}

// typeText writes a type as a variable's is written. That of a reference is the block that it is to: agent.
func typeText(t cty.Type) string {
	switch {
	case t == cty.DynamicPseudoType:
		return "any"
	case t == cty.Number || t == cty.String || t == cty.Bool || t.IsCapsuleType():
		return t.FriendlyName()
	case t.IsListType():
		return "list(" + typeText(t.ElementType()) + ")"
	case t.IsSetType():
		return "set(" + typeText(t.ElementType()) + ")"
	case t.IsMapType():
		return "map(" + typeText(t.ElementType()) + ")"
	case t.IsTupleType():
		var parts []string
		for _, e := range t.TupleElementTypes() {
			parts = append(parts, typeText(e))
		}
		return "tuple([" + strings.Join(parts, ", ") + "])"
	}
	attrs := t.AttributeTypes()
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(attrs)) {
		parts = append(parts, keyText(name)+" = "+typeText(attrs[name]))
	}
	return "object({ " + strings.Join(parts, ", ") + " })"
}
