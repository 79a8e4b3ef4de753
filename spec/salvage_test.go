package spec_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"bench/spec"
)

// TestOneMistakeOfSyntax: a mistake of syntax, wherever it is, has no others follow from it. With BENCH_TEST_REQUIRE=all every line of
// the examples is broken, else every fifth. Where a brace is missing, the spec has no mistake once it stands where the diagnostic says.
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
				diags := loadLines(t, copied, broken)
				if len(diags) != 1 {
					t.Errorf("%s, line %d, %s: %d mistakes are told\n%s\n%s", dir, i+1, what, len(diags), wrong, oneALine(diags))
					continue
				}
				before := missingBefore.FindStringSubmatch(diags[0].Detail)
				if before == nil {
					if strings.HasPrefix(what, "open brace") {
						t.Errorf("%s, line %d, %s: it is not told where: %s", dir, i+1, what, diags[0])
					}
					continue
				}
				at, _ := strconv.Atoi(before[1])
				mended := slices.Insert(slices.Clone(strings.Split(strings.Join(broken, "\n"), "\n")), at-1, "}")
				if _, diags := hclsyntax.ParseConfig([]byte(strings.Join(mended, "\n")), "", hcl.InitialPos); len(diags) > 0 {
					t.Errorf("%s, line %d, %s: with a brace before line %d there is\n%s", dir, i+1, what, at, oneALine(diags))
				} else if diags := loadLines(t, copied, mended); len(diags) > 0 && !strings.HasSuffix(what, "with nothing") {
					t.Errorf("%s, line %d, %s: with a brace before line %d there is\n%s", dir, i+1, what, at, oneALine(diags))
				}
			}
		}
	}
}

var missingBefore = regexp.MustCompile(`By the indentation it is missing before line (\d+)`)

// loadLines loads a folder whose experiment.hcl has these lines.
func loadLines(t *testing.T, dir string, lines []string) hcl.Diagnostics {
	t.Helper()
	name := filepath.Join(dir, "experiment.hcl")
	if err := os.WriteFile(name, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	_, diags := spec.Load([]string{name}, spec.Options{Classes: classes, Environ: os.Environ()})
	return diags
}

func oneALine(diags hcl.Diagnostics) string {
	var all strings.Builder
	for _, d := range diags {
		fmt.Fprintln(&all, d)
	}
	return all.String()
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
		switch inner, isObject := strings.CutSuffix(strings.TrimPrefix(value, "{ "), " }"); {
		case isObject && strings.HasPrefix(value, "{ "):
			out["open brace"] = indent + name + " = { " + inner
			out["no opening brace"] = indent + name + " = " + inner + " }"
		case strings.HasPrefix(value, "[") && strings.HasSuffix(value, "]"):
			out["wrong bracket"] = indent + name + " = " + strings.TrimSuffix(value, "]") + "}"
			out["surplus bracket"] = indent + bare + "]"
		}
		out["open brace with nothing"] = indent + name + " = {"
		out["closing brace"] = indent + name + " = }"
	}
	return out
}
