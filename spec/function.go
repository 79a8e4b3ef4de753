package spec

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

var errTooManyCalls = fmt.Errorf("more than %d calls of functions come of this one expression", maxCalls)

// A userFunction is a function block.
type userFunction struct {
	name     string
	params   []string
	variadic string // name of the list of what is given beside params; "" where that is nothing
	result   hcl.Expression
	at       hcl.Range // of the name

	scope  func() *scope // what the result sees beside the parameters
	work   *work         // that a call counts for
	levels int           // what is evaluated inside one another when it is called: see maxLevels
	hides  bool          // what is sensitive is unknown to it: see explain
}

// userFunctions decodes the function blocks, and makes them known.
func (d *decoder) userFunctions(all blocks, r *resolver) {
	for _, b := range all {
		if !d.declared[b] {
			continue
		}
		name := b.name()
		if _, taken := d.scope.ctx.Functions[name]; taken {
			d.errorAt(b.nameRange(), "Duplicate name", fmt.Sprintf("%s is a function of the language itself. Give this one another name.", name))
			continue
		}
		f := d.userFunction(b)
		if f == nil {
			d.scope.ctx.Functions[name] = unknownFunction
			continue
		}
		f.work = d.work
		f.scope = func() *scope { return r.seenBy(f) }
		d.own[name] = f
	}
	if d.loose["function"] {
		d.supposeFunctions()
	}
	d.scope.own = d.own
	for name, f := range d.own {
		d.scope.ctx.Functions[name] = f.function()
	}
	for _, name := range slices.Sorted(maps.Keys(d.own)) {
		f := d.own[name]
		d.uses.owner = "function." + name
		sc := r.names.without("a function sees its parameters, var and local alone", slices.Collect(maps.Keys(refTypes))...).with(f.unknown())
		diags := sc.check(f.result)
		if d.diags = append(d.diags, diags...); diags.HasErrors() {
			d.scope.ctx.Functions[name] = unknownFunction // told here, and not once more wherever it is called
		}
	}
	d.callsInCalls()
}

// supposeFunctions makes every function known that is called, since a block of one could not be read.
func (d *decoder) supposeFunctions() {
	for _, body := range d.bodies {
		_ = hclsyntax.VisitAll(body, func(n hclsyntax.Node) hcl.Diagnostics {
			if call, ok := n.(*hclsyntax.FunctionCallExpr); ok {
				if _, known := d.scope.ctx.Functions[call.Name]; !known && d.own[call.Name] == nil {
					d.scope.ctx.Functions[call.Name] = unknownFunction
				}
			}
			return nil
		})
	}
}

// userFunction decodes one block; nil where it has a mistake.
func (d *decoder) userFunction(b *block) *userFunction {
	v := d.read(b, functionSchema, d.constant)
	f := &userFunction{name: b.name(), at: b.nameRange()}
	result, ok := v.attrs["result"]
	if !ok || v.misspelt("params") || v.misspelt("variadic_param") {
		return nil
	}
	f.result = result.Expr
	if a, ok := v.attrs["params"]; ok {
		list, diags := hcl.ExprList(a.Expr)
		if diags.HasErrors() {
			d.errorAt(a.Expr.Range(), "Invalid value", "\"params\" is a list of bare names, as: params = [tokens, seconds]")
			return nil
		}
		for _, e := range list {
			if !d.param(e, f) {
				return nil
			}
			f.params = append(f.params, hcl.ExprAsKeyword(e))
		}
	}
	if a, ok := v.attrs["variadic_param"]; ok {
		if !d.param(a.Expr, f) {
			return nil
		}
		f.variadic = hcl.ExprAsKeyword(a.Expr)
	}
	return f
}

// param checks the name of a parameter.
func (d *decoder) param(e hcl.Expression, f *userFunction) bool {
	name := hcl.ExprAsKeyword(e)
	switch {
	case name == "":
		d.errorAt(e.Range(), "Invalid value", "A parameter is a bare name, as: params = [tokens, seconds]")
	case name == "var" || name == "local":
		d.errorAt(e.Range(), "Invalid value", fmt.Sprintf("A parameter can't be called %q: that stands for the values of the spec.", name))
	case slices.Contains(f.params, name):
		d.errorAt(e.Range(), "Duplicate name", fmt.Sprintf("There is a parameter %q already. Give one of them another name.", name))
	default:
		return true
	}
	return false
}

// callsInCalls refuses functions that call themselves, be it through others, since they would never end, and those whose calls would
// go deeper than a stack can.
func (d *decoder) callsInCalls() {
	state := map[string]int{} // 1 under way, 2 done
	var path []string
	var visit func(name string)
	visit = func(name string) {
		if state[name] == 1 {
			d.errorAt(d.own[name].at, "Cycle", "These functions call each other: "+strings.Join(append(slices.Clone(path[slices.Index(path, name):]), name), " → ")+".")
			return
		}
		if state[name] == 2 {
			return
		}
		state[name], path = 1, append(path, name)
		f, inside := d.own[name], 0
		if len(path) > maxLevels {
			inside = maxLevels // and this goes no deeper either
		} else {
			for _, callee := range d.callees(f.result) {
				visit(callee.name)
				inside = max(inside, callee.levels)
			}
		}
		f.levels = levels(f.result) + inside
		if f.levels > maxLevels && inside <= maxLevels {
			d.diags = append(d.diags, nestedTooDeep(f.at, fmt.Sprintf("A call of %s, with the calls in it, evaluates more than %d operators, brackets and calls inside one another.", name, maxLevels)))
		}
		state[name], path = 2, path[:len(path)-1]
	}
	before := len(d.diags)
	for _, name := range slices.Sorted(maps.Keys(d.own)) {
		visit(name)
	}
	if len(d.diags) > before {
		for name := range d.own { // nothing may call them
			d.scope.ctx.Functions[name] = unknownFunction
		}
	}
}

// unknownFunction stands for one that has a mistake.
var unknownFunction = function.New(&function.Spec{
	VarParam: &function.Parameter{Name: "args", Type: cty.DynamicPseudoType, AllowNull: true, AllowUnknown: true, AllowDynamicType: true, AllowMarked: true},
	Type:     function.StaticReturnType(cty.DynamicPseudoType),
	Impl:     func([]cty.Value, cty.Type) (cty.Value, error) { return cty.DynamicVal, nil },
})

// callees lists the module's own functions that an expression calls.
func (d *decoder) callees(expr hcl.Expression) []*userFunction {
	var out []*userFunction
	seen := map[string]bool{}
	called, _ := calls(expr)
	for _, c := range called {
		if f := d.own[c.Name]; f != nil && !seen[c.Name] {
			seen[c.Name], out = true, append(out, f)
		}
	}
	return out
}

// calledBy lists the module's own functions that an expression calls, itself or through others.
func (d *decoder) calledBy(expr hcl.Expression) []*userFunction {
	all := d.callees(expr)
	seen := map[*userFunction]bool{}
	for _, f := range all {
		seen[f] = true
	}
	for i := 0; i < len(all); i++ {
		for _, f := range d.callees(all[i].result) {
			if !seen[f] {
				seen[f], all = true, append(all, f)
			}
		}
	}
	return all
}

// variables lists what the result refers to beside the parameters.
func (f *userFunction) variables() []hcl.Traversal {
	return slices.DeleteFunc(f.result.Variables(), func(t hcl.Traversal) bool {
		return slices.Contains(f.params, t.RootName()) || t.RootName() == f.variadic
	})
}

// unknown gives the parameters, of which nothing is known.
func (f *userFunction) unknown() map[string]cty.Value {
	vars := map[string]cty.Value{}
	for _, p := range f.params {
		vars[p] = cty.DynamicVal
	}
	if f.variadic != "" {
		vars[f.variadic] = cty.DynamicVal
	}
	return vars
}

// function gives what can be called. The result is evaluated once for a call, with whatever is known of the arguments, so that
// it has a type even where it has no value yet.
func (f *userFunction) function() function.Function {
	param := func(name string) function.Parameter {
		return function.Parameter{Name: name, Type: cty.DynamicPseudoType, AllowNull: true, AllowUnknown: true, AllowDynamicType: true, AllowMarked: true}
	}
	spec := &function.Spec{Type: function.StaticReturnType(cty.DynamicPseudoType), Impl: f.call}
	for _, p := range f.params {
		spec.Params = append(spec.Params, param(p))
	}
	if f.variadic != "" {
		p := param(f.variadic)
		spec.VarParam = &p
	}
	return function.New(spec)
}

func (f *userFunction) call(args []cty.Value, _ cty.Type) (cty.Value, error) {
	if f.work.calls++; f.work.calls > maxCalls {
		return cty.NilVal, errTooManyCalls
	}
	if f.work.tooMuch != nil {
		return cty.DynamicVal, nil
	}
	vars := map[string]cty.Value{}
	for i, p := range f.params {
		vars[p] = args[i]
	}
	if f.variadic != "" {
		vars[f.variadic] = cty.TupleVal(args[len(f.params):])
	}
	sc := f.scope().with(vars)
	if f.work.trials > 0 && failsBySecret(f.result, sc.ctx) {
		f.work.secret = true
	}
	end := f.work.inRound(f.result.Range())
	v, diags := f.evaluate(sc)
	end()
	switch {
	case f.work.calls > maxCalls: // told where the first of them is called
		return cty.NilVal, errTooManyCalls
	case diags.HasErrors():
		return cty.NilVal, &functionError{diags[:1]} // of functions that call two others each, all would be as many as their calls
	}
	if tooMuch := f.work.count(v, f.result.Range()); tooMuch != nil {
		return cty.NilVal, &functionError{hcl.Diagnostics{tooMuch}}
	}
	if f.work.tooMuch != nil {
		return cty.DynamicVal, nil // which is told already
	}
	if detail := tooLarge(v); detail != "" {
		return cty.NilVal, errors.New(detail)
	}
	return v, nil
}

// A functionError is a mistake in the result of one of the module's own functions.
type functionError struct{ diags hcl.Diagnostics }

func (e *functionError) Error() string { return oneLine(e.diags[0]) }

// evaluate gives the result. What is told of a sensitive value stays: whoever made the first call takes care of it.
func (f *userFunction) evaluate(sc *scope) (cty.Value, hcl.Diagnostics) {
	ctx := sc.ctx
	if f.hides {
		ctx, _ = sc.concealed(f.result)
	}
	v, diags := f.work.value(f.result, ctx)
	if diags.HasErrors() {
		return cty.DynamicVal, sc.tell(f.result, diags)
	}
	if f.hides {
		v = conceal(v)
	}
	return v, diags
}

// seenBy gives the scope of a function's result: it sees the values that it names, as far as they are known.
func (r *resolver) seenBy(f *userFunction) *scope {
	if r.finished {
		return r.scope
	}
	locals := map[string]cty.Value{}
	for _, t := range f.variables() {
		if name, ok := second(t); ok && t.RootName() == "local" {
			locals[name] = cty.DynamicVal
			if n := r.nodes["local."+name]; n != nil && n.state == done {
				locals[name] = n.value
			}
		}
	}
	return r.scope.with(map[string]cty.Value{"local": cty.ObjectVal(locals)})
}
