package agent

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestCallMetrics(t *testing.T) {
	full := Call{
		TTFONS: new(int64(90)), TTFTNS: new(int64(100)), TTFTAnswerNS: new(int64(140)), ChunkNS: []int64{100, 110, 140, 200}, Coalesced: 1, EndNS: 230,
		OutputTokens: 8, PromptTokens: new(26), CachedTokens: new(20), ThinkingTokens: new(4), // two tokens a chunk
		Server: ServerTimings{LoadNS: new(int64(40)), PromptEvalNS: new(int64(50)), EvalNS: new(int64(80)), EvalCount: new(8)},
	}
	one := Call{TTFTNS: new(int64(100)), ChunkNS: []int64{100}, EndNS: 120, OutputTokens: 1}
	for name, test := range map[string]struct {
		call Call
		want map[string]float64
	}{
		"all": {full, map[string]float64{
			"throughput": 8. / 80 * 1e9, "throughput_client": 8. / 200 * 1e9, "decode_client": 7. / 100 * 1e9,
			"ttfo": 90, "ttft": 100, "ttft_answer": 140, "cached_tokens": 20, "thinking_tokens": 4, "ttft_warm": 60, "load": 40, "prompt_eval": 50, "eval": 80,
			"itl_mean": 100. / 3 / 2, "itl_p50": 15, "itl_p90": 27, "itl_p99": (30 + 0.98*30) / 2, "itl_max": 30,
			"tpot": 100. / 7, "e2e": 230, "output_tokens": 8, "prompt_tokens": 26,
		}},
		"one token, no word of the server": {one, map[string]float64{
			"throughput_client": 1. / 100 * 1e9, "ttft": 100, "e2e": 120, "output_tokens": 1,
		}},
		"two choices": {Call{ChunkNS: []int64{5, 9}, Others: []string{"b"}, EndNS: 10, OutputTokens: 2}, map[string]float64{
			"throughput_client": 2. / 9 * 1e9, "e2e": 10, "output_tokens": 2,
		}},
		"no token":        {Call{EndNS: 120}, map[string]float64{"e2e": 120, "output_tokens": 0}},
		"all at once":     {Call{ChunkNS: []int64{5, 5}, EndNS: 6, OutputTokens: 2}, map[string]float64{"throughput_client": 4e8, "e2e": 6, "output_tokens": 2, "tpot": 0, "itl_mean": 0, "itl_p50": 0, "itl_p90": 0, "itl_p99": 0, "itl_max": 0}},
		"eval in no time": {Call{EndNS: 6, Server: ServerTimings{EvalNS: new(int64(0)), EvalCount: new(2)}}, map[string]float64{"e2e": 6, "output_tokens": 0, "eval": 0}},
		"failed":          {Call{TTFTNS: new(int64(100)), ChunkNS: []int64{100}, EndNS: 120, Error: &Error{Class: Timeout}}, map[string]float64{}},
	} {
		t.Run(name, func(t *testing.T) {
			near := cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) <= 1e-12*math.Abs(a) })
			if diff := cmp.Diff(test.want, CallMetrics(test.call), near); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRunMetrics(t *testing.T) {
	got := RunMetrics(Outcome{
		Ingests: []Ingest{{DurationNS: 3}, {DurationNS: 4}}, Calls: make([]Call, 2), WorkflowTotalNS: 50,
		Resources: Resources{CPUNS: 6, PeakRSSBytes: 7}, Scores: map[string]float64{"accuracy": 1},
	})
	if diff := cmp.Diff(map[string]float64{"workflow_total": 50, "ingest": 7, "cpu": 6, "peak_rss": 7, "calls": 2}, got); diff != "" {
		t.Error(diff)
	}
	if _, given := RunMetrics(Outcome{})["ingest"]; given {
		t.Error("a run that ingests nothing has an ingest time")
	}
}

// Whatever a call holds, its metrics are known ones, and numbers that JSON can hold.
func TestMetricsAreKnownAndFinite(t *testing.T) {
	scopes := map[string]string{}
	for _, m := range Metrics() {
		if scopes[m.Name] != "" || m.Help == "" {
			t.Errorf("%q stands twice or without help", m.Name)
		}
		scopes[m.Name] = m.Scope
	}
	ns := rapid.Ptr(rapid.Int64Range(0, 1e12), true)
	count := rapid.Ptr(rapid.IntRange(0, 1e6), true)
	rapid.Check(t, func(t *rapid.T) {
		call := Call{
			TTFTNS: ns.Draw(t, "ttft"), EndNS: rapid.Int64Range(0, 1e12).Draw(t, "end"),
			OutputTokens: rapid.IntRange(0, 9).Draw(t, "tokens"), PromptTokens: count.Draw(t, "prompt"),
			Server: ServerTimings{LoadNS: ns.Draw(t, "load"), PromptEvalNS: ns.Draw(t, "prefill"), EvalNS: ns.Draw(t, "eval"), EvalCount: count.Draw(t, "count")},
		}
		at := int64(0)
		for _, gap := range rapid.SliceOfN(rapid.Int64Range(0, 1e9), 0, 6).Draw(t, "gaps") {
			at += gap
			call.ChunkNS = append(call.ChunkNS, at)
		}
		for name, value := range CallMetrics(call) {
			if scopes[name] != "call" || math.IsNaN(value) || math.IsInf(value, 0) {
				t.Errorf("%s = %v, of scope %q", name, value, scopes[name])
			}
		}
	})
	for name := range RunMetrics(Outcome{Ingests: make([]Ingest, 1)}) {
		if scopes[name] != "run" {
			t.Errorf("%s is of scope %q", name, scopes[name])
		}
	}
}
