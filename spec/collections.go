package spec

import (
	"errors"
	"fmt"
	"slices"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// lengthFunc is stdlib's for collections, and counts the characters of a string, as Terraform's does.
var lengthFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "value", Type: cty.DynamicPseudoType, AllowDynamicType: true, AllowUnknown: true, AllowMarked: true}},
	Type:   function.StaticReturnType(cty.Number),
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

func everyBool(stop bool) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "list", Type: cty.List(cty.Bool)}},
		Type:   function.StaticReturnType(cty.Bool),
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
	allTrueFunc = everyBool(false)
	anyTrueFunc = everyBool(true)
)

var sumFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "list", Type: cty.List(cty.Number)}},
	Type:   function.StaticReturnType(cty.Number),
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

// coalesceFunc passes over empty texts as well as over null, as Terraform does.
var coalesceFunc = function.New(&function.Spec{
	VarParam: &function.Parameter{Name: "vals", Type: cty.DynamicPseudoType, AllowUnknown: true, AllowDynamicType: true, AllowNull: true},
	Type: func(args []cty.Value) (cty.Type, error) {
		types := make([]cty.Type, len(args))
		for i, v := range args {
			types[i] = v.Type()
		}
		t, _ := convert.UnifyUnsafe(types)
		if t == cty.NilType {
			return cty.NilType, errors.New("all values must be of one type")
		}
		return t, nil
	},
	Impl: func(args []cty.Value, t cty.Type) (cty.Value, error) {
		for _, v := range args {
			converted, err := convert.Convert(v, t)
			switch {
			case err != nil:
				return cty.NilVal, err
			case !converted.IsKnown():
				return cty.UnknownVal(t), nil
			case !converted.IsNull() && (t != cty.String || converted.AsString() != ""):
				return converted, nil
			}
		}
		return cty.NilVal, errors.New("every value is null or an empty text")
	},
})

// rangeFunc is range(n), range(from, to) and range(from, to, step). Unlike go-cty's it goes beyond 1024 values.
var rangeFunc = function.New(&function.Spec{
	VarParam: &function.Parameter{Name: "limits", Type: cty.Number},
	Type:     function.StaticReturnType(cty.List(cty.Number)),
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
			return cty.NilVal, errors.New("give one to three numbers: range(to), range(from, to) or range(from, to, step)")
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
		return listOf(cty.Number, list), nil
	},
})

// listOf makes a list, which may be empty.
func listOf(t cty.Type, elements []cty.Value) cty.Value {
	if len(elements) == 0 {
		return cty.ListValEmpty(t)
	}
	return cty.ListVal(elements)
}

var indexFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "list", Type: cty.DynamicPseudoType}, {Name: "value", Type: cty.DynamicPseudoType, AllowNull: true}},
	Type:   function.StaticReturnType(cty.Number),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		if t := args[0].Type(); !t.IsListType() && !t.IsTupleType() {
			return cty.NilVal, function.NewArgErrorf(0, "this must be a list")
		}
		i := int64(0)
		for it := args[0].ElementIterator(); it.Next(); i++ {
			_, v := it.Element()
			same := v.Equals(args[1])
			if !same.IsKnown() {
				return cty.UnknownVal(cty.Number), nil
			}
			if same.True() {
				return cty.NumberIntVal(i), nil
			}
		}
		return cty.NilVal, function.NewArgErrorf(1, "the list has no such element")
	},
})

var oneFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "list", Type: cty.DynamicPseudoType}},
	Type: func(args []cty.Value) (cty.Type, error) {
		switch t := args[0].Type(); {
		case t.IsListType() || t.IsSetType():
			return t.ElementType(), nil
		case !t.IsTupleType():
			return cty.NilType, function.NewArgErrorf(0, "this must be a list or a set")
		case t.Length() == 0:
			return cty.DynamicPseudoType, nil
		case t.Length() == 1:
			return t.TupleElementType(0), nil
		default:
			return cty.NilType, notOne(t.Length())
		}
	},
	Impl: func(args []cty.Value, t cty.Type) (cty.Value, error) {
		switch n := args[0].Length(); {
		case !n.IsKnown():
			return cty.UnknownVal(t), nil
		case args[0].LengthInt() == 0:
			return cty.NullVal(t), nil
		case args[0].LengthInt() > 1:
			return cty.NilVal, notOne(args[0].LengthInt())
		}
		it := args[0].ElementIterator()
		it.Next()
		_, v := it.Element()
		return v, nil
	},
})

func notOne(n int) error {
	return function.NewArgErrorf(0, "it has %d elements, and one may have one at most", n)
}

// members is a set of values that are known.
type members map[int][]cty.Value

func (m members) has(v cty.Value) bool { return slices.ContainsFunc(m[v.Hash()], v.RawEquals) }

// add adds a value, and says whether it is new.
func (m members) add(v cty.Value) bool {
	if m.has(v) {
		return false
	}
	m[v.Hash()] = append(m[v.Hash()], v)
	return true
}

// distinctFunc is stdlib's, whose time grows with the square of the length.
var distinctFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "list", Type: cty.List(cty.DynamicPseudoType)}},
	Type:   func(args []cty.Value) (cty.Type, error) { return args[0].Type(), nil },
	Impl: func(args []cty.Value, t cty.Type) (cty.Value, error) {
		if !args[0].IsWhollyKnown() {
			return cty.UnknownVal(t), nil
		}
		seen := members{}
		kept := slices.DeleteFunc(args[0].AsValueSlice(), func(v cty.Value) bool { return !seen.add(v) })
		return listOf(t.ElementType(), kept), nil
	},
})

var matchKeysFunc = function.New(&function.Spec{
	Params: []function.Parameter{
		{Name: "values", Type: cty.List(cty.DynamicPseudoType)},
		{Name: "keys", Type: cty.List(cty.DynamicPseudoType)},
		{Name: "searchset", Type: cty.List(cty.DynamicPseudoType)},
	},
	Type: func(args []cty.Value) (cty.Type, error) {
		t, _ := convert.UnifyUnsafe([]cty.Type{args[1].Type(), args[2].Type()})
		if t == cty.NilType {
			return cty.NilType, errors.New("keys and searchset must be lists of one type")
		}
		return args[0].Type(), nil
	},
	Impl: func(args []cty.Value, t cty.Type) (cty.Value, error) {
		if !args[1].IsWhollyKnown() || !args[2].IsWhollyKnown() {
			return cty.UnknownVal(t), nil
		}
		if args[0].LengthInt() != args[1].LengthInt() {
			return cty.NilVal, function.NewArgErrorf(1, "there are %d values and %d keys", args[0].LengthInt(), args[1].LengthInt())
		}
		common, _ := convert.UnifyUnsafe([]cty.Type{args[1].Type(), args[2].Type()})
		keys, err1 := convert.Convert(args[1], common)
		wanted, err2 := convert.Convert(args[2], common)
		if err := errors.Join(err1, err2); err != nil {
			return cty.NilVal, err
		}
		search := members{}
		for _, v := range wanted.AsValueSlice() {
			search.add(v)
		}
		var found []cty.Value
		values := args[0].AsValueSlice()
		for i, key := range keys.AsValueSlice() {
			if search.has(key) {
				found = append(found, values[i])
			}
		}
		return listOf(t.ElementType(), found), nil
	},
})

var transposeFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "values", Type: cty.Map(cty.List(cty.String))}},
	Type:   function.StaticReturnType(cty.Map(cty.List(cty.String))),
	Impl: func(args []cty.Value, t cty.Type) (cty.Value, error) {
		if !args[0].IsWhollyKnown() {
			return cty.UnknownVal(t), nil
		}
		keys := map[string][]cty.Value{}
		for it := args[0].ElementIterator(); it.Next(); {
			key, list := it.Element()
			if list.IsNull() {
				return cty.NilVal, function.NewArgErrorf(0, "a list is null")
			}
			for _, v := range list.AsValueSlice() {
				if v.IsNull() {
					return cty.NilVal, function.NewArgErrorf(0, "an element of a list is null")
				}
				keys[v.AsString()] = append(keys[v.AsString()], key)
			}
		}
		if len(keys) == 0 {
			return cty.MapValEmpty(t.ElementType()), nil
		}
		out := map[string]cty.Value{}
		for name, list := range keys {
			out[name] = cty.ListVal(list)
		}
		return cty.MapVal(out), nil
	},
})
