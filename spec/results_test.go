package spec_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"bench/spec"
)

// confirming is a module whose second experiment, check and claim wait for the result of the first.
const confirming = `
server "emulator" "ref" {}
workload "review" {
  step "analysis" {
    prompt = "Analyse this."
  }
}
experiment "again" {
  server   = server.emulator.ref
  workload = workload.review
  model    = "m-${analysis.sweep.best.factors.num_ctx}"
  matrix {
    top_k = [10, 20]
  }
  options = merge(analysis.sweep.best.factors, { top_k = matrix.top_k })
  baseline "default" {
    options = { num_ctx = analysis.sweep.best.factors.num_ctx }
  }
}
experiment "sweep" {
  server   = server.emulator.ref
  workload = workload.review
  model    = "m"
  matrix {
    num_ctx = [256, 512]
    large   = [{ name = "yes", n = 1 }, { name = "no", n = 2 }]
  }
  options = { num_ctx = matrix.num_ctx, num_gpu = matrix.large.n }
}
analysis "sweep" {
  of = [experiment.sweep]
  metric "throughput" {}
}
check "steady" {
  condition     = analysis.sweep.metrics.throughput.all.cv < 0.02
  error_message = "CV is ${analysis.sweep.metrics.throughput.all.cv}"
}
claim "faster" {
  statement      = "It is faster."
  supported_when = analysis.sweep.metrics.throughput.improvement.ci[0] > 0
}
claim "guarded" {
  statement      = "It is faster, or nobody knows."
  supported_when = analysis.sweep.best == null ? true : try(analysis.sweep.metrics.throughput.improvement.mean > 0, false)
}
report "sweep" {
  template = "tr-single"
  analyses = [analysis.sweep]
  output   = "a.md"
  vars     = { best = analysis.sweep.best.name, number = 1 }
}
`

const measured = `{
  "metrics": {"throughput": {"all": {"n": 4, "cv": 0.01}, "improvement": null}},
  "best": {"name": "ctx512", "factors": {"num_ctx": 512, "large": "yes"}, "probability": null}
}`

func TestResults(t *testing.T) {
	m := load(t, confirming, nil)
	results := spec.Results{"analysis.sweep": json.RawMessage(measured)}
	for _, x := range []struct {
		expr    spec.Expr
		results spec.Results
		want    string
	}{
		{m.Checks[0].Condition, results, "cty.True"},
		{m.Checks[0].Message, results, `cty.StringVal("CV is 0.01")`},
		{m.Claims[0].Supported, results, "analysis.sweep.metrics.throughput.improvement is null"},
		{m.Claims[1].Supported, results, "cty.False"},
		{m.Reports[0].LateVars, results, `cty.ObjectVal(map[string]cty.Value{"best":cty.StringVal("ctx512"), "number":cty.NumberIntVal(1)})`},
		{m.Checks[0].Condition, nil, "analysis.sweep is null"},
		{m.Claims[1].Supported, nil, "analysis.sweep is null"},
	} {
		v, missing, diags := x.expr.With(x.results)
		got := fmt.Sprintf("%#v", v)
		if missing != "" {
			got = missing + " is null"
		}
		if got != x.want || diags.HasErrors() {
			t.Errorf("%s: %s, want %s (%v)", x.expr.Range(), got, x.want, diags)
		}
	}
}

// TestPhase holds that an experiment which waits for a result is planned from it.
func TestPhase(t *testing.T) {
	m := load(t, confirming, nil)
	again, sweep := m.Experiments[0], m.Experiments[1]
	if diff := cmp.Diff([]spec.Ref{{Block: "analysis", Name: "sweep"}}, again.After); diff != "" || len(sweep.After) > 0 {
		t.Errorf("%v %s", sweep.After, diff)
	}
	if same, diags := sweep.With(nil); same != sweep || diags.HasErrors() {
		t.Error(diags)
	}
	for range 2 { // the module is what it was
		known, diags := again.With(spec.Results{"analysis.sweep": json.RawMessage(measured)})
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		var got []string
		for c, diags := range known.Configurations() {
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			got = append(got, spaced(c.Name, c.Model, c.Options))
		}
		want := []string{
			"baseline_default m-512 map[num_ctx:512]",
			"topk10 m-512 map[large:yes num_ctx:512 top_k:10]", "topk20 m-512 map[large:yes num_ctx:512 top_k:20]",
		}
		for i := range want {
			want[i] = strings.ReplaceAll(want[i], "topk", "top-k")
		}
		if diff := cmp.Diff(want, got); diff != "" || len(known.After) > 0 {
			t.Error(diff)
		}
	}
	if _, diags := again.With(spec.Results{"analysis.sweep": json.RawMessage(`{"best": null}`)}); !diags.HasErrors() || diags[0].Summary != "Result not there" || diags[0].Subject.Start.Line != 11 {
		t.Error(diags)
	}
	wrong := strings.Replace(measured, `"num_ctx": 512`, `"num_ctx": 1e999`, 1)
	if _, diags := again.With(spec.Results{"analysis.sweep": json.RawMessage(wrong)}); !diags.HasErrors() || diags[0].Expression == nil || diags[0].EvalContext == nil || diags[0].Context == nil {
		t.Errorf("%v does not show the values of the expression", diags)
	}
}

// TestSecret holds that nothing prints a secret but who asks for it.
func TestSecret(t *testing.T) {
	m := load(t, `
variable "token" {
  default   = "hunter2"
  sensitive = true
}
server "openai" "a" {
  url     = "http://h/v1"
  api_key = var.token
  command = ["serve"]
  env     = { A = 1, B = "b ${var.token}", C = null }
}
server "ollama" "b" {
  url     = "http://h"
  command = ["serve"]
  env     = { for k, v in { A = var.token } : k => v }
}`, nil)
	a, b := m.Servers[0], m.Servers[1]
	text, err := json.Marshal(m.Servers)
	if err != nil {
		t.Fatal(err)
	}
	all := fmt.Sprintf("%v %+v %#v %s %q %x %d %v %+v", a.Secrets, a.OpenAI, a.OpenAI, a.OpenAI.Key, a.OpenAI.Key, a.OpenAI.Key, a.OpenAI.Key, *a, struct{ s spec.Secret }{a.OpenAI.Key})
	for _, printed := range []string{all, string(text)} {
		if strings.Contains(printed, "hunter2") || strings.Contains(printed, "68756e74657232") {
			t.Error(printed)
		}
	}
	if got := spaced(a.OpenAI.Key.Reveal(), a.Secrets[0].Reveal(), b.Secrets[0].Reveal(), a.Env, b.Env, len(a.Secrets), spec.Secret{}.Reveal(), spec.Secret{}.IsSet()); got != "hunter2 B=b hunter2 A=hunter2 map[A:1] map[] 1  false" {
		t.Error(got)
	}
}

// TestObjectAxis holds that an object on an axis goes by its name, and that its attributes can be had.
func TestObjectAxis(t *testing.T) {
	m := load(t, sweep(`
  matrix {
    size = [{ name = "half size", num_ctx = 256 }, { name = "whole", num_ctx = 512 }]

    exclude {
      when = matrix.size.name == "whole"
    }

    include {
      size = { name = "double", num_ctx = 1024 }
    }
  }
  options = { num_ctx = matrix.size.num_ctx }`), nil)
	var got []string
	for c := range m.Experiments[0].Configurations() {
		got = append(got, spaced(c.Name, c.Factors, c.Options))
	}
	want := []string{"size-half-size-XXXXXX [{size half size}] map[num_ctx:256]", "size-double [{size double}] map[num_ctx:1024]"}
	if len(got) > 0 && len(got[0]) > 21 {
		got[0] = got[0][:15] + "XXXXXX" + got[0][21:]
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
