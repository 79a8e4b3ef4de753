package journal

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"bench/agent"
	"bench/agent/load"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var noon = time.Date(2026, 3, 2, 12, 0, 0, 123456789, time.UTC)

// sample is a record with a value in each of its fields.
func sample() Record {
	return Record{
		Schema: Schema, Address: `experiment.tr111.config["gpu60"].run[1]`, Configuration: "gpu60", Repeat: 1, Attempt: 2, State: Counted,
		Hash: "9f31", Identity: map[string]string{"workload": "4be0", "model": "sha256:a2af"},
		Process:    Process{PID: 4711, ExitCode: 0, DurationNS: 5e9},
		Experiment: "tr111", Arm: "default", Pair: "gpu60",
		Factors: []Factor{{"num_gpu", json.Number("60")}, {"temperature", json.Number("0.6")}, {"style", "-terse"}, {"think", true}},
		Options: map[string]any{"num_gpu": json.Number("60"), "big": json.Number("9007199254740993"), "stop": []any{"<end>", "&"}},
		Seed:    7, Order: 3, StartedAt: noon, FinishedAt: noon.Add(5 * time.Second),
		Server:      Server{"ollama", "main", "http://127.0.0.1:11434", "0.12.3"},
		Model:       Model{"gemma3:latest", "sha256:a2af", "4.3B", "Q4_K_M", "gemma3", 131072},
		Isolation:   Isolation{Model: "unload", LoadedBefore: []string{}, LoadedAfter: []string{"gemma3:latest"}, Unloaded: true},
		Tool:        Tool{"0.1.0", "1"},
		Spec:        Spec{"experiment.hcl", "77aa", "c0ffee", true},
		Environment: json.RawMessage(`{"os":"linux","cores":2}`),
		Metrics:     map[string]float64{"throughput": 98.864, "workflow_total": 4.9e9},
		CallMetrics: []map[string]float64{
			{"ttft": 3794e6, "load": 3508e6, "throughput": 98.864, "output_tokens": 3, "itl_p50": 10083333.5},
			{},
		},
		Outcome: &agent.Outcome{
			Ingests: []agent.Ingest{{Name: "corpus", Files: 2, Bytes: 300, Digest: "d1", DurationNS: 12}},
			Calls: []agent.Call{
				{
					Step: "analysis", StartedAt: noon, Clock: "read", Conn: "new", ConnNS: 9, WroteNS: new(int64(10)), FirstByteNS: new(int64(20)),
					TTFTNS: new(int64(3794e6)), ChunkNS: []int64{3794e6, 3804e6, 3814e6}, EndNS: 3820e6, OutputTokens: 3, PromptTokens: new(12),
					TokensFrom: "server", Server: agent.ServerTimings{LoadNS: new(int64(3508e6)), DoneReason: "stop"}, Response: "a < b",
				},
				{Step: "=report", StartedAt: noon.Add(time.Second), Clock: "read", Conn: "reused", EndNS: 4, TokensFrom: "chunks",
					Error: &agent.Error{Class: agent.Timeout, Message: "no first token, \"60s\""}},
			},
			Scores: map[string]float64{"recall": 0.5}, WorkflowTotalNS: 4.9e9, Resources: agent.Resources{CPUNS: 31, PeakRSSBytes: 4096, GCCount: 1, GCPauseNS: 5},
		},
		Load: &load.Summary{Arrival: load.Poisson, ToNS: 3e9, EndNS: 4e9, Measured: load.Counts{Scheduled: 3, OK: 2, Failed: 1, ByClass: map[agent.Class]int{agent.Timeout: 1}}, Metrics: map[string]load.Distribution{}},
	}
}

// recordOf is what an attempt gave back, in that state.
func recordOf(a Attempt, s State) Record {
	r := sample()
	r.Address, r.Hash, r.Configuration, r.Warmup, r.Repeat, r.Attempt, r.State = a.Address, a.Hash, a.Configuration, a.Warmup, a.Repeat, a.Number, s
	r.Metrics = map[string]float64{"attempt": float64(a.Number)}
	if s == Failed {
		r.Error = &agent.Error{Class: agent.Connect, Message: "connection refused"}
	}
	return r
}

var (
	run1    = Place{Configuration: "gpu60", Repeat: 1}
	run2    = Place{Configuration: "gpu60", Repeat: 2}
	warmup1 = Place{Configuration: "gpu60", Warmup: true, Repeat: 1}
	other1  = Place{Configuration: "gpu80_ctx256", Repeat: 1}
)

func addressOf(p Place) string { return fmt.Sprintf("experiment.x.%s.%s", p.Configuration, p.Name()) }

// fastDir is a folder in memory where there is one: these tests sync thousands of times.
func fastDir(t testing.TB) string {
	dir, err := os.MkdirTemp("/dev/shm", "journal")
	if err != nil {
		return filepath.Join(t.TempDir(), "runs", "x")
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return filepath.Join(dir, "runs", "x")
}

func mustOpen(t testing.TB, dir string) *Journal {
	t.Helper()
	j, err := Open(dir, "lab")
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func mustStart(t testing.TB, j *Journal, p Place) Attempt {
	t.Helper()
	a, err := j.Start(p, addressOf(p), "h1")
	must(t, err)
	must(t, os.WriteFile(j.LogPath(a), logOf(a), 0o666))
	return a
}

func logOf(a Attempt) []byte { return fmt.Appendf(nil, "log of %s attempt %d\n", a.Address, a.Number) }

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		must(t, os.WriteFile(path, got, 0o666))
	}
	want, err := os.ReadFile(path)
	must(t, err)
	if string(want) != string(got) {
		t.Errorf("%s differs (-update rewrites it); got:\n%s", path, got)
	}
}
