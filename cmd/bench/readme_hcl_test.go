package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bench/spec"
)

// TestReadmeHCL: what a README shows as HCL is in canonical form, and what the first one shows is a spec that can be loaded.
func TestReadmeHCL(t *testing.T) {
	shown := map[string][]string{}
	err := filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.Name() != "README.md" {
			return err
		}
		text, err := os.ReadFile(path)
		for _, part := range strings.Split(string(text), "```hcl\n")[1:] {
			block, _, _ := strings.Cut(part, "```\n")
			shown[path] = append(shown[path], block)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for path, blocks := range shown {
		for _, block := range blocks {
			formatted, diags := spec.Format([]byte(block), path)
			if diags.HasErrors() || !bytes.Equal(formatted, []byte(block)) {
				t.Errorf("%s: %v\n%s\nin canonical form:\n%s", path, diags, block, formatted)
			}
		}
	}
	dir := t.TempDir()
	for name, content := range map[string]string{
		"experiment.hcl": strings.Join(shown[readme], "\n"), "corpus/a.md": "# a\n", "prompts/analysis.tmpl": "Read ${corpus.text}\n",
	} {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if len(shown[readme]) == 0 {
		t.Error("README.md shows no HCL")
	}
	if _, diags := spec.Load([]string{dir}, spec.Options{}); len(diags) > 0 {
		t.Errorf("README.md: %v", diags)
	}
}
