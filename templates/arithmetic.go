package templates

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"reflect"
)

// Arithmetic and comparison for values that came from JSON, where a float64 that happens to be whole arrives as an
// int. text/template's own comparison refuses to compare the two, and sprig's arithmetic cuts fractions off.

// number64 gives a number of any type as a float64.
func number64(v any) (float64, bool) {
	value := reflect.ValueOf(v)
	switch {
	case value.CanInt():
		return float64(value.Int()), true
	case value.CanUint():
		return float64(value.Uint()), true
	case value.CanFloat():
		return value.Float(), true
	}
	return 0, false
}

// whole gives a number without a fraction as an int.
func whole(v any) (int, bool) {
	if value := reflect.ValueOf(v); value.CanInt() {
		return int(value.Int()), true
	}
	f, ok := number64(v)
	return int(f), ok && f == math.Trunc(f) && math.Abs(f) < 1<<53
}

// An operation is made of its version for whole numbers and its version for others.
type operation struct {
	ints   func(a, b int) int
	floats func(a, b float64) float64
}

var (
	add      = operation{func(a, b int) int { return a + b }, func(a, b float64) float64 { return a + b }}
	subtract = operation{func(a, b int) int { return a - b }, func(a, b float64) float64 { return a - b }}
	multiply = operation{func(a, b int) int { return a * b }, func(a, b float64) float64 { return a * b }}
	larger   = operation{func(a, b int) int { return max(a, b) }, math.Max}
	smaller  = operation{func(a, b int) int { return min(a, b) }, math.Min}
)

// arithmetic makes a function of one number or more from an operation.
func arithmetic(op operation) any {
	return func(first any, rest ...any) (any, error) {
		if _, ok := number64(first); !ok {
			return nil, fmt.Errorf("want a number, got %s", kindOf(first))
		}
		for _, next := range rest {
			a, aWhole := whole(first)
			b, bWhole := whole(next)
			if aWhole && bWhole {
				first = op.ints(a, b)
				continue
			}
			x, _ := number64(first)
			y, ok := number64(next)
			if !ok {
				return nil, fmt.Errorf("want a number, got %s", kindOf(next))
			}
			first = op.floats(x, y)
		}
		return first, nil
	}
}

// absolute is the size of a number, without its sign.
func absolute(v any) (any, error) {
	if n, ok := whole(v); ok {
		return max(n, -n), nil
	}
	f, ok := number64(v)
	if !ok {
		return nil, fmt.Errorf("want a number, got %s", kindOf(v))
	}
	return math.Abs(f), nil
}

// divide is integer division of two whole numbers, as in sprig; divf keeps the fraction.
func divide(a, b int) (int, error) {
	if b == 0 {
		return 0, errors.New("division by zero")
	}
	return a / b, nil
}

func remainder(a, b int) (int, error) {
	if b == 0 {
		return 0, errors.New("division by zero")
	}
	return a % b, nil
}

// equal compares two values: numbers by value, whatever their type, and text whether it is marked as markdown or not.
func equal(a, b any) bool {
	if c, err := compare(a, b); err == nil {
		return c == 0
	}
	return reflect.DeepEqual(a, b)
}

func equalAny(a any, others ...any) (bool, error) {
	if len(others) == 0 {
		return false, errors.New("want two values or more")
	}
	for _, b := range others {
		if equal(a, b) {
			return true, nil
		}
	}
	return false, nil
}

// compare orders two numbers or two texts.
func compare(a, b any) (int, error) {
	x, xOK := number64(a)
	y, yOK := number64(b)
	if xOK && yOK {
		return cmp.Compare(x, y), nil
	}
	s, t := reflect.ValueOf(a), reflect.ValueOf(b)
	if s.Kind() == reflect.String && t.Kind() == reflect.String {
		return cmp.Compare(s.String(), t.String()), nil
	}
	return 0, fmt.Errorf("can't compare %s with %s", kindOf(a), kindOf(b))
}
