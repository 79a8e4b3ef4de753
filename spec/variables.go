package spec

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// A variable is one that the spec declares, with its value, which is unknown where it has none.
type variable struct {
	name     string
	body     *values
	want     cty.Type // cty.NilType: it can't be understood
	defaults *typeexpr.Defaults
	secret   bool
	nullable bool

	value cty.Value
	from  hcl.Range // what is to blame for the value
}

// inputs gives variables and locals their values.
func (d *decoder) inputs(all blocks) {
	var order []*variable
	declared := map[string]*variable{}
	for _, b := range all.OfType("variable") {
		if d.declared[b] {
			d.uses.owner = "var." + b.name()
			v := d.variable(b)
			order = append(order, v)
			declared[v.name] = v
		}
	}
	given := d.assignments(declared)
	vars := map[string]cty.Value{}
	for _, v := range order {
		if v.want != cty.NilType {
			d.assign(v, given[v.name])
		}
		vars[v.name] = v.value
	}
	slices.SortFunc(d.module.Inputs, func(a, b Input) int { return strings.Compare(a.Name, b.Name) })
	slices.Sort(d.module.Withheld)
	d.know("var", cty.ObjectVal(vars))
	for _, v := range order {
		d.uses.owner = "var." + v.name
		if !d.validate(v) {
			vars[v.name] = cty.UnknownVal(disclosed(v.value)) // one mistake, one diagnostic
		}
	}
	d.know("var", cty.ObjectVal(vars))
	d.resolve(all)
}

// variable reads a declaration.
func (d *decoder) variable(b *block) *variable {
	body := d.read(b, variableSchema, d.constant)
	v := &variable{name: b.Labels[0], body: body, value: cty.DynamicVal, from: b.LabelRanges[0], secret: isSecret(body), nullable: true}
	body.boolean("nullable", &v.nullable)
	v.want, v.defaults = d.variableType(body)
	if v.want != cty.NilType {
		v.value = cty.UnknownVal(v.want.WithoutOptionalAttributesDeep())
	}
	return v
}

// isSecret says whether a variable is sensitive, or may have been meant to be.
func isSecret(body *values) bool {
	if _, written := body.attrs["sensitive"]; written {
		val, ok := body.get("sensitive")
		return !ok || val.True()
	}
	return body.misspelt("sensitive")
}

// foreignTypes are the names of types elsewhere, with what they are called here.
var foreignTypes = map[string]string{
	"int": "number", "integer": "number", "float": "number", "double": "number", "str": "string", "text": "string", "boolean": "bool",
	"array": "list(any)", "dict": "map(any)",
}

func (d *decoder) variableType(body *values) (cty.Type, *typeexpr.Defaults) {
	a, ok := body.attrs["type"]
	if !ok && body.misspelt("type") {
		return cty.NilType, nil
	}
	if !ok {
		return cty.DynamicPseudoType, nil
	}
	t, defaults, diags := typeexpr.TypeConstraintWithDefaults(a.Expr)
	types := []string{"string", "number", "bool", "any", "list", "set", "map", "tuple", "object"}
	for _, diag := range diags {
		switch written := d.text(*diag.Subject); {
		case written == "list" || written == "set" || written == "map":
			diag.Detail += fmt.Sprintf(" Write it as %s(string), say.", written)
		case foreignTypes[written] != "":
			diag.Detail += fmt.Sprintf(" Did you mean %s?", foreignTypes[written])
		case !slices.Contains(types, written):
			diag.Detail += didYouMean(written, types, "")
		}
	}
	d.diags = append(d.diags, diags...)
	if diags.HasErrors() {
		return cty.NilType, nil
	}
	return t, defaults
}

// assign gives a variable what it was given, or its default.
func (d *decoder) assign(v *variable, from assignment) {
	val, ok := cty.NilVal, true
	if from.given() {
		val, ok = d.assigned(v, from)
	}
	byDefault := !from.given() || ok && val.IsNull() && !v.nullable
	if byDefault {
		val, ok = d.defaultOf(v, from)
	}
	if !ok {
		return
	}
	if detail := tooLarge(val); detail != "" {
		d.errorAt(v.from, "Value too large", detail)
		return
	}
	if v.defaults != nil && !val.IsNull() {
		val = v.defaults.Apply(val)
	}
	converted, err := convertTo(val, v.want)
	if err != nil {
		d.errorAt(v.from, "Wrong type", fmt.Sprintf("Variable %q must be %s, and this is %s%s.", v.name, article(v.want.FriendlyName()), friendly(val.Type()), misfitIn(err, v.want)))
		return
	}
	if !byDefault {
		d.module.note(v, from, converted)
	}
	if v.secret {
		d.module.withhold(converted)
		converted = converted.Mark(sensitiveMark)
	}
	v.value = converted
}

// misfitIn says where in a value a conversion failed, and why, as the end of a sentence. Of a number, a string or a bool its type
// says it all.
func misfitIn(err error, want cty.Type) string {
	var at cty.PathError
	if want.IsPrimitiveType() {
		return ""
	}
	if !errors.As(err, &at) || len(at.Path) == 0 {
		if what := err.Error(); what != want.FriendlyName()+" required" {
			return ": " + what
		}
		return ""
	}
	where := ""
	for _, step := range at.Path {
		switch step := step.(type) {
		case cty.GetAttrStep:
			where += "." + step.Name
		case cty.IndexStep:
			if step.Key.Type() == cty.Number { // the key of a map may be what is sensitive
				where += "[" + step.Key.AsBigFloat().Text('g', -1) + "]"
			}
		}
	}
	return fmt.Sprintf(", of which %s does not fit: %s", where, err)
}

// defaultOf evaluates a variable's default. What null was given to and may not be null has it as well.
func (d *decoder) defaultOf(v *variable, from assignment) (cty.Value, bool) {
	a, ok := v.body.attrs["default"]
	switch {
	case !ok && from.given():
		d.errorAt(v.from, "Missing value", fmt.Sprintf("Variable %q can't be null, and it has no default. Give it a value.", v.name))
		return cty.NilVal, false
	case !ok && (v.body.broken || d.unread):
		return cty.NilVal, false // what seems to be missing may be in what could not be read
	case !ok:
		d.errorAt(v.from, "Missing value", fmt.Sprintf("Variable %q has no default, so it has to be given: with -var %s=VALUE, as %s%s in the environment, or by a line \"%s = VALUE\" in %s or in a file that -var-file names.",
			v.name, v.name, environmentPrefix, v.name, v.name, autoFile))
		return cty.NilVal, false
	}
	val, diags := d.constant.value(a.Expr)
	switch {
	case !v.secret: // a diagnostic shows the line that it points at
		v.from = a.Expr.Range()
		d.diags = append(d.diags, diags...)
	case diags.HasErrors():
		d.errorAt(v.from, "Wrong value for variable", fmt.Sprintf("The default of %q can't be evaluated. It is sensitive, so it is not shown.", v.name))
	}
	if !diags.HasErrors() && val.IsNull() && !v.nullable {
		d.errorAt(v.from, "Wrong value for variable", fmt.Sprintf("The default of %q is null, and the variable can't be null. Take one of them out.", v.name))
		return cty.NilVal, false
	}
	return val, !diags.HasErrors()
}

// validate holds a variable against its rules, and tells of each that is broken.
func (d *decoder) validate(v *variable) bool {
	ok := true
	for _, b := range v.body.blocks.OfType("validation") {
		rule := d.read(b, conditionSchema, d.scope)
		condition := rule.expr("condition", d.scope)
		message := rule.expr("error_message", d.scope)
		if condition.IsSet() && message.IsSet() && !d.holds(v, condition, message) {
			ok = false
		}
	}
	return ok
}

// holds evaluates a rule, and reports its message where it is broken.
func (d *decoder) holds(v *variable, condition, message Expr) bool {
	val, diags := condition.scope.evaluate(condition.expr)
	d.diags = append(d.diags, diags...)
	if diags.HasErrors() {
		return true
	}
	val, _ = val.UnmarkDeep()
	ok, err := convert.Convert(val, cty.Bool)
	switch {
	case err != nil || ok.IsNull():
		d.errorAt(condition.Range(), "Wrong type", fmt.Sprintf("\"condition\" must be true or false, and this is %s.", friendly(val.Type())))
	case ok.IsKnown() && ok.False():
		d.diags = append(d.diags, &hcl.Diagnostic{
			Severity: hcl.DiagError, Summary: "Invalid value for variable", Subject: &v.from,
			Detail:     d.message(message) + fmt.Sprintf("\n\nThe rule is at %s.", at(condition.Range())),
			Expression: condition.expr, EvalContext: legible(condition.expr, condition.scope.ctx),
		})
		return false
	}
	return true
}

// message gives the text of an error_message, which is not shown where it tells a sensitive value.
func (d *decoder) message(e Expr) string {
	text, diags := attr{name: "error_message", kind: kString, required: true}.evaluateChecked(e.expr, e.scope)
	switch {
	case !diags.HasErrors() && text.IsKnown():
		return text.AsString()
	case slices.ContainsFunc(diags, func(d *hcl.Diagnostic) bool { return d.Summary == sensitiveHere }):
		return "The rule's message tells a sensitive value, so it is not shown."
	}
	d.diags = append(d.diags, diags...)
	return "The rule of this variable is broken."
}
