package main

import (
	"fmt"
	"slices"

	"github.com/urfave/cli/v2"

	"bench/spec"
)

// graphForms are the forms that a graph can be written in.
var graphForms = []string{"dot", "mermaid"}

func graphCommand(e *env) *cli.Command {
	return &cli.Command{
		Name: "graph", Usage: "draw what goes into what", ArgsUsage: "[PATH…]",
		Description: "It writes a graph of the spec's blocks for Graphviz (bench graph | dot -Tsvg > graph.svg) or for Mermaid, which Markdown knows.\nArrows follow the data: from what an experiment is made with to the experiment, from there to its analyses and reports.",
		Flags: moduleFlags(
			&cli.StringFlag{Name: "format", Value: graphForms[0], Usage: "`FORM`: dot or mermaid"},
			&cli.BoolFlag{Name: "all", Usage: "variables, local values and functions as well"},
		),
		Action: func(c *cli.Context) error {
			form := c.String("format")
			if !slices.Contains(graphForms, form) {
				return fmt.Errorf("-format %s: it is dot or mermaid.%s", form, spec.DidYouMean(form, graphForms))
			}
			m, err := e.module(c, c.Args().Slice())
			if err != nil {
				return err
			}
			g := m.Graph(c.Bool("all"))
			switch {
			case c.Bool("json"):
				return e.line(g)
			case form == "mermaid":
				return mermaidText(e.out, g)
			}
			return dotText(e.out, g)
		},
	}
}
