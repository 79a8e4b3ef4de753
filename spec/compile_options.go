package spec

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// fields is an object of options that has been taken apart. It adds them to those that are there, in the place of those of the
// same name, or says that the expression as it stands has to be asked.
type fields interface {
	put(to map[string]any, p *point) bool
}

// collected gives the options that fields put together.
type collected struct{ fields }

func (x collected) at(p *point) (map[string]any, bool) {
	all := map[string]any{}
	ok := x.put(all, p)
	return all, ok
}

// fields takes an object of options apart: merge by its arguments, an object by its items, the matrix by its axes.
func (c *compiler) fields(expr hcl.Expression) fields {
	switch x := withoutParens(expr).(type) {
	case *hclsyntax.FunctionCallExpr:
		if x.Name == "merge" && !x.ExpandFinal {
			var all merged
			for _, arg := range x.Args {
				all = append(all, c.fields(arg))
			}
			return all
		}
	case *hclsyntax.ObjectConsExpr:
		if all, ok := c.object(x); ok {
			return all
		}
	case *hclsyntax.ScopeTraversalExpr:
		if len(x.Traversal) == 1 && x.Traversal.RootName() == "matrix" {
			return c.matrix()
		}
	}
	return whole{keep(c, expr, c.raw(expr), options)}
}

// An option is a name with the value that is sent; nil for null.
type option struct {
	name  string
	value any
}

func (o option) put(to map[string]any) {
	if o.value == nil {
		delete(to, o.name)
	} else {
		to[o.name] = o.value
	}
}

// options takes an object that holds nothing but what can be sent.
func options(v cty.Value) ([]option, bool) {
	if t := v.Type(); !t.IsObjectType() && !t.IsMapType() || v.IsMarked() || !isGiven(v) {
		return nil, false
	}
	var all []option
	for it := v.ElementIterator(); it.Next(); {
		key, val := it.Element()
		sent, ok := sendable(val)
		if !ok {
			return nil, false
		}
		all = append(all, option{key.AsString(), sent})
	}
	return all, true
}

// sendable gives a value as it is sent; nil for null.
func sendable(v cty.Value) (any, bool) {
	if v.ContainsMarked() || !v.IsWhollyKnown() || unfit(v, true) != "" {
		return nil, false
	}
	return scalar(v), true
}

// whole is an object that is not taken apart.
type whole struct{ object form[[]option] }

func (w whole) put(to map[string]any, p *point) bool {
	all, ok := w.object.at(p)
	for _, o := range all {
		o.put(to)
	}
	return ok
}

// merged is a call of merge.
type merged []fields

func (m merged) put(to map[string]any, p *point) bool {
	for _, f := range m {
		if !f.put(to, p) {
			return false
		}
	}
	return true
}

// An object is one whose names are known.
type object struct {
	names  []string
	values []form[any]
}

// object takes an object apart; false where the names vary too.
func (c *compiler) object(x *hclsyntax.ObjectConsExpr) (all object, ok bool) {
	for _, item := range x.Items {
		if refersTo(item.KeyExpr, "matrix") {
			return all, false
		}
		sc := c.setting.block.within(c.experiment.scope)
		name, diags := sc.outermost().work.value(item.KeyExpr, sc.ctx)
		if len(diags) > 0 || name.Type() != cty.String || name.IsMarked() || !isGiven(name) {
			return all, false
		}
		all.names, all.values = append(all.names, name.AsString()), append(all.values, c.value(item.ValueExpr))
	}
	return all, true
}

func (o object) put(to map[string]any, p *point) bool {
	for i, name := range o.names {
		v, ok := o.values[i].at(p)
		if !ok {
			return false
		}
		option{name, v}.put(to)
	}
	return true
}

// matrix is the bare matrix: all of its levels under the names of their axes.
func (c *compiler) matrix() fields {
	var all object
	for k, a := range c.experiment.Axes {
		all.names, all.values = append(all.names, a.Name), append(all.values, c.level(k))
	}
	return all
}

// value gives the form of an option's value.
func (c *compiler) value(expr hcl.Expression) form[any] {
	if t, ok := withoutParens(expr).(*hclsyntax.ScopeTraversalExpr); ok && len(t.Traversal) == 2 {
		if axes := c.experiment.axesIn(t); len(axes) == 1 {
			return c.level(axes[0])
		}
	}
	return keep(c, expr, c.raw(expr), sendable)
}

// onAxis is the level of one axis, as it is sent.
type onAxis struct {
	axis int
	sent []any // by place on the axis; nil for a reference, which can't be
}

func (c *compiler) level(axis int) form[any] {
	cells := c.experiment.Axes[axis].cells
	x := onAxis{axis, make([]any, len(cells))}
	for i := range cells {
		x.sent[i], _ = cells[i].sent()
	}
	return x
}

// sent gives the level as it is sent. It is mostly what the plan shows, and then it is the same value in memory.
func (c *cell) sent() (any, bool) {
	v, ok := sendable(c.value)
	if ok && v == c.plain {
		v = c.plain
	}
	return v, ok
}

func (x onAxis) at(p *point) (any, bool) {
	if p.index == nil {
		return p.cells[x.axis].sent()
	}
	v := x.sent[p.index[x.axis]]
	return v, v != nil
}
