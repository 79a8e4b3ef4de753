package spec

import (
	"fmt"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// lengthFunc is stdlib's for collections, and counts the characters of a string, as Terraform's does.
var lengthFunc = function.New(&function.Spec{
	Description: "Returns the number of elements of the given list, map, set or object, or of characters of the given string.",
	Params:      []function.Parameter{{Name: "value", Type: cty.DynamicPseudoType, AllowDynamicType: true, AllowUnknown: true, AllowMarked: true}},
	Type:        function.StaticReturnType(cty.Number),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		v, marks := args[0].Unmark()
		switch t := v.Type(); {
		case !v.IsKnown() || t == cty.DynamicPseudoType:
			return cty.UnknownVal(cty.Number).WithMarks(marks), nil
		case t == cty.String:
			n, err := stdlib.Strlen(v)
			return n.WithMarks(marks), err
		case t.IsObjectType():
			return cty.NumberIntVal(int64(len(t.AttributeTypes()))).WithMarks(marks), nil
		default:
			n, err := stdlib.Length(v)
			if err != nil {
				return cty.NilVal, err
			}
			return n.WithMarks(marks), nil
		}
	},
})

func everyBool(stop bool, doc string) function.Function {
	return function.New(&function.Spec{
		Description: doc,
		Params:      []function.Parameter{{Name: "list", Type: cty.List(cty.Bool)}},
		Type:        function.StaticReturnType(cty.Bool),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			for it := args[0].ElementIterator(); it.Next(); {
				_, v := it.Element()
				if !v.IsKnown() {
					return cty.UnknownVal(cty.Bool), nil
				}
				if !v.IsNull() && v.True() == stop {
					return cty.BoolVal(stop), nil
				}
			}
			return cty.BoolVal(!stop), nil
		},
	})
}

var (
	allTrueFunc = everyBool(false, "Returns true if no element of the given list is false.")
	anyTrueFunc = everyBool(true, "Returns true if an element of the given list is true.")
)

var sumFunc = function.New(&function.Spec{
	Description: "Returns the sum of the given list of numbers.",
	Params:      []function.Parameter{{Name: "list", Type: cty.List(cty.Number)}},
	Type:        function.StaticReturnType(cty.Number),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		total := cty.Zero
		for it := args[0].ElementIterator(); it.Next(); {
			_, v := it.Element()
			if v.IsNull() {
				return cty.NilVal, function.NewArgErrorf(0, "an element is null")
			}
			total = total.Add(v)
		}
		return total, nil
	},
})

// maxRange bounds range(): each value takes some 100 bytes.
const maxRange = 100_000

// rangeFunc is range(n), range(from, to) and range(from, to, step). Unlike go-cty's it goes beyond 1024 values.
var rangeFunc = function.New(&function.Spec{
	Description: "Returns the numbers from the first limit (0 where left out) up to the second, which is not among them, in steps of the third (1 where left out).",
	VarParam:    &function.Parameter{Name: "limits", Type: cty.Number},
	Type:        function.StaticReturnType(cty.List(cty.Number)),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		from, step := cty.Zero, cty.NumberIntVal(1)
		var to cty.Value
		switch len(args) {
		case 1:
			to = args[0]
		case 2:
			from, to = args[0], args[1]
		case 3:
			from, to, step = args[0], args[1], args[2]
		default:
			return cty.NilVal, fmt.Errorf("give one to three numbers: range(to), range(from, to) or range(from, to, step)")
		}
		down := step.LessThan(cty.Zero).True()
		if step.RawEquals(cty.Zero) {
			return cty.NilVal, function.NewArgErrorf(2, "a step of 0 never arrives")
		}
		var list []cty.Value
		for v := from; down && v.GreaterThan(to).True() || !down && v.LessThan(to).True(); v = v.Add(step) {
			if len(list) == maxRange {
				return cty.NilVal, fmt.Errorf("more than %d values", maxRange)
			}
			list = append(list, v)
		}
		if len(list) == 0 {
			return cty.ListValEmpty(cty.Number), nil
		}
		return cty.ListVal(list), nil
	},
})
