package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"

	"bench/runner/study"
	"bench/spec"
	"bench/templates"
)

// A source is the text of a report's template.
type source struct {
	name string // of a built-in, or the path of a file
	text string
}

// checkReports finds templates that are not there or do not parse.
func checkReports(m *spec.Module) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, r := range m.Reports {
		_, _, d := templateOf(m, r)
		diags = append(diags, d...)
	}
	return diags
}

// templateOf gives a report's template: a built-in, or a file of the module.
func templateOf(m *spec.Module, r *spec.Report) (*templates.Template, source, hcl.Diagnostics) {
	s := source{name: r.Template}
	var ok bool
	if s.text, ok = templates.Builtin(r.Template); !ok {
		var err error
		if s.text, err = fileOf(m.Dir, r.Template); err != nil {
			return nil, s, hcl.Diagnostics{noTemplate(r, err)}
		}
		s.name = filepath.Join(m.Dir, r.Template)
	}
	t, err := templates.Parse(s.name, s.text)
	if err != nil {
		return nil, s, hcl.Diagnostics{templateDiagnostic(m, r, s, err)}
	}
	return t, s, nil
}

// fileOf reads a file of a folder, and nothing outside of it.
func fileOf(dir, name string) (string, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return "", err
	}
	defer root.Close()
	f, err := root.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	content, err := io.ReadAll(f)
	return string(content), err
}

func render(m *spec.Module, r *spec.Report, s study.Study) ([]byte, hcl.Diagnostics) {
	t, source, diags := templateOf(m, r)
	if diags.HasErrors() {
		return nil, diags
	}
	results, err := s.Results()
	if err != nil {
		return nil, hcl.Diagnostics{templateDiagnostic(m, r, source, err)}
	}
	vars, diags := r.Values(results)
	if diags.HasErrors() {
		return nil, diags
	}
	report := templates.Report{Name: r.ID(), Title: r.Title, Vars: vars}
	for _, a := range r.Analyses {
		report.Analyses = append(report.Analyses, a.ID())
	}
	markdown, err := t.Render(report, s)
	if err != nil {
		return nil, hcl.Diagnostics{templateDiagnostic(m, r, source, err)}
	}
	return markdown, nil
}

func noTemplate(r *spec.Report, err error) *hcl.Diagnostic {
	detail := fmt.Sprintf("There is no built-in template %q, and no file of that name beside the spec (%v).%s",
		r.Template, errors.Unwrap(err), spec.DidYouMean(r.Template, templates.Builtins()))
	return &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Unknown template", Detail: detail, Subject: &r.TemplateRange}
}

// templateDiagnostic points into the template, or the built-in that it calls, where the error knows its place.
func templateDiagnostic(m *spec.Module, r *spec.Report, s source, err error) *hcl.Diagnostic {
	d := &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Template error", Detail: sentence(err.Error()), Subject: &r.TemplateRange}
	at, ok := errors.AsType[*templates.Error](err)
	if !ok || at.Line < 1 {
		return d
	}
	if text, builtin := templates.Builtin(at.File); builtin {
		s = source{at.File, text}
	}
	d.Detail = fmt.Sprintf("%s\n\nThe template is that of report %q (%s:%d).", sentence(at.Message), r.ID(), r.Range.Filename, r.Range.Start.Line)
	d.Subject = wordAt(s, at.Line, at.Column)
	m.Files[s.name] = &hcl.File{Bytes: []byte(s.text)}
	return d
}

// wordAt is the range from a place, with columns in bytes from 1, to the end of its word.
func wordAt(s source, line, column int) *hcl.Range {
	start := hcl.Pos{Line: line, Column: max(1, column)}
	for n := 1; n < line; n++ {
		_, after, _ := strings.Cut(s.text[start.Byte:], "\n")
		start.Byte = len(s.text) - len(after)
	}
	start.Byte = min(start.Byte+start.Column-1, len(s.text))
	length := strings.IndexAny(s.text[start.Byte:], " \t\n}|)")
	if length < 0 {
		length = len(s.text) - start.Byte
	}
	end := hcl.Pos{Line: line, Column: start.Column + length, Byte: start.Byte + length}
	return &hcl.Range{Filename: s.name, Start: start, End: end}
}

// sentence begins with a capital and ends with a full stop.
func sentence(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	text = string(unicode.ToUpper(first)) + text[size:]
	if strings.HasSuffix(text, ".") || strings.HasSuffix(text, "?") {
		return text
	}
	return text + "."
}
