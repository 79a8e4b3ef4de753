package spec

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// A resolver gives local values and the blocks of a for_each what they stand for, each after those that it refers to.
type resolver struct {
	*decoder
	nodes    map[string]*node // by address
	repeated map[string]bool  // types of which a block has for_each
	names    *scope           // every name, its value unknown where it is computed: references are checked against it
	path     []string         // addresses under way, each needed by the one before it
	open     map[string]int   // index into path

	finished bool // every value is known
}

// A node is a local value, or the instances of a block.
type node struct {
	expr  hcl.Expression
	block *declaration // whose for_each it is; nil: a local value
	value cty.Value
	done  bool
}

// resolve evaluates the locals, and makes the instances of every block with for_each.
func (d *decoder) resolve(all blocks) {
	r := &resolver{decoder: d, nodes: map[string]*node{}, repeated: map[string]bool{}, open: map[string]int{}}
	locals := r.locals(all.OfType("locals"))
	var order []string
	unknown := map[string]cty.Value{}
	for _, name := range locals {
		unknown[name] = cty.DynamicVal
		order = append(order, "local."+name)
	}
	for _, n := range rootSchema.blocks {
		for _, decl := range d.declarations[n.name] {
			if decl.forEach != nil {
				r.nodes[decl.address] = &node{expr: decl.forEach, block: decl}
				r.repeated[n.name] = true
				order = append(order, decl.address)
			}
		}
	}
	d.know("local", cty.ObjectVal(unknown))
	r.names = d.scope
	d.userFunctions(all.OfType("function"), r)
	for _, address := range order {
		if !d.enough() {
			r.value(address)
		}
	}
	known := map[string]cty.Value{}
	r.finished = true
	for _, name := range locals {
		known[name] = cty.DynamicVal
		if n := r.nodes["local."+name]; n.done {
			known[name] = n.value
		}
	}
	d.know("local", cty.ObjectVal(known))
	for sort := range refTypes {
		d.know(sort, d.references(sort))
	}
}

// locals declares the local values, and gives their names in the order of the source.
func (r *resolver) locals(all blocks) []string {
	var names []string
	for _, b := range all {
		for _, a := range inOrder(r.content(b, localsSchema, r.scope).attrs) {
			address := "local." + a.Name
			if first, taken := r.places[address]; taken {
				r.errorAt(a.NameRange, "Duplicate name", fmt.Sprintf("%s is declared at %s already. Give one of them another name.", address, at(first)))
				continue
			}
			r.places[address] = a.NameRange
			r.nodes[address] = &node{expr: a.Expr}
			names = append(names, a.Name)
		}
	}
	return names
}

// value gives what an address stands for.
func (r *resolver) value(address string) cty.Value {
	n := r.nodes[address]
	if n.done {
		return n.value
	}
	if i, ok := r.open[address]; ok {
		return r.fail(n, "Cycle", "These values need each other: "+strings.Join(append(slices.Clone(r.path[i:]), address), " → ")+".")
	}
	if len(r.path) > maxDepth {
		return r.fail(n, "Nested too deeply", fmt.Sprintf("More than %d values need each other in a row here.", maxDepth))
	}
	r.uses.owner = address
	if diags := r.names.check(n.expr); diags.HasErrors() {
		r.diags = append(r.diags, diags...)
		return r.set(n, cty.DynamicVal)
	}
	r.open[address] = len(r.path)
	r.path = append(r.path, address)
	needed, ok := r.needs(n.expr)
	r.path = r.path[:len(r.path)-1]
	delete(r.open, address)
	if n.done || !ok {
		return n.value
	}
	v, diags := r.scope.with(needed).evaluate(n.expr)
	r.diags = append(r.diags, diags...)
	if detail := tooLarge(v); detail != "" {
		return r.fail(n, "Value too large", detail)
	}
	if n.block != nil && !diags.HasErrors() {
		v = r.makeInstances(n, v)
	}
	return r.set(n, v)
}

func (r *resolver) set(n *node, v cty.Value) cty.Value {
	n.value, n.done = v, true
	return v
}

func (r *resolver) fail(n *node, summary, detail string) cty.Value {
	r.errorAt(n.expr.Range(), summary, detail)
	return r.set(n, cty.DynamicVal)
}

// makeInstances gives the object of references by key, and keeps the blocks.
func (r *resolver) makeInstances(n *node, v cty.Value) cty.Value {
	decl := n.block
	made, ok := r.instances(decl.block, v, n.expr)
	r.made[decl.block] = made
	if !ok || refTypes[decl.block.Type] == cty.NilType {
		return cty.DynamicVal
	}
	byKey := map[string]cty.Value{}
	for _, b := range made {
		r.declared[b] = true
		byKey[b.key] = refVal(b.ref())
	}
	decl.value = cty.ObjectVal(byKey)
	return decl.value
}

// needs gives the values that an expression refers to, by root; false where it can't have one.
func (r *resolver) needs(expr hcl.Expression) (map[string]cty.Value, bool) {
	locals := map[string]cty.Value{}
	roots := map[string]cty.Value{}
	for _, t := range r.allVariables(expr) {
		root := t.RootName()
		if r.repeated[root] {
			for _, decl := range addressed(t, r.declarations[root]) {
				if decl.forEach != nil {
					r.value(decl.address)
					roots[root] = cty.NilVal
				}
			}
			continue
		}
		if root != "local" {
			continue
		}
		name, ok := second(t)
		if !ok {
			r.fail(r.nodes[r.path[len(r.path)-1]], "Cycle", "A value that others are computed from can't use \"local\" as a whole. Name the local that is meant.")
			return nil, false
		}
		locals[name] = cty.DynamicVal
		if r.nodes["local."+name] != nil {
			locals[name] = r.value("local." + name)
		}
	}
	for root := range roots {
		roots[root] = r.references(root)
	}
	roots["local"] = cty.ObjectVal(locals)
	return roots, true
}

// allVariables lists what an expression refers to, itself or through the functions of the module.
func (r *resolver) allVariables(expr hcl.Expression) []hcl.Traversal {
	all := expr.Variables()
	for _, f := range r.calledBy(expr) {
		all = append(all, f.variables()...)
	}
	return all
}

// second gives the name behind the root of a reference: b in a.b and in a["b"].
func second(t hcl.Traversal) (string, bool) {
	if len(t) < 2 {
		return "", false
	}
	return stepName(t[1])
}

// stepName gives the name that a step of a reference goes to.
func stepName(step hcl.Traverser) (string, bool) {
	switch step := step.(type) {
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
