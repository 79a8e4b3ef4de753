package templates_test

import (
	"strings"
	"testing"

	"bench/templates"
)

// What a template reads of vars is known by its names, and where it can't be, any may be read.
func TestVars(t *testing.T) {
	const builtin = "author data number question"
	for _, c := range []struct{ source, want string }{
		{`nothing`, ""},
		{`{{.report.vars.a}} {{if $.report.vars.b}}x{{else}}{{.report.vars.c}}{{end}}`, "a b c"},
		{`{{range list 1 (upper .report.vars.a)}}{{with $.report.vars.b}}{{.}}{{end}}{{end}}`, "a b"},
		{`{{with get .report.vars "a"}}{{.}}{{end}}{{if hasKey .report.vars "b"}}{{index .report.vars "c"}}{{end}}`, "a b c"},
		{`{{with .report}}{{.title}}: {{.vars.a}}{{end}}`, "a"},
		{`{{$r := .report}}{{$r.vars.a}}{{(index . "report").vars.b}}{{at "report.vars.c" .}}{{(.report.vars.d | upper).x}}`, "a b c d"},
		{`{{define "x"}}{{.vars.a}}{{end}}{{define "y"}}{{.report.vars.b}}{{end}}{{define "z"}}{{.report.vars.c}}{{end}}{{template "x" .report}}{{include "y" .}}`, "a b"},
		{`{{define "x"}}{{.report.vars.a}}{{template "x" .}}{{end}}{{template "x" .}}`, "a"},
		{`{{.spec.vars}}{{range $name, $value := .spec.vars}}{{$name}}{{end}}{{.report.vars.a}}`, "a"},
		{`{{template "tr-single" .}}`, builtin},
		{`{{define "tr-single.question"}}{{.root.report.vars.asked}}{{end}}{{template "tr-single" .}}`, "asked author data number"},
		{`{{.report.vars}}`, "all"},
		{`{{toJson .report.vars}}`, "all"},
		{`{{toJson .report}}`, "all"},
		{`{{.report | toJson}}`, "all"},
		{`{{toJson .}}`, "all"},
		{`{{range $name, $value := .report.vars}}{{$name}}{{end}}`, "all"},
		{`{{$v := .report.vars}}{{$v.a}}`, "all"},
		{`{{index .report "vars"}}`, "all"},
		{`{{get .report.vars .report.title}}`, "all"},
		{`{{include .report.title .}}`, builtin},
	} {
		parsed, err := templates.Parse("test", c.source)
		if err != nil {
			t.Fatal(err)
		}
		names, all := parsed.Vars()
		got := strings.Join(names, " ")
		if all {
			got = "all"
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.source, got, c.want)
		}
	}
	if names, all := parse(t, "tr-single").Vars(); strings.Join(names, " ") != builtin || all {
		t.Errorf("%v %v", names, all)
	}
}
