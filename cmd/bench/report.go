package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
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
			written, notWritten := e.writeReports(c, m, s)
			switch {
			case c.Bool("json"):
				err = e.line(map[string]any{"reports": written})
			case len(written) > 0 || notWritten == nil:
				err = reportsText(e.out, written)
			}
			return cmp.Or(notWritten, err, mistaken(s))
		},
	}
}

// writeReports renders every report, and then writes those whose bytes are new. It gives the paths of all. One that can't be rendered
// is told and left out; the error says so when the others are written.
func (e *env) writeReports(c *cli.Context, m *spec.Module, s study.Study) (written []string, broken error) {
	var outputs []output
	for _, r := range m.Reports {
		markdown, diags := render(m, r, s)
		if err := e.diagnose(c, m.Files, diags); err != nil {
			broken = err
			continue
		}
		path := outputOf(m, r)
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
	written = []string{}
	for _, o := range outputs {
		if slices.Contains(written, o.path) {
			return nil, fmt.Errorf("two reports write %s: give one of them another output", o.path)
		}
		if err := within(m.Dir, o.path); err != nil {
			return nil, err
		}
		written = append(written, o.path)
	}
	if err := replace(outputs); err != nil {
		return nil, fmt.Errorf("the report %w", err)
	}
	return written, broken
}

// outputOf gives the path of a report's markdown.
func outputOf(m *spec.Module, r *spec.Report) string {
	return filepath.Join(m.Dir, filepath.FromSlash(r.Output))
}

// misplaced tells of a report that can't be where the spec says.
func misplaced(m *spec.Module, r *spec.Report) hcl.Diagnostics {
	err := within(m.Dir, outputOf(m, r))
	if err == nil {
		return nil
	}
	return hcl.Diagnostics{{Severity: hcl.DiagError, Summary: "No place for the report", Detail: sentence(err.Error()), Subject: &r.OutputRange}}
}

// within refuses a path that leads out of a folder by a link. Of what is not there yet, the folder that it is made in counts. A link in
// the file's own place is replaced, not followed.
func within(dir, path string) error {
	root, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return err
	}
	folder := filepath.Dir(path)
	for {
		is, err := filepath.EvalSymlinks(folder)
		if errors.Is(err, fs.ErrNotExist) && !isLink(folder) && folder != filepath.Dir(folder) {
			folder = filepath.Dir(folder)
			continue
		}
		if err != nil {
			return fmt.Errorf("the report %s can't be written: %w", path, reason(err))
		}
		if rel, err := filepath.Rel(root, is); err != nil || !filepath.IsLocal(rel) {
			return fmt.Errorf("the report %s would be written to %s, which %s leads to, outside the module's folder: make %s a folder, or give the report another output", path, is, folder, folder)
		}
		return nil
	}
}

func isLink(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode()&fs.ModeSymlink != 0
}
