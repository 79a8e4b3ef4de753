package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// room is what the packages under a path may import of this module, beside what lies under the same path. The longest path that
// a package lies under counts. What is written with a final /... may be any package under it.
type room struct {
	path string
	may  []string
}

// rooms is the architecture: everything points from the leaves (spec, agent, analysis) to the command.
var rooms = []room{
	{"bench/spec", nil},
	{"bench/agent", nil},
	{"bench/analysis", nil},
	{"bench/runner", []string{"bench/spec", "bench/agent/...", "bench/analysis", "bench/runner/caplog", "bench/runner/crashpoint", "bench/runner/journal", "bench/runner/reaper", "bench/runner/scrub", "bench/runner/worker"}},
	{"bench/runner/caplog", nil},
	{"bench/runner/crashpoint", nil},
	{"bench/runner/scrub", nil},
	{"bench/runner/journal", []string{"bench/agent", "bench/agent/load", "bench/runner/crashpoint", "bench/runner/reaper"}},
	{"bench/runner/reaper", nil},
	{"bench/runner/worker", []string{"bench/spec", "bench/agent/...", "bench/runner/caplog", "bench/runner/reaper", "bench/runner/scrub"}},
	{"bench/runner/table", []string{"bench/spec", "bench/analysis", "bench/agent", "bench/agent/load", "bench/runner/journal"}},
	{"bench/runner/study", []string{"bench/spec", "bench/agent/...", "bench/analysis", "bench/runner", "bench/runner/journal", "bench/runner/worker", "bench/runner/table"}},
	{"bench/templates", []string{"bench/runner/study", "bench/analysis"}},
	{"bench/cmd/bench", []string{"bench/spec", "bench/agent/...", "bench/analysis", "bench/runner/...", "bench/templates"}},
	{"bench/examples", nil},
}

// own says whether a room holds the packages under it as well. A room of the runner stands alone.
func (r room) own(path string) bool {
	return path == r.path || r.path != "bench/runner" && strings.HasPrefix(path, r.path+"/")
}

func (r room) allows(path string) bool {
	return r.own(path) || slices.ContainsFunc(r.may, func(allowed string) bool {
		under, all := strings.CutSuffix(allowed, "/...")
		return path == under || all && strings.HasPrefix(path, under+"/")
	})
}

// roomOf finds the room of a package; an external test of a package lies in the same one.
func roomOf(path string) (room, bool) {
	i := slices.IndexFunc(rooms, func(r room) bool { return r.own(path) })
	if i < 0 {
		return room{}, false
	}
	return rooms[i], true
}

// forbidden lists the imports that a package of the room has and may not have.
func (r room) forbidden(imports []string) (list []string) {
	for _, imported := range imports {
		if strings.HasPrefix(imported, "bench/") && !r.allows(imported) {
			list = append(list, imported)
		}
	}
	return list
}

// TestImports holds every package of the module against the architecture. The tests of a leaf stay in it as well, so that it
// can be tested alone.
func TestImports(t *testing.T) {
	type listed struct {
		ImportPath                         string
		Imports, TestImports, XTestImports []string
	}
	out, err := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", "bench/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	packages := 0
	for d := json.NewDecoder(strings.NewReader(string(out))); ; packages++ {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		r, known := roomOf(p.ImportPath)
		if !known {
			t.Errorf("%s lies in no room: say in this test what it may import", p.ImportPath)
			continue
		}
		imports := p.Imports
		if len(r.may) == 0 {
			imports = slices.Concat(imports, p.TestImports, p.XTestImports)
		}
		for _, imported := range r.forbidden(imports) {
			t.Errorf("%s imports %s", p.ImportPath, imported)
		}
	}
	if packages < len(rooms)/2 {
		t.Errorf("go list found %d packages only", packages)
	}
}

// TestForbidden holds that the rule can say no.
func TestForbidden(t *testing.T) {
	tests := []struct {
		path, imported string
		ok             bool
	}{
		{"bench/spec", "bench/agent", false},
		{"bench/spec", "bench/analysis", false},
		{"bench/agent/wire", "bench/agent", true},
		{"bench/agent/wire", "bench/spec", false},
		{"bench/agent", "bench/runner/journal", false},
		{"bench/analysis", "bench/runner/table", false},
		{"bench/runner", "bench/runner/worker", true},
		{"bench/runner", "bench/runner/study", false},
		{"bench/runner", "bench/templates", false},
		{"bench/runner/journal", "bench/agent", true},
		{"bench/runner/journal", "bench/spec", false},
		{"bench/runner/journal", "bench/runner", false},
		{"bench/runner/worker", "bench/runner", false},
		{"bench/runner/worker", "bench/agent/telemetry", true},
		{"bench/runner/table", "bench/runner", false},
		{"bench/runner/study", "bench/templates", false},
		{"bench/templates", "bench/runner", false},
		{"bench/templates", "bench/spec", false},
		{"bench/templates", "bench/runner/study", true},
		{"bench/cmd/bench", "bench/runner/study", true},
		{"bench/templates", "bench/cmd/bench", false},
		{"bench/cmd/bench", "bench/examples/quickstart", false},
		{"bench/specs", "bench/spec", false},
	}
	for _, test := range tests {
		r, _ := roomOf(test.path)
		if ok := len(r.forbidden([]string{test.imported})) == 0; ok != test.ok {
			t.Errorf("%s may import %s: %t, want %t", test.path, test.imported, ok, test.ok)
		}
	}
}
