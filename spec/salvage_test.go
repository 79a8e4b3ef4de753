package spec_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bench/spec"
)

// TestOneMistakeOfSyntax: a mistake of syntax, wherever it is, has no others follow from it. With BENCH_TEST_REQUIRE=all every line of
// the examples is broken, else every fifth.
func TestOneMistakeOfSyntax(t *testing.T) {
	for _, dir := range []string{"testdata/example", "testdata/example/rest"} {
		src, err := os.ReadFile(filepath.Join(dir, "experiment.hcl"))
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(string(src), "\n")
		copied := t.TempDir()
		if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
		for i, line := range lines {
			if i%5 > 0 && os.Getenv("BENCH_TEST_REQUIRE") != "all" {
				continue
			}
			for what, wrong := range mistakesIn(line) {
				broken := slices.Clone(lines)
				broken[i] = wrong
				name := filepath.Join(copied, "experiment.hcl")
				if err := os.WriteFile(name, []byte(strings.Join(broken, "\n")), 0o600); err != nil {
					t.Fatal(err)
				}
				_, diags := spec.Load([]string{name}, spec.Options{Classes: classes, Environ: os.Environ()})
				if len(diags) != 1 {
					var all strings.Builder
					for _, d := range diags {
						fmt.Fprintln(&all, d)
					}
					t.Errorf("%s, line %d, %s: %d mistakes are told\n%s\n%s", dir, i+1, what, len(diags), wrong, &all)
				}
			}
		}
	}
}

// mistakesIn gives a line with mistakes of syntax, by what they are.
func mistakesIn(line string) map[string]string {
	out := map[string]string{}
	indent := line[:len(line)-len(strings.TrimLeft(line, " "))]
	bare, _, _ := strings.Cut(strings.TrimSpace(line), " #")
	name, value, isAttribute := strings.Cut(bare, " = ")
	isAttribute = isAttribute && !strings.ContainsAny(strings.TrimSpace(name), " \"{(#")
	switch {
	case bare == "" || bare[0] == '#':
	case strings.HasSuffix(bare, " {") && !isAttribute:
		out["no brace"] = indent + strings.TrimSuffix(bare, " {")
		out["broken label"] = indent + strings.Replace(bare, " ", ` "`, 1)
	case bare == "}":
		out["two braces"] = indent + "}\n" + indent + "}"
		out["no closing brace"] = ""
	case isAttribute && strings.Count(bare, "{")+strings.Count(bare, "[")+strings.Count(bare, "(") == strings.Count(bare, "}")+strings.Count(bare, "]")+strings.Count(bare, ")") && !strings.Contains(bare, "<<"):
		out["no value"] = indent + name + " ="
		out["two values"] = indent + name + " = 1 1"
		out["open parenthesis"] = indent + name + " = (1"
		if strings.HasPrefix(value, `"`) && strings.HasSuffix(value, `"`) {
			out["open text"] = indent + name + " = " + strings.TrimSuffix(value, `"`)
		}
	}
	return out
}
