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
	cutOut   []string         // names of local values that can't be parsed

	finished bool // every value is known
}

// A node is a local value, or the instances of a block.
type node struct {
	address string
	expr    hcl.Expression
	block   *declaration // whose for_each it is; nil: a local value
	state   progress
	value   cty.Value
	large   bool // it, or what it is computed from, was too large: told once

	needs  []*node // what it is computed from, of which so many have been met
	met    int
	locals map[string]cty.Value // that it refers to
	roots  map[string]bool      // of references to blocks with for_each
}

// A progress is how far a node has come.
type progress int

const (
	waiting  progress = iota
	underWay          // it waits for what it needs
	done
)

// resolve evaluates the locals, and makes the instances of every block with for_each.
func (d *decoder) resolve(all blocks) {
	r := &resolver{decoder: d, nodes: map[string]*node{}, repeated: map[string]bool{}}
	locals := r.locals(all.OfType("locals"))
	var order []*node
	unknown := map[string]cty.Value{}
	for _, name := range r.cutOut {
		unknown[name] = cty.DynamicVal
	}
	for _, name := range locals {
		unknown[name] = cty.DynamicVal
		order = append(order, r.nodes["local."+name])
	}
	for _, n := range rootSchema.blocks {
		for _, decl := range d.declarations[n.name] {
			if decl.forEach != nil {
				r.nodes[decl.address] = &node{address: decl.address, expr: decl.forEach, block: decl}
				r.repeated[n.name] = true
				order = append(order, r.nodes[decl.address])
			}
		}
	}
	d.know("local", cty.ObjectVal(unknown))
	r.names = d.scope
	d.userFunctions(all.OfType("function"), r)
	for _, n := range order {
		if !d.enough() {
			r.evaluate(n)
		}
	}
	known := unknown
	r.finished = true
	for _, name := range locals {
		if n := r.nodes["local."+name]; n.state == done {
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
		body := r.content(b, localsSchema, r.scope)
		if slices.Contains(body.unread, "") {
			r.loosen("locals")
		}
		r.cutOut = append(r.cutOut, body.unread...)
		for _, a := range inOrder(body.attrs) {
			address := "local." + a.Name
			if first, taken := r.places[address]; taken {
				r.errorAt(a.NameRange, "Duplicate name", fmt.Sprintf("%s is declared at %s already. Give one of them another name.", address, at(first)))
				continue
			}
			r.places[address] = a.NameRange
			r.nodes[address] = &node{address: address, expr: a.Expr}
			names = append(names, a.Name)
		}
	}
	return names
}

// evaluate gives a node its value, after those that it needs. There may be as many in a row as a spec has, so it does not recurse.
func (r *resolver) evaluate(first *node) {
	path := []*node{first}
	for len(path) > 0 {
		last := len(path) - 1
		n := path[last]
		switch {
		case n.state == waiting:
			n.state = underWay
			r.prepare(n)
		case n.state == done:
			path = path[:last]
		case n.met == len(n.needs):
			r.compute(n)
		default:
			switch next := n.needs[n.met]; next.state {
			case waiting:
				path = append(path, next)
			case underWay:
				r.circle(append(path[slices.Index(path, next):len(path):len(path)], next))
			case done:
				n.large = n.large || next.large
				n.met++
			}
		}
	}
}

// circle tells of nodes that need each other, the first of them again at the end.
func (r *resolver) circle(path []*node) {
	addresses := make([]string, len(path))
	for i, n := range path {
		addresses[i] = n.address
	}
	if between := len(path) - 2*listed; between > 0 {
		addresses = slices.Replace(addresses, listed, listed+between, fmt.Sprintf("… (%d more)", between))
	}
	r.fail(path[0], "Cycle", "These values need each other: "+strings.Join(addresses, " → ")+".")
}

// prepare finds what a node needs. One whose names are wrong has no value.
func (r *resolver) prepare(n *node) {
	r.uses.owner = n.address
	if diags := r.names.check(n.expr); diags.HasErrors() {
		r.diags = append(r.diags, diags...)
		n.set(cty.DynamicVal)
		return
	}
	n.locals, n.roots = map[string]cty.Value{}, map[string]bool{}
	for _, t := range r.allVariables(n.expr) {
		root := t.RootName()
		switch name, ok := second(t); {
		case r.repeated[root]:
			for _, decl := range addressed(t, r.declarations[root]) {
				if decl.forEach != nil {
					n.needs, n.roots[root] = append(n.needs, r.nodes[decl.address]), true
				}
			}
		case root != "local":
		case !ok:
			r.fail(n, "Cycle", "A value that others are computed from can't use \"local\" as a whole. Name the local that is meant.")
			return
		default:
			n.locals[name] = cty.DynamicVal // where it can't be parsed
			if local := r.nodes["local."+name]; local != nil {
				n.needs = append(n.needs, local)
			}
		}
	}
}

// compute gives a node its value, where all that it needs has one.
func (r *resolver) compute(n *node) {
	known := map[string]cty.Value{}
	for _, needed := range n.needs {
		if needed.block == nil {
			n.locals[strings.TrimPrefix(needed.address, "local.")] = needed.value
		}
	}
	for root := range n.roots {
		known[root] = r.references(root)
	}
	known["local"] = cty.ObjectVal(n.locals)
	v, diags := r.scope.with(known).evaluate(n.expr)
	r.diags = append(r.diags, diags...)
	if detail := tooLarge(v); detail != "" {
		if n.large {
			n.set(cty.DynamicVal)
		} else {
			n.large = true
			r.fail(n, "Value too large", detail)
		}
		return
	}
	if n.block != nil && !diags.HasErrors() {
		v = r.makeInstances(n, v)
	}
	n.set(v)
}

func (n *node) set(v cty.Value) { n.value, n.state = v, done }

func (r *resolver) fail(n *node, summary, detail string) {
	r.errorAt(n.expr.Range(), summary, detail)
	n.set(cty.DynamicVal)
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

// allVariables lists what an expression refers to, itself or through the functions of the module.
func (r *resolver) allVariables(expr hcl.Expression) []hcl.Traversal {
	all := expr.Variables()
	for _, f := range r.calledBy(expr) {
		all = append(all, f.variables()...)
	}
	return all
}
