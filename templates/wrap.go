package templates

import (
	"fmt"
	"reflect"
)

var (
	anyType   = reflect.TypeFor[any]()
	errorType = reflect.TypeFor[error]()
)

// wrap makes a template's function of fn. Where fn wants text it takes markdown too, and where it wants a number it
// takes a number of any type, since text/template converts neither. What it gives is paid for from the budget.
func (b *budget) wrap(fn any) any {
	f := reflect.ValueOf(fn)
	in := make([]reflect.Type, f.Type().NumIn())
	for i := range in {
		in[i] = looser(f.Type().In(i))
	}
	out := []reflect.Type{f.Type().Out(0), errorType}
	wrapped := reflect.FuncOf(in, out, f.Type().IsVariadic())
	return reflect.MakeFunc(wrapped, func(args []reflect.Value) []reflect.Value {
		result, err := b.call(f, args)
		if err != nil {
			return []reflect.Value{reflect.Zero(out[0]), reflect.ValueOf(err)}
		}
		return []reflect.Value{result, reflect.Zero(errorType)}
	}).Interface()
}

// looser gives the type of a parameter as templates see it.
func looser(t reflect.Type) reflect.Type {
	switch t.Kind() {
	case reflect.String, reflect.Int, reflect.Int64, reflect.Float64:
		return anyType
	case reflect.Slice:
		if looser(t.Elem()) == anyType {
			return reflect.SliceOf(anyType)
		}
	}
	return t
}

// call calls f with converted arguments and pays for its result.
func (b *budget) call(f reflect.Value, args []reflect.Value) (result reflect.Value, err error) {
	converted := make([]reflect.Value, len(args))
	for i, arg := range args {
		if converted[i], err = convert(arg, f.Type().In(i)); err != nil {
			return result, fmt.Errorf("argument %d: %w", i+1, err)
		}
	}
	call := f.Call
	if f.Type().IsVariadic() {
		call = f.CallSlice
	}
	results := call(converted)
	if len(results) == 2 && !results[1].IsNil() {
		return result, results[1].Interface().(error)
	}
	return results[0], b.spend(size(results[0]))
}

// convert gives a value as the type that a function wants.
func convert(v reflect.Value, want reflect.Type) (reflect.Value, error) {
	if v.Type() == want || want == anyType {
		return v, nil
	}
	if want.Kind() == reflect.Slice {
		out := reflect.MakeSlice(want, v.Len(), v.Len())
		for i := range v.Len() {
			element, err := convert(v.Index(i), want.Elem())
			if err != nil {
				return v, err
			}
			out.Index(i).Set(element)
		}
		return out, nil
	}
	inner := v.Interface()
	switch want.Kind() {
	case reflect.String:
		if s := reflect.ValueOf(inner); s.Kind() == reflect.String {
			return s.Convert(want), nil
		}
		return v, fmt.Errorf("want text, got %s", kindOf(inner))
	case reflect.Float64:
		if f, ok := number64(inner); ok {
			return reflect.ValueOf(f).Convert(want), nil
		}
	default:
		if n, ok := whole(inner); ok {
			return reflect.ValueOf(n).Convert(want), nil
		}
		return v, fmt.Errorf("want a whole number, got %s", kindOf(inner))
	}
	return v, fmt.Errorf("want a number, got %s", kindOf(inner))
}

// size is about the number of bytes that a text, list or object takes, what is in it not included.
func size(v reflect.Value) int {
	const element = 16 // an interface value
	if v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	switch v.Kind() {
	case reflect.String:
		return v.Len()
	case reflect.Slice:
		return element * v.Len()
	case reflect.Map:
		return 2 * element * v.Len()
	}
	return 0
}
