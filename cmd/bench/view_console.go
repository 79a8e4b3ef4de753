package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/urfave/cli/v2"

	"bench/spec"
)

// Rules of this output: a value on standard output as the spec would say it, and nothing else. A mistake is told on standard
// error as every mistake in a spec is, with its line and column in the input.

// A mistake is an expression that was typed, with what is wrong with it.
type mistake struct {
	text  string
	line  int
	diags hcl.Diagnostics
}

// shownLines is up to which line of the input the source is shown: what is before it has to be gone through each time.
const shownLines = 10_000

func (e *env) mistakes(c *cli.Context, m *spec.Module, wrong mistake) error {
	if c.Bool("json") {
		for _, d := range wrong.diags {
			if err := e.line(jsonDiagnostic(d)); err != nil {
				return err
			}
		}
		return nil
	}
	if wrong.line > shownLines {
		for _, d := range wrong.diags {
			if _, err := fmt.Fprintf(e.notes, "Error: %s\n\n  at %s.\n\n%s\n\n", d.Summary, placeOf(d), d.Detail); err != nil {
				return err
			}
		}
		return nil
	}
	m.Files[typed] = &hcl.File{Bytes: []byte(strings.Repeat("\n", wrong.line-1) + wrong.text)}
	defer delete(m.Files, typed)
	for _, d := range wrong.diags {
		text, err := e.diagnosticsText(c, m.Files, hcl.Diagnostics{d})
		if err != nil {
			return err
		}
		if d.Subject != nil {
			text = strings.Replace(text, fmt.Sprintf("  on %s line %d:", typed, d.Subject.Start.Line), "  at "+placeOf(d)+":", 1)
		}
		if _, err := io.WriteString(e.stderr, text); err != nil {
			return err
		}
	}
	return nil
}

// placeOf writes where a mistake is: <console>:2,7.
func placeOf(d *hcl.Diagnostic) string {
	if d.Subject == nil {
		return typed
	}
	return fmt.Sprintf("%s:%d,%d", d.Subject.Filename, d.Subject.Start.Line, d.Subject.Start.Column)
}
