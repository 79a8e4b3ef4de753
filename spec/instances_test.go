package spec_test

import (
	"strings"
	"testing"

	"bench/spec"
)

// repeated holds for_each, dynamic and functions of the spec's own, each depending on another.
const repeated = `
locals {
  sizes  = { small = 256, "very large" = 1024 }
  agents = values(agent.each)
  half   = [for s in local.sizes : halved(s)]
}

function "halved" {
  params = [n]
  result = n / var.by
}

function "largest" {
  params         = [first]
  variadic_param = rest
  result         = max(first, rest...)
}

variable "by" {
  default = 2
}

agent "each" {
  for_each = ["a", "b"]
  builtin  = "workflow"
}

server "emulator" "e" {
  dynamic "effect" {
    for_each = local.sizes
    iterator = size

    content {
      when = { num_ctx = size.value, larger = largest(size.value, 512) }
      ttft = "${size.value / 256}%"
    }
  }
}

workload "w" {
  for_each = { short = 8, long = 64 }

  dynamic "step" {
    for_each = ["first", "second"]
    labels   = [step.value]
    iterator = step

    content {
      prompt     = "${each.key} ${step.value} ${halved(each.value)} ${step.key}"
      max_tokens = each.value
    }
  }
}

experiment "sweep" {
  for_each = workload.w
  server   = server.emulator.e
  workload = each.value
  agent    = matrix.agent
  model    = "m"

  matrix {
    agent = local.agents

    dynamic "axis" {
      for_each = { num_ctx = local.half }
      labels   = [axis.key]

      content {
        values = axis.value
        label  = "ctx"
      }
    }
  }

  options = { num_ctx = matrix.num_ctx, larger = 512, key = each.key }
}

analysis "a" {
  for_each = experiment.sweep
  of       = [each.value]
  metric "throughput" {}
}
`

func TestInstances(t *testing.T) {
	m := load(t, repeated, nil)
	var names []string
	for _, e := range m.Experiments {
		for c, diags := range e.Configurations() {
			if diags.HasErrors() {
				t.Fatal(told(t, m, diags))
			}
			names = append(names, e.Address()+" "+c.Name+" "+c.Agent.Address()+" "+c.Work.Address())
		}
	}
	want := strings.TrimSpace(`
experiment.sweep["long"] agent-each-a_ctx128 agent.each["a"] workload.w["long"]
experiment.sweep["long"] agent-each-a_ctx512 agent.each["a"] workload.w["long"]
experiment.sweep["long"] agent-each-b_ctx128 agent.each["b"] workload.w["long"]
experiment.sweep["long"] agent-each-b_ctx512 agent.each["b"] workload.w["long"]
experiment.sweep["short"] agent-each-a_ctx128 agent.each["a"] workload.w["short"]
experiment.sweep["short"] agent-each-a_ctx512 agent.each["a"] workload.w["short"]
experiment.sweep["short"] agent-each-b_ctx128 agent.each["b"] workload.w["short"]
experiment.sweep["short"] agent-each-b_ctx512 agent.each["b"] workload.w["short"]`)
	if got := strings.Join(names, "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	effects := m.Servers[0].Emulator.Effects
	if len(effects) != 2 || effects[0].TTFT != 0.01 || effects[1].TTFT != 0.04 || effects[0].When["larger"] != int64(512) {
		t.Errorf("effects are %+v", effects)
	}
	if a := m.Analyses[1]; a.Address() != `analysis.a["short"]` || a.Of[0].Address() != `experiment.sweep["short"]` {
		t.Errorf("analysis is %s of %s", a.Address(), a.Of[0].Address())
	}
}

// TestInstancePrograms: what only an instance knows goes to the worker, and makes its identity.
func TestInstancePrograms(t *testing.T) {
	m := load(t, repeated, nil)
	var prompts []string
	identities := map[string]bool{}
	for _, w := range m.Workloads {
		p, diags := m.Program(w.Ref)
		if diags.HasErrors() {
			t.Fatal(told(t, m, diags))
		}
		run, err := p.Start()
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range p.Steps {
			prompt, err := run.Prompt(s)
			if err != nil {
				t.Fatal(err)
			}
			prompts = append(prompts, prompt)
			identities[p.Identity()["prompt of step "+s.Name]] = true
		}
	}
	if got, want := strings.Join(prompts, "; "), "long first 32 0; long second 32 1; short first 4 0; short second 4 1"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if len(identities) != 4 {
		t.Errorf("4 prompts have %d identities", len(identities))
	}
	again := load(t, strings.Replace(repeated, "result = n / var.by", "result = n / var.by + 0", 1), nil)
	before, _ := m.Program(m.Workloads[0].Ref)
	after, _ := again.Program(m.Workloads[0].Ref)
	if before.Identity()["prompt of step first"] == after.Identity()["prompt of step first"] {
		t.Error("a function that the prompt calls is not part of its identity")
	}
}

// TestFileName: no two keys share a folder, not even where case doesn't count.
func TestFileName(t *testing.T) {
	seen := map[string]string{}
	for _, key := range []string{"", "a", "A", "a b", "a-b", "a/b", "..", "é"} {
		name := spec.Ref{Block: "experiment", Name: "x", Key: key}.FileName()
		if lower := strings.ToLower(name); seen[lower] != "" || strings.ContainsAny(name, "/ ") {
			t.Errorf("the key %q gives %s, as %q does", key, name, seen[lower])
		} else {
			seen[lower] = "key " + key
		}
	}
}

// TestFormattedIdentity: formatting a spec makes no run stale.
func TestFormattedIdentity(t *testing.T) {
	identity := func(prompt string) string {
		m := load(t, "variable \"p\" {\n default = \"a\"\n}\nworkload \"w\" {\n step \"s\" {\n prompt = "+prompt+"\n}\n}\n", nil)
		p, _ := m.Program(m.Workloads[0].Ref)
		return p.Identity()["prompt of step s"]
	}
	for _, same := range []string{`"${var.p}"`, `(var.p)`, `"${ ( var.p ) }"`} {
		if identity(same) != identity("var.p") {
			t.Errorf("%s is another prompt than var.p", same)
		}
	}
	if identity(`"${var.p} "`) == identity("var.p") {
		t.Error("a space in the text makes no difference")
	}
}
