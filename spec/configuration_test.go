package spec_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"bench/spec"
)

var unexported = cmpopts.IgnoreUnexported(spec.Configuration{})

func configurations(t testing.TB, m *spec.Module) []spec.Configuration {
	t.Helper()
	var all []spec.Configuration
	for c, diags := range m.Experiments[0].Configurations() {
		if diags.HasErrors() {
			t.Fatal(told(t, m, diags))
		}
		all = append(all, c)
	}
	return all
}

// lines writes a configuration as a line each.
func lines(all []spec.Configuration) string {
	var b strings.Builder
	for _, c := range all {
		fmt.Fprintf(&b, "%s %s %s %s %v", c.Name, c.Agent.Name, c.Server.Name, c.Model, c.Options)
		if c.Arm != "" {
			fmt.Fprintf(&b, " arm=%s pair=%s", c.Arm, c.Pair)
		}
		if c.Skip != "" {
			fmt.Fprintf(&b, " skip=%q", c.Skip)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func TestConfigurations(t *testing.T) {
	for name, x := range map[string]struct{ body, want string }{
		"axes in source order, the last varying fastest": {`
  matrix {
    num_ctx = [512, 256]
    axis "num_gpu" {
      values = [60, 80]
      label  = "g"
    }
    temperature = [0.6]
  }
  options = merge({ top_k = 40 }, matrix)`, `
ctx512_g60_temp0p6 builtin ref m map[num_ctx:512 num_gpu:60 temperature:0.6 top_k:40]
ctx512_g80_temp0p6 builtin ref m map[num_ctx:512 num_gpu:80 temperature:0.6 top_k:40]
ctx256_g60_temp0p6 builtin ref m map[num_ctx:256 num_gpu:60 temperature:0.6 top_k:40]
ctx256_g80_temp0p6 builtin ref m map[num_ctx:256 num_gpu:80 temperature:0.6 top_k:40]
`},
		"exclude takes out, skip keeps in sight with its first reason, include adds and brings back": {`
  matrix {
    num_gpu = [60, 80, 120]
    exclude {
      when = matrix.num_gpu == 80
    }
    exclude {
      when = matrix.num_gpu > 120 || matrix.num_gpu == 80
    }
    include {
      num_gpu = 999
    }
    include {
      num_gpu = 80
    }
    skip {
      when   = matrix.num_gpu > 500
      reason = "${matrix.num_gpu} layers do not fit"
    }
    skip {
      when   = matrix.num_gpu > 100
      reason = "too slow"
    }
  }`, `
gpu60 builtin ref m map[]
gpu120 builtin ref m map[] skip="too slow"
gpu999 builtin ref m map[] skip="999 layers do not fit"
gpu80 builtin ref m map[]
`},
		"null options are dropped": {`
  matrix {
    num_gpu = [60, 80]
  }
  options = { num_gpu = matrix.num_gpu == 60 ? matrix.num_gpu : null, seed = null, stop = ["a", "b"], on = true }`, `
gpu60 builtin ref m map[num_gpu:60 on:true stop:[a b]]
gpu80 builtin ref m map[on:true stop:[a b]]
`},
		"baselines: once, or beside every configuration": {`
  matrix {
    agent   = [agent.go, agent.rust]
    num_gpu = [60, 80]
    skip {
      when   = matrix.agent == agent.rust && matrix.num_gpu == 80
      reason = "not yet"
    }
  }
  agent   = matrix.agent
  options = { num_gpu = matrix.num_gpu }
  baseline "default" {
    paired = true
  }
  baseline "half" {
    options = { num_gpu = matrix.num_gpu / 2 }
    paired  = true
  }`, `
agent-go_gpu60 go ref m map[num_gpu:60]
baseline_default_agent-go_gpu60 go ref m map[] arm=default pair=agent-go_gpu60
baseline_half_agent-go_gpu60 go ref m map[num_gpu:30] arm=half pair=agent-go_gpu60
agent-go_gpu80 go ref m map[num_gpu:80]
baseline_default_agent-go_gpu80 go ref m map[] arm=default pair=agent-go_gpu80
baseline_half_agent-go_gpu80 go ref m map[num_gpu:40] arm=half pair=agent-go_gpu80
agent-rust_gpu60 rust ref m map[num_gpu:60]
baseline_default_agent-rust_gpu60 rust ref m map[] arm=default pair=agent-rust_gpu60
baseline_half_agent-rust_gpu60 rust ref m map[num_gpu:30] arm=half pair=agent-rust_gpu60
agent-rust_gpu80 rust ref m map[num_gpu:80] skip="not yet"
baseline_default_agent-rust_gpu80 rust ref m map[] arm=default pair=agent-rust_gpu80 skip="not yet"
baseline_half_agent-rust_gpu80 rust ref m map[num_gpu:40] arm=half pair=agent-rust_gpu80 skip="not yet"
`},
		"an unpaired baseline comes first, with its own options": {`
  matrix {
    num_gpu = [60]
  }
  options = matrix
  baseline "default" {}
  baseline "tuned" {
    options = { num_gpu = 1 }
  }`, `
baseline_default builtin ref m map[] arm=default pair=
baseline_tuned builtin ref m map[num_gpu:1] arm=tuned pair=
gpu60 builtin ref m map[num_gpu:60]
`},
		"a baseline without a matrix": {`
  options = { num_gpu = 60 }
  baseline "default" {
    paired = true
  }`, `
all builtin ref m map[num_gpu:60]
baseline_default_all builtin ref m map[] arm=default pair=all
`},
		"null falls back to the default": {`
  matrix {
    own = [true, false]
  }
  agent = matrix.own ? agent.go : null`, `
own-true go ref m map[]
own-false builtin ref m map[]
`},
	} {
		t.Run(name, func(t *testing.T) {
			got := lines(configurations(t, load(t, sweep(x.body), nil)))
			if diff := cmp.Diff(strings.TrimPrefix(x.want, "\n"), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAnythingMayVary(t *testing.T) {
	src := strings.NewReplacer("server.emulator.ref\n", "matrix.server\n", `model    = "m"`, "model = matrix.model").Replace(sweep(`
  matrix {
    server = [server.emulator.ref, server.emulator.other]
    model  = ["gemma3:4b", "gemma3:12b"]
  }`))
	want := `server-ref_model-gemma3-4b-09f3fc builtin ref gemma3:4b map[]
server-ref_model-gemma3-12b-d9f6cd builtin ref gemma3:12b map[]
server-other_model-gemma3-4b-09f3fc builtin other gemma3:4b map[]
server-other_model-gemma3-12b-d9f6cd builtin other gemma3:12b map[]
`
	all := configurations(t, load(t, src, nil))
	if diff := cmp.Diff(want, lines(all)); diff != "" {
		t.Error(diff)
	}
	factors := []spec.Factor{{Name: "server", Value: "server.emulator.other"}, {Name: "model", Value: "gemma3:12b"}}
	if diff := cmp.Diff(factors, all[3].Factors); diff != "" {
		t.Error(diff)
	}
}

// TestConfigurationsAreTheCallersOwn: what a caller does to one configuration is not seen in another.
func TestConfigurationsAreTheCallersOwn(t *testing.T) {
	m := load(t, sweep("matrix {\n x = [1, 2]\n }\n options = { a = matrix.x }"), nil)
	for _, c := range configurations(t, m) {
		if len(c.Options) != 1 {
			t.Errorf("%s has the options %v", c.Name, c.Options)
		}
		c.Options["b"] = 2
	}
}

// TestMatrixProperties holds count and order of the configurations of any matrix against a plain reckoning.
func TestMatrixProperties(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		sizes := rapid.SliceOfN(rapid.IntRange(1, 4), 1, 4).Draw(r, "sizes")
		out := rapid.IntRange(0, 40).Draw(r, "excluded sum")
		var axes, sum []string
		for i, n := range sizes {
			axes = append(axes, fmt.Sprintf("a%d = range(%d)", i, n))
			sum = append(sum, fmt.Sprintf("matrix.a%d", i))
		}
		more := rapid.IntRange(0, 3).Draw(r, "includes")
		for i := range more {
			include := "include {"
			for j := range sizes {
				include += fmt.Sprintf("\n a%d = %d", j, 100+i)
			}
			axes = append(axes, include+"\n}")
		}
		axes = append(axes, fmt.Sprintf("exclude {\n when = %s == %d\n}", strings.Join(sum, " + "), out))
		m, diags := tryLoad(t, sweep("matrix {\n"+strings.Join(axes, "\n")+"\n}\noptions = matrix"), nil)
		want := product(sizes, out)
		if len(want)+more == 0 {
			if !diags.HasErrors() {
				r.Fatal("nothing is left, and nobody says so")
			}
			return
		}
		if diags.HasErrors() {
			r.Fatal(told(t, m, diags))
		}
		for i := range more {
			want = append(want, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("%d ", 100+i), len(sizes)), " "))
		}
		var got []string
		for _, c := range configurations(t, m) {
			var levels []string
			for _, f := range c.Factors {
				levels = append(levels, fmt.Sprint(f.Value))
				if c.Options[f.Name] != f.Value {
					r.Fatalf("%s: option %v, factor %v", c.Name, c.Options[f.Name], f.Value)
				}
			}
			got = append(got, strings.Join(levels, " "))
		}
		if !slices.Equal(got, want) {
			r.Fatalf("got %q, want %q", got, want)
		}
	})
}

// product gives all combinations of levels whose sum is not the one that is out.
func product(sizes []int, out int) []string {
	combinations := [][]int{nil}
	for _, n := range sizes {
		var longer [][]int
		for _, c := range combinations {
			for level := range n {
				longer = append(longer, append(slices.Clone(c), level))
			}
		}
		combinations = longer
	}
	var all []string
	for _, c := range combinations {
		sum := 0
		for _, level := range c {
			sum += level
		}
		if sum != out {
			all = append(all, strings.Trim(fmt.Sprint(c), "[]"))
		}
	}
	return all
}

// What is of one instance or iteration alone is known at every point: each, and the iterators of dynamic blocks.
func TestConfigurationsOfInstances(t *testing.T) {
	m := load(t, `
server "ollama" "ref" {
  url = "http://h"
}
workload "w" {
  step "a" {
    prompt = "p"
  }
}
experiment "x" {
  for_each = { a = 1, b = 2 }
  server   = server.ollama.ref
  workload = workload.w
  model    = "m${matrix.n}${each.key}"
  options  = { n = matrix.n, k = each.value, (each.key) = matrix.n * each.value }

  matrix {
    n = [1, 2, 3, 4]

    dynamic "exclude" {
      for_each = [each.value, 4]
      content {
        when = matrix.n == exclude.value && each.value > 0
      }
    }
  }
}
`, nil)
	want := []string{
		"n2 m2a map[a:2 k:1 n:2]", "n3 m3a map[a:3 k:1 n:3]",
		"n1 m1b map[b:2 k:2 n:1]", "n3 m3b map[b:6 k:2 n:3]",
	}
	var got []string
	for _, e := range m.Experiments {
		for c, diags := range e.Configurations() {
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			got = append(got, fmt.Sprint(c.Name, " ", c.Model, " ", c.Options))
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
