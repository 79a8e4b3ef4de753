package spec

import (
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
)

// TestParseFile: whatever the syntax, a file that can't be parsed gives no body and one diagnostic, and its source all the same.
func TestParseFile(t *testing.T) {
	for what, x := range map[string]struct{ native, json, want string }{
		"too large":  {"# " + strings.Repeat("-", MaxFile), `{"a": 1}` + strings.Repeat(" ", MaxFile), "Unreadable file"},
		"no text":    {"# \xff", "{\"a\": \"\xff\"}", "Not a text"},
		"too deep":   {"a = " + strings.Repeat("[", maxDepth+1), `{"a": ` + strings.Repeat("[", maxDepth+1), "Nested too deeply"},
		"too long":   {"a = 1e999", `{"a": 1e999}`, "Number too large"},
		"a mistake":  {"a = [1,", `{"a": [1,`, ""},
		"no mistake": {"a = 1", `{"a": 1}`, ""},
	} {
		for name, src := range map[string]string{"a.hcl": x.native, "a.hcl.json": x.json} {
			file, diags := parseFile(name, []byte(src))
			if string(file.Bytes) != src {
				t.Errorf("%s, %s: the source is not there", what, name)
			}
			if wrong := what != "no mistake"; diags.HasErrors() != wrong || (file.Body == nil) != wrong {
				t.Errorf("%s, %s: body %v, %v", what, name, file.Body, diags)
			} else if wrong && (len(diags) != 1 || x.want != "" && diags[0].Summary != x.want) {
				t.Errorf("%s, %s: %v", what, name, diags)
			}
			if rest := understand(name, []byte(src)); x.want != "" && (rest.file.Body != nil || len(rest.diags) != 1) {
				t.Errorf("%s, %s: it is understood all the same: %v", what, name, rest.diags)
			}
		}
	}
}

// TestParsePiece: a text that is no file has its place where the caller says, and is held to the same.
func TestParsePiece(t *testing.T) {
	for what, x := range map[string]struct {
		grammar   grammar
		src, want string
	}{
		"no text":       {asExpression, "\"\xff\"", "Not a text"},
		"too deep":      {asExpression, strings.Repeat("[", maxDepth+1), "Nested too deeply"},
		"a mistake":     {asTemplate, "${1 +}", "Invalid expression"},
		"no end":        {asExpression, "<<EOT\na\n", unendedHeredoc},
		"no comment":    {asTemplate, "${1 /* a", unendedComment},
		"deep template": {asTemplate, "${" + strings.Repeat("[", maxDepth+1), "Nested too deeply"},
	} {
		_, diags := x.grammar.read("typed", []byte(x.src), 3)
		if len(diags) != 1 || diags[0].Summary != x.want || diags[0].Subject.Start.Line != 3 {
			t.Errorf("%s: %v", what, diags)
		}
	}
	expr, diags := asExpression.read("typed", []byte("1"), 3)
	if want := (hcl.Pos{Line: 3, Column: 1, Byte: 2}); len(diags) > 0 || expr.Range().Start != want {
		t.Errorf("%v at %v", diags, expr.Range())
	}
}
