package spec

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// locals evaluates named values, each after those that it refers to.
func (d *decoder) locals(blocks hcl.Blocks) {
	l := &localValues{decoder: d, exprs: map[string]hcl.Expression{}, done: map[string]cty.Value{}, open: map[string]int{}}
	if d.loose["local"] {
		d.know("local", cty.DynamicVal)
	}
	var names []string
	for _, b := range blocks {
		content, _ := d.content(b.Body, localsSchema)
		for _, a := range inOrder(content.Attributes) {
			if first, taken := d.places["local."+a.Name]; taken {
				d.errorAt(a.NameRange, "Duplicate name", fmt.Sprintf("local.%s is declared at %s already. Give one of them another name.", a.Name, at(first)))
				continue
			}
			d.places["local."+a.Name] = a.NameRange
			l.exprs[a.Name] = a.Expr
			names = append(names, a.Name)
		}
	}
	all := map[string]cty.Value{}
	for _, name := range names {
		all[name] = cty.DynamicVal
	}
	l.names = d.scope
	if !d.loose["local"] {
		l.names = d.scope.with(map[string]cty.Value{"local": cty.ObjectVal(all)})
	}
	for _, name := range names {
		if !d.enough() {
			all[name] = l.value(name)
		}
	}
	d.know("local", cty.ObjectVal(all))
}

// localValues is the evaluation of locals under way.
type localValues struct {
	decoder *decoder
	exprs   map[string]hcl.Expression
	names   *scope // every local, unknown: references are checked against it
	done    map[string]cty.Value
	path    []string       // under way, each needed by the one before it
	open    map[string]int // index into path
}

func (l *localValues) value(name string) cty.Value {
	if v, ok := l.done[name]; ok {
		return v
	}
	expr := l.exprs[name]
	if i, ok := l.open[name]; ok {
		l.fail(name, "Cycle", "These locals need each other: local."+strings.Join(append(slices.Clone(l.path[i:]), name), " → local.")+".")
		return cty.DynamicVal
	}
	if len(l.path) > maxDepth {
		l.fail(name, "Nested too deeply", fmt.Sprintf("More than %d locals need each other in a row here.", maxDepth))
		return cty.DynamicVal
	}
	if diags := l.names.check(expr); diags.HasErrors() {
		l.decoder.diags = append(l.decoder.diags, diags...)
		l.done[name] = cty.DynamicVal
		return cty.DynamicVal
	}
	l.open[name] = len(l.path)
	l.path = append(l.path, name)
	needed, ok := l.needs(expr)
	l.path = l.path[:len(l.path)-1]
	delete(l.open, name)
	if _, told := l.done[name]; told || !ok {
		return l.done[name]
	}
	v, diags := l.decoder.scope.with(map[string]cty.Value{"local": cty.ObjectVal(needed)}).evaluate(expr)
	l.decoder.diags = append(l.decoder.diags, diags...)
	l.done[name] = v
	return v
}

func (l *localValues) fail(name, summary, detail string) {
	l.decoder.errorAt(l.exprs[name].Range(), summary, detail)
	l.done[name] = cty.DynamicVal
}

// needs evaluates the locals that an expression refers to.
func (l *localValues) needs(expr hcl.Expression) (map[string]cty.Value, bool) {
	needed := map[string]cty.Value{}
	for _, t := range expr.Variables() {
		if t.RootName() != "local" {
			continue
		}
		name, ok := second(t)
		if !ok {
			l.fail(l.path[len(l.path)-1], "Cycle", "A local value can't use \"local\" as a whole, since it is a part of it. Name the local that is meant.")
			return nil, false
		}
		needed[name] = cty.DynamicVal
		if l.exprs[name] != nil {
			needed[name] = l.value(name)
		}
	}
	return needed, true
}

// second gives the name behind the root of a reference: b in a.b and in a["b"].
func second(t hcl.Traversal) (string, bool) {
	if len(t) < 2 {
		return "", false
	}
	switch step := t[1].(type) {
	case hcl.TraverseAttr:
		return step.Name, true
	case hcl.TraverseIndex:
		if step.Key.Type() == cty.String && step.Key.IsKnown() && !step.Key.IsNull() {
			return step.Key.AsString(), true
		}
	}
	return "", false
}

// inOrder gives attributes in the order of the source.
func inOrder(attrs hcl.Attributes) []*hcl.Attribute {
	list := make([]*hcl.Attribute, 0, len(attrs))
	for _, a := range attrs {
		list = append(list, a)
	}
	slices.SortFunc(list, func(a, b *hcl.Attribute) int { return a.NameRange.Start.Byte - b.NameRange.Start.Byte })
	return list
}
