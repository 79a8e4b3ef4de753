package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/renameio/v2"
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

// An output is one file of a report.
type output struct {
	path    string
	content []byte
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
				return nil, fmt.Errorf("report %s: %w", r.Name, err)
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
	return paths, replace(outputs)
}

// replace puts each file whose bytes are new in the place of the old one. None is replaced before all are written: where the
// disk is full, everything stays as it was.
func replace(outputs []output) error {
	pending := map[string]*renameio.PendingFile{}
	defer func() {
		for _, f := range pending {
			_ = f.Cleanup() // does nothing where the file took its place
		}
	}()
	for _, o := range outputs {
		if old, err := os.ReadFile(o.path); err == nil && bytes.Equal(old, o.content) {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(o.path), 0o755); err != nil {
			return notWritten(o.path, err)
		}
		f, err := renameio.NewPendingFile(o.path, renameio.WithPermissions(0o644), renameio.WithExistingPermissions())
		if err != nil {
			return notWritten(o.path, err)
		}
		pending[o.path] = f
		if _, err := f.Write(o.content); err != nil {
			return notWritten(o.path, err)
		}
	}
	for path, f := range pending {
		if err := f.CloseAtomicallyReplace(); err != nil {
			return notWritten(path, err)
		}
	}
	return nil
}

// notWritten names the report; the file of the error has a name that nobody knows.
func notWritten(path string, err error) error {
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		err = at.Err
	}
	return fmt.Errorf("the report %s can't be written: %w", path, err)
}
