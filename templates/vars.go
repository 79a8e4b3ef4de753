package templates

import (
	"slices"
	"strings"
	"text/template"
	"text/template/parse"
)

// Vars lists the vars of a report that a template reads, and what it calls, sorted. Where it hands vars on as a whole, and so may read any
// of them, all is true.
func (t *Template) Vars() (names []string, all bool) {
	r := &varsReader{set: t.set, names: map[string]bool{}, seen: map[string]bool{}}
	r.template(t.name)
	return sortedKeys(r.names), r.all
}

// A varsReader looks for what reads vars. In doubt, a var is read.
type varsReader struct {
	set   *template.Template
	seen  map[string]bool // templates
	names map[string]bool
	all   bool
}

func (r *varsReader) template(name string) {
	t := r.set.Lookup(name)
	if t == nil || r.seen[name] {
		return
	}
	r.seen[name] = true
	walk(t.Root, func(node parse.Node) {
		switch n := node.(type) {
		case *parse.ActionNode:
			r.pipe(n.Pipe)
		case *parse.IfNode:
			r.pipe(n.Pipe)
		case *parse.WithNode:
			r.pipe(n.Pipe)
		case *parse.RangeNode:
			r.pipe(n.Pipe)
		case *parse.TemplateNode:
			r.template(n.Name)
			r.pipe(n.Pipe)
		}
	})
}

func (r *varsReader) pipe(p *parse.PipeNode) {
	if p == nil {
		return
	}
	for i, c := range p.Cmds {
		r.command(c, i < len(p.Cmds)-1)
	}
}

// byName are the functions that read a field of their first argument, whose name is the second; carrying are those that give an object on
// to where its fields are read one by one.
var (
	byName   = []string{"get", "hasKey", "index"}
	carrying = []string{"append", "default", "dict", "include", "list", "set", "ternary"}
)

// command looks at a call, or at a value that stands alone, which may be piped on to a function.
func (r *varsReader) command(c *parse.CommandNode, piped bool) {
	args, function := c.Args, ""
	if name, ok := args[0].(*parse.IdentifierNode); ok {
		args, function = args[1:], name.Ident
	}
	if len(args) > 1 && (function == "include" || slices.Contains(byName, function)) {
		name := args[1]
		if function == "include" {
			name = args[0]
		}
		text, literal := name.(*parse.StringNode)
		switch {
		case function == "include" && literal:
			r.template(text.Text)
		case function == "include":
			for _, t := range r.set.Templates() { // nobody knows which
				r.template(t.Name())
			}
		case literal && len(path(args[0])) > 0:
			r.read(append(path(args[0]), text.Text), false)
			args = args[2:]
		}
	}
	whole := piped || function != "" && !slices.Contains(carrying, function)
	for _, arg := range args {
		switch n := arg.(type) {
		case *parse.PipeNode:
			r.pipe(n)
		case *parse.ChainNode:
			r.command(&parse.CommandNode{Args: []parse.Node{n.Node}}, false)
		case *parse.StringNode: // of `at` and `column`
			r.read(strings.Split(n.Text, "."), false)
			continue
		case *parse.DotNode:
			r.all = r.all || function == "toJson" || function == "toPrettyJson"
		}
		r.read(path(arg), whole)
	}
}

// path gives the names of the fields that a node goes through.
func path(node parse.Node) []string {
	switch n := node.(type) {
	case *parse.FieldNode:
		return slices.Clone(n.Ident)
	case *parse.VariableNode:
		return strings.Split(strings.TrimPrefix(strings.Join(n.Ident, "."), "$"), ".")
	case *parse.ChainNode:
		return slices.Clone(n.Field)
	}
	return nil
}

// read notes which vars a path reads; whole says that the function which takes it sees all of what it leads to.
func (r *varsReader) read(path []string, whole bool) {
	for i, field := range path {
		last := i == len(path)-1
		switch {
		case field == "report" && last && whole:
			r.all = true
		case field != "vars" || i > 0 && path[i-1] == "spec": // a spec has vars of its own
		case last:
			r.all = true
		default:
			r.names[path[i+1]] = true
		}
	}
}
