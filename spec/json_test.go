package spec_test

import (
	"path/filepath"
	"strings"
	"testing"

	"bench/spec"
)

// TestJSONTooDeep: HCL's parser recurses, so what nests too deeply is refused before, in JSON and in the templates of its texts.
func TestJSONTooDeep(t *testing.T) {
	for name, value := range map[string]string{
		"brackets":             strings.Repeat("[", 600) + strings.Repeat("]", 600),
		"a template":           `"${` + strings.Repeat("(", 600) + "1" + strings.Repeat(")", 600) + `}"`,
		"a template, escaped":  `"\u0024{` + strings.Repeat(`\u0028`, 600) + "1" + strings.Repeat(")", 600) + `}"`,
		"a template as a name": `{"${` + strings.Repeat("(", 600) + "1" + strings.Repeat(")", 600) + `}": 1}`,
	} {
		dir := write(t, map[string]string{"experiment.hcl.json": "{\n\"locals\": {\"a\": " + value + "}}"})
		_, diags := spec.Load([]string{filepath.Join(dir, "experiment.hcl.json")}, spec.Options{})
		if len(diags) != 1 || diags[0].Summary != "Nested too deeply" || diags[0].Subject.Start.Line != 2 {
			t.Errorf("%s: %v", name, diags)
		}
	}
}

// TestTwoSyntaxes: files of both syntaxes are one module.
func TestTwoSyntaxes(t *testing.T) {
	dir := write(t, map[string]string{
		"a.hcl":      sweep("options = local.options"),
		"b.hcl.json": `{"locals": {"options": {"num_ctx": "${1 + 1}", "stop": ["a", "${upper(\"b\")}"]}}}`,
	})
	m, diags := spec.Load([]string{dir}, spec.Options{})
	if len(diags) > 0 {
		t.Fatal(told(t, m, diags))
	}
	for c := range m.Experiments[0].Configurations() {
		if c.Options["num_ctx"] != int64(2) {
			t.Errorf("options are %v", c.Options)
		}
	}
}
