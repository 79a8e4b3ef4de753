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

func TestReads(t *testing.T) {
	m := load(t, sweep(`
  matrix {
    num_ctx = [256]
  }

  options = { a = file("a.txt"), b = length(fileset("list/*")) }`), map[string]string{"a.txt": "abc", "list/x": "1", "other": "2"})
	configurations(t, m)
	reads := m.Reads()
	if reads["a.txt"] != "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" {
		t.Errorf("%v", reads)
	}
	if digest, listed := reads["list/x"]; !listed || digest != "" {
		t.Errorf("%v", reads)
	}
	if _, read := reads["other"]; read {
		t.Errorf("%v", reads)
	}
}
