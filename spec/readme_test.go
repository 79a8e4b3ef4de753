package spec

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestReadme holds the reference in README.md against the tables that the decoder works from.
func TestReadme(t *testing.T) {
	src, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	want := string(src)
	var blocks strings.Builder
	for _, n := range rootSchema.blocks {
		writeBlock(&blocks, n, 3)
	}
	want = replace(t, want, "blocks", strings.TrimSuffix(blocks.String(), "\n"))
	want = replace(t, want, "functions", functionTable())
	if flag.Lookup("update").Value.String() == "true" {
		if err := os.WriteFile("README.md", []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	} else if want != string(src) {
		t.Error("README.md is stale: go test ./spec -run TestReadme -update")
	}
	for name := range sorts {
		if !strings.Contains(want, "`"+name+".") {
			t.Errorf("README.md does not say where %s may be used", name)
		}
	}
}

// TestReadmeExample holds that what README.md shows can be loaded, each example by itself.
func TestReadmeExample(t *testing.T) {
	src, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	hand, _, _ := strings.Cut(string(src), "<!-- blocks:")
	parts := strings.Split(hand, "```hcl\n")[1:]
	if len(parts) == 0 {
		t.Fatal("README.md has no example")
	}
	for _, part := range parts {
		example, _, _ := strings.Cut(part, "```\n")
		dir := t.TempDir()
		for name, content := range map[string]string{"experiment.hcl": example, "corpus/a/b.md": "# b\n"} {
			p := filepath.Join(dir, filepath.FromSlash(name))
			if err := os.MkdirAll(filepath.Dir(p), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(p, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if _, diags := Load([]string{dir}, Options{}); len(diags) > 0 {
			t.Errorf("%v\n%s", diags, example)
		}
	}
}

// replace puts text between the two comments that mark a part.
func replace(t *testing.T, in, part, text string) string {
	t.Helper()
	begin := "<!-- " + part + ": written by TestReadme -update -->\n"
	before, rest, ok := strings.Cut(in, begin)
	_, after, found := strings.Cut(rest, "<!-- end -->")
	if !ok || !found {
		t.Fatalf("README.md has no part %s", part)
	}
	return before + begin + "\n" + text + "\n<!-- end -->" + after
}

func writeBlock(b *strings.Builder, n nested, level int) {
	header := n.name
	for _, label := range n.labels {
		header += fmt.Sprintf(" %q", strings.ToUpper(label))
	}
	fmt.Fprintf(b, "%s `%s`\n\n%s%s\n", strings.Repeat("#", level), header, n.doc, often(n))
	if n.body != nil {
		writeBody(b, n.body, level)
	}
	for _, kind := range slices.Sorted(maps.Keys(n.kinds)) {
		fmt.Fprintf(b, "\n%s `%s %q %q`\n", strings.Repeat("#", level+1), n.name, kind, strings.ToUpper(n.labels[1]))
		writeBody(b, n.kinds[kind], level+1)
	}
	b.WriteByte('\n')
}

func often(n nested) string {
	if n.unique {
		return " Once at most."
	}
	return ""
}

func writeBody(b *strings.Builder, s *schema, level int) {
	if s.free != "" || len(s.attrs) > 0 {
		b.WriteString("\n| attribute | takes | default | is |\n| --- | --- | --- | --- |\n")
	}
	if s.free != "" {
		fmt.Fprintf(b, "| any name | an expression | | %s |\n", s.free)
	}
	for _, a := range s.attrs {
		def := ""
		switch {
		case a.required:
			def = "required"
		case a.def != nil:
			def = "`" + inHCL(a.def) + "`"
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", a.name, a.takes(), def, a.doc)
	}
	for _, n := range s.blocks {
		b.WriteByte('\n')
		var inner strings.Builder
		writeBlock(&inner, n, level+1)
		b.WriteString(strings.TrimSuffix(inner.String(), "\n"))
	}
}

// takes says what a value may be.
func (a attr) takes() string {
	text := a.noun()
	if len(a.oneOf) > 0 {
		text = "`" + strings.Join(quoted(a.oneOf), "`, `") + "`"
		if a.kind == kStrings {
			text = "a list of " + text
		}
	}
	if a.limits != nil && a.kind == kPercent {
		text += ", " + a.limits.text(100, "%")
	} else if a.limits != nil {
		text += ", " + a.limits.text(1, "")
	}
	if a.varies {
		text += "; may vary along the matrix"
	}
	return text
}

func inHCL(v any) string {
	switch v := v.(type) {
	case string:
		return fmt.Sprintf("%q", v)
	case []any:
		parts := make([]string, len(v))
		for i, e := range v {
			parts[i] = inHCL(e)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	return fmt.Sprint(v)
}

// functionTable lists the functions by category. What is in a code span stands as it is, but for the pipe.
func functionTable() string {
	var b strings.Builder
	category := ""
	for _, f := range Functions() {
		if f.Category != category {
			category = f.Category
			fmt.Fprintf(&b, "### %s\n\n| function | does | for example |\n| --- | --- | --- |\n", upper(category))
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s is %s |\n", f.Signature, f.Doc, span(f.Example), span(f.Result))
	}
	return strings.TrimPrefix(strings.ReplaceAll(b.String(), "### ", "\n### "), "\n")
}

// span writes code in a cell of a table.
func span(code string) string { return "`" + strings.ReplaceAll(code, "|", `\|`) + "`" }
