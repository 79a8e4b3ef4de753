package runner

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"bench/agent"
)

// failing is an experiment of one run, two tries and hardly a pause.
const failing = `
%s

workload "w" {
  step "one" {
    prompt     = "say something"
    max_tokens = 8
  }
%s
}

experiment "x" {
  server   = server.%s.s
  workload = workload.w
  model    = "m"
  repeats  = 1
%s

  retry {
    attempts = 2
    backoff {
      initial = "1ms"
    }
  }
}
`

func faulty(attributes string) string {
	return "server \"emulator\" \"s\" {\n  ttft = \"1ms\"\n  tokens_per_second = 10000\n" + attributes + "\n}"
}

func fault(kind string) string {
	return faulty("  fault {\n    kind = \"" + kind + "\"\n    rate = 1\n  }\n  timeouts {\n    first_token = \"100ms\"\n    idle = \"100ms\"\n  }")
}

// Each failure is of its class, tried again or not by its class, journalled, kept as evidence, and told in one line.
func TestFailures(t *testing.T) {
	const run = `experiment.x.config["all"].run[1]`
	for name, test := range map[string]struct {
		server, workload, kind, experiment string
		class                              agent.Class
		tries                              int
		state                              string
		message                            string
	}{
		"nothing listens":  {server: "server \"ollama\" \"s\" {\n  url = \"http://127.0.0.1:1\"\n}", kind: "ollama", class: agent.Connect, tries: 2, message: "nothing listens at http://127.0.0.1:1"},
		"reset":            {server: fault("reset"), class: agent.ServerError, tries: 2, message: "the answer broke off: "},
		"truncated":        {server: fault("truncated"), class: agent.ServerError, tries: 2, message: "the stream ended without done"},
		"status 500":       {server: fault("http_500"), class: agent.ServerError, tries: 2, message: "500 Internal Server Error: the emulator was told to fail"},
		"error object":     {server: fault("error_object"), class: agent.ServerError, tries: 2, message: "the emulator was told to fail"},
		"stall":            {server: fault("stall"), class: agent.Timeout, tries: 2, message: "100ms (timeouts.idle)"},
		"slow header":      {server: fault("slow_header"), class: agent.Timeout, tries: 2, message: "100ms (timeouts.first_token)"},
		"unknown model":    {server: faulty(`  models = ["other"]`), class: agent.BadRequest, tries: 1, message: "`ollama pull m` fetches it, the server has other:latest"},
		"run's timeout":    {server: faulty(`  load_time = "1h"`), experiment: `  timeout = "300ms"`, class: agent.Timeout, tries: 2, message: "the run took longer than its timeout of 300ms"},
		"a rule is broken": {server: faulty(""), workload: "  valid {\n    condition = step.one.output_tokens > 100\n    error_message = \"only ${step.one.output_tokens} tokens\"\n  }", class: agent.InvalidOutput, tries: 1, state: "invalid", message: "only 8 tokens"},
		"mistake in spec":  {server: faulty(""), workload: "  step \"two\" {\n    prompt = \"${tonumber(step.one.response)}\"\n  }", class: agent.InvalidSpec, tries: 1, message: "experiment.hcl:14: Invalid function argument"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := plan(t, module(t, fmt.Sprintf(failing, test.server, test.workload, cmp.Or(test.kind, "emulator"), test.experiment)))
			got := apply(t, p)
			if got.err != nil || got.tally != (Tally{Planned: 1, Failed: 1}) {
				t.Fatalf("%+v %v", got.tally, got.err)
			}
			state := cmp.Or(test.state, "failed")
			journalled := []string{"begin"}
			told := []EventKind{}
			for n := 1; n <= test.tries; n++ {
				journalled = append(journalled, fmt.Sprintf("start run_1#%d", n), fmt.Sprintf("finish run_1#%d %s %s", n, state, test.class))
				told = append(told, Started, Retried)
				if n < test.tries {
					journalled = append(journalled, fmt.Sprintf("retry run_1#%d %s", n, test.class))
				}
			}
			journalled = append(journalled, "end")
			told[len(told)-1] = RunFailed
			if lines := lines(t, folder(p)); !slices.Equal(lines, journalled) {
				t.Errorf("the journal holds\n%s", strings.Join(lines, "\n"))
			}
			kinds := slices.DeleteFunc(got.kinds(run), func(k EventKind) bool { return k == Stepped || k == Called })
			if !slices.Equal(kinds, told) {
				t.Errorf("told: %v", kinds)
			}
			end := got.of(RunFailed)[0]
			if end.Error.Class != test.class || !strings.Contains(end.Error.Message, test.message) || strings.Contains(end.Error.Message, "\n") {
				t.Errorf("it says %v, want %s: …%s…", end.Error, test.class, test.message)
			}
			kept := evidence(t, folder(p))
			if len(kept) != test.tries {
				t.Fatalf("%d records are kept as evidence", len(kept))
			}
			for i, r := range kept {
				if r.Attempt != i+1 || string(r.State) != state || r.Error.Class != test.class || r.Hash == "" || r.Process.PID == 0 || len(r.Metrics) > 0 {
					t.Errorf("kept: %+v", r)
				}
			}
			if todo := todoOf(plan(t, p.Module)); len(todo) != 1 || todo[0].Reasons[0].Kind != NoRecord {
				t.Errorf("the next plan: %v", todo)
			}
		})
	}
}
