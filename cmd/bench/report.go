package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"bench/runner/study"
	"bench/spec"
	"bench/templates"
)

func reportCommand(e *env) *cli.Command {
	return &cli.Command{
		Name: "report", Usage: "write the reports from the records, without running anything", ArgsUsage: "[PATH…]", Flags: moduleFlags(),
		Action: func(c *cli.Context) error {
			m, s, err := e.recorded(c)
			if err != nil {
				return err
			}
			written, err := e.writeReports(c, m, s)
			if err != nil {
				return err
			}
			if c.Bool("json") {
				return e.line(map[string]any{"reports": written})
			}
			return reportsText(e.out, written)
		},
	}
}

// writeReports renders every report, and then writes those whose bytes are new. It gives the paths of all.
func (e *env) writeReports(c *cli.Context, m *spec.Module, s study.Study) ([]string, error) {
	var outputs []output
	for _, r := range m.Reports {
		markdown, diags := render(m, r, s)
		if err := e.diagnose(c, m.Files, diags); err != nil {
			return nil, err
		}
		path := filepath.Join(m.Dir, filepath.FromSlash(r.Output))
		if slices.Contains(r.Formats, "md") {
			outputs = append(outputs, output{path, markdown})
		}
		if slices.Contains(r.Formats, "html") {
			html, err := templates.HTML(markdown)
			if err != nil {
				return nil, fmt.Errorf("report %s: %w", r.ID(), err)
			}
			outputs = append(outputs, output{strings.TrimSuffix(path, filepath.Ext(path)) + ".html", html})
		}
	}
	paths := []string{}
	for _, o := range outputs {
		if slices.Contains(paths, o.path) {
			return nil, fmt.Errorf("two reports write %s: give one of them another output", o.path)
		}
		paths = append(paths, o.path)
	}
	if err := replace(outputs); err != nil {
		return nil, fmt.Errorf("the report %w", err)
	}
	return paths, nil
}
