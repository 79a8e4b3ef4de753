package main

import (
	"fmt"
	"io"
	"strings"

	"bench/analysis"
	"bench/spec"
)

// Rules of this output: a line a node, then a line an edge, both in the order of the graph, so that a difference between two graphs
// is a difference between two specs. A label is the address; an experiment's has a second line with what is measured.

// dotText writes the graph in Graphviz's language.
func dotText(w io.Writer, g spec.Graph) error {
	var b strings.Builder
	b.WriteString("digraph bench {\n  rankdir = LR;\n  node [shape = box];\n\n")
	for _, n := range g.Nodes {
		fmt.Fprintf(&b, "  %s [label = %s];\n", dotQuoted(n.Address), dotLabel(graphLabel(n)))
	}
	if len(g.Edges) > 0 {
		b.WriteString("\n")
	}
	for _, e := range g.Edges {
		fmt.Fprintf(&b, "  %s -> %s;\n", dotQuoted(e.From), dotQuoted(e.To))
	}
	b.WriteString("}\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// dotQuoted writes a name. In DOT a quote is escaped; a backslash would escape what follows it, so it is doubled.
func dotQuoted(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}

// dotLabel writes a label of some lines. Graphviz reads entities of HTML in it.
func dotLabel(lines []string) string {
	for i, line := range lines {
		lines[i] = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "&", "&amp;").Replace(line)
	}
	return `"` + strings.Join(lines, `\n`) + `"`
}

// mermaidText writes the graph as a flowchart in Mermaid's language.
func mermaidText(w io.Writer, g spec.Graph) error {
	var b strings.Builder
	b.WriteString("flowchart LR\n")
	id := map[string]string{}
	for i, n := range g.Nodes {
		id[n.Address] = fmt.Sprintf("n%d", i+1)
		fmt.Fprintf(&b, "  %s[%s]\n", id[n.Address], mermaidLabel(graphLabel(n)))
	}
	for _, e := range g.Edges {
		fmt.Fprintf(&b, "  %s --> %s\n", id[e.From], id[e.To])
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// mermaidLabel writes a label of some lines. Mermaid takes it for HTML or, between backquotes, for Markdown, and has entities of its own,
// which begin with # instead of &.
func mermaidLabel(lines []string) string {
	escape := strings.NewReplacer("#", "#35;", "&", "#amp;", "<", "#lt;", ">", "#gt;", `"`, "#quot;", "`", "#96;", `\`, "#92;")
	for i, line := range lines {
		lines[i] = escape.Replace(line)
	}
	return `"` + strings.Join(lines, "<br/>") + `"`
}

// graphLabel gives the lines of a node's label.
func graphLabel(n spec.GraphNode) []string {
	if n.Repeats == 0 {
		return []string{n.Address}
	}
	return []string{n.Address, analysis.Count(n.Configurations, "configuration") + " × " + analysis.Count(n.Repeats, "repeat")}
}
