package spec

import (
	"errors"
	"math"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

var numericFunctions = []builtin{
	{name: "abs", doc: "Gives a number without its sign.", example: `abs(-12.4)`, result: `12.4`, function: stdlib.AbsoluteFunc},
	{name: "ceil", doc: "Rounds a number up to a whole one.", example: `ceil(5.1)`, result: `6`, function: stdlib.CeilFunc},
	{name: "floor", doc: "Rounds a number down to a whole one.", example: `floor(-5.1)`, result: `-6`, function: stdlib.FloorFunc},
	{name: "int", doc: "Cuts off what stands behind the point.", example: `int(-5.9)`, result: `-5`, function: stdlib.IntFunc},
	{name: "log", doc: "Gives the logarithm of a number to a base.", example: `log(1024, 2)`, result: `10`, function: logFunc},
	{name: "max", doc: "Gives the largest of some numbers.", example: `max(12, 54, 3)`, result: `54`, function: stdlib.MaxFunc},
	{name: "min", doc: "Gives the smallest of some numbers.", example: `min([12, 54, 3]...)`, result: `3`, function: stdlib.MinFunc},
	{name: "parseint", doc: "Reads a text as a whole number to a base between 2 and 62.", example: `parseint("ff", 16)`, result: `255`,
		function: guarded(stdlib.ParseIntFunc, shortDigits)},
	{name: "pow", doc: "Raises a number to a power.", example: `pow(2, 10)`, result: `1024`, function: powFunc},
	{name: "signum", doc: "Gives the sign of a number: -1, 0 or 1.", example: `signum(-13)`, result: `-1`, function: stdlib.SignumFunc},
}

var (
	logFunc = floatFunc("num", "base", func(num, base float64) float64 { return math.Log(num) / math.Log(base) })
	powFunc = floatFunc("num", "power", math.Pow)
)

// floatFunc makes a function of two numbers that is computed as float64.
func floatFunc(first, second string, of func(a, b float64) float64) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: first, Type: cty.Number}, {Name: second, Type: cty.Number}},
		Type:   function.StaticReturnType(cty.Number),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			a, _ := args[0].AsBigFloat().Float64()
			b, _ := args[1].AsBigFloat().Float64()
			n := of(a, b)
			if math.IsNaN(n) || math.IsInf(n, 0) {
				return cty.NilVal, errors.New("there is no such number, or it is too large")
			}
			return cty.NumberFloatVal(n), nil
		},
	})
}

// shortDigits bounds what reads a text as a number.
func shortDigits(args []cty.Value) error {
	if len(knownText(args[0])) > maxDigits {
		return function.NewArgErrorf(0, "a number has at most %d digits here", maxDigits)
	}
	return nil
}
