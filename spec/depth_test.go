package spec

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
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
			t.Errorf("%s: %d levels are refused: %v", name, levels, d)
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

// TestDeepCalls: functions that call each other are evaluated as deep as that is allowed.
func TestDeepCalls(t *testing.T) {
	for name, chain := range map[string]struct {
		functions   int
		open, close string
	}{
		"operators": {4, "", strings.Repeat("+1", 9_900)}, "parentheses": {100, strings.Repeat("(", 480), strings.Repeat(")", 480)},
		"calls": {20_000, "", ""}, "loops": {190, strings.Repeat("[for a in [1]: ", 50), strings.Repeat("][0]", 50)},
	} {
		var src strings.Builder
		for i := range chain.functions {
			fmt.Fprintf(&src, "function \"f%d\" {\n  params = [n]\n  result = %sf%d(n)%s\n}\n", i, chain.open, i+1, chain.close)
		}
		fmt.Fprintf(&src, "function \"f%d\" {\n  params = [n]\n  result = n\n}\nlocals {\n  x = f0(1)\n}\n", chain.functions)
		file := filepath.Join(t.TempDir(), "experiment.hcl")
		if err := os.WriteFile(file, []byte(src.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, diags := Load([]string{file}, Options{}); diags.HasErrors() {
			t.Errorf("%s: %v", name, diags)
		}
	}
}

// TestTryInTry: what stands in 100 calls of try inside one another is evaluated once.
func TestTryInTry(t *testing.T) {
	count := 0
	all := functions(&files{work: &work{}})
	all["counted"] = makeFunc(cty.Number, func([]string) (cty.Value, error) {
		count++
		return cty.Zero, nil
	})
	expr, diags := hclsyntax.ParseExpression([]byte(strings.Repeat("try(", 100)+"counted()"+strings.Repeat(")", 100)), "", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	if v, diags := expr.Value(&hcl.EvalContext{Functions: all}); diags.HasErrors() || !v.RawEquals(cty.Zero) || count != 1 {
		t.Errorf("%#v, %v, evaluated %d times", v, diags, count)
	}
}
