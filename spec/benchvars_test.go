package spec_test

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"bench/spec"
)

// TestPrecedence holds who has the last word about a variable. Each source gives a to where it stands, and leaves out one letter more.
func TestPrecedence(t *testing.T) {
	dir := write(t, map[string]string{
		"e.hcl": sweep("") + `
variable "a" {}
variable "b" {}
variable "c" {}
variable "d" {}
variable "e" {}
variable "f" {}
variable "g" { default = "default" }
variable "h" { default = "default" }
`,
		"bench.auto.benchvars":      `b = "auto"` + "\n" + `c = "auto"` + "\n" + `d = "auto"` + "\n" + `e = "auto"` + "\n" + `f = "auto"` + "\n",
		"bench.auto.benchvars.json": `{"c": "auto JSON", "d": "auto JSON", "e": "auto JSON", "f": "auto JSON"}`,
		"aaa.auto.benchvars":        `d = "aaa"` + "\n" + `e = "aaa"` + "\n" + `f = "aaa"` + "\n",
		"zzz.auto.benchvars.json":   `{"e": "${zzz}", "f": "zzz"}`,
		".hidden.auto.benchvars":    `f = "hidden"` + "\n",
		"lab.benchvars":             `f = "lab"` + "\n" + `g = "lab"` + "\n",
		"folder.auto.benchvars/x":   "",
	})
	environ := []string{"BENCH_VAR_a=env=1", "BENCH_VAR_a=again", "BENCH_VAR_b=env", "BENCH_VAR_g=", "BENCH_VAR_x=env", "bench_var_h=env"}
	inputs := []spec.Input{{Name: "f", Text: "first"}, {File: filepath.Join(dir, "lab.benchvars")}, {Name: "g", Text: "last"}}
	m, diags := spec.Load([]string{dir}, spec.Options{Environ: environ, Inputs: inputs})
	if diags.HasErrors() {
		t.Fatal(told(t, m, diags))
	}
	want := map[string]string{"a": "env=1", "b": "auto", "c": "auto JSON", "d": "aaa", "e": "${zzz}", "f": "lab", "g": "last"}
	if diff := cmp.Diff(want, m.Given); diff != "" {
		t.Error(diff)
	}
}

// TestInputs: what a module says it was given gives the same again, whatever its type and from wherever it came.
func TestInputs(t *testing.T) {
	dir := write(t, map[string]string{
		"e.hcl": sweep("") + `
variable "any" {}
variable "text" { type = string }
variable "null" { type = string }
variable "number" { type = number }
variable "bool" { type = bool }
variable "set" { type = set(string) }
variable "map" { type = map(list(number)) }
variable "object" { type = object({ low = number, high = optional(number, 9) }) }
variable "given" {
  type     = number
  default  = 3
  nullable = false
}
variable "key" { sensitive = true }
variable "token" { sensitive = true }
`,
		"bench.auto.benchvars": `
any    = [1, "a", null]
text   = "a\n\"$${b}\""
null   = null
number = 1e-7
bool   = "true"
set    = ["b", "a", "b"]
map    = { "a b" = [0.1], c = [] }
object = { low = -1 }
given  = null
key    = "hunter2"
token  = "hunter2"
`,
	})
	m, diags := spec.Load([]string{dir}, spec.Options{Inputs: []spec.Input{{Name: "key", Text: "hunter3"}}})
	if diags.HasErrors() {
		t.Fatal(told(t, m, diags))
	}
	want := map[string]string{
		"any": `[1, "a", null]`, "text": "a\n\"${b}\"", "null": "null", "number": "0.0000001", "bool": "true",
		"set": `["a", "b"]`, "map": `{ "a b" = [0.1], c = [] }`, "object": "{ high = 9, low = -1 }",
	}
	if diff := cmp.Diff(want, m.Given); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"key"}, m.Withheld); diff != "" {
		t.Error(diff)
	}
	again, diags := spec.Load([]string{dir}, spec.Options{Inputs: m.Inputs})
	if diags.HasErrors() {
		t.Fatal(told(t, again, diags))
	}
	if diff := cmp.Diff(m.Inputs, again.Inputs); diff != "" {
		t.Error(diff)
	}
}
