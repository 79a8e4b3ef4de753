package spec

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

// exampleFiles are those that the examples of functions read.
var exampleFiles = map[string]string{"prompts/review.txt": "Review this:\n", "prompts/step.tmpl": "About ${topic}.\n"}

// TestExamplesOfFunctions holds that every function is told of, and gives what its documentation says.
func TestExamplesOfFunctions(t *testing.T) {
	dir := t.TempDir()
	for name, content := range exampleFiles {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	f, err := openFiles(dir, &work{})
	if err != nil {
		t.Fatal(err)
	}
	all := functions(f)
	evaluate := func(text string) (cty.Value, []byte) {
		t.Helper()
		expr, diags := hclsyntax.ParseExpression([]byte(text), "example", hcl.InitialPos)
		if diags.HasErrors() {
			t.Fatalf("%s: %v", text, diags)
		}
		v, diags := expr.Value(&hcl.EvalContext{Functions: all})
		if diags.HasErrors() {
			t.Fatalf("%s: %v", text, diags)
		}
		bare, _ := v.UnmarkDeep()
		written, err := ctyjson.Marshal(bare, bare.Type())
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		return v, written
	}
	docs := Functions()
	if len(docs) != len(all) {
		t.Errorf("%d functions are told of, and there are %d", len(docs), len(all))
	}
	for _, d := range docs {
		if d.Name == "" || d.Doc == "" || d.Doc[len(d.Doc)-1] != '.' {
			t.Errorf("%s: %q is no sentence", d.Name, d.Doc)
		}
		v, got := evaluate(d.Example)
		if d.Result == "(sensitive value)" {
			if !v.HasMark(sensitiveMark) {
				t.Errorf("%s is not sensitive", d.Example)
			}
		} else if _, want := evaluate(d.Result); string(got) != string(want) {
			t.Errorf("%s gives %s, and %s is told", d.Example, got, want)
		}
		called, _ := calls(parsed(t, d.Example))
		if !slices.ContainsFunc(called, func(c *hclsyntax.FunctionCallExpr) bool { return c.Name == d.Name }) {
			t.Errorf("%s does not call %s", d.Example, d.Name)
		}
	}
}

func parsed(t *testing.T, text string) hclsyntax.Expression {
	t.Helper()
	expr, diags := hclsyntax.ParseExpression([]byte(text), "test", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return expr
}
