package spec

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
)

// Where the values of variables come from; what comes later takes the place of what came before: the environment,
// bench.auto.benchvars, the other *.auto.benchvars of the folder in the order of their names, and the command line in its order.

// An Input is what the command line gives variables: NAME=TEXT of -var, or a file of -var-file.
type Input struct {
	Name       string `json:"name,omitempty"`       // of the variable; "": it is a file
	Text       string `json:"text,omitempty"`       // as it stands where the variable is a string or of no type, else an expression
	Expression bool   `json:"expression,omitempty"` // the text is an expression in any case
	File       string `json:"file,omitempty"`       // relative to the working folder
}

// environmentPrefix is what a variable of the environment begins with that gives one of the spec its value.
const environmentPrefix = "BENCH_VAR_"

// An assignment is what a variable was given.
type assignment struct {
	attr *hcl.Attribute // of a file
	text *Input         // of the command line or the environment
	by   string         // how a message calls the text: "-var model"
	told bool           // it comes from the command line, so it has to be said again
}

func (a assignment) given() bool { return a.attr != nil || a.text != nil }

// assignments collects what was given, by the names of the variables.
func (d *decoder) assignments(declared map[string]*variable) map[string]assignment {
	given := map[string]assignment{}
	for _, entry := range slices.Backward(d.opts.Environ) { // of two entries with one name the first counts
		key, text, _ := strings.Cut(entry, "=")
		if name, ok := strings.CutPrefix(key, environmentPrefix); ok && declared[name] != nil {
			given[name] = assignment{text: &Input{Name: name, Text: text}, by: key}
		}
	}
	for _, file := range d.autoFiles() {
		maps.Copy(given, d.assignmentsIn(file, declared))
	}
	for i := range d.opts.Inputs {
		in := &d.opts.Inputs[i]
		if in.Name == "" {
			for name, a := range d.assignmentsIn(in.File, declared) {
				a.told = true
				given[name] = a
			}
			continue
		}
		if declared[in.Name] == nil {
			d.unknownInput(in.Name, declared)
			continue
		}
		given[in.Name] = assignment{text: in, by: "-var " + in.Name, told: true}
	}
	return given
}

func (d *decoder) unknownInput(name string, declared map[string]*variable) {
	detail := fmt.Sprintf("-var %s: the spec has no variable %q.%s", name, name, didYouMean(name, slices.Collect(maps.Keys(declared)), ""))
	told := slices.ContainsFunc(d.diags, func(diag *hcl.Diagnostic) bool { return diag.Detail == detail })
	if !told && !d.loose["var"] {
		d.fail("Unknown variable", detail)
	}
}

// assigned gives the value that a variable was given, and has what is to blame for it.
func (d *decoder) assigned(v *variable, from assignment) (cty.Value, bool) {
	if from.attr != nil {
		return d.literal(v, from.attr)
	}
	val, err := parseVar(*from.text, v.want)
	if err != nil {
		text, what := strings.ToValidUTF8(from.text.Text, "\uFFFD"), err.what(v.want, !v.secret)
		if v.secret {
			text = "…"
		}
		d.errorAt(v.from, "Wrong value for variable", fmt.Sprintf("%s=%s: %s.", from.by, text, what))
	}
	return val, err == nil
}

// A varError says why a text is no value of a variable's type.
type varError struct {
	noText bool   // it isn't even UTF-8
	why    string // the end of a sentence; "" where the type says it all
}

// what tells of the error, with the reason where that may be shown.
func (e *varError) what(want cty.Type, shown bool) string {
	switch {
	case e.noText:
		return "this is not a text in UTF-8"
	case shown:
		return fmt.Sprintf("this is not a value of type %s%s", want.FriendlyName(), e.why)
	}
	return "this is not a value of type " + want.FriendlyName()
}

// parseVar reads the text of -var: as it stands for a string (or where any type is taken), as an expression otherwise.
func parseVar(in Input, want cty.Type) (cty.Value, *varError) {
	if !utf8.ValidString(in.Text) {
		return cty.NilVal, &varError{noText: true}
	}
	if !in.Expression && (want == cty.String || want == cty.DynamicPseudoType) {
		return cty.StringVal(in.Text), nil
	}
	wrong := func(diags hcl.Diagnostics) (cty.Value, *varError) {
		if want.IsPrimitiveType() {
			return cty.NilVal, &varError{}
		}
		d := diags[0]
		return cty.NilVal, &varError{why: fmt.Sprintf(": %s (at character %d). %s", d.Summary, d.Subject.Start.Column, strings.TrimSuffix(d.Detail, "."))}
	}
	expr, diags := asExpression.read("-var", []byte(in.Text), 1)
	if diags.HasErrors() {
		return wrong(diags)
	}
	if diags := notLiteral(expr); diags != nil {
		return wrong(diags)
	}
	val, diags := expr.Value(nil)
	if diags.HasErrors() {
		return wrong(diags)
	}
	if _, err := convertTo(val, want); err != nil {
		return cty.NilVal, &varError{why: misfitIn(err, want)}
	}
	return val, nil
}

// note keeps what a variable was given, so that it can be told and given again; of a sensitive one, that it has to be.
func (m *Module) note(v *variable, from assignment, val cty.Value) {
	if v.secret {
		if from.told {
			m.Withheld = append(m.Withheld, v.name)
		}
		return
	}
	text := literalText(val)
	m.Inputs = append(m.Inputs, Input{Name: v.name, Text: text, Expression: true})
	if val.Type() == cty.String && !val.IsNull() && (v.want == cty.String || v.want == cty.DynamicPseudoType) {
		text = val.AsString()
	}
	m.Given[v.name] = text
}

// literalText writes a value that has no reference and nothing unknown in it as an expression on one line, without functions: a
// list, a set and a tuple look the same.
func literalText(v cty.Value) string {
	t := v.Type()
	switch {
	case v.IsNull():
		return "null"
	case t == cty.Number:
		return numberText(v.AsBigFloat())
	case t.IsPrimitiveType():
		return string(hclwrite.TokensForValue(v).Bytes())
	}
	var parts []string
	isList := !t.IsObjectType() && !t.IsMapType()
	for it := v.ElementIterator(); it.Next(); {
		key, e := it.Element()
		part := literalText(e)
		if !isList {
			part = keyText(key.AsString()) + " = " + part
		}
		parts = append(parts, part)
	}
	switch text := strings.Join(parts, ", "); {
	case isList:
		return "[" + text + "]"
	case text == "":
		return "{}"
	default:
		return "{ " + text + " }"
	}
}
