package spec

import (
	"maps"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
)

// Numbers are computed with 512 bits, of which a third has 155 digits. Wherever one becomes a text it is written in one way.

// longDigits is how many characters a number has at most that is written without an exponent.
const longDigits = 30

// numberText writes a number: a whole one exactly, any other with the fewest digits that give the same float64.
func numberText(n *big.Float) string {
	f, _ := n.Float64()
	plain, short := "", ""
	switch {
	case n.IsInt():
		plain, short = n.Text('f', 0), n.Text('g', -1)
	case f == 0 || math.IsInf(f, 0):
		return n.Text('g', 17) // it is no float64
	default:
		plain, short = strconv.FormatFloat(f, 'f', -1, 64), strconv.FormatFloat(f, 'g', -1, 64)
	}
	if len(plain) <= longDigits {
		return plain
	}
	return short
}

// asText gives what a number becomes as a text; any other value as it is.
func asText(v cty.Value) cty.Value {
	bare, marks := v.Unmark()
	if bare.Type() != cty.Number || bare.IsNull() || !bare.IsKnown() || bare.AsBigFloat().IsInf() {
		return v
	}
	return cty.StringVal(numberText(bare.AsBigFloat())).WithMarks(marks)
}

// shortened gives a value whose numbers have no more digits than are written.
func shortened(v cty.Value) cty.Value {
	if !hasLongNumber(v) {
		return v
	}
	short, err := cty.Transform(v, func(_ cty.Path, v cty.Value) (cty.Value, error) {
		bare, marks := v.Unmark()
		if !isLong(bare) {
			return v, nil
		}
		n, err := cty.ParseNumberVal(numberText(bare.AsBigFloat()))
		return n.WithMarks(marks), err
	})
	if err != nil {
		return v
	}
	return short
}

// isLong says whether a number may have more digits than are written.
func isLong(v cty.Value) bool {
	return v.Type() == cty.Number && v.IsKnown() && !v.IsNull() && !v.AsBigFloat().IsInt() && !v.AsBigFloat().IsInf()
}

func hasLongNumber(v cty.Value) bool {
	found := false
	_ = cty.Walk(v, func(_ cty.Path, v cty.Value) (bool, error) {
		found = found || isLong(unmarked(v))
		return !found, nil
	})
	return found
}

// textElements writes the numbers among the elements of a collection that is going to be one of texts.
func textElements(v cty.Value) cty.Value {
	bare, marks := v.Unmark()
	if bare.IsNull() || !bare.IsKnown() || !bare.CanIterateElements() || !slices.ContainsFunc(elementTypes(bare.Type()), func(t cty.Type) bool { return t == cty.Number }) {
		return v
	}
	written, err := cty.Transform(bare, func(p cty.Path, v cty.Value) (cty.Value, error) {
		if len(p) != 1 || v.Type() != cty.Number {
			return v, nil
		}
		if text := asText(v); unmarked(text).Type() == cty.String {
			return text, nil
		}
		return convert.Convert(v, cty.String)
	})
	if err != nil {
		return v
	}
	return written.WithMarks(marks)
}

// elementTypes lists the types that the elements of a value may have.
func elementTypes(t cty.Type) []cty.Type {
	switch {
	case t.IsTupleType():
		return t.TupleElementTypes()
	case t.IsObjectType():
		return slices.Collect(maps.Values(t.AttributeTypes()))
	case t.IsCollectionType():
		return []cty.Type{t.ElementType()}
	}
	return nil
}

// shortening gives a function that writes numbers, with those that it gets shortened.
func shortening(f function.Function) function.Function {
	return before(f, func(args []cty.Value) {
		for i, a := range args {
			args[i] = shortened(a)
		}
	})
}

// plainVerb is a verb of a format that writes any value as a text, and directive whatever begins with %.
var (
	directive = pattern(`%(?:%|[^a-zA-Z%]*[a-zA-Z])`)
	plainVerb = pattern(`^%[- ]*[0-9]*[sv]$`)
)

// formatting gives a function that takes a format, with the numbers that are to be written as they are made texts.
func formatting(f function.Function) function.Function {
	return before(f, func(args []cty.Value) {
		i := 0
		for _, d := range directive().FindAllString(knownText(args[0]), -1) {
			if d == "%%" {
				continue
			}
			if i++; i >= len(args) || strings.Contains(d, "[") { // one that says itself which argument it takes
				return
			}
			if plainVerb().MatchString(d) {
				args[i] = textElements(asText(args[i]))
			}
		}
	})
}

// before gives a function whose known arguments are changed first.
func before(f function.Function, change func(args []cty.Value)) function.Function {
	return function.New(&function.Spec{
		Params: f.Params(), VarParam: f.VarParam(), Type: f.ReturnTypeForValues,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			args = slices.Clone(args)
			change(args)
			return f.Call(args)
		},
	})
}
