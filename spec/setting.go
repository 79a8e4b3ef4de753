package spec

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// A setting is an attribute that may vary along the matrix.
type setting struct {
	attr   attr
	block  *block // that it stands in
	expr   hcl.Expression
	value  cty.Value // where it does not vary
	varies bool

	results map[string]cty.Value // what it sees of analyses and comparisons; nil where it refers to none
	waits   []placed             // for these
	known   *scope               // without a matrix

	// The compiled form, where it varies: of options, of a condition, or of another value.
	options   form[map[string]any]
	condition form[bool]
	single    form[cty.Value]
}

// setting gives an attribute that has been read and found right.
func (v *values) setting(name string) setting {
	a, ok := v.attrs[name]
	if !ok {
		return setting{}
	}
	of, _ := v.schema.attr(name)
	s := setting{attr: of, block: v.block, expr: a.Expr, value: v.known[name], varies: refersTo(a.Expr, "matrix")}
	if of.late {
		s.results, s.waits = v.decoder.resultsIn(a.Expr), v.decoder.waitsFor(a.Expr)
		s.known = v.block.within(v.decoder.late(v.decoder.scope, a.Expr))
	}
	return s
}

// scope gives what the expression sees at a point.
func (s *setting) scope(p *point) *scope {
	sc := p.scope()
	if s.results != nil {
		sc = sc.with(s.results)
	}
	return s.block.within(sc)
}

// evaluate asks the expression as it stands.
func (s *setting) evaluate(p *point) (cty.Value, hcl.Diagnostics) {
	if !s.varies {
		return s.value, nil
	}
	return s.attr.evaluateChecked(s.expr, s.scope(p))
}

// at gives the value at a point.
func (s *setting) at(p *point) (cty.Value, hcl.Diagnostics) {
	return ask(s, s.single, p, func(v cty.Value) cty.Value { return v })
}

// holds says whether a condition does.
func (s *setting) holds(p *point) (bool, hcl.Diagnostics) { return ask(s, s.condition, p, isTrue) }

// sent gives an object of options as they are sent; none where there is no value.
func (s *setting) sent(p *point) (map[string]any, hcl.Diagnostics) {
	return ask(s, s.options, p, func(v cty.Value) map[string]any {
		if !isGiven(v) {
			return map[string]any{}
		}
		return scalars(v)
	})
}

// ask gives what the compiled form does, or where that has no answer, what is taken of the expression's value.
func ask[T any](s *setting, compiled form[T], p *point, take func(cty.Value) T) (none T, diags hcl.Diagnostics) {
	if s.varies {
		p.of.evaluating.Lock()
		defer p.of.evaluating.Unlock()
		defer p.of.scope.outermost().work.forConfiguration()()
	}
	if compiled != nil {
		if found, ok := compiled.at(p); ok {
			return found, nil
		}
	}
	v, diags := s.evaluate(p)
	if diags.HasErrors() {
		return none, diags
	}
	return take(v), diags
}

// settings takes what is the same for every configuration once and for all, and gives what is not.
func (v *values) settings(fixed *Configuration) []setting {
	var rest []setting
	for _, a := range v.schema.attrs {
		if _, given := v.attrs[a.name]; !a.varies || !given {
			continue
		}
		s := v.setting(a.name)
		if s.varies || s.results != nil {
			rest = append(rest, s)
		} else if val, ok := v.get(a.name); ok {
			apply[a.name](fixed, val)
		}
	}
	return rest
}
