package spec

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// inputs gives variables and locals their values.
func (d *decoder) inputs(all blocks) {
	vars := map[string]cty.Value{}
	var inputs []input
	for _, b := range all.OfType("variable") {
		if d.declared[b] {
			d.uses.owner = "var." + b.name()
			in := d.variable(b)
			inputs = append(inputs, in)
			vars[in.name] = in.value
		}
	}
	for _, name := range slices.Sorted(maps.Keys(d.opts.Vars)) {
		if _, ok := vars[name]; !ok && !d.loose["var"] {
			d.fail("Unknown variable", fmt.Sprintf("-var %s: the spec has no variable %q.%s", name, name, didYouMean(name, slices.Collect(maps.Keys(vars)), "")))
		}
	}
	d.know("var", cty.ObjectVal(vars))
	for _, in := range inputs {
		d.uses.owner = "var." + in.name
		if !d.validate(in) {
			vars[in.name] = cty.UnknownVal(in.value.Type()) // one mistake, one diagnostic
		}
	}
	d.know("var", cty.ObjectVal(vars))
	d.resolve(all)
}

// An input is a variable with its value, which is unknown where it has none.
type input struct {
	name  string
	value cty.Value
	from  hcl.Range // what is to blame for the value
	rules blocks
}

func (d *decoder) variable(b *block) input {
	v := d.read(b, variableSchema, d.constant)
	in := input{name: b.Labels[0], from: b.LabelRanges[0], rules: v.blocks.OfType("validation")}
	in.value = cty.DynamicVal
	want, defaults, ok := d.variableType(v)
	if !ok {
		return in
	}
	in.value = cty.UnknownVal(want.WithoutOptionalAttributesDeep())
	secret := false
	v.boolean("sensitive", &secret)
	given, ok := d.given(&in, want, secret, v)
	if !ok {
		return in
	}
	if defaults != nil && !given.IsNull() {
		given = defaults.Apply(given)
	}
	converted, err := convert.Convert(given, want)
	if err != nil {
		d.errorAt(in.from, "Wrong type", fmt.Sprintf("Variable %q must be %s, and this is %s%s.", in.name, article(want.FriendlyName()), friendly(given.Type()), misfitIn(err)))
		return in
	}
	if secret {
		converted = converted.Mark(sensitiveMark)
	}
	in.value = converted
	return in
}

// misfitIn says where in a value a conversion failed, and why.
func misfitIn(err error) string {
	var at cty.PathError
	if !errors.As(err, &at) || len(at.Path) == 0 {
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
	return fmt.Sprintf(" of which %s does not fit: %s", where, err)
}

func (d *decoder) variableType(v *values) (cty.Type, *typeexpr.Defaults, bool) {
	a, ok := v.attrs["type"]
	if !ok {
		return cty.DynamicPseudoType, nil, true
	}
	t, defaults, diags := typeexpr.TypeConstraintWithDefaults(a.Expr)
	for _, diag := range diags {
		diag.Detail += didYouMean(d.text(*diag.Subject), []string{"string", "number", "bool", "any", "list", "set", "map", "tuple", "object"}, "")
	}
	d.diags = append(d.diags, diags...)
	return t, defaults, !diags.HasErrors()
}

// given finds a variable's value: from -var, or its default.
func (d *decoder) given(in *input, want cty.Type, secret bool, v *values) (cty.Value, bool) {
	if text, ok := d.opts.Vars[in.name]; ok {
		val, err := parseVar(text, want)
		if err != nil {
			if secret {
				text = "…"
			}
			d.errorAt(in.from, "Wrong value for variable", fmt.Sprintf("-var %s=%s: %s.", in.name, text, err))
			return cty.NilVal, false
		}
		if !secret {
			d.module.Given[in.name] = text
		}
		return val, true
	}
	a, ok := v.attrs["default"]
	if !ok {
		if !v.broken {
			d.errorAt(in.from, "Missing value", fmt.Sprintf("Variable %q has no default, so it has to be given: -var %s=VALUE", in.name, in.name))
		}
		return cty.NilVal, false
	}
	val, diags := d.constant.value(a.Expr)
	switch {
	case !secret: // a diagnostic shows the line that it points at
		in.from = a.Expr.Range()
		d.diags = append(d.diags, diags...)
	case diags.HasErrors():
		d.errorAt(in.from, "Wrong value for variable", fmt.Sprintf("The default of %q can't be evaluated. It is sensitive, so it is not shown.", in.name))
	}
	return val, !diags.HasErrors()
}

// parseVar reads the text of -var: as it stands for a string (or where any type is taken), as an expression otherwise.
func parseVar(text string, want cty.Type) (cty.Value, error) {
	if want == cty.String || want == cty.DynamicPseudoType {
		return cty.StringVal(text), nil
	}
	wrong := fmt.Errorf("this is not a value of type %s", want.FriendlyName())
	tokens, _ := hclsyntax.LexExpression([]byte(text), "-var", hcl.InitialPos)
	if tooDeep(tokens) != nil {
		return cty.NilVal, wrong
	}
	expr, diags := hclsyntax.ParseExpression([]byte(text), "-var", hcl.InitialPos)
	if diags.HasErrors() {
		return cty.NilVal, wrong
	}
	val, diags := expr.Value(nil)
	if diags.HasErrors() {
		return cty.NilVal, wrong
	}
	if _, err := convert.Convert(val, want); err != nil {
		return cty.NilVal, wrong
	}
	return val, nil
}

// validate holds a variable against its rules, and tells of the first that is broken.
func (d *decoder) validate(in input) bool {
	for _, b := range in.rules {
		v := d.read(b, conditionSchema, d.scope)
		condition := v.expr("condition", d.scope)
		message := v.expr("error_message", d.scope)
		if condition.IsSet() && message.IsSet() && !d.holds(in, condition, message) {
			return false
		}
	}
	return true
}

// holds evaluates a rule, and reports its message where it is broken.
func (d *decoder) holds(in input, condition, message Expr) bool {
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
			Severity: hcl.DiagError, Summary: "Invalid value for variable", Subject: &in.from,
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
