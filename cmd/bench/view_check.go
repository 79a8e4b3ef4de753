package main

import (
	"fmt"
	"io"
	"strings"

	"bench/runner/study"
	"bench/spec"
)

// Rules of this output: how a check or a claim came out stands in a column of its own, then its name, then the reason. All are
// told, in the order of the spec, and a reader finds those that failed by the first column.

var verdicts = map[study.Verdict]string{study.Supported: "supported", study.Refuted: "refuted", study.NotShown: "not shown"}

// conclusionsText tells how the checks and the claims came out.
func conclusionsText(b *strings.Builder, width int, m *spec.Module, s study.Study) {
	if len(m.Checks) > 0 {
		b.WriteString("\nChecks\n")
	}
	for _, c := range m.Checks {
		out := s.Checks[c.ID()]
		how := "ok"
		switch {
		case out.Fails():
			how = "failed"
		case !out.OK:
			how = "warning"
		}
		finding(b, width, how, labelled(c.ID(), out.Message))
	}
	if len(m.Claims) > 0 {
		b.WriteString("\nClaims\n")
	}
	for _, c := range m.Claims {
		out := s.Claims[c.ID()]
		finding(b, width, verdicts[out.Verdict], labelled(c.ID(), strings.TrimSpace(out.Statement+" "+out.Why)))
	}
}

func labelled(name, text string) string {
	if text == "" {
		return name
	}
	return fmt.Sprintf("%s: %s", name, text)
}

func checkText(w io.Writer, width int, m *spec.Module, s study.Study) error {
	var b strings.Builder
	conclusionsText(&b, width, m, s)
	text := strings.TrimPrefix(b.String(), "\n")
	if text == "" {
		text = "The spec has neither a check nor a claim.\n"
	}
	_, err := io.WriteString(w, text)
	return err
}
