package spec

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
)

// renders holds the functions that a template can't call: it might be in itself.
var renders = map[string]bool{"templatefile": true}

// templateFileFunc renders a file of the module as an HCL template. The file is read and parsed as soon as its path is
// known, even where the variables are not, so that a plan knows its content and a mistake in it is found early.
func templateFileFunc(f *files, inner map[string]function.Function) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{
			{Name: "path", Type: cty.String},
			{Name: "vars", Type: cty.DynamicPseudoType, AllowUnknown: true, AllowDynamicType: true, AllowMarked: true},
		},
		Type: func(args []cty.Value) (cty.Type, error) {
			if !args[0].IsKnown() {
				return cty.String, nil
			}
			vars, _ := args[1].UnmarkDeep()
			_, err := parseTemplate(f, args[0].AsString(), vars, inner)
			return cty.String, err
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			vars, marks := args[1].UnmarkDeep()
			t, err := parseTemplate(f, args[0].AsString(), vars, inner)
			if err != nil {
				return cty.NilVal, err
			}
			val, diags := t.scope.evaluate(t.expr)
			if diags.HasErrors() {
				return cty.NilVal, &templateError{diags}
			}
			text, err := convert.Convert(val, cty.String)
			if err != nil || text.IsNull() {
				return cty.NilVal, function.NewArgErrorf(0, "the template gives %s, not a text", described(val))
			}
			return text.WithMarks(marks), nil
		},
	})
}

// A templateError is a mistake in a file that templatefile renders.
type templateError struct{ diags hcl.Diagnostics }

func (e *templateError) Error() string { return oneLine(e.diags[0]) }

// bytesParsed is how many bytes of a template take about as long to parse as an element takes to read.
const bytesParsed = 4

// parseTemplate reads a template, and checks its names against what is given to it.
func parseTemplate(f *files, name string, vars cty.Value, functions map[string]function.Function) (Expr, error) {
	given := map[string]cty.Value{}
	switch t := vars.Type(); {
	case t == cty.DynamicPseudoType:
	case !t.IsObjectType() && !t.IsMapType() || vars.IsNull():
		return Expr{}, function.NewArgErrorf(1, "it must be an object, as { corpus = ingest.corpus }")
	case t.IsObjectType() && !vars.IsKnown():
		for n, of := range t.AttributeTypes() {
			given[n] = cty.UnknownVal(of)
		}
	case vars.IsKnown():
		given = vars.AsValueMap()
	}
	content, err := f.read(name)
	if err != nil {
		return Expr{}, function.NewArgError(0, err)
	}
	f.work.read(len(content) / bytesParsed)
	shown := filepath.Join(f.dir, filepath.FromSlash(name))
	f.templates[shown] = &hcl.File{Bytes: []byte(content)}
	expr, diags := asTemplate.read(shown, []byte(content), 1)
	if diags.HasErrors() {
		return Expr{}, &templateError{diags}
	}
	bounded(expr, f.work)
	why := fmt.Sprintf("a template sees only what it is given: templatefile(%q, { NAME = … })", name)
	sc := newScope(nil, functions, f.work).without(why, slices.Collect(maps.Keys(usableIn))...)
	sc = sc.without(why, slices.Collect(maps.Keys(sorts))...).with(given)
	sc.hint = upper(why) + "."
	if vars.Type() != cty.DynamicPseudoType && (vars.IsKnown() || vars.Type().IsObjectType()) {
		if diags := sc.check(expr); diags.HasErrors() {
			return Expr{}, &templateError{diags}
		}
	}
	return Expr{expr, sc}, nil
}
