package spec

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// A builtin is a function of the language with its documentation. A test evaluates its example.
type builtin struct {
	name      string
	doc       string // one sentence
	example   string
	result    string // of the example, as an expression or as the console shows it
	signature string // where the parameters' names alone don't say how it is called
	function  function.Function

	// reads makes the function where it depends on more than its arguments: on the files, and for a template on what can be
	// called in it.
	reads func(f *files, inTemplate map[string]function.Function) function.Function
}

// categories is every function of the language: what is called, what `bench functions` prints and the reference in README.md
// are made from it.
var categories = []struct {
	name     string
	builtins []builtin
}{
	{"numeric", numericFunctions},
	{"string", textFunctions},
	{"collection", collectionFunctions},
	{"encoding", encodingFunctions},
	{"file", fileFunctions},
	{"hash", hashFunctions},
	{"date", dateFunctions},
	{"type", typeFunctions},
}

// functions gives the whole set, with those that read the module's files and the environment.
func functions(f *files) map[string]function.Function {
	all, inTemplate := map[string]function.Function{}, map[string]function.Function{}
	for _, c := range categories {
		for _, b := range c.builtins {
			all[b.name] = b.function
			if b.reads != nil {
				all[b.name] = b.reads(f, inTemplate)
			}
		}
	}
	for name, function := range all {
		all[name] = metered(name, function, f.work)
	}
	maps.Copy(inTemplate, all)
	maps.DeleteFunc(inTemplate, func(name string, _ function.Function) bool { return renders[name] })
	return all
}

// A FunctionDoc tells how a function of the language is called, and what it gives.
type FunctionDoc struct {
	Name      string `json:"name"`
	Signature string `json:"signature"` // min(numbers…): that may be repeated; env(name[, default]): that may be left out
	Category  string `json:"category"`  // numeric, string, collection, encoding, file, hash, date, type
	Doc       string `json:"doc"`       // one sentence
	Example   string `json:"example"`   // an expression
	Result    string `json:"result"`    // what it gives
}

// Functions lists the functions of the language, by category and then by name.
func Functions() []FunctionDoc {
	var docs []FunctionDoc
	for _, c := range categories {
		first := len(docs)
		for _, b := range c.builtins {
			docs = append(docs, FunctionDoc{b.name, b.call(), c.name, b.doc, b.example, b.result})
		}
		slices.SortFunc(docs[first:], func(a, b FunctionDoc) int { return strings.Compare(a.Name, b.Name) })
	}
	return docs
}

// FindFunction tells of one function. The error says what may have been meant, or why the language has no such function.
func FindFunction(name string) (FunctionDoc, error) {
	var names []string
	for _, f := range Functions() {
		if f.Name == name {
			return f, nil
		}
		names = append(names, f.Name)
	}
	_, why := missingFunction(name, names)
	return FunctionDoc{}, errors.New(strings.ToLower(why[:1]) + why[1:])
}

// call writes how a function is called.
func (b builtin) call() string {
	if b.signature != "" {
		return b.signature
	}
	f := b.function
	if b.reads != nil {
		f = b.reads(&files{}, nil)
	}
	var params []string
	for _, p := range f.Params() {
		params = append(params, p.Name)
	}
	if p := f.VarParam(); p != nil {
		params = append(params, p.Name+"…")
	}
	return b.name + "(" + strings.Join(params, ", ") + ")"
}

// textFunc makes a function of texts to a text.
func textFunc(of func(args []string) (string, error), params ...string) function.Function {
	return makeFunc(cty.String, func(args []string) (cty.Value, error) {
		text, err := of(args)
		return cty.StringVal(text), err
	}, params...)
}

// makeFunc makes a function of texts to a value.
func makeFunc(gives cty.Type, of func(args []string) (cty.Value, error), params ...string) function.Function {
	spec := &function.Spec{Type: function.StaticReturnType(gives)}
	for _, p := range params {
		spec.Params = append(spec.Params, function.Parameter{Name: p, Type: cty.String})
	}
	spec.Impl = func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		texts := make([]string, len(args))
		for i, a := range args {
			texts[i] = a.AsString()
		}
		v, err := of(texts)
		if err != nil {
			return cty.NilVal, err
		}
		return v, nil
	}
	return function.New(spec)
}
