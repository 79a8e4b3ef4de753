package spec

import (
	"encoding/base64"
	"errors"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

var fileFunctions = []builtin{
	{name: "basename", doc: "Gives the last part of a path.", example: `basename("corpus/a.md")`, result: `"a.md"`, function: textFunc(func(args []string) (string, error) { return path.Base(args[0]), nil }, "path")},
	{name: "dirname", doc: "Gives a path without its last part.", example: `dirname("corpus/a.md")`, result: `"corpus"`, function: textFunc(func(args []string) (string, error) { return path.Dir(args[0]), nil }, "path")},
	{name: "env", signature: "env(name[, default])", doc: "Gives a variable of the environment, as a sensitive value; without a default one that is not set is an error.",
		example: `env("BENCH_NOT_SET", "none")`, result: `(sensitive value)`, reads: envFunc},
	{name: "file", doc: "Gives the content of a text file of the module.", example: `file("prompts/review.txt")`, result: `"Review this:\n"`, reads: fileFunc},
	{name: "filebase64", doc: "Gives the content of a file of the module in base64.", example: `filebase64("prompts/review.txt")`, result: `"UmV2aWV3IHRoaXM6Cg=="`, reads: contentFunc(inBase64)},
	{name: "fileexists", doc: "Says whether file() has something to read under a path of the module; a folder is nothing to read.", example: `fileexists("prompts/none.txt")`, result: `false`, reads: fileExistsFunc},
	{name: "fileset", signature: "fileset([folder, ]pattern)", doc: "Lists the paths of the module's files that match a pattern, sorted; without a folder, the whole module's.",
		example: `fileset("prompts", "*.txt")`, result: `["review.txt"]`, reads: fileSetFunc},
	{name: "templatefile", doc: "Renders a text file of the module as a template, which knows what the object holds.", example: `templatefile("prompts/step.tmpl", { topic = "heat" })`, result: `"About heat.\n"`, reads: templateFileFunc},
}

// envFunc reads the environment, which in a run nothing may depend on.
func envFunc(f *files, _ map[string]function.Function) function.Function {
	return function.New(&function.Spec{
		Params:   []function.Parameter{{Name: "name", Type: cty.String, AllowUnknown: true}},
		VarParam: &function.Parameter{Name: "default", Type: cty.String, AllowUnknown: true, AllowNull: true},
		Type: func(args []cty.Value) (cty.Type, error) {
			if len(args) > 2 {
				return cty.NilType, function.NewArgErrorf(2, `give a name, and a default where there is one: env("NAME", "none")`)
			}
			return cty.String, nil
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			if !args[0].IsKnown() {
				return cty.UnknownVal(cty.String).Mark(sensitiveMark), nil
			}
			name := args[0].AsString()
			for _, entry := range f.environ {
				if value, ok := strings.CutPrefix(entry, name+"="); ok && name != "" {
					if !utf8.ValidString(value) {
						return cty.NilVal, function.NewArgErrorf(0, "what the environment has for %s is not a text in UTF-8", name)
					}
					return cty.StringVal(value).Mark(sensitiveMark), nil
				}
			}
			if len(args) == 2 {
				return args[1].Mark(sensitiveMark), nil
			}
			return cty.NilVal, function.NewArgErrorf(0, `the environment has no %s; set it, or give a default: env(%q, "none")`, name, name)
		},
	})
}

func fileFunc(f *files, _ map[string]function.Function) function.Function {
	return textFunc(func(args []string) (string, error) {
		text, err := f.read(args[0])
		if err != nil {
			return "", function.NewArgError(0, err)
		}
		return text, nil
	}, "path")
}

// contentFunc makes a function of a file's bytes.
func contentFunc(of func(content string) string) func(*files, map[string]function.Function) function.Function {
	return func(f *files, _ map[string]function.Function) function.Function {
		return textFunc(func(args []string) (string, error) {
			content, err := f.content(args[0])
			if err != nil {
				return "", function.NewArgError(0, err)
			}
			return of(content), nil
		}, "path")
	}
}

func inBase64(content string) string { return base64.StdEncoding.EncodeToString([]byte(content)) }

// literally takes the meaning off the characters of a path that have one in a pattern.
var literally = strings.NewReplacer(`*`, `\*`, `?`, `\?`, `[`, `\[`, `{`, `\{`, `\`, `\\`)

// fileExistsFunc asks for a listing of the path alone, so that the answer is the same in a run.
func fileExistsFunc(f *files, _ map[string]function.Function) function.Function {
	return makeFunc(cty.Bool, func(args []string) (cty.Value, error) {
		found, err := f.glob(literally.Replace(args[0]))
		if err != nil {
			return cty.NilVal, function.NewArgError(0, err)
		}
		return cty.BoolVal(len(found) > 0), nil
	}, "path")
}

// fileSetFunc is fileset(pattern), and fileset(folder, pattern) as Terraform has it.
func fileSetFunc(f *files, _ map[string]function.Function) function.Function {
	return function.New(&function.Spec{
		VarParam: &function.Parameter{Name: "pattern", Type: cty.String},
		Type:     function.StaticReturnType(cty.List(cty.String)),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			if len(args) == 0 || len(args) > 2 {
				return cty.NilVal, errors.New("give a pattern, or a folder and a pattern")
			}
			for i, a := range args {
				if outside(a.AsString()) {
					return cty.NilVal, function.NewArgError(i, isOutside(a.AsString()))
				}
			}
			folder, pattern := ".", args[len(args)-1].AsString()
			if len(args) == 2 {
				folder = args[0].AsString()
			}
			found, err := f.glob(path.Join(literally.Replace(folder), pattern))
			if err != nil {
				return cty.NilVal, function.NewArgError(len(args)-1, err)
			}
			list := make([]cty.Value, len(found))
			for i, p := range found {
				list[i] = cty.StringVal(strings.TrimPrefix(p, path.Clean(folder)+"/"))
			}
			return listOf(cty.String, list), nil
		},
	})
}
