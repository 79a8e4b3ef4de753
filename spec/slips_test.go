package spec_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestSlips: what is valid and seldom meant is told of, and what only looks like it is not.
func TestSlips(t *testing.T) {
	m, diags := tryLoad(t, sweep(`
  title   = "Sweep of {var.model} and $( local.size ), ä: {{ var.model }}"
  matrix {
    num_ctx = [512]
  }
  options = { num_ctx = matrix.num_ctx, "num_ctx" = 2, (local.size) = 1, (local.size) = 2, top_k = 1, 1 = 1, "1" = 2 }
`)+`
variable "model" {
  default = "m"
}
locals {
  size   = "b"
  prompt = <<-EOT
    Measure ${var.model} as {matrix.num_ctx.name} would,
    and $${var.model}, %%{var.model}, {var.nothing}, (var.model), {a.b}, {model}, $(model), $(local.size)
  EOT
  used   = [local.prompt, { a = 1, b = { a = 1 } }, { a = 1 }]
  more   = local.used
}
`, nil)
	if diags.HasErrors() {
		t.Fatal(told(t, m, diags))
	}
	got := "\n"
	for _, d := range diags {
		if d.Summary != "Unused name" {
			got += fmt.Sprintf("%d,%d %q %s: %s\n", d.Subject.Start.Line, d.Subject.Start.Column, d.Subject.SliceBytes(m.Files[d.Subject.Filename].Bytes), d.Summary, d.Detail)
		}
	}
	got = strings.ReplaceAll(got, m.Dir+string(filepath.Separator), "")
	want := `
16,23 "{var.model}" Reference as text: This stands in the text as it is: nothing is put in for it. Did you mean ${var.model}?
16,39 "$( local.size )" Reference as text: This stands in the text as it is: nothing is put in for it. Did you mean ${local.size}?
16,60 "{ var.model }" Reference as text: This stands in the text as it is: nothing is put in for it. Did you mean ${var.model}?
20,41 "\"num_ctx\"" Duplicate object attribute: "num_ctx" is at experiment.hcl:20 already, and this value takes the place of that one. Take one of them out.
20,74 "(local.size)" Duplicate object attribute: "(local.size)" is at experiment.hcl:20 already, and this value takes the place of that one. Take one of them out.
20,110 "\"1\"" Duplicate object attribute: "1" is at experiment.hcl:20 already, and this value takes the place of that one. Take one of them out.
30,29 "{matrix.num_ctx.name}" Reference as text: This stands in the text as it is: nothing is put in for it. Did you mean ${matrix.num_ctx.name}?
31,93 "$(local.size)" Reference as text: This stands in the text as it is: nothing is put in for it. Did you mean ${local.size}?
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
