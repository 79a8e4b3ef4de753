package spec_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/zclconf/go-cty/cty"

	"bench/spec"
)

// TestGiven holds what a record may tell of -var: no sensitive value, and no default.
func TestGiven(t *testing.T) {
	dir := write(t, map[string]string{"e.hcl": sweep("") + `
variable "model" { default = "a" }
variable "left" { default = "b" }
variable "sizes" { type = list(number) }
variable "key" {
  type      = string
  sensitive = true
}
`})
	m, diags := spec.Load([]string{dir}, spec.Options{Inputs: []spec.Input{{Name: "model", Text: "gemma3"}, {Name: "sizes", Text: "[1,  2]"}, {Name: "key", Text: "hunter2"}}})
	if diags.HasErrors() {
		t.Fatal(told(t, m, diags))
	}
	if diff := cmp.Diff(map[string]string{"model": "gemma3", "sizes": "[1, 2]"}, m.Given); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"key"}, m.Withheld); diff != "" {
		t.Error(diff)
	}
}

// TestSentAsWritten: what is only passed on keeps its value. A factor alone is told by the float32 that it may be.
func TestSentAsWritten(t *testing.T) {
	m := load(t, `target "local" "here" {
  labels = { x = 0.800000011920929 }
}
`+sweep(`
  matrix {
    temperature = [0.800000011920929]
  }
  options = merge({ seed = 123456.7890625, stop = [0.800000011920929] }, matrix)
  baseline "default" {
    options = { x = 123456.7890625 }
  }`)+`
analysis "sweep" {
  of = [experiment.sweep]
  metric "throughput" {}
}
report "sweep" {
  template = "t"
  analyses = [analysis.sweep]
  output   = "report.md"
  vars     = { x = 123456.7890625 }
}
`, nil)
	all := configurations(t, m)
	for what, x := range map[string]struct{ got, want any }{
		"options":             {all[1].Options, map[string]any{"seed": 123456.7890625, "stop": []any{0.800000011920929}, "temperature": 0.800000011920929}},
		"options of baseline": {all[0].Options, map[string]any{"x": 123456.7890625}},
		"vars":                {m.Reports[0].Vars, map[string]any{"x": 123456.7890625}},
		"labels":              {m.Targets[0].Labels, map[string]any{"x": 0.800000011920929}},
		"factors":             {all[1].Factors, []spec.Factor{{Name: "temperature", Value: 0.8}}},
		"values of axis":      {m.Experiments[0].Axes[0].Values, []any{0.8}},
		"name":                {all[1].Name, "temp0p8"},
		"dataset's factor":    {spec.Plain(cty.NumberFloatVal(0.800000011920929)), 0.8},
	} {
		if diff := cmp.Diff(x.want, x.got); diff != "" {
			t.Errorf("%s: %s", what, diff)
		}
	}
}
