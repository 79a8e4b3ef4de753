package spec_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"bench/spec"
)

// TestFunctions holds what this package adds to go-cty's functions, or does otherwise.
func TestFunctions(t *testing.T) {
	for expr, want := range map[string]string{
		`length("äöü")`:                       "3",
		`length([])`:                          "0",
		`length({ a = 1, b = 2 })`:            "2",
		`length(toset(["a", "a"]))`:           "1",
		`sum([])`:                             "0",
		`sum([1, 0.5, "2"])`:                  "3.5",
		`alltrue([])`:                         "true",
		`alltrue([true, false])`:              "false",
		`anytrue([])`:                         "false",
		`anytrue([false, true, null])`:        "true",
		`length(range(2000))`:                 "2000",
		`join(" ", range(3))`:                 "0 1 2",
		`join(" ", range(1, 3))`:              "1 2",
		`join(" ", range(3, 0, -2))`:          "3 1",
		`join(" ", range(0, 1, 0.25))`:        "0 0.25 0.5 0.75",
		`length(range(1, 1))`:                 "0",
		`startswith("report", "re")`:          "true",
		`endswith("report", "re")`:            "false",
		`strcontains("report", "epo")`:        "true",
		`sha256("a")`:                         "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb",
		`filesha256("a.txt")`:                 "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb",
		`file("./sub/../a.txt")`:              "a",
		`join(" ", fileset("**/*.txt"))`:      "a.txt sub/b.txt",
		`basename("a/b.c")`:                   "b.c",
		`dirname("a/b.c")`:                    "a",
		`templatefile("t.tmpl", { n = [1] })`: "1,\n",
		`templatefile("t.tmpl", { n = 5 - 5 == 0 ? [] : [1] })`: "\n",
		`try(file("none.txt"), "none")`:                         "none",
		`timeadd("2026-01-01T00:00:00Z", "1h")`:                 "2026-01-01T01:00:00Z",
	} {
		src := sweep("options = { v = \"${" + expr + "}\" }")
		files := map[string]string{"a.txt": "a", "sub/b.txt": "b", "t.tmpl": "%{ for x in n }${x},%{ endfor }\n"}
		for _, c := range configurations(t, load(t, src, files)) {
			if got := fmt.Sprint(c.Options["v"]); got != want {
				t.Errorf("%s: got %q, want %q", expr, got, want)
			}
		}
	}
	for _, expr := range []string{`range()`, `range(1, 2, 3, 4)`, `range(0, 1, 0)`, `range(100001)`, `sum([null])`, `length(5)`, `templatefile("t.tmpl", null)`, `templatefile("t.tmpl", { n = 5 })`, `file(null)`} {
		if _, diags := tryLoad(t, "locals {\n x = "+expr+"\n}\n", map[string]string{"t.tmpl": "%{ for x in n }${x}%{ endfor }"}); !diags.HasErrors() {
			t.Errorf("%s is no mistake", expr)
		}
	}
}

// TestExamples holds that every example can be loaded.
func TestExamples(t *testing.T) {
	specs, err := filepath.Glob("../examples/*/*.hcl")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range specs {
		if strings.HasSuffix(name, ".lock.hcl") {
			continue
		}
		m, diags := spec.Load([]string{name}, spec.Options{Version: "0.1.0", Classes: classes})
		if len(diags) > 0 {
			t.Error(told(t, m, diags))
		}
	}
}
