package spec

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"pgregory.net/rapid"
)

// A writer draws expressions. Some are mistakes at every point, some at a few.
type writer struct {
	*rapid.T
	axes []string
}

func (w writer) one(of ...string) string { return rapid.SampledFrom(of).Draw(w.T, "of") }

func (w writer) level() string { return "matrix." + w.one(append(slices.Repeat(w.axes, 4), "none")...) }

func (w writer) scalar(depth int) string {
	if depth == 0 {
		return w.one("1", "0.25", `"x"`, "true", "null", "local.n", `local.list`, "agent.one", w.level(), w.level(), w.level())
	}
	a := w.scalar(depth - 1)
	switch rapid.IntRange(0, 8).Draw(w.T, "kind") {
	case 0:
		return fmt.Sprintf("%s + %s", a, w.scalar(depth-1))
	case 1:
		return fmt.Sprintf("(%s ? %s : %s)", w.condition(depth-1), a, w.scalar(depth-1))
	case 2:
		return fmt.Sprintf(`"${%s}-x"`, a)
	case 3:
		return fmt.Sprintf("[%s, %s]", a, w.scalar(depth-1))
	case 4:
		return fmt.Sprintf("%s(%s)", w.one("upper", "max", "tostring", "length", "jsonencode", "twice"), a)
	case 5:
		return fmt.Sprintf("try(%s, %s)", a, w.scalar(depth-1))
	}
	return a
}

func (w writer) condition(depth int) string {
	if depth == 0 {
		return fmt.Sprintf("%s %s %s", w.level(), w.one("==", "!=", "<", ">="), w.scalar(0))
	}
	switch rapid.IntRange(0, 7).Draw(w.T, "kind") {
	case 0, 1:
		return fmt.Sprintf("(%s && %s)", w.condition(depth-1), w.condition(depth-1))
	case 2, 3:
		return fmt.Sprintf("(%s || %s)", w.condition(depth-1), w.condition(depth-1))
	case 4:
		return fmt.Sprintf("!(%s)", w.condition(depth-1))
	case 5:
		return w.scalar(0)
	case 6:
		return fmt.Sprintf("contains([1, 2, %s], %s)", w.scalar(0), w.level())
	}
	return w.condition(0)
}

func (w writer) object(depth int) string {
	if depth == 0 {
		return w.one("matrix", "local.chimera", "local.numbers", "local.none", "{}", "null", "local.nested")
	}
	switch rapid.IntRange(0, 9).Draw(w.T, "kind") {
	case 0, 1, 2:
		var args []string
		for range rapid.IntRange(0, 3).Draw(w.T, "args") {
			args = append(args, w.object(depth-1))
		}
		return "merge(" + strings.Join(args, ", ") + ")"
	case 3, 4, 5:
		var items []string
		for range rapid.IntRange(0, 3).Draw(w.T, "items") {
			items = append(items, fmt.Sprintf("%s = %s", w.one("a", `"b"`, `(local.key)`, "num_ctx", fmt.Sprintf(`"${%s}"`, w.level())), w.scalar(2)))
		}
		return "{ " + strings.Join(items, ", ") + " }"
	case 6:
		return fmt.Sprintf("{ for k, v in %s : k => %s }", w.object(depth-1), w.one("v", "upper(v)", w.level()))
	case 7:
		return fmt.Sprintf("(%s ? %s : %s)", w.condition(1), w.object(depth-1), w.object(depth-1))
	case 8:
		return fmt.Sprintf("merge([%s, %s]...)", w.object(depth-1), w.object(depth-1))
	}
	return w.object(0)
}

// spec draws an experiment whose axes are of all sorts, without a mistake.
func (w writer) spec() string {
	pools := []string{`[1, 2, 2.5]`, `["x", "y", "1"]`, `[true, false]`, `[agent.one, agent.two]`, `[0.6, 0.800000011920929]`, `[1, "x", true]`}
	included := []string{`3`, `"z"`, `true`, `agent.one`, `7`, `5`}
	var matrix, include strings.Builder
	for _, a := range w.axes {
		i := rapid.IntRange(0, len(pools)-1).Draw(w.T, "pool")
		fmt.Fprintf(&matrix, "    %s = %s\n", a, pools[i])
		fmt.Fprintf(&include, "      %s = %s\n", a, included[i])
	}
	level := "matrix." + w.one(w.axes...)
	model, alone := `"m"`, "baseline \"alone\" {\n  }"
	if rapid.Bool().Draw(w.T, "model varies") { // then no baseline can be measured once
		model, alone = fmt.Sprintf(`"m-${jsonencode(try(tostring(%s), 1))}"`, level), ""
	}
	return fmt.Sprintf(`
agent "one" {
  builtin = "workflow"
}
agent "two" {
  builtin = "workflow"
}
server "ollama" "s" {
  url = "http://h"
}
workload "w" {
  step "a" {
    prompt = "p"
  }
}
function "twice" {
  params = [x]
  result = x * local.n
}
locals {
  n       = 3
  key     = "k"
  list    = ["a", "b"]
  none    = null
  chimera = { top_p = 0.9, top_k = 40, a = null }
  numbers = tomap({ num_ctx = 5, x = 6 })
  nested  = { a = { b = 1 } }
}
experiment "x" {
  server   = server.ollama.s
  workload = workload.w
  model    = %[4]s
  options  = { n = try(%[3]s + 1, null), k = local.n }

  matrix {
%[1]s
    exclude {
      when = can(%[3]s + 1) && try(%[3]s, 0) == 2
    }

    include {
%[2]s    }

    skip {
      when   = try(%[3]s, 0) == "y" || try(%[3]s, 0) == true
      reason = "it is ${try(tostring(%[3]s), 1)}"
    }
  }

  %[5]s

  baseline "beside" {
    paired  = true
    options = { k = try(%[3]s * 2, "none") }
  }
}
`, matrix.String(), include.String(), level, model, alone)
}

// drawn reads a spec that has been drawn; nil where it has a mistake after all.
func drawn(t *rapid.T, dir string, w writer) *Experiment {
	path := filepath.Join(dir, "experiment.hcl")
	text := w.spec()
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	m, diags := Load([]string{path}, Options{})
	if diags.HasErrors() {
		if diags[0].Summary != "Repeated configuration" {
			t.Fatalf("%v in%s", diags, text)
		}
		return nil
	}
	return m.Experiments[0]
}

func drawWriter(t *rapid.T) writer {
	return writer{t, []string{"num_ctx", "b", "c"}[:rapid.IntRange(1, 3).Draw(t, "axes")]}
}

// What has been taken apart gives what the expression as it stands does, mistakes and all.
func TestCompiledIsWhatIsWritten(t *testing.T) {
	dir := t.TempDir()
	right, wrong := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		w := drawWriter(t)
		e := drawn(t, dir, w)
		if e == nil {
			return
		}
		for name, text := range map[string]string{"options": w.object(2), "when": w.condition(2), "model": w.scalar(2)} {
			s := settingOf(t, e, name, text)
			for i := range e.size() + len(e.include) {
				want, wantDiags := s.evaluate(e.point(i))
				got, diags := s.told(e.point(i))
				if wantDiags.HasErrors() {
					want, got = cty.NilVal, s.shown(cty.NilVal) // whoever is told of a mistake does not look at the value
				}
				if diff := cmp.Diff(s.shown(want), got); diff != "" || diags.Error() != wantDiags.Error() {
					t.Fatalf("%s = %s at %d of %v: -written +compiled\n%s\n%v\n%v", name, text, i, e.Axes, diff, wantDiags, diags)
				}
				if diags.HasErrors() {
					wrong++
				} else {
					right++
				}
			}
		}
	})
	t.Logf("%d values, %d mistakes", right, wrong)
	if right < 300 || wrong < 100 {
		t.Errorf("only %d values and %d mistakes", right, wrong)
	}
}

// settingOf compiles an attribute of an experiment.
func settingOf(t *rapid.T, e *Experiment, name, text string) *setting {
	expr, diags := hclsyntax.ParseExpression([]byte(text), "x.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatalf("%s: %v", text, diags)
	}
	of, ok := experimentSchema.attr(name)
	if !ok {
		of, _ = excludeSchema.attr(name)
	}
	s := &setting{attr: of, block: &block{}, expr: expr, varies: true}
	room := rapid.SampledFrom([]int{0, 5, maxKept}).Draw(t, "room")
	(&compiler{experiment: e, room: room}).compile(s)
	return s
}

// told asks the compiled form, as whoever needs the value does.
func (s *setting) told(p *point) (any, hcl.Diagnostics) {
	switch s.attr.kind {
	case kScalars:
		return wrapped(s.sent(p))
	case kBool:
		return wrapped(s.holds(p))
	}
	v, diags := s.at(p)
	return v.GoString(), diags
}

func wrapped[T any](v T, diags hcl.Diagnostics) (any, hcl.Diagnostics) { return v, diags }

// shown is what told gives for a value of the expression.
func (s *setting) shown(v cty.Value) any {
	given := v != cty.NilVal && isGiven(v)
	switch {
	case s.attr.kind == kScalars && given:
		return scalars(v)
	case s.attr.kind == kScalars:
		return map[string]any{}
	case s.attr.kind == kBool:
		return given && v.True()
	}
	return v.GoString()
}

// At gives each configuration as it came.
func TestConfigurationAgain(t *testing.T) {
	dir := t.TempDir()
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		e := drawn(t, dir, drawWriter(t))
		if e == nil {
			return
		}
		last := -1
		for c := range e.Configurations() {
			if c.Number <= last {
				t.Fatalf("%s has the number %d after %d", c.Name, c.Number, last)
			}
			last = c.Number
			if diff := cmp.Diff(c, e.At(c.Number)); diff != "" {
				t.Fatalf("-first +again\n%s", diff)
			}
			n++
		}
	})
	if n < 20 {
		t.Errorf("%d configurations", n)
	}
}

// Functions keep what they have read, and pieces what they have given: the race detector looks on.
func TestAtFromSeveralGoroutines(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"a.txt": "x", "b.txt": "y", "experiment.hcl": `
server "ollama" "s" {
  url = "http://h"
}
workload "w" {
  step "a" {
    prompt = "p"
  }
}
experiment "x" {
  server   = server.ollama.s
  workload = workload.w
  model    = "m"

  matrix {
    file = ["a", "b"]
    n    = range(50)
  }

  options = { text = file("${matrix.file}.txt"), n = matrix.n * 2, k = matrix.n }
}
`} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	m, diags := Load([]string{dir}, Options{})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for i := range 100 {
				text := []string{"x", "y"}[i/50]
				if c := m.Experiments[0].At(i); c.Options["text"] != text || c.Options["n"] != int64(i%50*2) {
					t.Errorf("%d: %v", i, c.Options)
				}
			}
		})
	}
	group.Wait()
}
