package templates

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"bench/runner/study"
)

// A slip that goes on for ever, or grows without end, ends in an error that has a place.
func TestRunawayTemplatesAreStopped(t *testing.T) {
	for name, source := range map[string]string{
		"recursion":             `{{define "a"}}{{include "a" .}}{{end}}{{include "a" .}}`,
		"recursion by template": `{{define "a"}}{{template "a" .}}{{end}}{{template "a" .}}`,
		"doubling string":       `{{$x := "ab"}}{{range until 100}}{{$x = print $x $x}}{{end}}`,
		"doubling list":         `{{$x := list 1 2}}{{range until 100}}{{$x = concat $x $x}}{{end}}`,
		"nested ranges":         `{{range until 100000}}{{range until 100000}}{{end}}{{end}}`,
		"range over a number":   `{{range 1000000000000}}{{end}}`,
		"templates that double": doubling(60),
		"long sequence":         `{{range until 1000000000}}{{end}}`,
		"long repeat":           `{{repeat 1000000000 "x"}}`,
		"deep indent":           `{{indent 1000000000 "x"}}`,
		"wide format":           `{{printf "%1000000d" 1}}`,
		"much output":           `{{$x := repeat 100000 "0123456789" | raw}}{{range until 100}}{{$x}}{{end}}`,
	} {
		t.Run(name, func(t *testing.T) {
			template, err := Parse("runaway", source)
			if err != nil {
				t.Fatal(err)
			}
			_, err = template.render(Report{Name: "x"}, study.Study{}, &budget{left: 8 << 20})
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("got %v, want an *Error", err)
			}
		})
	}
}

// doubling gives templates of which each calls the next twice, and which print nothing.
func doubling(depth int) string {
	var b strings.Builder
	for i := range depth {
		fmt.Fprintf(&b, `{{define "t%d"}}{{template "t%d" .}}{{template "t%d" .}}{{end}}`, i, i+1, i+1)
	}
	fmt.Fprintf(&b, `{{define "t%d"}}{{end}}{{template "t0" .}}`, depth)
	return b.String()
}
