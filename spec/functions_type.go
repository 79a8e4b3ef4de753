package spec

import (
	"maps"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

var typeFunctions = []builtin{
	{name: "can", doc: "Says whether an expression can be evaluated without an error.", example: `can(jsondecode("{"))`, result: `false`, reads: canFunc},
	{name: "issensitive", doc: "Says whether a value is sensitive.", example: `issensitive(sensitive("key"))`, result: `true`, function: isSensitiveFunc},
	{name: "nonsensitive", doc: "Gives a sensitive value as one that may be written down: that it gives nothing away is yours to decide.", example: `nonsensitive(sha256(sensitive("key"))) == sha256("key")`, result: `true`, function: nonSensitiveFunc},
	{name: "sensitive", doc: "Makes a value one that is never shown, and refused where it would be written down.", example: `sensitive("key")`, result: `(sensitive value)`, function: sensitiveFunc},
	{name: "tobool", doc: "Makes a value true or false.", example: `tobool("true")`, result: `true`, function: stdlib.MakeToFunc(cty.Bool)},
	{name: "tolist", doc: "Makes a value a list, whose elements are of one type.", example: `tolist(["a", 1])`, result: `["a", "1"]`, function: stdlib.MakeToFunc(cty.List(cty.DynamicPseudoType))},
	{name: "tomap", doc: "Makes a value a map, whose elements are of one type.", example: `tomap({ a = 1, b = "x" })`, result: `{ a = "1", b = "x" }`, function: stdlib.MakeToFunc(cty.Map(cty.DynamicPseudoType))},
	{name: "tonumber", doc: "Makes a value a number.", example: `tonumber("0.8")`, result: `0.8`, function: guarded(stdlib.MakeToFunc(cty.Number), shortDigits)},
	{name: "toset", doc: "Makes a value a set: without order, and each element once.", example: `toset(["b", "a", "b"])`, result: `["a", "b"]`, function: stdlib.MakeToFunc(cty.Set(cty.DynamicPseudoType))},
	{name: "tostring", doc: "Makes a value a text.", example: `tostring(0.8)`, result: `"0.8"`, function: stdlib.MakeToFunc(cty.String)},
	{name: "try", doc: "Gives the first expression that can be evaluated without an error.", example: `try(jsondecode("{"), "none")`, result: `"none"`, reads: tryFunc},
}

var sensitiveFunc = markFunc(func(v cty.Value) cty.Value { return v.Mark(sensitiveMark) })

var nonSensitiveFunc = markFunc(func(v cty.Value) cty.Value {
	v, marks := v.Unmark()
	others := maps.Clone(marks)
	delete(others, sensitiveMark)
	return v.WithMarks(others)
})

// markFunc makes a function that gives a value as it is, but for its marks.
func markFunc(of func(cty.Value) cty.Value) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{anyValue},
		Type:   func(args []cty.Value) (cty.Type, error) { return args[0].Type(), nil },
		Impl:   func(args []cty.Value, _ cty.Type) (cty.Value, error) { return of(args[0]), nil },
	})
}

var anyValue = function.Parameter{Name: "value", Type: cty.DynamicPseudoType, AllowNull: true, AllowUnknown: true, AllowDynamicType: true, AllowMarked: true}

var isSensitiveFunc = function.New(&function.Spec{
	Params: []function.Parameter{anyValue},
	Type:   function.StaticReturnType(cty.Bool),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		switch {
		case args[0].HasMark(sensitiveMark):
			return cty.True, nil
		case !args[0].IsKnown():
			return cty.UnknownVal(cty.Bool), nil
		}
		return cty.False, nil
	},
})
