package spec

import (
	"slices"
	"sync"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
)

// Where a function takes a list, HCL converts a tuple to one, and compares the type of each element with that of every other:
// minutes and gigabytes for the 100 000 elements that a loop may give. So a long argument is converted beforehand, to the same.

// longArgument is from how many elements on that is done.
const longArgument = 100

// parameters gives the type that each function of the language wants for an argument, by its place.
var parameters = sync.OnceValue(func() map[string]func(i int) cty.Type {
	all := map[string]func(int) cty.Type{}
	for name, f := range functions(&files{}) {
		all[name] = func(i int) cty.Type { return parameter(f, i) }
	}
	for name, want := range map[string]cty.Type{"tolist": cty.List(cty.DynamicPseudoType), "toset": cty.List(cty.DynamicPseudoType), "tomap": cty.Map(cty.DynamicPseudoType), "tostring": cty.String} {
		all[name] = func(int) cty.Type { return want } // they take anything, and convert it themselves
	}
	return all
})

func parameter(f function.Function, i int) cty.Type {
	switch params := f.Params(); {
	case i < len(params):
		return params[i].Type
	case f.VarParam() != nil:
		return f.VarParam().Type
	}
	return cty.DynamicPseudoType
}

// unifyArguments lets the arguments of a call that are converted to collections have one type beforehand.
func unifyArguments(call *hclsyntax.FunctionCallExpr) {
	wants, ok := parameters()[call.Name]
	if !ok {
		return
	}
	for i, arg := range call.Args {
		if call.ExpandFinal && i == len(call.Args)-1 {
			break // its elements are the arguments
		}
		want := wants(i)
		if want.IsCollectionType() || want == cty.String {
			call.Args[i] = &unifiedExpr{&hclsyntax.ParenthesesExpr{Expression: arg, SrcRange: arg.Range()}, want}
		}
	}
}

// A unifiedExpr is an argument that is going to be converted to a text or a collection.
type unifiedExpr struct {
	*hclsyntax.ParenthesesExpr
	want cty.Type
}

// StartRange is what a mistake in the argument points at.
func (e *unifiedExpr) StartRange() hcl.Range { return e.Expression.StartRange() }

// Value gives the value of the argument.
func (e *unifiedExpr) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	v, diags := e.Expression.Value(ctx)
	if diags.HasErrors() {
		return v, diags
	}
	return beforehand(v, e.want), diags
}

// beforehand does what a conversion would do badly: it gives a long list one type, and writes numbers where texts are wanted.
func beforehand(v cty.Value, want cty.Type) cty.Value {
	switch {
	case want == cty.String:
		return asText(v)
	case !want.IsCollectionType():
		return v
	case want.ElementType() == cty.String:
		v = textElements(v)
	}
	bare, marks := v.Unmark()
	return oneType(bare, want).WithMarks(marks)
}

// convertTo converts a value, in a time that grows as its elements do.
func convertTo(v cty.Value, want cty.Type) (cty.Value, error) {
	return convert.Convert(beforehand(v, want), want)
}

// isSequence says whether values of a type have elements without names: a list, a set or a tuple.
func isSequence(t cty.Type) bool { return t.IsTupleType() || t.IsListType() || t.IsSetType() }

// oneType makes a long tuple a list, and a large object a map, where a collection is wanted. Of one that can't be converted it
// gives as much as it takes for the conversion to fail.
func oneType(v cty.Value, want cty.Type) cty.Value {
	t := v.Type()
	if v.IsNull() || !v.IsKnown() || !(t.IsTupleType() && !want.IsMapType() || t.IsObjectType() && want.IsMapType()) || v.LengthInt() < longArgument {
		return v
	}
	var keys []string
	var elements []cty.Value
	for it := v.ElementIterator(); it.Next(); {
		key, e := it.Element()
		if t.IsObjectType() {
			keys = append(keys, key.AsString())
		}
		elements = append(elements, e)
	}
	common := want.ElementType()
	if common == cty.DynamicPseudoType {
		var different []cty.Value
		if common, different = commonType(elements); common == cty.NilType {
			return cty.TupleVal(different)
		}
	}
	if common.HasDynamicTypes() {
		return v
	}
	for i, e := range elements {
		converted, err := convert.Convert(e, common)
		if err != nil || !converted.Type().Equals(common) {
			return v // the conversion fails as early, or is not needed
		}
		elements[i] = converted
	}
	if keys == nil {
		return cty.ListVal(elements)
	}
	byKey := map[string]cty.Value{}
	for i, key := range keys {
		byKey[key] = elements[i]
	}
	return cty.MapVal(byKey)
}

// commonType gives the type that all elements can have, and one element of each type; the first is cty.NilType where there is none.
func commonType(elements []cty.Value) (cty.Type, []cty.Value) {
	var different []cty.Value
	var types []cty.Type
	for _, e := range elements {
		if slices.ContainsFunc(types, e.Type().Equals) {
			continue
		}
		different, types = append(different, e), append(types, e.Type())
		if len(types) == longArgument { // taken together, they are one type again
			together, _ := convert.UnifyUnsafe(types)
			if together == cty.NilType {
				return cty.NilType, different
			}
			types, different = []cty.Type{together}, different[:1]
		}
	}
	common, _ := convert.UnifyUnsafe(types)
	return common, different
}
