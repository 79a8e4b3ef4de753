package spec

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"pgregory.net/rapid"
)

// FuzzFormat: whatever the bytes, Format returns. What it formats, it formats once and for all, and the result has the same
// comments and means the same.
func FuzzFormat(f *testing.F) {
	names, err := filepath.Glob("testdata/errors/*/experiment.hcl")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range names {
		src, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src)
	}
	for _, src := range []string{
		"\xef\xbb\xbf\r\n\r\na=\"${\r\nb ?\r\n1 : 2}\"\r\n", "b l \"m\" /* c */ {\n\n\n# d\n\n}\n\n# e", "a = 1 . 5\n", "a { b = \"${\"${c}\"}\" }",
		"a = <<-EOT\n  ${join(\n\", \", b)\n}\n  EOT\nc = \"${<<E\nx\nE\n}\"", "a=\"${b ~}\"\nc=\"${b /* d */}\"\ne={f=-1,g=[for h in [1]:h if!i...]}",
	} {
		f.Add([]byte(src))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		if _, diags := Format(src, "a.hcl"); !diags.HasErrors() {
			keepsMeaning(t, src)
		}
	})
}

// keepsMeaning holds that a source without mistakes of syntax is formatted once and for all, and means what it meant.
func keepsMeaning(t rapid.TB, src []byte) {
	formatted, diags := Format(src, "a.hcl")
	if diags.HasErrors() {
		t.Fatalf("%q: %v", src, diags)
	}
	again, diags := Format(formatted, "a.hcl")
	if diags.HasErrors() {
		t.Fatalf("%q becomes %q: %v", src, formatted, diags)
	}
	if !bytes.Equal(formatted, again) {
		t.Fatalf("%q becomes %q, and then %q", src, formatted, again)
	}
	if diff := cmp.Diff(meaningOf(t, src), meaningOf(t, formatted), sameMeaning); diff != "" {
		t.Fatalf("%q becomes %q, which means something else:\n%s", src, formatted, diff)
	}
}

// A meaning is what a source says, and the comments on it.
type meaning struct {
	body     *hclsyntax.Body
	comments []string
}

// sameMeaning looks at all of a syntax tree but the places.
var sameMeaning = cmp.Options{
	cmpopts.IgnoreTypes(hcl.Range{}, []hcl.Range{}),
	cmp.Comparer(cty.Value.RawEquals),
	cmp.Comparer(func(a, b *hclsyntax.Operation) bool { return a == b }),
	cmp.Exporter(func(reflect.Type) bool { return true }),
}

func meaningOf(t rapid.TB, src []byte) meaning {
	file, diags := hclsyntax.ParseConfig(src, "", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatalf("%q: %v", src, diags)
	}
	m := meaning{body: file.Body.(*hclsyntax.Body)}
	bare(m.body)
	tokens, _ := hclsyntax.LexConfig(src, "", hcl.InitialPos)
	for _, token := range tokens {
		if token.Type == hclsyntax.TokenComment {
			m.comments = append(m.comments, strings.TrimRight(string(token.Bytes), "\r\n"))
		}
	}
	return m
}

// bare takes what does not change a value from around each: parentheses, and a text that is nothing but its interpolation.
func bare(b *hclsyntax.Body) {
	for _, a := range b.Attributes {
		for around := true; around; {
			switch e := a.Expr.(type) {
			case *hclsyntax.TemplateWrapExpr:
				a.Expr = e.Wrapped
			case *hclsyntax.ParenthesesExpr:
				a.Expr = e.Expression
			default:
				around = false
			}
		}
	}
	for _, block := range b.Blocks {
		bare(block.Body)
	}
}
