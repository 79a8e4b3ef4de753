package spec_test

import (
	"strings"
	"testing"
)

// TestDivisionInARun: what only an answer shows is told then, with its line.
func TestDivisionInARun(t *testing.T) {
	m := load(t, `
server "emulator" "e" {}

workload "w" {
  step "s" {
    prompt = "p"
  }

  score "words" {
    value = 3 / length(step.s.response)
  }
}

experiment "x" {
  server   = server.emulator.e
  workload = workload.w
  model    = "m"
}
`, nil)
	p, diags := m.Program(configurations(t, m)[0].Work)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	run, err := p.Start()
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Answered(p.Steps[0], "", 0); err != nil {
		t.Fatal(err)
	}
	if _, err := run.Scores(); err == nil || !strings.Contains(err.Error(), "experiment.hcl:10: Division by zero: In this run it divides by zero.") {
		t.Errorf("a score of infinity: %v", err)
	}
}
