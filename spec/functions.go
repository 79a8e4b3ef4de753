package spec

import (
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/tryfunc"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// pure holds the functions that need nothing but their arguments.
var pure = map[string]function.Function{
	"abs": stdlib.AbsoluteFunc, "ceil": stdlib.CeilFunc, "floor": stdlib.FloorFunc, "log": stdlib.LogFunc, "max": stdlib.MaxFunc,
	"min": stdlib.MinFunc, "pow": stdlib.PowFunc, "signum": stdlib.SignumFunc, "parseint": stdlib.ParseIntFunc, "int": stdlib.IntFunc,
	"range": rangeFunc, "alltrue": allTrueFunc, "anytrue": anyTrueFunc, "sum": sumFunc,
	"chomp": stdlib.ChompFunc, "format": stdlib.FormatFunc, "formatlist": stdlib.FormatListFunc, "indent": stdlib.IndentFunc,
	"join": stdlib.JoinFunc, "lower": stdlib.LowerFunc, "upper": stdlib.UpperFunc, "title": stdlib.TitleFunc, "trim": stdlib.TrimFunc,
	"trimprefix": stdlib.TrimPrefixFunc, "trimsuffix": stdlib.TrimSuffixFunc, "trimspace": stdlib.TrimSpaceFunc,
	"replace": stdlib.ReplaceFunc, "regex": stdlib.RegexFunc, "regexall": stdlib.RegexAllFunc, "regex_replace": stdlib.RegexReplaceFunc,
	"split": stdlib.SplitFunc, "strlen": stdlib.StrlenFunc, "strrev": stdlib.ReverseFunc, "substr": stdlib.SubstrFunc,
	"chunklist": stdlib.ChunklistFunc, "coalesce": stdlib.CoalesceFunc, "coalescelist": stdlib.CoalesceListFunc, "compact": stdlib.CompactFunc,
	"concat": stdlib.ConcatFunc, "contains": stdlib.ContainsFunc, "distinct": stdlib.DistinctFunc, "element": stdlib.ElementFunc,
	"flatten": stdlib.FlattenFunc, "keys": stdlib.KeysFunc, "length": lengthFunc, "lookup": stdlib.LookupFunc, "merge": stdlib.MergeFunc,
	"reverse": stdlib.ReverseListFunc, "setintersection": stdlib.SetIntersectionFunc, "setproduct": stdlib.SetProductFunc,
	"setsubtract": stdlib.SetSubtractFunc, "setunion": stdlib.SetUnionFunc, "slice": stdlib.SliceFunc, "sort": stdlib.SortFunc,
	"values": stdlib.ValuesFunc, "zipmap": stdlib.ZipmapFunc,
	"csvdecode": stdlib.CSVDecodeFunc, "jsondecode": stdlib.JSONDecodeFunc, "jsonencode": stdlib.JSONEncodeFunc, "formatdate": stdlib.FormatDateFunc,
	"tobool": stdlib.MakeToFunc(cty.Bool), "tonumber": stdlib.MakeToFunc(cty.Number), "tostring": stdlib.MakeToFunc(cty.String),
	"tolist": stdlib.MakeToFunc(cty.List(cty.DynamicPseudoType)), "tomap": stdlib.MakeToFunc(cty.Map(cty.DynamicPseudoType)),
	"toset":       stdlib.MakeToFunc(cty.Set(cty.DynamicPseudoType)),
	"try":         tryfunc.TryFunc.WithNewDescriptions("Returns the first of the given expressions that can be evaluated without an error.", nil),
	"can":         tryfunc.CanFunc.WithNewDescriptions("Returns true if the given expression can be evaluated without an error.", []string{""}),
	"timeadd":     stdlib.TimeAddFunc,
	"startswith":  testFunc("Returns true if the given string begins with the given part.", strings.HasPrefix),
	"endswith":    testFunc("Returns true if the given string ends with the given part.", strings.HasSuffix),
	"strcontains": testFunc("Returns true if the given part is in the given string.", strings.Contains),
	"sha256":      textFunc("text", "Returns the SHA-256 of the given string, in hexadecimal.", sha256Hex),
	"basename":    textFunc("path", "Returns the last part of the given path.", path.Base),
	"dirname":     textFunc("path", "Returns the given path without its last part.", path.Dir),
}

// functions gives the whole set, with those that read the module's files.
func functions(f *files) map[string]function.Function {
	all := maps.Clone(pure)
	all["file"] = fileFunc(f, "Returns the content of a text file of the module.", func(content string) string { return content })
	all["filesha256"] = fileFunc(f, "Returns the SHA-256 of a text file of the module, in hexadecimal.", sha256Hex)
	all["fileset"] = fileSetFunc(f)
	all["templatefile"] = templateFileFunc(f, all)
	return all
}

func fileFunc(f *files, doc string, give func(string) string) function.Function {
	return function.New(&function.Spec{
		Description: doc,
		Params:      []function.Parameter{{Name: "path", Type: cty.String}},
		Type:        function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			content, err := f.read(args[0].AsString())
			if err != nil {
				return cty.NilVal, function.NewArgError(0, err)
			}
			return cty.StringVal(give(content)), nil
		},
	})
}

func fileSetFunc(f *files) function.Function {
	return function.New(&function.Spec{
		Description: "Returns the paths of the module's files that match the given pattern, sorted.",
		Params:      []function.Parameter{{Name: "pattern", Type: cty.String}},
		Type:        function.StaticReturnType(cty.List(cty.String)),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			found, err := f.glob(args[0].AsString())
			if err != nil {
				return cty.NilVal, function.NewArgError(0, err)
			}
			if len(found) == 0 {
				return cty.ListValEmpty(cty.String), nil
			}
			list := make([]cty.Value, len(found))
			for i, p := range found {
				list[i] = cty.StringVal(p)
			}
			return cty.ListVal(list), nil
		},
	})
}

// templateFileFunc renders a file of the module as an HCL template. The file is read and parsed as soon as its path is
// known, even where the variables are not, so that a plan knows its content and a mistake in it is found early.
func templateFileFunc(f *files, all map[string]function.Function) function.Function {
	inner := maps.Clone(all)
	delete(inner, "templatefile") // a template that renders itself would never end
	return function.New(&function.Spec{
		Description: "Renders a text file of the module as a template, in which the given object's attributes are known.",
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
			if !vars.IsWhollyKnown() {
				return cty.UnknownVal(cty.String).WithMarks(marks), nil
			}
			val, diags := t.scope.evaluate(t.expr)
			if diags.HasErrors() {
				return cty.NilVal, &templateError{diags}
			}
			text, err := convert.Convert(val, cty.String)
			if err != nil || text.IsNull() {
				return cty.NilVal, function.NewArgErrorf(0, "the template gives %s, not a text", friendly(val.Type()))
			}
			return text.WithMarks(marks), nil
		},
	})
}

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
	shown := filepath.Join(f.dir, filepath.FromSlash(name))
	f.templates[shown] = &hcl.File{Bytes: []byte(content)}
	tokens, _ := hclsyntax.LexTemplate([]byte(content), shown, hcl.InitialPos)
	if d := tooDeep(tokens); d != nil {
		return Expr{}, &templateError{hcl.Diagnostics{d}}
	}
	expr, diags := hclsyntax.ParseTemplate([]byte(content), shown, hcl.InitialPos)
	if diags.HasErrors() {
		return Expr{}, &templateError{legibleSyntax(diags, []byte(content))}
	}
	why := fmt.Sprintf("a template sees only what it is given: templatefile(%q, { NAME = … })", name)
	sc := newScope(nil, functions).without(why, slices.Collect(maps.Keys(usableIn))...)
	sc = sc.without(why, slices.Collect(maps.Keys(sorts))...).with(given)
	sc.hint = upper(why) + "."
	if vars.Type() != cty.DynamicPseudoType && (vars.IsKnown() || vars.Type().IsObjectType()) {
		if diags := sc.check(expr); diags.HasErrors() {
			return Expr{}, &templateError{diags}
		}
	}
	return Expr{expr, sc}, nil
}

// textFunc makes a function of a function from text to text.
func textFunc(param, doc string, of func(string) string) function.Function {
	return function.New(&function.Spec{
		Description: doc,
		Params:      []function.Parameter{{Name: param, Type: cty.String}},
		Type:        function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			return cty.StringVal(of(args[0].AsString())), nil
		},
	})
}

// testFunc makes a function of a test of one text against another.
func testFunc(doc string, holds func(s, part string) bool) function.Function {
	return function.New(&function.Spec{
		Description: doc,
		Params:      []function.Parameter{{Name: "str", Type: cty.String}, {Name: "part", Type: cty.String}},
		Type:        function.StaticReturnType(cty.Bool),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			return cty.BoolVal(holds(args[0].AsString(), args[1].AsString())), nil
		},
	})
}
