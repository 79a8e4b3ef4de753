package spec_test

import (
	"strings"
	"testing"

	"bench/spec"
)

func TestRedact(t *testing.T) {
	for name, x := range map[string]struct{ file, src, want string }{
		"nothing":     {"a.hcl", "a = 1\n", "a = 1\n"},
		"default":     {"a.hcl", "variable \"k\" {\n  default = \"hunter2\"\n  sensitive = true\n}\n", "variable \"k\" {\n(a sensitive value)\n  sensitive = true\n}\n"},
		"over lines":  {"a.hcl", "variable \"k\" {\n  sensitive = 1 == 1\n  default = [\n    \"hunter2\",\n  ]\n}", "variable \"k\" {\n  sensitive = 1 == 1\n(a sensitive value)\n(a sensitive value)\n(a sensitive value)\n}"},
		"heredoc":     {"a.hcl", "variable \"k\" {\n  sensitive = true\n  default = <<E\nhunter2\nE\n}", "variable \"k\" {\n  sensitive = true\n(a sensitive value)\n(a sensitive value)\n(a sensitive value)\n}"},
		"not":         {"a.hcl", "variable \"k\" {\n  default = 1\n  sensitive = false\n}", "variable \"k\" {\n  default = 1\n  sensitive = false\n}"},
		"call":        {"a.hcl", "locals {\n  a = upper(sensitive(\n    \"hunter2\"\n  ))\n  b = 1\n}", "locals {\n(a sensitive value)\n(a sensitive value)\n(a sensitive value)\n  b = 1\n}"},
		"json":        {"a.hcl.json", "{\"variable\": {\"k\": {\n\"default\": \"hunter2\",\n\"sensitive\": true}}}", "{\"variable\": {\"k\": {\n(a sensitive value)\n\"sensitive\": true}}}"},
		"call (json)": {"a.hcl.json", "{\"locals\": {\n\"a\": \"${sensitive(\\\"hunter2\\\")}\"\n}}", "{\"locals\": {\n(a sensitive value)\n}}"},
		"env":         {"a.hcl", "a = env(\"K\", \"hunter2\")\nb = env(\"K\")", "(a sensitive value)\nb = env(\"K\")"},
		"env (json)":  {"a.hcl.json", "{\"locals\": {\n\"a\": \"${env(\\\"K\\\", \\\"hunter2\\\")}\",\n\"b\": \"${env(\\\"K\\\")}\"\n}}", "{\"locals\": {\n(a sensitive value)\n\"b\": \"${env(\\\"K\\\")}\"\n}}"},
		"escaped":     {"a.hcl.json", "{\"locals\": {\n\"a\": \"${\\u0073ensitive (\\\"hunter2\\\")}\"\n}}", "{\"locals\": {\n(a sensitive value)\n}}"},
		"lock":        {"a.lock.hcl", "server \"ollama\" \"m\" {\n  version = \"1\"\n}\n", "server \"ollama\" \"m\" {\n  version = \"1\"\n}\n"},
	} {
		lines, ok := spec.Redact(x.file, []byte(x.src))
		if got := strings.Join(lines, "\n"); !ok || got != x.want {
			t.Errorf("%s: %q\nwant %q", name, got, x.want)
		}
	}
	for name, src := range map[string]string{"a.hcl": "a = {", "b.hcl": "a = " + strings.Repeat("(", 1000), "c.hcl": "\xff", "a.hcl.json": "{", "b.hcl.json": strings.Repeat("[", 1000)} {
		if lines, ok := spec.Redact(name, []byte(src)); ok || lines != nil {
			t.Errorf("%s is understood: %q", src, lines)
		}
	}
}

// TestHide: a secret is blank where a diagnostic shows its line, even beside mistakes of syntax, and every other byte is in its place.
func TestHide(t *testing.T) {
	for _, x := range []struct{ file, src, want string }{
		{"a.hcl", `a = 1 + env("K", "hunter2")`, `a = 1 + env("K",          )`},
		{"a.hcl", `a = 1 + sensitive("hunter2")`, `a = 1 + ` + strings.Repeat(" ", 20)},
		{"a.hcl", "a = 1 +\nb = sensitive(\"hunter2\")", "a = 1 +\nb = " + strings.Repeat(" ", 20)},
		{"a.hcl", "a = sensitive(\"hunter2\"", "a = " + strings.Repeat(" ", 19)},
		{"a.hcl", "variable \"k\" {\n  sensitive = true\n  default = \"hunter2\n}", "variable \"k\" {\n  sensitive = true\n  default           \n}"},
		{"a.hcl", "variable \"k\" {\n  sensitive = false\n  default = \"public\n}", "variable \"k\" {\n  sensitive = false\n  default = \"public\n}"},
		{"a.hcl", "variable \"k\" {\n  sensitive = true\n  default = \"hunter2\xff\"\n}\na = 1", "variable \"k\" {\n  sensitive = true\n  default" + strings.Repeat(" ", 13) + "\n \na = 1"},
		{"a.hcl", "a = sensitive(\"hunter2\" + " + strings.Repeat("(", 1000) + "\n)\nb = 1", "a = " + strings.Repeat(" ", 1022) + "\n \nb = 1"},
		{"a.hcl.json", `{"a": "${sensitive(\"hunter2\")}", "b": ` + strings.Repeat("[", 1000), `{"a": ` + strings.Repeat(" ", 27) + `, "b": ` + strings.Repeat("[", 1000)},
		{"a.hcl.json", `{"a": "${sensitive(\"hunter2\") + 1}"}`, `{"a": ` + strings.Repeat(" ", 31) + `}`},
		{"a.hcl.json", `{"variable": {"k": {"sensitive": true, "default": "hunter2" 1}}}`, `{"variable": {"k": {"sensitive": true, "default":           1}}}`},
	} {
		if got := string(spec.Hide(x.file, []byte(x.src))); got != x.want {
			t.Errorf("%s\ngot  %s\nwant %s", x.src, got, x.want)
		}
	}
}
