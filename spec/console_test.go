package spec

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestEvaluate: an expression that is typed sees what a local value sees.
func TestEvaluate(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{"a.md": "A text.\n", "t.tmpl": "${x.y}", "e.hcl": `
variable "n" {
  default = 2
}

variable "key" {
  default   = "hunter2"
  sensitive = true
}

locals {
  twice = var.n * 2
  auth  = { token = "Bearer ${var.key}", n = 1 }
}

function "half" {
  params = [n]
  result = n / 2
}

server "emulator" "e" {
  for_each = ["a", "b"]
}

agent "go" {
  builtin = "workflow"
}
`} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	m, diags := Load([]string{dir}, Options{})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	for text, want := range map[string]string{
		"local.twice + half(var.n)":              "5",
		"agent.go":                               "agent.go",
		`server.emulator.e["a"]`:                 `server.emulator.e["a"]`,
		"server.emulator.e":                      "{\n  a = server.emulator.e[\"a\"]\n  b = server.emulator.e[\"b\"]\n}",
		"var.key":                                SensitiveValue,
		"local.auth":                             "{\n  n     = 1\n  token = (sensitive value)\n}",
		"nonsensitive(length(local.auth.token))": "14",
		`file("a.md")`:                           `"A text.\n"`,
		`<<EOT
a
b
EOT`: "<<EOT\na\nb\nEOT",
	} {
		v, diags := m.Evaluate(text, "test", 1)
		if diags.HasErrors() {
			t.Errorf("%s: %v", text, diags)
		} else if got := FormatValue(v); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
	for text, want := range map[string]string{
		"lcal.twice":                         `test:3,1-5: Unknown name; Nothing here is called "lcal". Did you mean local?`,
		"\n  var.m":                          "test:4,7-8: Unknown variable; There is no variable \"m\" in this module. There are var.key and var.n.",
		"1 +":                                "test:3,3-4: Missing expression; Expected the start of an expression, but found the end of the file.",
		"parseint(var.key, 10)":              "test:3,10-17: Invalid function argument; What is wrong depends on a sensitive value, so it is not shown.",
		`templatefile("t.tmpl", { x = {} })`: filepath.Join(dir, "t.tmpl") + ":1,5-6: Unknown attribute; x has no attribute \"y\".\n\nThe template is rendered at test:3.",
		"\"\xff\"":                           "test:3,2-3: Not a text; The byte 0xff here is no UTF-8. Save the file as UTF-8.",
		strings.Repeat("[", 600):             "test:3,501-502: Nested too deeply; More than 500 brackets are open here. Split it with locals, or keep data in files of their own and read them with file().",
		strings.Repeat(" ", MaxExpression):   "test:3,1-1: Expression too long; An expression has at most 1 MiB here. Keep data in files of their own and read them with file().",
		"matrix":                             "test:3,1-7: Name out of scope;",
		"[" + strings.Repeat("range(100000), ", 11) + "]": "test:3,1-168: Value too large;",
		"[for n in range(11) : range(100000)]":            "test:3,23-36: Too much work;",
	} {
		_, diags := m.Evaluate(text, "test", 3)
		if len(diags) != 1 || !strings.HasPrefix(fmt.Sprint(diags[0]), want) {
			t.Errorf("%.40s: got %v, want %s", text, diags, want)
		}
	}
	if m.Files[filepath.Join(dir, "t.tmpl")] == nil {
		t.Error("the source of the template is not there to be shown")
	}
}

// TestSensitiveNames: neither the type nor the value of what is shown has the names in an object that is sensitive, or how many
// elements a list has that is.
func TestSensitiveNames(t *testing.T) {
	dir := t.TempDir()
	spec := "variable \"key\" {\n  default   = \"hunter2\"\n  sensitive = true\n}\n"
	if err := os.WriteFile(filepath.Join(dir, "e.hcl"), []byte(spec), 0o600); err != nil {
		t.Fatal(err)
	}
	m, diags := Load([]string{dir}, Options{})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	for text, want := range map[string]string{
		`{ (var.key) = 1 }`:                              "any",
		`{ for k in [var.key] : k => 1 }`:                "any",
		`zipmap([var.key], [1])`:                         "any",
		`merge({ (var.key) = 1 }, { a = 1 })`:            "any",
		`jsondecode("{\"${var.key}\": 1}")`:              "any",
		`yamldecode("${var.key}: 1")`:                    "any",
		`csvdecode("${var.key}\n1\n")`:                   "list(any)",
		`regex("(?P<${var.key}>a)", "a")`:                "any",
		`true ? null : { (var.key) = 1 }`:                "any",
		`split("n", var.key)`:                            "list(string)",
		`[for c in split("n", var.key) : c]`:             "any",
		`{ a = { (var.key) = 1 }, b = 2 }`:               "object({ a = any, b = number })",
		`[{ (var.key) = 1 }, 1]`:                         "tuple([any, number])",
		`tomap({ a = null, b = { (var.key) = 1 } })`:     "map(any)",
		`nonsensitive({ (nonsensitive(var.key)) = 1 })`:  "object({ hunter2 = number })",
		`{ a = null, b = var.key }`:                      "object({ a = any, b = string })",
		`{ a = tolist([{ b = 1 }]), c = var.key, d = 1}`: "object({ a = list(object({ b = number })), c = string, d = number })",
	} {
		v, diags := m.Evaluate(text, "test", 1)
		if diags.HasErrors() {
			t.Errorf("%s: %v", text, diags)
			continue
		}
		if got := NewJSONValue(v).Type; got != want {
			t.Errorf("%s: its type is shown as %s, want %s", text, got, want)
		}
		if shown := FormatValue(v); strings.Contains(shown, "hunter2") && !strings.HasPrefix(text, "nonsensitive") {
			t.Errorf("%s: it is shown as %s", text, shown)
		}
	}
}

// TestEvaluateAfterMistakes: a module that could not be loaded is not asked.
func TestEvaluateAfterMistakes(t *testing.T) {
	m, _ := Load([]string{filepath.Join(t.TempDir(), "none.hcl")}, Options{})
	if _, diags := m.Evaluate("1", "test", 1); !diags.HasErrors() {
		t.Error("it is asked")
	}
}

// FuzzEvaluate: whatever is typed, there is an answer that can be written, or a mistake that can be told.
func FuzzEvaluate(f *testing.F) {
	for _, d := range Functions() {
		f.Add(d.Example)
	}
	for _, text := range []string{
		"var.n", "local.l[*].a", "server.emulator.e", "half(4)", "[for i, x in local.l : x.a if i > 0]", "{ for x in [\"a\"] : x => 1 }", "\"${var.n}%{ if true }a%{ endif }\"", "<<EOT\na\nEOT", "var.key", "1e400 * -1 / 3",
		"\"a\" == 1 ? null : [1, \"a\"]", "range(1, 9)...", "self.response", "format(\"%#v %T %5.2f\", [1], {}, 1)", "yamldecode(\"a: &a [1]\\nb: *a\")", "jsondecode(\"[1e9]\")",
	} {
		f.Add(text)
	}
	dir := f.TempDir()
	for name, content := range map[string]string{"a.md": "A text.\n", "t.tmpl": "${x}", "e.hcl": `
variable "n" {
  default = 2
}

variable "key" {
  default   = "hunter2"
  sensitive = true
}

locals {
  l = [{ a = 1 }, { a = "x" }]
}

function "half" {
  params = [n]
  result = n / 2
}

server "emulator" "e" {}
`} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			f.Fatal(err)
		}
	}
	m, diags := Load([]string{dir}, Options{Environ: []string{"KEY=hunter2"}})
	if diags.HasErrors() {
		f.Fatal(diags)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, diags := m.Evaluate(text, "test", 1)
		if len(text) < 1<<10 && !strings.Contains(text, "hunter2") {
			for _, d := range diags {
				if strings.Contains(d.Summary+d.Detail, "hunter2") {
					t.Fatalf("a sensitive value is told: %v", d)
				}
			}
		}
		if diags.HasErrors() {
			writable(t, m, diags)
			return
		}
		_ = FormatValue(v)
		_ = NewJSONValue(v)
	})
}
