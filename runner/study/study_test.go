package study

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bench/agent"
	"bench/agent/telemetry"
	"bench/runner"
	"bench/runner/journal"
	"bench/spec"
)

var update = flag.Bool("update", false, "write the golden files")

const text = `
server "emulator" "s" {
}

workload "w" {
  step "one" {
    prompt     = "say something"
    max_tokens = 4
  }

  step "two" {
    prompt = "go on"
  }
}

target "local" "here" {
  labels = { role = "test" }
}

experiment "x" {
  title    = "A small study"
  server   = server.emulator.s
  target   = target.local.here
  workload = workload.w
  model    = "m"
  repeats  = 2
  warmup   = 1
  timeout  = "1m"
  order    = "sequential"

  matrix {
    num_ctx = [256, 512]
  }

  options = merge({ top_p = 0.9, stop = ["a", "b"] }, matrix)

  baseline "default" {
    options = {}
    paired  = true
  }
}

dataset "d" {
  path       = "rows.jsonl"
  started_at = row.at
  labels     = { machine = "elsewhere" }

  factors {
    num_ctx = row.ctx
  }

  metrics {
    throughput = row.tps
  }

  valid {
    condition     = row.tps > 0
    error_message = "it failed"
  }
}

analysis "x" {
  of       = [experiment.x]
  baseline = "default"

  metric "throughput" {
  }
}

analysis "d" {
  of = [dataset.d]

  metric "throughput" {
  }
}
`

const rows = `{"ctx":256,"tps":90.5,"at":"2026-02-01T00:00:10Z"}
{"ctx":512,"tps":91,"at":"2026-02-01T00:00:00Z"}
{"ctx":512,"tps":0,"at":null}
`

// A bed is a module with its folder of records.
type bed struct {
	t       *testing.T
	module  *spec.Module
	journal *journal.Journal
	clock   time.Time
}

func newBed(t *testing.T, text string) *bed {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{"experiment.hcl": text, "rows.jsonl": rows} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	m, diags := spec.Load([]string{filepath.Join(dir, "experiment.hcl")}, spec.Options{})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	j, err := journal.Open(filepath.Join(dir, "runs", "x"), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	return &bed{t: t, module: m, journal: j, clock: time.Date(2026, 3, 4, 5, 0, 0, 0, time.UTC)}
}

func (b *bed) plan(scope runner.Scope) *runner.Plan {
	b.t.Helper()
	p, diags, err := runner.NewPlan(b.module, scope)
	if err != nil || diags.HasErrors() {
		b.t.Fatal(err, diags)
	}
	return p
}

func (b *bed) build(p *runner.Plan) Study {
	b.t.Helper()
	s, diags, err := Build(p, "1.2.3")
	if err != nil || diags.HasErrors() {
		b.t.Fatal(err, diags)
	}
	return s
}

// run finds a run by its configuration and file: "ctx256/run_1".
func (b *bed) run(name string) *runner.Run {
	b.t.Helper()
	for r := range b.plan(runner.Scope{}).Runs() {
		if r.Address.Configuration+"/"+r.Address.File() == name {
			return r
		}
	}
	b.t.Fatalf("there is no run %s", name)
	return nil
}

// attempt makes an attempt: it counts, unless the change of the record says otherwise. A nil change leaves it under way.
func (b *bed) attempt(name string, change func(*journal.Record)) {
	b.t.Helper()
	r := b.run(name)
	rec := journal.Record{
		Address: r.Address.String(), Experiment: "x", Configuration: r.Configuration().Name, Repeat: r.Address.Repeat, Warmup: r.Address.Warmup,
		State: journal.Counted, Hash: r.Hash, Options: r.Configuration().Options, Identity: r.Identity(), Arm: r.Configuration().Arm, Pair: r.Configuration().Pair,
		StartedAt: b.clock, FinishedAt: b.clock.Add(3 * time.Second), Process: journal.Process{DurationNS: 3e9},
		Server: journal.Server{Version: "emulator-1"}, Model: journal.Model{Name: "m:latest", Digest: "d1", ContextLength: 4096},
		Environment: machine(16), Outcome: &agent.Outcome{Calls: make([]agent.Call, 2)}, Metrics: map[string]float64{"calls": 2},
		CallMetrics: []map[string]float64{{"throughput": 100 + float64(r.Address.Repeat)}, {"throughput": 102 + float64(r.Address.Repeat)}},
	}
	for _, f := range r.Configuration().Factors {
		rec.Factors = append(rec.Factors, journal.Factor(f))
	}
	if rec.Warmup {
		rec.State = journal.Warmup
	}
	hash := r.Hash
	if change != nil {
		change(&rec)
		hash = rec.Hash
	}
	a, err := b.journal.Start(rec.Place(), rec.Address, hash)
	if err != nil {
		b.t.Fatal(err)
	}
	b.clock = b.clock.Add(10 * time.Second)
	rec.Attempt = a.Number
	switch {
	case change == nil:
	case rec.State == journal.Lost:
		err = b.journal.Lose(a, "the process that made it is gone")
	case rec.Error != nil:
		err = b.journal.Keep(rec)
	default:
		err = b.journal.Commit(rec)
	}
	if err != nil {
		b.t.Fatal(err)
	}
}

func counts(*journal.Record) {}

func lost(r *journal.Record) { r.State = journal.Lost }

func fails(class agent.Class, message string) func(*journal.Record) {
	return func(r *journal.Record) {
		r.State, r.Error = journal.Failed, &agent.Error{Class: class, Message: message}
	}
}

// busy is the load average of the next machine; it never is the same.
var busy = 0.0

func machine(memory int64) json.RawMessage {
	busy++
	text, err := json.Marshal(telemetry.Environment{OS: "linux", Arch: "amd64", CPU: "a CPU", Cores: 4, CoresAllowed: 2, MemoryBytes: memory << 30, Load: []float64{busy, 2, 3}})
	if err != nil {
		panic(err)
	}
	return text
}

// TestStudy holds a sweep in which everything has happened once: golden, but for the statistics, which are package analysis'.
func TestStudy(t *testing.T) {
	b := newBed(t, text)
	b.attempt("ctx256/warmup_1", counts)
	b.attempt("ctx256/run_1", func(r *journal.Record) { r.Outcome.Calls[1].PromptTokens = new(256) }) // cut
	b.attempt("ctx256/run_2", fails(agent.Timeout, "too slow"))
	b.attempt("ctx256/run_2", func(r *journal.Record) { r.Outcome.Calls[1].PromptTokens = new(255) }) // not cut
	b.attempt("baseline_default_ctx256/run_1", lost)
	b.attempt("baseline_default_ctx256/run_1", fails(agent.Connect, "nobody there"))
	b.attempt("baseline_default_ctx256/run_1", func(r *journal.Record) {
		r.Environment, r.Server.Version, r.Model.Digest = machine(32), "emulator-0", "d2"
	})
	b.attempt("ctx512/run_1", func(r *journal.Record) { r.Hash = runner.Digest(nil) }) // stale
	b.attempt("ctx512/run_2", fails(agent.Connect, "nobody there"))
	b.attempt("ctx512/run_2", fails(agent.ServerError, "it broke off"))
	b.attempt("baseline_default_ctx512/run_1", lost)
	b.attempt("baseline_default_ctx512/run_2", nil)
	b.attempt("baseline_default_ctx256/run_2", func(r *journal.Record) {
		r.State, r.Error = journal.Invalid, &agent.Error{Class: agent.InvalidOutput, Message: "too short"}
	})
	s := b.build(b.plan(runner.Scope{}))

	x := s.Experiments["x"]
	if p := x.Planned; p.Total != p.Counted+p.Failed+p.Pending {
		t.Errorf("the tally does not add up: %+v", p)
	}
	if got := s.Analyses["x"]; len(got.Configurations) == 0 || got.Of[0] != "experiment.x" {
		t.Errorf("analysis x: %+v", got)
	}
	warned := map[string]string{}
	for _, w := range s.Analyses["x"].Warnings {
		warned[w.Kind] = w.Message
	}
	for kind, want := range map[string]string{
		"mixed_models":   "The runs met 2 models: m:latest d2, m:latest d1. Their figures are mixed.",
		"mixed_versions": "The runs met 2 versions of the server: emulator-0, emulator-1. Their figures are mixed.",
	} {
		if warned[kind] != want {
			t.Errorf("%s: %q, want %q", kind, warned[kind], want)
		}
	}
	if f := s.Analyses["x"].Findings[0]; f.Kind != "prompt_cut" || !strings.HasPrefix(f.Sentence, "In 1 of 3 runs a prompt filled num_ctx (256)") {
		t.Errorf("the first finding: %+v", f)
	}
	if got := s.Analyses["d"]; len(got.Configurations) != 2 || got.Of[0] != "dataset.d" {
		t.Errorf("analysis d: %+v", got)
	}
	s.Analyses = nil
	golden(t, s)
}

func golden(t *testing.T, s Study) {
	t.Helper()
	for _, m := range agent.Metrics() {
		if s.Glossary[m.Name] != m.Help {
			t.Errorf("the glossary says %q of %s", s.Glossary[m.Name], m.Name)
		}
	}
	s.Glossary, s.Spec.Records = nil, "" // the texts are package agent's; the digest has a test of its own
	got, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	path := filepath.Join("testdata", strings.ToLower(strings.TrimPrefix(t.Name(), "Test"))+".json")
	if *update {
		if err := os.WriteFile(path, got, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("-update writes what differs:\n%s", diff)
	}
}

// Nothing was measured yet: every list is there, and empty.
func TestStudyOfNothing(t *testing.T) {
	b := newBed(t, strings.Split(text, "dataset \"d\"")[0])
	golden(t, b.build(b.plan(runner.Scope{})))
}

// What counts is what the records say now, not when the plan was made: neither a plan from before the sweep nor one that asks for
// runs again hides what was measured.
func TestStudyDoesNotDependOnWhenItWasPlanned(t *testing.T) {
	b := newBed(t, text)
	before := b.plan(runner.Scope{})
	b.attempt("ctx256/run_1", counts)
	b.attempt("baseline_default_ctx256/run_1", counts)
	after := b.build(b.plan(runner.Scope{}))
	replace := b.plan(runner.Scope{Replace: []spec.Address{{Experiment: "x", Configuration: "ctx256", Repeat: 1}}})
	for name, p := range map[string]*runner.Plan{"before": before, "replace": replace} {
		if diff := cmp.Diff(after, b.build(p)); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
	if n := after.Experiments["x"].Planned.Counted; n != 2 {
		t.Errorf("%d runs count", n)
	}
}

// The digest of the records changes with each of them and each row of a dataset, and with nothing else.
func TestDigestOfTheRecords(t *testing.T) {
	b := newBed(t, text)
	seen := map[string]bool{}
	look := func(what string, isNew bool) {
		t.Helper()
		digest := b.build(b.plan(runner.Scope{})).Spec.Records
		if seen[digest] == isNew {
			t.Errorf("%s: the digest is new: %t", what, !isNew)
		}
		seen[digest] = true
	}
	look("nothing", true)
	look("nothing, again", false)
	b.attempt("ctx256/run_1", counts)
	look("a record", true)
	b.attempt("ctx256/run_2", fails(agent.Connect, "x"))
	look("a failure", false)
	b.attempt("ctx256/run_1", counts)
	look("the record is superseded", true)
	if err := os.WriteFile(filepath.Join(b.module.Dir, "rows.jsonl"), []byte(strings.Replace(rows, "90.5", "90.6", 1)), 0o666); err != nil {
		t.Fatal(err)
	}
	look("a dataset", true)
}

// A line that a later apply made up for has no error in it: its state stands for the class.
func TestFailureWithoutAnError(t *testing.T) {
	b := newBed(t, text)
	p := b.plan(runner.Scope{})
	run := b.run("ctx256/run_1")
	var out Experiment
	sum := newAccount(&out)
	for _, ev := range []journal.Event{
		{Event: journal.EventStart, Attempt: 1},
		{Event: journal.EventFinish, Attempt: 2, State: journal.Failed, Message: "found by the next apply"},
		{Event: journal.EventStart, Attempt: 3},
		{Event: journal.EventFinish, Attempt: 3, State: journal.Superseded},
		{Event: journal.EventFinish, Attempt: 4, State: journal.Failed, Address: "experiment.other"},
	} {
		ev.Configuration, ev.Name, ev.Hash = "ctx256", "run_1", run.Hash
		if ev.Address == "" {
			ev.Address = run.Address.String()
		}
		sum.attempt(p.Register(b.module.Experiments[0]), ev)
	}
	if got := sum.wasted[try{run.Position, 2}].wasted; got != "failed" || len(sum.wasted) != 2 {
		t.Errorf("wasted: %v", sum.wasted)
	}
	sum.close(p.Of(b.module.Experiments[0]))
	if want := (Unfinished{run.Address.String(), "failed", "", "found by the next apply"}); out.Unfinished[0] != want {
		t.Errorf("%+v, want %+v", out.Unfinished, want)
	}
}

// What varies along the matrix has no one value.
func TestWhatVariesIsLeftOut(t *testing.T) {
	b := newBed(t, strings.NewReplacer(
		"num_ctx = [256, 512]", "num_ctx = [256, 512]\n    model = [\"m\", \"n\"]\n    server = [server.emulator.s, server.ollama.o]\n    top_k = [1, 2]",
		`model    = "m"`, "model = matrix.model",
		"server   = server.emulator.s\n", "server = matrix.server\n",
		"options = merge({ top_p = 0.9, stop = [\"a\", \"b\"] }, matrix)", "options = { top_p = 0.9, top_k = matrix.top_k, twice = matrix.top_k * 2 }",
		`server "emulator" "s" {`, "server \"ollama\" \"o\" {\n  url = \"http://h\"\n}\nserver \"emulator\" \"s\" {",
	).Replace(text))
	x := b.build(b.plan(runner.Scope{})).Experiments["x"]
	if x.Model != "" || x.Server != "" || x.ServerKind != "" || x.Target != "target.local.here" || x.Workload != "w" || x.Agent == "" {
		t.Errorf("%+v", x)
	}
	if diff := cmp.Diff(map[string]any{"top_p": 0.9}, x.Options); diff != "" {
		t.Error(diff)
	}
	if x.Planned.Configurations != 16 {
		t.Errorf("%d configurations", x.Planned.Configurations)
	}
}

// What is skipped stays in sight.
func TestSkippedConfigurations(t *testing.T) {
	b := newBed(t, strings.Replace(text, "num_ctx = [256, 512]\n", "num_ctx = [256, 512]\n    skip {\n      when   = matrix.num_ctx == 512\n      reason = \"does not fit\"\n    }\n", 1))
	x := b.build(b.plan(runner.Scope{})).Experiments["x"]
	want := []Skipped{{"ctx512", "does not fit"}, {"baseline_default_ctx512", "does not fit"}}
	if diff := cmp.Diff(want, x.Skipped); diff != "" || x.Planned.Total != 4 {
		t.Errorf("%d planned; %s", x.Planned.Total, diff)
	}
}

// Errors: of a record, of a dataset's file, of its mapping.
func TestBuildErrors(t *testing.T) {
	b := newBed(t, text)
	p := b.plan(runner.Scope{})
	path := filepath.Join(b.module.Dir, "runs", "x", "ctx256", "run_1.json")
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("{"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Build(p, ""); err == nil || !strings.Contains(err.Error(), path) {
		t.Error(err)
	}

	b = newBed(t, text)
	data := filepath.Join(b.module.Dir, "rows.jsonl")
	for content, want := range map[string]string{"{": "dataset d: rows.jsonl: line 1", `{"ctx":1}`: "Unsupported attribute"} {
		if err := os.WriteFile(data, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
		_, diags, err := Build(b.plan(runner.Scope{}), "")
		if got := fmt.Sprint(err, diags); !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %s", content, got, want)
		}
	}
}

// An arm tells what it has in common and what follows the configuration; an axis knows the levels that only an include has.
func TestArmsAndLevels(t *testing.T) {
	factor := func(v any) []spec.Factor { return []spec.Factor{{Name: "num_ctx", Value: v}} }
	var options shared
	options.note(map[string]any{"num_ctx": int64(512), "top_k": int64(40), "seed": int64(1)})
	options.note(map[string]any{"num_ctx": int64(1024), "top_k": int64(40)})
	options.note(map[string]any{"num_ctx": int64(512), "top_k": int64(40), "stop": []any{"a"}})
	arm := armOf(&spec.Baseline{Name: "default", Paired: true}, &options)
	if want := (Arm{Name: "default", Options: map[string]any{"top_k": int64(40)}, Varying: []string{"num_ctx", "seed", "stop"}, Paired: true}); !reflect.DeepEqual(arm, want) {
		t.Errorf("%+v, want %+v", arm, want)
	}
	e := Experiment{Axes: []Axis{{Name: "num_ctx", Values: []any{int64(256)}}}}
	e.levels(factor(int64(256)))
	e.levels(factor(int64(4096)))
	e.levels(nil)
	if want := []any{int64(256), int64(4096)}; !reflect.DeepEqual(e.Axes[0].Values, want) {
		t.Errorf("%v, want %v", e.Axes[0].Values, want)
	}
}

// A record that was altered has no part in a study, whatever its file looks like, and the study says so. Neither has a file that is no
// record, where no run is planned.
func TestAlteredAndStrayRecords(t *testing.T) {
	b := newBed(t, text)
	for _, name := range []string{"ctx256/run_1", "ctx256/run_2", "baseline_default_ctx256/run_1", "baseline_default_ctx256/run_2"} {
		b.attempt(name, counts)
	}
	folder := filepath.Join(b.module.Dir, "runs", "x")
	path, stray := filepath.Join(folder, "ctx256", "run_1.json"), filepath.Join(folder, "ctx256", "run_9.json")
	record, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	for path, data := range map[string]string{path: strings.Replace(string(record), `"throughput":101`, `"throughput":901`, 1), stray: string(record)} {
		if err := os.WriteFile(path, []byte(data), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chtimes(path, time.Time{}, info.ModTime()); err != nil {
		t.Fatal(err)
	}
	s := b.build(b.plan(runner.Scope{}))
	x := s.Experiments["x"]
	if x.Planned.Counted != 3 || x.Planned.Total != x.Planned.Counted+x.Planned.Failed+x.Planned.Pending {
		t.Errorf("%+v", x.Planned)
	}
	if u := x.Unfinished[0]; u.State != "altered" || u.Address != b.run("ctx256/run_1").Address.String() {
		t.Errorf("unfinished: %+v", x.Unfinished)
	}
	for _, r := range s.Runs {
		if r.Source == "experiment.x" && r.Configuration == "ctx256" && r.Repeat != 2 {
			t.Errorf("it takes part: %+v", r)
		}
	}
	if told := fmt.Sprint(s.PassedOver); len(s.PassedOver) != 2 || !strings.Contains(told, path+" is not as it was measured") || !strings.Contains(told, stray) {
		t.Errorf("passed over: %v", s.PassedOver)
	}
	if !strings.Contains(fmt.Sprint(s.Analyses["x"].Warnings), "The records of 1 run are not as they were measured") {
		t.Errorf("warnings: %+v", s.Analyses["x"].Warnings)
	}
}
