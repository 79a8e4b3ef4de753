package spec

import (
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// A scope is the set of names that an expression may use. A name that it does not have is looked up in its parent.
type scope struct {
	parent *scope
	ctx    *hcl.EvalContext
	places map[string]hcl.Range // where something is declared, by address
	coming []string             // steps whose answers are not known yet: the one that the expression is in, and those below it
	absent map[string]string    // why a name can't be used here though other scopes have it
	hint   string               // what to do about a name that nothing has

	instance bool            // it is of one instance: each, and iterators
	axes     map[string]bool // which axes of the matrix that it has are referred to; "": all of them; nil: it has none

	late func(Results) map[string]cty.Value // what it knows once there are results; nil: that does not depend on them

	// Of the outermost scope alone.
	work *work                    // what an evaluation takes
	uses *uses                    // who refers to what
	own  map[string]*userFunction // the module's own functions
}

func newScope(vars map[string]cty.Value, functions map[string]function.Function, w *work) *scope {
	return &scope{
		work: w,
		ctx:  &hcl.EvalContext{Variables: vars, Functions: functions},
		hint: "If a text was meant, put it in quotes.",
	}
}

// with gives a scope that knows more names. The receiver is not changed.
func (s *scope) with(vars map[string]cty.Value) *scope {
	ctx := s.ctx.NewChild()
	ctx.Variables = vars
	return &scope{parent: s, ctx: ctx, hint: s.hint}
}

// without gives a scope in which some names can't be used, for the reason given.
func (s *scope) without(why string, names ...string) *scope {
	inner := s.with(nil)
	inner.absent = map[string]string{}
	for _, n := range names {
		inner.absent[n] = why
	}
	return inner
}

// lookup finds the value of a name. Where there is none, why says where it could be used instead, or is "".
func (s *scope) lookup(name string) (v cty.Value, why string, ok bool) {
	for ; s != nil; s = s.parent {
		if why, ok := s.absent[name]; ok {
			return cty.NilVal, why, false
		}
		if v, ok := s.ctx.Variables[name]; ok {
			return v, "", true
		}
	}
	return cty.NilVal, usableIn[name], false
}

// ofInstance gives the value of a name that only one instance of a block knows.
func (s *scope) ofInstance(name string) (cty.Value, bool) {
	for ; s != nil; s = s.parent {
		if v, ok := s.ctx.Variables[name]; ok {
			return v, s.instance
		}
	}
	return cty.NilVal, false
}

// place finds where something was declared.
func (s *scope) place(address string) (hcl.Range, bool) {
	for ; s != nil; s = s.parent {
		if rng, ok := s.places[address]; ok {
			return rng, true
		}
	}
	return hcl.Range{}, false
}

// names lists what an expression may begin with.
func (s *scope) names() []string {
	all := map[string]bool{}
	for in := s; in != nil; in = in.parent {
		for name := range in.ctx.Variables {
			if _, _, ok := s.lookup(name); ok {
				all[name] = true
			}
		}
	}
	return slices.Collect(maps.Keys(all))
}

// outermost gives the scope that all others are in.
func (s *scope) outermost() *scope {
	for s.parent != nil {
		s = s.parent
	}
	return s
}

// functions gives what can be called.
func (s *scope) functions() map[string]function.Function { return s.outermost().ctx.Functions }

// value evaluates an expression whose names are checked first, so that a wrong name is told as such.
func (s *scope) value(expr hcl.Expression) (cty.Value, hcl.Diagnostics) {
	if diags := s.check(expr); diags.HasErrors() {
		return cty.DynamicVal, diags
	}
	return s.evaluate(expr)
}

// evaluate evaluates an expression whose names have been checked.
func (s *scope) evaluate(expr hcl.Expression) (cty.Value, hcl.Diagnostics) {
	v, diags := s.outermost().work.value(expr, s.ctx)
	if diags.HasErrors() {
		return cty.DynamicVal, s.explain(expr, diags)
	}
	return v, diags
}

// An Expr is an expression whose value is known only later: in a run, or for a row of a dataset.
type Expr struct {
	expr  hcl.Expression
	scope *scope
}

// IsSet says whether the spec has the expression.
func (e Expr) IsSet() bool { return e.expr != nil }

// Range gives the place of the expression in its file.
func (e Expr) Range() hcl.Range { return e.expr.Range() }

// Value evaluates the expression with the names that are known by now. Its diagnostics point into the spec.
func (e Expr) Value(vars map[string]cty.Value) (cty.Value, hcl.Diagnostics) {
	return e.scope.with(vars).evaluate(e.expr)
}
