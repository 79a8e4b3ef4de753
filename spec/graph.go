package spec

import (
	"cmp"
	"slices"
	"strings"
)

// A Graph shows what a module is made of, and what goes into what.
type Graph struct {
	Nodes []GraphNode `json:"nodes"` // in the order of the blocks of the language, then by address
	Edges []GraphEdge `json:"edges"` // in the order of the nodes
}

// A GraphNode is something that a module gives a name: a block, an instance of one, or a local value.
type GraphNode struct {
	Address string `json:"address"` // var.x, local.x, function.x, agent.x, server.ollama.x, experiment.x["key"], …
	Block   string `json:"block"`   // the type of block that it is declared in

	Configurations int `json:"configurations,omitempty"` // of an experiment, without those that are skipped
	Repeats        int `json:"repeats,omitempty"`        // of each of them
}

// A GraphEdge says that what To is depends on From: data flows from From to To.
type GraphEdge struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// Graph gives the graph of a module without mistakes. Only with all it shows variables, local values and functions; without, what
// refers to a block through them refers to the block itself.
func (m *Module) Graph(all bool) Graph {
	b := newGraphBuilder(m)
	hidden := func(address string) bool { return !all && namedValues[rootOf(address)] != "" }
	g := Graph{Nodes: []GraphNode{}, Edges: []GraphEdge{}}
	for _, to := range b.names {
		if hidden(to) {
			continue
		}
		g.Nodes = append(g.Nodes, b.node(to))
		for _, from := range b.through(to, hidden) {
			g.Edges = append(g.Edges, GraphEdge{from, to})
		}
	}
	slices.SortStableFunc(g.Edges, func(a, b GraphEdge) int { return byAddress(a.From, b.From) })
	return g
}

// A graphBuilder knows what each name of a module refers to.
type graphBuilder struct {
	names       []string               // in the order of the graph
	known       map[string]bool        // the same
	instances   map[string][]string    // of a block with for_each, by its address
	refers      map[string][]string    // by the name that refers; to names alone
	experiments map[string]*Experiment // by address
}

func newGraphBuilder(m *Module) *graphBuilder {
	b := &graphBuilder{
		names: slices.SortedFunc(slices.Values(m.names), byAddress), known: map[string]bool{},
		instances: map[string][]string{}, refers: map[string][]string{}, experiments: map[string]*Experiment{},
	}
	for _, e := range m.Experiments {
		b.experiments[e.Address()] = e
	}
	for _, name := range b.names {
		b.known[name] = true
		if of, key := withoutKey(name); key {
			b.instances[of] = append(b.instances[of], name)
		}
	}
	for _, u := range m.Uses {
		b.note(u)
	}
	return b
}

// note keeps a reference. That of a for_each is one of each instance; which block belongs to which of them is noted with these.
func (b *graphBuilder) note(u Use) {
	to := b.meant(u.To)
	if b.known[u.From] {
		b.refers[u.From] = append(b.refers[u.From], to...)
		return
	}
	to = slices.DeleteFunc(to, func(to string) bool { return namedValues[rootOf(to)] == "" })
	for _, from := range b.instances[u.From] {
		b.refers[from] = append(b.refers[from], to...)
	}
}

// node describes a name.
func (b *graphBuilder) node(address string) GraphNode {
	n := GraphNode{Address: address, Block: blockOf(address)}
	if e := b.experiments[address]; e != nil {
		n.Repeats = e.Repeats
		for c := range e.Configurations() {
			if c.Skip == "" {
				n.Configurations++
			}
		}
	}
	return n
}

// meant gives the names that a reference may mean: one, all instances of a block, or all that lie under it.
func (b *graphBuilder) meant(to string) []string {
	if b.known[to] {
		return []string{to}
	}
	if of, key := withoutKey(to); key && b.known[of] { // an attribute of a block without for_each
		return []string{of}
	}
	var all []string
	for _, name := range b.names {
		if of, _ := withoutKey(name); of == to || strings.HasPrefix(name, to+".") {
			all = append(all, name)
		}
	}
	return all
}

// through gives what a name refers to, itself or through what is hidden, each once and in order.
func (b *graphBuilder) through(name string, hidden func(string) bool) []string {
	var found []string
	seen := map[string]bool{name: true}
	for open := []string{name}; len(open) > 0; {
		next := open[len(open)-1]
		open = open[:len(open)-1]
		for _, to := range b.refers[next] {
			switch {
			case seen[to]:
				continue
			case hidden(to):
				open = append(open, to)
			default:
				found = append(found, to)
			}
			seen[to] = true
		}
	}
	return slices.SortedFunc(slices.Values(found), byAddress)
}

// byAddress orders addresses by the type of their blocks, as the language does, then as texts.
func byAddress(a, b string) int {
	place := func(address string) int {
		return slices.IndexFunc(rootSchema.blocks, func(n nested) bool { return n.name == blockOf(address) })
	}
	return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(a, b))
}

// blockOf gives the type of block that declares an address.
func blockOf(address string) string {
	switch root := rootOf(address); root {
	case "var":
		return "variable"
	case "local":
		return "locals"
	default:
		return root
	}
}

func rootOf(address string) string {
	root, _, _ := strings.Cut(address, ".")
	return root
}

// withoutKey takes the key of an instance off an address, and says whether there was one.
func withoutKey(address string) (string, bool) {
	of, _, ok := strings.Cut(address, "[")
	return of, ok
}
