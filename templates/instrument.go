package templates

import (
	"text/template"
	"text/template/parse"
)

// Names of the functions that instrument adds.
const (
	escapeName = "_escape"
	stepName   = "_step"
)

// instrument rewrites a tree in two ways. Each action that prints gets the escape of markdown as its last command, so
// that text from data is harmless unless the template marks it as markdown. Each template and each body of a {{range}}
// begins with a step that is paid for from the budget, so that no template, whatever it calls, goes on for ever.
func instrument(tree *parse.Tree) {
	walk(tree.Root, func(node parse.Node) {
		switch n := node.(type) {
		case *parse.ActionNode:
			if len(n.Pipe.Decl) == 0 {
				n.Pipe.Cmds = append(n.Pipe.Cmds, call(escapeName, n.Pos))
			}
		case *parse.RangeNode:
			prependStep(n.List)
		}
	})
	prependStep(tree.Root)
}

// walk visits the nodes of a tree that stand in its text.
func walk(node parse.Node, visit func(parse.Node)) {
	branches := func(n *parse.BranchNode) {
		walk(n.List, visit)
		if n.ElseList != nil {
			walk(n.ElseList, visit)
		}
	}
	switch n := node.(type) {
	case *parse.ListNode:
		for _, child := range n.Nodes {
			walk(child, visit)
		}
	case *parse.IfNode:
		branches(&n.BranchNode)
	case *parse.WithNode:
		branches(&n.BranchNode)
	case *parse.RangeNode:
		branches(&n.BranchNode)
	}
	visit(node)
}

func prependStep(list *parse.ListNode) {
	pipe := &parse.PipeNode{NodeType: parse.NodePipe, Pos: list.Pos, Cmds: []*parse.CommandNode{call(stepName, list.Pos)}}
	step := &parse.ActionNode{NodeType: parse.NodeAction, Pos: list.Pos, Pipe: pipe}
	list.Nodes = append([]parse.Node{step}, list.Nodes...)
}

func call(function string, pos parse.Pos) *parse.CommandNode {
	name := parse.NewIdentifier(function).SetPos(pos)
	return &parse.CommandNode{NodeType: parse.NodeCommand, Pos: pos, Args: []parse.Node{name}}
}

// undefinedTemplate looks for a {{template}} of the set that nobody has defined. text/template says so only when it gets there.
func undefinedTemplate(set *template.Template) *Error {
	trees := map[string]*parse.Tree{}
	for _, t := range set.Templates() {
		trees[t.Name()] = t.Tree
	}
	for _, name := range sortedKeys(trees) {
		var found *Error
		walk(trees[name].Root, func(node parse.Node) {
			if n, ok := node.(*parse.TemplateNode); ok && trees[n.Name] == nil && found == nil {
				location, _ := trees[name].ErrorContext(n)
				found = errorAt(location, noTemplate(n.Name, sortedKeys(trees)))
			}
		})
		if found != nil {
			return found
		}
	}
	return nil
}
