package runner

import (
	"fmt"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"bench/agent"
	"bench/agent/emulator"
	"bench/runner/journal"
)

// served is an experiment whose runs are loads: the blocks of its workload, and the kind of its server.
func served(kind, url, workload string) string {
	server := fmt.Sprintf("server %q \"s\" {\n  url = %q\n}\n", kind, url)
	if url == "" {
		server = fmt.Sprintf("server %q \"s\" {\n  ttft = \"1ms\"\n  tokens_per_second = 5000\n  output_tokens = 4\n}\n", kind)
	}
	return server + fmt.Sprintf(`
workload "w" {
%s
}
experiment "x" {
  server   = server.%s.s
  workload = workload.w
  model    = "m"
  repeats  = 2
  retry {
    attempts = 1
  }
}
`, workload, kind)
}

const fivePrompts = `{"prompt":"one"}` + "\n" + `{"prompt":"two"}` + "\n" + `{"prompt":"three"}` + "\n" + `{"prompt":"four"}` + "\n" + `{"prompt":"five"}` + "\n"

// A load is one run: its record holds what all calls came to, and the run's metrics are made of that.
func TestLoad(t *testing.T) {
	for name, test := range map[string]struct {
		workload string
		calls    int
	}{
		"prompts of a file, once each":  {"  prompts {\n    path = \"p.jsonl\"\n    column = \"prompt\"\n  }", 5},
		"prompts of a file, in a loop":  {"  prompts {\n    path = \"p.jsonl\"\n    column = \"prompt\"\n    salt = true\n  }\n  load {\n    concurrency = 3\n    requests = 12\n  }", 12},
		"synthetic, at a constant rate": {"  prompts {\n    synthetic {\n      input_tokens = \"uniform(3, 9)\"\n      output_tokens = 2\n    }\n  }\n  load {\n    arrival = \"constant\"\n    rate = 100\n    requests = 10\n  }\n  slo {\n    e2e = \"10s\"\n  }", 10},
		"a step, as in a trace":         {"  step \"s\" {\n    prompt = \"Say one word.\"\n    max_tokens = 2\n  }\n  load {\n    arrival = \"trace\"\n    trace = \"t.txt\"\n  }", 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			write(t, dir, map[string]string{"experiment.hcl": served("emulator", "", test.workload), "p.jsonl": fivePrompts, "t.txt": "0\n0.01\n0.02\n"})
			p := plan(t, loadModule(t, dir))
			if got := (applier{}).apply(t, p); got.tally.Counted != 2 || got.err != nil {
				t.Fatalf("%+v %v", got.tally, got.err)
			}
			for _, r := range must(journal.Load(filepath.Join(dir, "runs", "x"))) {
				if r.Load == nil || r.Load.Measured.OK != test.calls || len(r.Outcome.Calls) != 0 || len(r.CallMetrics) != 0 {
					t.Fatalf("%+v, %d calls", r.Load, len(r.Outcome.Calls))
				}
				if r.Metrics["requests"] != float64(test.calls) || r.Metrics["ttft"] <= 0 || r.Metrics["ttft_p99"] < r.Metrics["ttft_p50"] || r.Metrics["failed_share"] != 0 {
					t.Errorf("%v", r.Metrics)
				}
				if good, has := r.Metrics["goodput"]; has != strings.Contains(test.workload, "slo") || has && good != 1 {
					t.Errorf("goodput %v, %v", good, has)
				}
			}
			if again := plan(t, loadModule(t, dir)); len(todoOf(again)) != 0 {
				t.Errorf("to do again: %v", todoOf(again))
			}
		})
	}
}

// Calls that fail are counted, and fail the run only where nothing else is left of it.
func TestLoadOfFailures(t *testing.T) {
	for share, want := range map[string]int{"0.5": 2, "1": 0} {
		dir := t.TempDir()
		spec := served("emulator", "", "  step \"s\" {\n    prompt = \"Say one word.\"\n  }\n  load {\n    requests = 40\n    concurrency = 4\n  }")
		spec = strings.Replace(spec, "output_tokens = 4", "output_tokens = 4\n  fault {\n    kind = \"http_500\"\n    rate = "+share+"\n  }", 1)
		write(t, dir, map[string]string{"experiment.hcl": spec})
		got := (applier{}).apply(t, plan(t, loadModule(t, dir)))
		if got.tally.Counted != want || got.tally.Failed != 2-want {
			t.Fatalf("with a share of %s: %+v %v", share, got.tally, got.err)
		}
		for _, e := range got.of(RunFailed) {
			if e.Error.Class != agent.ServerError || !strings.Contains(e.Error.Message, "none of 40 calls that count ended well; the first failure: 500") {
				t.Errorf("%v", e.Error)
			}
		}
		for _, r := range must(journal.Load(filepath.Join(dir, "runs", "x"))) {
			if c := r.Load.Measured; c.OK+c.Failed != 40 || c.Failed == 0 || c.ByClass[agent.ServerError] != c.Failed || r.Metrics["failed_share"] != float64(c.Failed)/40 {
				t.Errorf("%+v, %v", c, r.Metrics["failed_share"])
			}
		}
	}
}

// What a load reads is part of what its runs are.
func TestPromptsChange(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"experiment.hcl": served("emulator", "", "  prompts {\n    path = \"p.jsonl\"\n    column = \"prompt\"\n  }"), "p.jsonl": fivePrompts})
	if got := (applier{}).apply(t, plan(t, loadModule(t, dir))); got.tally.Counted != 2 {
		t.Fatalf("%+v %v", got.tally, got.err)
	}
	write(t, dir, map[string]string{"p.jsonl": strings.Replace(fivePrompts, "two", "2", 1)})
	p := plan(t, loadModule(t, dir))
	if n := len(todoOf(p)); n != 2 || !strings.Contains(fmt.Sprint(p.ReasonCounts()), "file of prompts.path") {
		t.Errorf("to make again: %d, %v", n, p.ReasonCounts())
	}
}

// Servers of OpenAI's interface are measured as Ollama is, in both forms, and by Ollama's chat.
func TestServersOfEveryInterface(t *testing.T) {
	s, err := emulator.New(emulator.Config{TokensPerSecond: 5000, OutputTokens: 4, Models: []string{"m"}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s)
	defer server.Close()
	const step = "  step \"s\" {\n    prompt = \"Say one word.\"\n  }"
	for kind, forms := range map[string][]string{"openai": {"chat", "completions"}, "ollama": {"chat"}} {
		for _, api := range forms {
			url := server.URL
			if kind == "openai" {
				url += "/v1"
			}
			dir := t.TempDir()
			spec := strings.Replace(served(kind, url, step), "url = ", "api = \""+api+"\"\n  url = ", 1)
			write(t, dir, map[string]string{"experiment.hcl": spec})
			if got := (applier{}).apply(t, plan(t, loadModule(t, dir))); got.tally.Counted != 2 {
				t.Fatalf("%s %s: %+v %v", kind, api, got.tally, got.of(RunFailed))
			}
			for _, r := range must(journal.Load(filepath.Join(dir, "runs", "x"))) {
				if c := r.Outcome.Calls[0]; c.OutputTokens != 4 || c.TokensFrom != "server" || r.Identity["api"] != api {
					t.Errorf("%s %s: %+v", kind, api, c)
				}
			}
		}
	}
}
