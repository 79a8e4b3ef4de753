package templates_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"bench/templates"
)

// mistakes are templates that fail, by what is wrong with them.
var mistakes = []struct{ name, source string }{
	{"unknown field of the root", "# {{.report.title}}\n\nmade by {{.tols.version}}\n"},
	{"unknown field below", "{{.report.titel}}"},
	{"unknown field of a variable", "{{$r := .report}}\n{{with .tool}}{{$r.nmae}}{{end}}"},
	{"unknown field in a range", "{{range .findings}}\n- {{.strenght}}: {{.sentence}}\n{{end}}"},
	{"field of null", "{{range $name, $a := .analyses}}{{range .configurations}}{{.metrics.throughput.ci.low}}{{end}}{{end}}"},
	{"field of text", "{{.report.title.short}}"},
	{"unknown analysis", `{{(index .analyses "tr112").runs}}`},
	{"element beyond the end", "{{index .runs 1000}}"},
	{"unknown function", "{{.report.title | uper}}"},
	{"function of the clock", "{{now}}"},
	{"random function", "line one\n{{- if true}}\n  {{ randAlpha 5 }}\n{{end}}"},
	{"environment", `{{env "HOME"}}`},
	{"network", `{{getHostByName "localhost"}}`},
	{"function that changes its input", `{{merge .report .tool}}`},
	{"another markup", `{{.report.title | html}}`},
	{"unexpected end", "text\n{{if .report.title}}yes\n"},
	{"end without a beginning", "text\n{{end}}"},
	{"bad character", "{{.report#}}"},
	{"undefined variable", "a\nb {{$x}}"},
	{"unterminated string", "{{print \"abc}}"},
	{"unclosed action", "text {{.report.title"},
	{"unknown template", `{{template "tr-singel.findings" .}}`},
	{"unknown template by name", `{{include "tr-single.finding" .}}`},
	{"error in an included template", "{{define \"inner\"}}\n{{.report.nam}}{{end}}{{include \"inner\" .}}"},
	{"too few arguments", `{{trunc 3}}`},
	{"text for a number", `{{trunc "three" "text"}}`},
	{"number for text", `{{upper 3}}`},
	{"null for text", `{{trunc 3 nil}}`},
	{"comparison of unlike things", `{{if lt .report.title 3}}{{end}}`},
	{"bad pattern", `{{regexMatch "(" "text"}}`},
	{"address", `{{printf "%p" .report}}`},
	{"table with a long row", `{{table (list "a" "b") (list (list 1 2 3))}}`},
	{"table of no rows", `{{table (list "a" "b") "text"}}`},
	{"own message", `{{fail "the report needs a number"}}`},
	{"nothing but definitions", `{{define "x"}}text{{end}}`},
}

func TestErrorsOfTemplates(t *testing.T) {
	st := rustSweep(t)
	report := templates.Report{Name: "tr111", Title: "A title", Analyses: []string{"tr111"}}
	var all strings.Builder
	for _, m := range mistakes {
		template, err := templates.Parse("reports/mine.md.tmpl", m.source)
		if err == nil {
			_, err = template.Render(report, st)
		}
		if err == nil {
			t.Errorf("%s: no error", m.name)
			continue
		}
		var e *templates.Error
		if !errors.As(err, &e) {
			t.Errorf("%s: %T is no *Error: %v", m.name, err, err)
		}
		fmt.Fprintf(&all, "-- %s --\n%s\n\n%s\n\n", m.name, strings.TrimSpace(m.source), err)
	}
	golden(t, "errors.txt", []byte(all.String()))
}
