package main

import (
	"fmt"
	"html"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"bench/spec"
)

// hostile are keys of instances that either language could take for its own.
var hostile = []string{
	`plain`, `"`, `\`, `\"`, `\\`, `\N`, `\n`, `a -> b`, `];}`, `"];x->y;"`, `<b>`, `&lt;`, `#quot;`, `#`, "`md`", `%%{init}%%`, `end`, `é→`, `;`, `{}`, `|`, `/* */`, `// x`,
}

func hostileGraph() spec.Graph {
	g := spec.Graph{}
	for _, key := range hostile {
		w := spec.Ref{Block: "workload", Name: "w", Key: key}.Address()
		x := spec.Ref{Block: "experiment", Name: "x", Key: key}.Address()
		g.Nodes = append(g.Nodes, spec.GraphNode{Address: w, Block: "workload"}, spec.GraphNode{Address: x, Block: "experiment", Configurations: 1, Repeats: 2})
		g.Edges = append(g.Edges, spec.GraphEdge{From: w, To: x})
	}
	return g
}

// What DOT's grammar has of a quoted string: a quote is escaped, and a backslash escapes nothing else but keeps its place.
const dotString = `"((?:[^"\\]|\\.)*)"`

var (
	dotNode = regexp.MustCompile(`^  ` + dotString + ` \[label = ` + dotString + `\];$`)
	dotEdge = regexp.MustCompile(`^  ` + dotString + ` -> ` + dotString + `;$`)
)

func TestDotReadsBack(t *testing.T) {
	g := hostileGraph()
	var b strings.Builder
	if err := dotText(&b, g); err != nil {
		t.Fatal(err)
	}
	unescape := strings.NewReplacer(`\\`, `\`, `\"`, `"`, `\n`, "\n")
	var back spec.Graph
	for _, line := range strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n") {
		switch node, edge := dotNode.FindStringSubmatch(line), dotEdge.FindStringSubmatch(line); {
		case node != nil:
			n := g.Nodes[len(back.Nodes)]
			if got, want := html.UnescapeString(unescape.Replace(node[2])), strings.Join(graphLabel(n), "\n"); got != want {
				t.Errorf("label %q, want %q", got, want)
			}
			n.Address = unescape.Replace(node[1])
			back.Nodes = append(back.Nodes, n)
		case edge != nil:
			back.Edges = append(back.Edges, spec.GraphEdge{From: unescape.Replace(edge[1]), To: unescape.Replace(edge[2])})
		case !slices.Contains([]string{"digraph bench {", "  rankdir = LR;", "  node [shape = box];", "", "}"}, line):
			t.Errorf("no statement: %s", line)
		}
	}
	if !slices.Equal(back.Nodes, g.Nodes) || !slices.Equal(back.Edges, g.Edges) {
		t.Errorf("read back:\n%v\n%v", back.Nodes, back.Edges)
	}
}

func TestDotIsTakenByGraphviz(t *testing.T) {
	if _, err := exec.LookPath("dot"); err != nil {
		t.Skip("Graphviz is not installed")
	}
	g := hostileGraph()
	var b strings.Builder
	if err := dotText(&b, g); err != nil {
		t.Fatal(err)
	}
	dot := exec.Command("dot", "-Tplain")
	dot.Stdin = strings.NewReader(b.String())
	out, err := dot.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for word, want := range map[string]int{"node ": len(g.Nodes), "edge ": len(g.Edges)} {
		if got := strings.Count("\n"+string(out), "\n"+word); got != want {
			t.Errorf("Graphviz sees %d %ss, want %d\n%s", got, word, want, out)
		}
	}
}

var mermaidNode = regexp.MustCompile(`^  n\d+\["([^"<>&` + "`" + `]*(?:<br/>[^"<>&` + "`" + `]*)?)"\]$`)

func TestMermaidReadsBack(t *testing.T) {
	g := hostileGraph()
	var b strings.Builder
	if err := mermaidText(&b, g); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
	if want := 1 + len(g.Nodes) + len(g.Edges); len(lines) != want {
		t.Fatalf("%d lines, want %d", len(lines), want)
	}
	for i, n := range g.Nodes {
		label := mermaidNode.FindStringSubmatch(lines[1+i])
		if label == nil {
			t.Errorf("no node: %s", lines[1+i])
			continue
		}
		entity := regexp.MustCompile(`#(\d+|\w+);`).ReplaceAllStringFunc(label[1], func(e string) string {
			if e[1] >= '0' && e[1] <= '9' {
				return html.UnescapeString("&" + e)
			}
			return html.UnescapeString("&" + e[1:])
		})
		if got, want := strings.ReplaceAll(entity, "<br/>", "\n"), strings.Join(graphLabel(n), "\n"); got != want {
			t.Errorf("label %q, want %q", got, want)
		}
	}
	for i := range g.Edges {
		if got, want := lines[1+len(g.Nodes)+i], fmt.Sprintf("  n%d --> n%d", 2*i+1, 2*i+2); got != want {
			t.Errorf("edge %q, want %q", got, want)
		}
	}
}
