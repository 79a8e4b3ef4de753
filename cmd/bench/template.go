package main

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"

	"bench/agent/calibrate"
	"bench/runner/study"
	"bench/spec"
	"bench/templates"
)

// A source is the text of a report's template.
type source struct {
	name string // of a built-in, or the path of a file
	text string
}

// checkReports finds templates that are not there or do not parse, vars that they do not read, and outputs that lead elsewhere. A template
// that many reports have is parsed once.
func checkReports(m *spec.Module) hcl.Diagnostics {
	var diags hcl.Diagnostics
	parsed := map[string]*templates.Template{}
	for _, r := range m.Reports {
		diags = append(diags, misplaced(m, r)...)
		s, d := sourceOf(m, r)
		if diags = append(diags, d...); d.HasErrors() {
			continue
		}
		if _, done := parsed[s.name]; !done {
			parsed[s.name], d = parse(m, r, s)
			diags = append(diags, d...)
		}
		if t := parsed[s.name]; t != nil {
			diags = append(diags, unread(r, t)...)
		}
	}
	return diags
}

// unread warns of vars that a report gives for nothing.
func unread(r *spec.Report, t *templates.Template) hcl.Diagnostics {
	read, all := t.Vars()
	if all {
		return nil
	}
	var diags hcl.Diagnostics
	for _, name := range slices.Sorted(maps.Keys(r.VarRanges)) {
		if slices.Contains(read, name) {
			continue
		}
		reads := "none"
		if len(read) > 0 {
			reads = strings.Join(read, ", ")
		}
		at := r.VarRanges[name]
		diags = append(diags, &hcl.Diagnostic{
			Severity: hcl.DiagWarning, Summary: "Var without a reader", Subject: &at,
			Detail: fmt.Sprintf("%s reads no var %q, so it changes nothing in the report. It reads %s. Take it out, or read it in a template of your own as .report.vars.%s.", r.Template, name, reads, name),
		})
	}
	return diags
}

// sourceOf gives the text of a report's template: a built-in, or a file of the module.
func sourceOf(m *spec.Module, r *spec.Report) (source, hcl.Diagnostics) {
	if text, ok := templates.Builtin(r.Template); ok {
		return source{r.Template, text}, nil
	}
	text, err := m.ReadText(r.Template)
	if err != nil {
		return source{}, hcl.Diagnostics{noTemplate(r, err)}
	}
	return source{filepath.Join(m.Dir, r.Template), text}, nil
}

func parse(m *spec.Module, r *spec.Report, s source) (*templates.Template, hcl.Diagnostics) {
	t, err := templates.Parse(s.name, s.text)
	if err != nil {
		return nil, hcl.Diagnostics{templateDiagnostic(m, r, s, err)}
	}
	return t, nil
}

func render(m *spec.Module, r *spec.Report, s study.Study) ([]byte, hcl.Diagnostics) {
	source, diags := sourceOf(m, r)
	if diags.HasErrors() {
		return nil, diags
	}
	t, diags := parse(m, r, source)
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
	if r.Calibration != "" {
		result, err := calibrate.Read(filepath.Join(m.Dir, filepath.FromSlash(r.Calibration)))
		if err != nil {
			return nil, hcl.Diagnostics{{Severity: hcl.DiagError, Summary: "Unreadable calibration", Detail: sentence(err.Error()), Subject: &r.CalibrationRange}}
		}
		report.Calibration = result.Line()
	}
	markdown, err := t.Render(report, s)
	if err != nil {
		return nil, hcl.Diagnostics{templateDiagnostic(m, r, source, err)}
	}
	return markdown, nil
}

func noTemplate(r *spec.Report, err error) *hcl.Diagnostic {
	detail := fmt.Sprintf("%q is no built-in template, and %v.%s", r.Template, err, spec.DidYouMean(r.Template, templates.Builtins()))
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
