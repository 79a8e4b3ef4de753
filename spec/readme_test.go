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

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// TestReadme holds the reference in README.md against the tables that the decoder works from.
func TestReadme(t *testing.T) {
	src, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	want := string(src)
	var blocks strings.Builder
	shown := exampleBlocks(t)
	for _, n := range rootSchema.blocks {
		writeBlock(&blocks, n, 3, shown)
	}
	want = replace(t, want, "blocks", strings.TrimSuffix(blocks.String(), "\n"))
	want = replace(t, want, "functions", functionTable())
	want = replace(t, want, "limits", limitTable(t))
	if flag.Lookup("update").Value.String() == "true" {
		if err := os.WriteFile("README.md", []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	} else if want != string(src) {
		t.Error("README.md is stale: go test ./spec -run TestReadme -update")
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if file != "doc.go" && !strings.HasSuffix(file, "_test.go") && !strings.Contains(want, "`"+file+"`") && !inFamily(file, want) {
			t.Errorf("README.md does not say what %s decides", file)
		}
	}
	for name := range sorts {
		if !strings.Contains(want, "`"+name+".") {
			t.Errorf("README.md does not say where %s may be used", name)
		}
	}
}

// inFamily says whether a file is one of those that README.md names as functions_*.go.
func inFamily(file, readme string) bool {
	family, _, ok := strings.Cut(file, "_")
	return ok && strings.Contains(readme, "`"+family+"_*.go`")
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

// exampleBlocks gives blocks of the examples that TestExample loads, by their type, and by type and kind where there are kinds. Those
// that have nothing which another one has not are left out.
func exampleBlocks(t *testing.T) map[string]string {
	t.Helper()
	shown, known := map[string]string{}, map[string]bool{}
	for _, name := range []string{"testdata/example/experiment.hcl", "testdata/example/rest/experiment.hcl"} {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		file, diags := hclsyntax.ParseConfig(src, name, hcl.InitialPos)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		for _, block := range file.Body.(*hclsyntax.Body).Blocks {
			path := block.Type
			if len(block.Labels) == 2 {
				path += "." + block.Labels[0]
			}
			if shown[path] != "" && strings.Contains(name, "rest") || !addsTo(known, path, block.Body) {
				continue
			}
			text := strings.TrimSpace(string(hcl.RangeBetween(block.TypeRange, block.CloseBraceRange).SliceBytes(src)))
			shown[path] = strings.TrimPrefix(shown[path]+"\n\n"+text, "\n\n")
		}
	}
	return shown
}

// addsTo notes what stands in a body, and says whether something of it is new.
func addsTo(known map[string]bool, path string, body *hclsyntax.Body) bool {
	added := false
	note := func(path string) {
		added = added || !known[path]
		known[path] = true
	}
	note(path)
	for name := range body.Attributes {
		if !strings.HasSuffix(path, ".matrix") && !strings.HasSuffix(path, ".include") { // names of axes
			note(path + "." + name)
		}
	}
	for _, b := range body.Blocks {
		if addsTo(known, path+"."+b.Type, b.Body) {
			added = true
		}
	}
	return added
}

// writeExample shows what a block looks like, where it is one of those that stand at the top.
func writeExample(b *strings.Builder, text string) {
	if text != "" {
		fmt.Fprintf(b, "\n```hcl\n%s\n```\n", text)
	}
}

func writeBlock(b *strings.Builder, n nested, level int, shown map[string]string) {
	header := n.name
	for _, label := range n.labels {
		header += fmt.Sprintf(" %q", strings.ToUpper(label))
	}
	fmt.Fprintf(b, "%s `%s`\n\n%s%s\n", strings.Repeat("#", level), header, n.doc, often(n))
	if n.body != nil {
		writeExample(b, shown[n.name])
		writeBody(b, n.body, level)
	}
	for _, kind := range slices.Sorted(maps.Keys(n.kinds)) {
		fmt.Fprintf(b, "\n%s `%s %q %q`\n", strings.Repeat("#", level+1), n.name, kind, strings.ToUpper(n.labels[1]))
		writeExample(b, shown[n.name+"."+kind])
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
		writeBlock(&inner, n, level+1, nil)
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
	if a.bounds != nil && a.kind == kPercent {
		text += ", " + a.bounds.text(100, "%")
	} else if a.bounds != nil {
		text += ", " + a.bounds.text(1, "")
	}
	for _, may := range []struct {
		may  bool
		text string
	}{{a.varies, "may vary along the matrix"}, {a.late, "may depend on results"}, {a.secret, "may be sensitive"}} {
		if may.may {
			text += "; " + may.text
		}
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
