package spec

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// HCL takes whatever isn't known yet for a piece of a text, for a condition and for the argument of many functions, though its type may
// be known, and be one that can't stand there. So that no run has to find out, the parts of a parsed expression that become something
// else look at the type.

// checkTypes lets an expression, or all expressions of a file, tell of wrong types of values that are known only later.
func checkTypes(node hclsyntax.Node) { _ = hclsyntax.Walk(node, typingWalker{}) }

type typingWalker struct{}

// Enter does nothing: see Exit.
func (typingWalker) Enter(hclsyntax.Node) hcl.Diagnostics { return nil }

// Exit puts the checks in, after the walk has been through what is inside.
func (typingWalker) Exit(node hclsyntax.Node) hcl.Diagnostics {
	switch n := node.(type) {
	case *hclsyntax.TemplateExpr:
		for i, part := range n.Parts {
			if _, literal := part.(*hclsyntax.LiteralValueExpr); !literal {
				n.Parts[i] = checking(part, becomes(cty.String, "What stands in a text"))
			}
		}
	case *hclsyntax.ConditionalExpr:
		n.Condition = checking(n.Condition, becomes(cty.Bool, "A condition"))
	case *hclsyntax.ForExpr:
		n.CollExpr = &collectionExpr{parenthesized(n.CollExpr), n}
		if n.CondExpr != nil {
			n.CondExpr = checking(n.CondExpr, becomes(cty.Bool, "A condition"))
		}
	case *hclsyntax.UnaryOpExpr:
		n.Val = checkingText(n.Val, parameter(n.Op.Impl, 0), "This operand")
	case *hclsyntax.BinaryOpExpr:
		n.LHS = checkingText(n.LHS, parameter(n.Op.Impl, 0), "This operand")
		n.RHS = checkingText(n.RHS, parameter(n.Op.Impl, 1), "This operand")
	case *hclsyntax.FunctionCallExpr:
		checkArguments(n)
	}
	return nil
}

func parenthesized(expr hclsyntax.Expression) *hclsyntax.ParenthesesExpr {
	return &hclsyntax.ParenthesesExpr{Expression: expr, SrcRange: expr.Range()}
}

// A typeCheck says what keeps a value that isn't known from being what it must be; "": nothing that its type tells.
type typeCheck func(v cty.Value, expr hcl.Expression) string

// A checkedExpr is an expression whose values must be of certain types. For whoever looks at it, it stands in parentheses.
type checkedExpr struct {
	*hclsyntax.ParenthesesExpr
	check typeCheck
}

func checking(expr hclsyntax.Expression, check typeCheck) hclsyntax.Expression {
	return &checkedExpr{parenthesized(expr), check}
}

// checkingText is checking for an expression that becomes a number or a bool: HCL looks at its type itself, and not at the text.
func checkingText(expr hclsyntax.Expression, want cty.Type, what string) hclsyntax.Expression {
	if neverBecomes(expr, want) == nil {
		return expr
	}
	return checking(expr, becomes(want, what))
}

// StartRange is what a mistake in the expression points at.
func (e *checkedExpr) StartRange() hcl.Range { return e.Expression.StartRange() }

// Value gives the value of the expression. HCL tells of one that is known and wrong.
func (e *checkedExpr) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	v, diags := e.Expression.Value(ctx)
	if diags.HasErrors() || v.IsNull() || v.Type() == cty.DynamicPseudoType || v.IsWhollyKnown() {
		return v, diags
	}
	detail := e.check(v, e.Expression)
	if detail == "" {
		return v, diags
	}
	return cty.DynamicVal, append(diags, &hcl.Diagnostic{
		Severity: hcl.DiagError, Summary: "Wrong type", Detail: detail, Subject: e.Expression.Range().Ptr(),
		Expression: e.Expression, EvalContext: ctx,
	})
}

// becomes gives the check of something that is converted to a plain type.
func becomes(want cty.Type, what string) typeCheck {
	must := map[cty.Type]string{cty.String: "a text, a number, true or false", cty.Bool: "true or false", cty.Number: "a number"}[want]
	return func(v cty.Value, expr hcl.Expression) string {
		if t := v.Type(); !t.Equals(want) && convert.GetConversionUnsafe(t, want) == nil {
			return fmt.Sprintf("%s must be %s, and this is %s.%s", what, must, friendly(t), instead(v, expr, want))
		}
		if text := neverBecomes(expr, want); text != nil {
			return fmt.Sprintf("%s must be %s, and %s", what, must, text.told(want))
		}
		return ""
	}
}

// instead says what to write for a value that can't become what is wanted.
func instead(v cty.Value, expr hcl.Expression, want cty.Type) string {
	t, written := v.Type(), "…"
	reference, isReference := unwrapped(expr).(*hclsyntax.ScopeTraversalExpr)
	if isReference {
		written = asWritten(reference.Traversal)
	}
	switch {
	case t == cty.Number && want == cty.Bool && !isReference:
		return " Compare it with another one."
	case t == cty.Number && want == cty.Bool:
		return fmt.Sprintf(" Compare it, as %s > 0.", written)
	case t.IsObjectType():
		if fields := plainFields(t); isReference && ofLanguage[reference.Traversal.RootName()] && !v.ContainsMarked() && len(fields) > 0 {
			for i, name := range fields {
				fields[i] = written + "." + name
			}
			return fmt.Sprintf(" Name what of it is meant: %s.", orList(fields))
		}
		return " Name the attribute that is meant."
	case want == cty.Number && (isSequence(t) || t.IsMapType()):
		return fmt.Sprintf(" Count what is in it, as length(%s), or name the element that is meant.", written)
	case want == cty.Bool && (isSequence(t) || t.IsMapType()):
		return fmt.Sprintf(" Ask whether there is anything in it, as length(%s) > 0.", written)
	case t.IsMapType():
		return fmt.Sprintf(" Name the element that is meant, or write all of them with jsonencode(%s).", written)
	case isSequence(t):
		for _, of := range elementTypes(t) {
			if !of.IsPrimitiveType() {
				return fmt.Sprintf(" Write it with jsonencode(%s).", written)
			}
		}
		return fmt.Sprintf(` Join its elements, as join("\n", %s).`, written)
	}
	return ""
}

// ofLanguage has the roots of what the language itself gives attributes. Those of other objects may be sensitive.
var ofLanguage = map[string]bool{"ingest": true, "self": true, "step": true, "analysis": true, "comparison": true, "source": true}

// fieldsTold is how many attributes are told of an object.
const fieldsTold = 4

// plainFields lists the attributes of an object that can stand in a text, as far as they are told.
func plainFields(t cty.Type) []string {
	var names []string
	for _, name := range attributesOf(t) {
		if t.AttributeType(name).IsPrimitiveType() && len(names) < fieldsTold {
			names = append(names, name)
		}
	}
	return names
}

// A collectionExpr is what a loop goes through.
type collectionExpr struct {
	*hclsyntax.ParenthesesExpr
	loop *hclsyntax.ForExpr
}

// StartRange is what a mistake in the collection points at.
func (e *collectionExpr) StartRange() hcl.Range { return e.Expression.StartRange() }

// Value gives the collection. Of one that isn't known HCL's loop goes no round, so one is gone here for the types in it.
func (e *collectionExpr) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	v, diags := e.Expression.Value(ctx)
	if t := v.Type(); diags.HasErrors() || v.IsKnown() || !t.IsCollectionType() {
		return v, diags
	}
	_, marks := v.Unmark()
	key, value := anElement(v.Type())
	round := ctx.NewChild()
	round.Variables = map[string]cty.Value{e.loop.ValVar: value.WithMarks(marks)}
	if e.loop.KeyVar != "" {
		round.Variables[e.loop.KeyVar] = key.WithMarks(marks)
	}
	for _, part := range []hclsyntax.Expression{e.loop.CondExpr, e.loop.KeyExpr, e.loop.ValExpr} {
		if part == nil {
			continue
		}
		if _, wrong := part.Value(round); wrong.HasErrors() {
			return v, append(diags, wrong...)
		}
	}
	return v, diags
}

// anElement gives the key and the value of any element of a collection.
func anElement(t cty.Type) (key, value cty.Value) {
	value = cty.UnknownVal(t.ElementType())
	switch {
	case t.IsListType():
		return cty.UnknownVal(cty.Number), value
	case t.IsMapType():
		return cty.UnknownVal(cty.String), value
	}
	return value, value
}

// takes are the functions that look at the type of their first argument only once its value is known, with what that may be.
var takes = map[string]struct {
	what string
	fits func(cty.Type) bool
}{
	"length":       {"a list, a map, an object or a text", func(t cty.Type) bool { return t != cty.Number && t != cty.Bool }},
	"contains":     {"a list", isSequence},
	"index":        {"a list", isSequence},
	"flatten":      {"a list", isSequence},
	"coalescelist": {"a list", isSequence},
}

// checkArguments puts the checks of the arguments of a call in.
func checkArguments(call *hclsyntax.FunctionCallExpr) {
	written := call.Args
	if call.ExpandFinal {
		written = written[:len(written)-1] // its elements are the arguments
	}
	if of, wants := parameters()[call.Name]; wants {
		for i, arg := range written {
			call.Args[i] = checkingText(arg, of(i), "This argument of "+call.Name)
		}
	}
	if call.Name == "format" && len(written) > 0 {
		checkVerbs(written)
	}
	if first, looks := takes[call.Name]; looks && len(written) > 0 {
		call.Args[0] = checking(call.Args[0], func(v cty.Value, _ hcl.Expression) string {
			if first.fits(v.Type()) {
				return ""
			}
			return fmt.Sprintf("%s takes %s here, and this is %s.", call.Name, first.what, friendly(v.Type()))
		})
	}
}

// verbs has what the verbs of a format write beside %v, which writes anything.
var verbs = map[byte]cty.Type{
	's': cty.String, 'q': cty.String, 't': cty.Bool, 'b': cty.Number, 'd': cty.Number, 'o': cty.Number, 'x': cty.Number, 'X': cty.Number,
	'e': cty.Number, 'E': cty.Number, 'f': cty.Number, 'g': cty.Number, 'G': cty.Number,
}

// checkVerbs puts the checks of what a format writes in, where it is written out.
func checkVerbs(args []hclsyntax.Expression) {
	format, ok := args[0].(*hclsyntax.TemplateExpr)
	if !ok || !format.IsStringLiteral() {
		return
	}
	text, _ := format.Value(nil)
	i := 0
	for _, d := range directive().FindAllString(knownText(text), -1) {
		if d == "%%" {
			continue
		}
		if i++; i >= len(args) || strings.ContainsAny(d, "[*") { // one that says itself which argument it takes
			return
		}
		if want, plain := verbs[d[len(d)-1]]; plain {
			args[i] = checking(args[i], becomes(want, "What "+d+" writes"))
		}
	}
}
