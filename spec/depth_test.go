package spec

import (
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// nestings are the ways in which HCL's parser or evaluator recurses: a level each, with what opens and closes it.
var nestings = map[string]struct{ open, close string }{
	"parentheses": {"(", ")"}, "lists": {"[", "]"}, "objects": {"{a=", "}"}, "calls": {"upper(", ")"}, "templates": {`"${`, `}"`},
	"loops": {"[for a in ", ": a]"}, "unary": {"!", ""}, "minus over lines": {"\n-", ""}, "binary": {"1+", ""}, "conditions": {"true?1:", ""},
	"indexes": {"", "[a]"}, "splats": {"", "[*]"}, "attribute splats": {"", ".*"},
}

// TestTooDeep: whatever the way, 20 000 levels are refused, and as many as are allowed can be parsed and evaluated.
func TestTooDeep(t *testing.T) {
	for name, n := range nestings {
		expr := func(levels int) []byte {
			return []byte("(" + strings.Repeat(n.open, levels) + "1" + strings.Repeat(n.close, levels) + ")")
		}
		lex := func(src []byte) hclsyntax.Tokens {
			tokens, _ := hclsyntax.LexConfig(append([]byte("a = "), src...), "", hcl.InitialPos)
			return tokens
		}
		if tooDeep(lex(expr(20_000))) == nil {
			t.Errorf("%s: 20 000 levels are not refused", name)
		}
		levels := maxDepth - 1
		if !strings.ContainsAny(n.open, "([{") {
			levels = 4_500 // [*] counts twice
		}
		src := expr(levels)
		if d := tooDeep(lex(src)); d != nil {
			t.Errorf("%s: %d levels are refused: %s", name, levels, d.Detail)
			continue
		}
		if parsed, diags := hclsyntax.ParseExpression(src, "", hcl.InitialPos); !diags.HasErrors() {
			_, _ = parsed.Value(nil)
		}
	}
}

func TestTemplateTooDeep(t *testing.T) {
	lex := func(levels int) hclsyntax.Tokens {
		tokens, _ := hclsyntax.LexTemplate([]byte(strings.Repeat("%{if true}", levels)+strings.Repeat("%{endif}", levels)), "", hcl.InitialPos)
		return tokens
	}
	if tooDeep(lex(6_000)) == nil {
		t.Error("6 000 directives inside one another are not refused")
	}
	if d := tooDeep(lex(1000)); d != nil {
		t.Error(d)
	}
}

// TestWideIsNotDeep: what stands side by side does not nest.
func TestWideIsNotDeep(t *testing.T) {
	for name, src := range map[string]string{
		"blocks":     strings.Repeat("agent \"a\" {\n  builtin = -1\n}\n", 11_000),
		"attributes": "locals {\n" + strings.Repeat("  a = 1 + 2 * 3 - (4 / 5)\n", 11_000) + "}\n",
		"elements":   "a = [" + strings.Repeat("1,\n", 20_000) + "]\n",
		"a text":     "a = \"" + strings.Repeat("(((---+++", 20_000) + "\"\n",
		"a comment":  "# " + strings.Repeat("(((---+++", 20_000) + "\n",
	} {
		tokens, _ := hclsyntax.LexConfig([]byte(src), "", hcl.InitialPos)
		if d := tooDeep(tokens); d != nil {
			t.Errorf("%s: %v", name, d)
		}
	}
}
