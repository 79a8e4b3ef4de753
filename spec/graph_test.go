package spec_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// graphed is a module in which things refer to each other in every way there is.
const graphed = `
variable "sizes" {
  default = [256, 512]
}

variable "model" {
  default = "m"
}

locals {
  agents = [agent.a, agent.b]
  some   = local.agents
  words  = { short = half(16), long = 128 }
}

function "half" {
  params = [n]
  result = floor(n / 2)
}

agent "a" {
  builtin = "workflow"
}

agent "b" {
  builtin = "workflow"
}

server "emulator" "e" {}

workload "w" {
  for_each = local.words

  step "one" {
    prompt     = "Say something."
    max_tokens = each.value
  }
}

experiment "each" {
  for_each = workload.w
  agent    = agent.a
  server   = server.emulator.e
  workload = each.value
  model    = var.model
  repeats  = 2

  matrix {
    num_ctx = var.sizes

    skip {
      when   = matrix.num_ctx == 512
      reason = "too large"
    }
  }

  options = matrix
}

experiment "one" {
  agent    = matrix.agent
  server   = server.emulator.e
  workload = workload.w["short"]
  model    = var.model

  matrix {
    agent = local.some
  }

  options = {}
}

analysis "x" {
  of = concat(values(experiment.each), [experiment.one])

  metric "throughput" {}
}

report "r" {
  template = "tr-single"
  analyses = [analysis.x]
  output   = "r.md"
}
`

func TestGraph(t *testing.T) {
	m := load(t, graphed, nil)
	edges := func(all bool) []string {
		var out []string
		for _, e := range m.Graph(all).Edges {
			out = append(out, e.From+" "+e.To)
		}
		return out
	}
	blocks := []string{
		`server.emulator.e experiment.each["long"]`,
		`server.emulator.e experiment.each["short"]`,
		`server.emulator.e experiment.one`,
		`agent.a experiment.each["long"]`,
		`agent.a experiment.each["short"]`,
		`agent.a experiment.one`,
		`agent.b experiment.one`,
		`workload.w["long"] experiment.each["long"]`,
		`workload.w["short"] experiment.each["short"]`,
		`workload.w["short"] experiment.one`,
		`experiment.each["long"] analysis.x`,
		`experiment.each["short"] analysis.x`,
		`experiment.one analysis.x`,
		`analysis.x report.r`,
	}
	if got := edges(false); !slices.Equal(got, blocks) {
		t.Errorf("edges:\n%s", strings.Join(got, "\n"))
	}
	var nodes []string
	for _, n := range m.Graph(true).Nodes {
		nodes = append(nodes, strings.TrimSuffix(fmt.Sprintf("%s %s %d×%d", n.Block, n.Address, n.Configurations, n.Repeats), " 0×0"))
	}
	want := []string{
		"variable var.model", "variable var.sizes", "locals local.agents", "locals local.some", "locals local.words", "function function.half",
		"server server.emulator.e", "agent agent.a", "agent agent.b", `workload workload.w["long"]`, `workload workload.w["short"]`,
		`experiment experiment.each["long"] 1×2`, `experiment experiment.each["short"] 1×2`, "experiment experiment.one 2×3", "analysis analysis.x", "report report.r",
	}
	if !slices.Equal(nodes, want) {
		t.Errorf("nodes:\n%s", strings.Join(nodes, "\n"))
	}
	named := edges(true)
	for _, want := range []string{
		"local.agents local.some", "local.some experiment.one", "agent.b local.agents", "function.half local.words",
		`local.words workload.w["long"]`, `var.sizes experiment.each["long"]`, "var.model experiment.one",
	} {
		if !slices.Contains(named, want) {
			t.Errorf("no edge %s", want)
		}
	}
	if slices.Contains(named, "agent.b experiment.one") {
		t.Error("what is referred to through a local value has an edge of its own beside that")
	}
}
