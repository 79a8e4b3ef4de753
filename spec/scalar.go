package spec

import (
	"math/big"
	"strconv"

	"github.com/zclconf/go-cty/cty"
)

// scalars gives an object as Go values: string, bool, int64, float64 and lists of them. Nulls are left out.
func scalars(v cty.Value) map[string]any {
	out := map[string]any{}
	for it := v.ElementIterator(); it.Next(); {
		key, val := it.Element()
		if !val.IsNull() && val.IsWhollyKnown() {
			out[key.AsString()] = scalar(val)
		}
	}
	return out
}

// Plain gives the level of a factor as Go has it: string, bool, int64, float64 or a list of them, nil for null, and a reference's
// address. A float64 that is exactly a float32 is told by its shortest form as one (0.800000011920929 → 0.8), so that names and
// joins of data from 32-bit programs agree. What is sent or shown as it stands goes past this.
func Plain(v cty.Value) any {
	plain := scalar(v)
	if f, ok := plain.(float64); ok && float64(float32(f)) == f {
		plain, _ = strconv.ParseFloat(strconv.FormatFloat(f, 'g', -1, 32), 64)
	}
	return plain
}

// scalar gives a value as Go has it, unchanged. A number that is whole is an int64.
func scalar(v cty.Value) any {
	switch {
	case v.IsNull():
		return nil
	case v.Type() == cty.String:
		return v.AsString()
	case v.Type() == cty.Bool:
		return v.True()
	case v.Type() == cty.Number:
		return number(v.AsBigFloat())
	case v.Type().IsCapsuleType():
		if r, ok := asRef(v); ok {
			return r.Address()
		}
	case v.CanIterateElements():
		list := []any{}
		for it := v.ElementIterator(); it.Next(); {
			_, e := it.Element()
			list = append(list, scalar(e))
		}
		return list
	}
	return nil
}

func number(n *big.Float) any {
	if i, exact := n.Int64(); exact == big.Exact {
		return i
	}
	f, _ := n.Float64()
	return f
}

// toValue is the reverse of scalar.
func toValue(x any) cty.Value {
	switch x := x.(type) {
	case string:
		return cty.StringVal(x)
	case bool:
		return cty.BoolVal(x)
	case int64:
		return cty.NumberIntVal(x)
	case int:
		return cty.NumberIntVal(int64(x))
	case float64:
		return cty.NumberFloatVal(x)
	case []any:
		if len(x) == 0 {
			return cty.EmptyTupleVal
		}
		list := make([]cty.Value, len(x))
		for i, e := range x {
			list[i] = toValue(e)
		}
		return cty.TupleVal(list)
	}
	return cty.NullVal(cty.DynamicPseudoType)
}
