package spec

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// A value is sensitive because of a variable, or of a function: one of these two, or one of the module's own.
var makeSensitive = []string{"env", "sensitive"}

// concealed gives a context in which everything sensitive is unknown, and whether there may be any in the expression.
func (s *scope) concealed(expr hcl.Expression) (*hcl.EvalContext, bool) {
	ctx := s.ctx.NewChild()
	ctx.Variables, ctx.Functions = map[string]cty.Value{}, map[string]function.Function{}
	for _, t := range expr.Variables() {
		if v, _, ok := s.lookup(t.RootName()); ok && v.ContainsMarked() {
			ctx.Variables[t.RootName()] = conceal(v)
		}
	}
	called, _ := calls(expr)
	own := s.outermost().own
	for _, c := range called {
		if f, ok := own[c.Name]; ok {
			copied := *f
			copied.hides = true
			ctx.Functions[c.Name] = copied.function()
		} else if slices.Contains(makeSensitive, c.Name) {
			ctx.Functions[c.Name] = hiding(s.functions()[c.Name])
		}
	}
	return ctx, len(ctx.Variables)+len(ctx.Functions) > 0
}

// hiding gives a function whose result is unknown where it is sensitive.
func hiding(f function.Function) function.Function {
	return function.New(&function.Spec{
		Params: f.Params(), VarParam: f.VarParam(),
		Type: func(args []cty.Value) (cty.Type, error) {
			t, err := f.ReturnTypeForValues(args)
			if err != nil {
				return cty.NilType, err
			}
			return opaque(t), nil
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			v, err := f.Call(args)
			if err != nil {
				return cty.NilVal, err
			}
			return conceal(v), nil
		},
	})
}

// conceal makes what is sensitive in a value unknown.
func conceal(v cty.Value) cty.Value {
	switch {
	case !v.ContainsMarked():
		return v
	case v.IsMarked() || v.IsNull() || !v.IsKnown() || !v.Type().IsObjectType():
		return cty.UnknownVal(opaque(v.Type()))
	}
	attrs := v.AsValueMap()
	for name, a := range attrs {
		attrs[name] = conceal(a)
	}
	return cty.ObjectVal(attrs)
}

// opaque gives the type of something sensitive without what is sensitive of it: an object's names, and how many elements there are.
func opaque(t cty.Type) cty.Type {
	switch {
	case t.IsObjectType() || t.IsTupleType():
		return cty.DynamicPseudoType
	case t.IsListType():
		return cty.List(opaque(t.ElementType()))
	case t.IsSetType():
		return cty.Set(opaque(t.ElementType()))
	case t.IsMapType():
		return cty.Map(opaque(t.ElementType()))
	}
	return t
}

// disclosed gives the type of a value as it may be shown.
func disclosed(v cty.Value) cty.Type {
	t := v.Type()
	switch {
	case v.IsMarked():
		return opaque(t)
	case v.IsNull() || !v.IsKnown():
	case t.IsObjectType():
		attrs := map[string]cty.Type{}
		for name, a := range v.AsValueMap() {
			attrs[name] = disclosed(a)
		}
		return cty.Object(attrs)
	case t.IsTupleType():
		var elements []cty.Type
		for _, e := range v.AsValueSlice() {
			elements = append(elements, disclosed(e))
		}
		return cty.Tuple(elements)
	case v.ContainsMarked():
		return opaque(t)
	}
	return t
}

// unspoken tells of a mistake that lies in a sensitive value: where it is, and not what.
func unspoken(expr hcl.Expression, d *hcl.Diagnostic) *hcl.Diagnostic {
	detail := "What is wrong depends on a sensitive value, so it is not shown."
	place := d
	for {
		inner, how := behind(place)
		if len(inner) == 0 {
			break
		}
		if place == d {
			detail += fmt.Sprintf("\n\n%s at %s.", how, at(expr.Range()))
		}
		place = inner[0]
	}
	return &hcl.Diagnostic{Severity: hcl.DiagError, Summary: place.Summary, Detail: detail, Subject: place.Subject, Context: place.Context}
}
