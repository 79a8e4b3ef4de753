package runner

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"bench/agent/emulator"
	"bench/runner/journal"
	"bench/spec"
)

// quick is a workload of one short call, and what experiments of these tests share.
const quick = `
workload "w" {
  step "one" {
    prompt     = "say something"
    max_tokens = 4
  }
}
`

const quickServer = `
server "emulator" "s" {
  ttft              = "1ms"
  tokens_per_second = 10000
}
`

func experiment(name, attributes string) string {
	return fmt.Sprintf("experiment %q {\n  server = server.emulator.s\n  workload = workload.w\n  model = \"m\"\n%s\n}\n", name, attributes)
}

const noPause = `
  retry {
    attempts = 2
    backoff {
      initial = "1ms"
    }
  }`

func TestApplyRunsWhatIsMissingAndNothingElse(t *testing.T) {
	m := module(t, quick+quickServer+experiment("x", "  repeats = 2\n  warmup = 1\n  matrix {\n    num_ctx = [256, 512]\n  }\n  options = matrix"))
	p := plan(t, m)
	got := apply(t, p)
	if got.err != nil || got.tally != (Tally{Planned: 4, Counted: 4}) {
		t.Fatalf("%+v %v", got.tally, got.err)
	}
	if kinds := got.kinds("experiment.x"); !slices.Equal(kinds, []EventKind{Began, Ended}) {
		t.Errorf("told of the experiment: %v", kinds)
	}
	audit(t, m)

	// Nothing is left: no journal line, no process, no event.
	before := len(lines(t, folder(p)))
	if got := apply(t, plan(t, m)); got.err != nil || len(got.events) != 0 || got.tally != (Tally{Planned: 4, Before: 4}) {
		t.Errorf("again: %+v %v %v", got.tally, got.err, got.events)
	}
	if after := len(lines(t, folder(p))); after != before {
		t.Errorf("%d lines of the journal became %d", before, after)
	}

	// One record is gone: that run is made, under the next number.
	record := filepath.Join(folder(p), "ctx512", "run_2.json")
	if err := os.Remove(record); err != nil {
		t.Fatal(err)
	}
	got = apply(t, plan(t, m))
	if got.err != nil || got.tally != (Tally{Planned: 4, Before: 3, Counted: 1}) {
		t.Fatalf("%+v %v", got.tally, got.err)
	}
	if r := must(journal.Read(record)); r.Attempt != 2 {
		t.Errorf("attempt %d, want 2", r.Attempt)
	}
	if got := got.of(Started); len(got) != 1 || got[0].Address.Repeat != 2 {
		t.Errorf("started: %v", got)
	}
}

// A plan that was made before another apply ended is compared once more: nothing is made twice.
func TestApplyOfAnOldPlanMakesNothingTwice(t *testing.T) {
	m := module(t, quick+quickServer+experiment("x", "  repeats = 2"))
	old := plan(t, m)
	if got := apply(t, old); got.tally.Counted != 2 {
		t.Fatal(got.err)
	}
	if got := apply(t, old); got.err != nil || len(got.events) != 0 || got.tally != (Tally{Planned: 2, Before: 2}) {
		t.Errorf("%+v %v %v", got.tally, got.err, got.events)
	}
	audit(t, m)
}

// What is asked for is made again; what counted before is kept as superseded.
func TestReplace(t *testing.T) {
	m := module(t, quick+quickServer+experiment("x", "  repeats = 2"))
	apply(t, plan(t, m))
	p := scoped(t, m, Scope{Replace: []spec.Address{{Experiment: "x", Configuration: "all", Repeat: 2}}})
	if got := apply(t, p); got.err != nil || got.tally != (Tally{Planned: 2, Before: 1, Counted: 1}) {
		t.Fatalf("%+v %v", got.tally, got.err)
	}
	if got := counted(t, folder(p)); got[0].Attempt != 1 || got[1].Attempt != 2 {
		t.Errorf("attempts %d and %d count, want 1 and 2", got[0].Attempt, got[1].Attempt)
	}
	if kept := evidence(t, folder(p)); len(kept) != 1 || kept[0].State != journal.Superseded {
		t.Errorf("kept: %+v", kept)
	}
	if todo := todoOf(plan(t, m)); len(todo) != 0 {
		t.Errorf("left: %v", todo)
	}
}

// counter is an emulator that holds its first calls until so many have come at once.
type counter struct {
	http.Handler
	want int
	all  chan bool

	mu        sync.Mutex
	now, most int
}

func (c *counter) add(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now += n
	if c.now == c.want && c.most < c.want {
		close(c.all)
	}
	c.most = max(c.most, c.now)
}

func (c *counter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/api/generate" {
		c.add(1)
		defer c.add(-1)
		select {
		case <-c.all:
		case <-time.After(10 * time.Second):
		}
	}
	c.Handler.ServeHTTP(w, r)
}

// inProcess starts an emulator within the test, and gives the server block for it.
func inProcess(t *testing.T, wrap func(http.Handler) http.Handler) string {
	t.Helper()
	e, err := emulator.New(emulator.Config{TTFT: 20 * time.Millisecond, TokensPerSecond: 10000})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(wrap(e))
	t.Cleanup(server.Close)
	return fmt.Sprintf("server \"ollama\" \"s\" {\n  url = %q\n}\n", server.URL)
}

// As many runs go on at once as the target allows, or -parallelism, and never more; each begins in its turn.
func TestSlots(t *testing.T) {
	for _, test := range []struct{ target, option, want int }{{1, 0, 1}, {3, 0, 3}, {1, 2, 2}} {
		c := &counter{want: test.want, all: make(chan bool)}
		server := inProcess(t, func(h http.Handler) http.Handler { c.Handler = h; return c })
		x := strings.ReplaceAll(experiment("x", "  repeats = 9\n  target = target.local.t"), "emulator", "ollama")
		m := module(t, quick+server+fmt.Sprintf("target \"local\" \"t\" {\n  parallelism = %d\n}\n", test.target)+x)
		busy := map[int]bool{}
		got := applier{parallelism: test.option, on: func(e Event) {
			switch e.Kind {
			case Started:
				if e.Slot < 1 || e.Slot > test.want || busy[e.Slot] {
					t.Errorf("%s starts in slot %d; busy are %v", e.Address, e.Slot, busy)
				}
				busy[e.Slot] = true
			case Counted:
				busy[e.Slot] = false
			}
		}}.apply(t, plan(t, m))
		if got.err != nil || got.tally.Counted != 9 {
			t.Fatalf("%+v %v", got.tally, got.err)
		}
		if c.most != test.want {
			t.Errorf("%d calls at once, want %d", c.most, test.want)
		}
		for i, e := range got.of(Started) {
			if e.Address.Repeat != i+1 {
				t.Errorf("start %d is that of run %d", i+1, e.Address.Repeat)
			}
		}
	}
}

// Stop lets the runs that go on end, begins no other, and says so; the other experiments are accounted for.
func TestStop(t *testing.T) {
	m := module(t, quick+quickServer+experiment("x", "  repeats = 3")+experiment("y", "  repeats = 3"))
	stop, now := context.WithCancel(t.Context())
	got := applier{stop: stop, on: func(e Event) {
		if e.Kind == Started {
			now()
		}
	}}.apply(t, plan(t, m))
	if !errors.Is(got.err, ErrStopped) || got.tally != (Tally{Planned: 6, Counted: 1, Waiting: 5}) {
		t.Errorf("%+v %v", got.tally, got.err)
	}
	if exists(filepath.Join(m.Dir, "runs", "y")) {
		t.Error("the other experiment was begun")
	}
}

// A stop during the pause before a retry: the run has failed, and the apply says that it was stopped.
func TestStopWhileWaiting(t *testing.T) {
	m := module(t, fmt.Sprintf(failing, fault("http_500"), "", "emulator", ""))
	m.Experiments[0].Retry.Backoff.Initial, m.Experiments[0].Retry.Backoff.Max = time.Hour, time.Hour
	stop, now := context.WithCancel(t.Context())
	got := applier{stop: stop, on: func(e Event) {
		if e.Kind == Retried {
			now()
		}
	}}.apply(t, plan(t, m))
	if !errors.Is(got.err, ErrStopped) || got.tally != (Tally{Planned: 1, Failed: 1}) {
		t.Errorf("%+v %v", got.tally, got.err)
	}
}

// Kill ends the run under way, even the last one: it is kept as evidence, and the apply was stopped.
func TestKill(t *testing.T) {
	m := module(t, fmt.Sprintf(failing, faulty(`  load_time = "1h"`), "", "emulator", ""))
	p := plan(t, m)
	kill, now := context.WithCancel(t.Context())
	got := applier{kill: kill, on: func(e Event) {
		if e.Kind == Stepped {
			now()
		}
	}}.apply(t, p)
	if !errors.Is(got.err, ErrStopped) || got.tally != (Tally{Planned: 1, Failed: 1}) {
		t.Errorf("%+v %v", got.tally, got.err)
	}
	if kept := evidence(t, folder(p)); len(kept) != 1 || *kept[0].Error != *killed() {
		t.Errorf("kept: %+v", kept)
	}
	if slices.Contains(lines(t, folder(p)), "retry run_1#1 infrastructure") {
		t.Error("a retry is journalled that never came")
	}
}

// The files of an ingest change while the sweep goes on: what was measured with the others is invalid, and the sweep ends there,
// since every other run would be.
func TestCorpusChangesMeanwhile(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{
		"data/a.txt": "one",
		"experiment.hcl": quickServer + strings.Replace(quick, "\n  step", "\n  ingest \"corpus\" {\n    paths = [\"data/*\"]\n  }\n\n  step", 1) +
			experiment("x", "  repeats = 4"),
	})
	m := loadModule(t, dir)
	p := plan(t, m)
	got := applier{on: func(e Event) {
		if e.Kind == Counted && e.Address.Repeat == 2 {
			write(t, dir, map[string]string{"data/a.txt": "two"})
		}
	}}.apply(t, p)
	if got.err == nil || !strings.Contains(got.err.Error(), `experiment.x: the files of ingest "corpus" changed after the plan was made`) {
		t.Errorf("error: %v", got.err)
	}
	if got.tally != (Tally{Planned: 4, Counted: 2, Failed: 1, Waiting: 1}) {
		t.Errorf("%+v", got.tally)
	}
	if kept := evidence(t, folder(p)); len(kept) != 1 || kept[0].State != journal.Invalid || !strings.Contains(kept[0].Error.Message, "changed meanwhile") {
		t.Errorf("kept: %+v", kept)
	}
	todo := todoOf(plan(t, m))
	if len(todo) != 4 || todo[0].Reasons[0].Kind != "files of ingest corpus" {
		t.Errorf("the next plan: %v", todo[0].Reasons)
	}
}

// A file of an ingest is written to while a run goes on, after it was read, and looks untouched by its size and time: that run does
// not count, and the sweep ends.
func TestCorpusChangesDuringARun(t *testing.T) {
	dir := t.TempDir()
	corpus := filepath.Join(dir, "data", "a.txt")
	calls := 0
	server := inProcess(t, func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/api/generate" {
				if calls++; calls == 2 {
					was := must(os.Stat(corpus)).ModTime()
					write(t, dir, map[string]string{"data/a.txt": "two"})
					if err := os.Chtimes(corpus, was, was); err != nil {
						t.Error(err)
					}
				}
			}
			h.ServeHTTP(w, r)
		})
	})
	write(t, dir, map[string]string{
		"data/a.txt": "one",
		"experiment.hcl": server + strings.Replace(quick, "\n  step", "\n  ingest \"corpus\" {\n    paths = [\"data/*\"]\n  }\n\n  step", 1) +
			strings.ReplaceAll(experiment("x", "  repeats = 4"), "emulator", "ollama"),
	})
	p := plan(t, loadModule(t, dir))
	got := apply(t, p)
	if got.err == nil || !strings.Contains(got.err.Error(), `experiment.x: the files of ingest "corpus" changed after the plan was made`) {
		t.Errorf("error: %v", got.err)
	}
	if got.tally != (Tally{Planned: 4, Counted: 1, Failed: 1, Waiting: 2}) {
		t.Errorf("%+v", got.tally)
	}
	kept := evidence(t, folder(p))
	if len(kept) != 1 || kept[0].State != journal.Invalid || !strings.HasPrefix(kept[0].Outcome.Ingests[0].Changed, "their digest is ") {
		t.Errorf("kept: %+v", kept)
	}
	if ran := counted(t, folder(p)); ran[0].Outcome.Ingests[0].Changed != "" {
		t.Errorf("what counts says that its files changed: %+v", ran[0].Outcome.Ingests)
	}
}

// A server that is gone is left alone after three runs; the runs of another are made, those of a later experiment too.
func TestBreaker(t *testing.T) {
	m := module(t, quick+quickServer+`
server "ollama" "gone" {
  url = "http://127.0.0.1:1"
}
`+strings.Replace(experiment("x", "  repeats = 2\n  order = \"sequential\"\n  matrix {\n    temperature = [0, 1]\n    server = [server.ollama.gone, server.emulator.s]\n  }"+noPause), "server.emulator.s\n", "matrix.server\n", 1)+
		strings.Replace(experiment("y", "  repeats = 2"+noPause), "emulator.s", "ollama.gone", 1)+
		experiment("z", "  repeats = 1"))
	got := apply(t, plan(t, m))
	if want := (Tally{Planned: 11, Counted: 5, Failed: 3, Waiting: 3}); got.tally != want {
		t.Errorf("%+v, want %+v", got.tally, want)
	}
	want := []string{
		"server.ollama.gone could not be reached by 3 runs in a row, so 1 more is left for later: nothing listens at http://127.0.0.1:1: is the server started, and the url right?",
		"server.ollama.gone could not be reached by 3 runs in a row, so 2 more are left for later: nothing listens at http://127.0.0.1:1: is the server started, and the url right?",
	}
	var told []string
	for _, e := range got.of(Noted) {
		told = append(told, e.Message)
	}
	if got.err != nil || !slices.Equal(told, want) {
		t.Errorf("error %v, told:\n%q\nwant:\n%q", got.err, told, want)
	}
}

// A folder that can't be written keeps its experiment from going on, and no other.
func TestOneExperimentCanNotGoOn(t *testing.T) {
	m := module(t, quick+quickServer+experiment("x", "  repeats = 1")+experiment("y", "  repeats = 1"))
	held, err := journal.Open(filepath.Join(m.Dir, "runs", "x"), "elsewhere")
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	got := apply(t, plan(t, m))
	if _, inUse := errors.AsType[*journal.InUseError](got.err); !inUse || !strings.HasPrefix(got.err.Error(), "experiment.x: ") {
		t.Errorf("error: %v", got.err)
	}
	if got.tally != (Tally{Planned: 2, Counted: 1, Waiting: 1}) {
		t.Errorf("%+v", got.tally)
	}
}

// The place of the evidence can't be written: the result is lost, said to be so, and nothing more is begun.
func TestResultCanNotBeKept(t *testing.T) {
	m := module(t, quick+quickServer+experiment("x", "  repeats = 3"))
	p := plan(t, m)
	got := applier{on: func(e Event) {
		if e.Kind == Called { // the record is about to be written: a folder stands where it belongs
			write(t, filepath.Join(folder(p), "all", "run_1.json"), map[string]string{"in": "the way"})
		}
	}}.apply(t, p)
	if got.err == nil || got.tally != (Tally{Planned: 3, Lost: 1, Waiting: 2}) {
		t.Errorf("%+v %v", got.tally, got.err)
	}
	if lost := got.of(RunLost); len(lost) != 1 || !strings.HasPrefix(lost[0].Error.Message, "its result could not be kept: ") {
		t.Errorf("told: %+v", lost)
	}
}

// Where the folder is moved, or its lock's file is removed, while an apply is at work, it makes nothing more: another may write there by
// now. What had counted goes on counting, and what another made is not taken for its own.
func TestLockIsLostMeanwhile(t *testing.T) {
	for name, take := range map[string]func(p *Plan) error{
		"removed": func(p *Plan) error { return os.Remove(filepath.Join(folder(p), ".lock")) },
		"moved": func(p *Plan) error {
			err := os.Rename(folder(p), folder(p)+".old")
			pretend(t, p)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			m := module(t, quick+quickServer+experiment("x", "  repeats = 4"))
			p := plan(t, m)
			calls := 0
			got := applier{on: func(e Event) {
				if e.Kind != Called {
					return
				}
				if calls++; calls == 2 {
					if err := take(p); err != nil {
						t.Error(err)
					}
				}
			}}.apply(t, p)
			if _, lost := errors.AsType[*journal.LostError](got.err); !lost || got.tally != (Tally{Planned: 4, Counted: 1, Lost: 1, Waiting: 2}) {
				t.Errorf("%+v %v", got.tally, got.err)
			}
			if got := apply(t, plan(t, m)); got.err != nil || got.tally.Before+got.tally.Counted != 4 {
				t.Errorf("the next apply: %+v %v", got.tally, got.err)
			}
			audit(t, m)
		})
	}
}

// An attempt that can't be journalled is not made.
func TestAttemptCanNotBeJournalled(t *testing.T) {
	m := module(t, quick+quickServer+experiment("x", "  repeats = 1\n  matrix {\n    num_ctx = [256, 512]\n  }"))
	p := plan(t, m)
	got := applier{on: func(e Event) {
		if e.Kind == Counted {
			write(t, folder(p), map[string]string{"ctx512": "a file in the way"})
		}
	}}.apply(t, p)
	if got.err == nil || !strings.Contains(got.err.Error(), "can't start") || got.tally != (Tally{Planned: 2, Counted: 1, Waiting: 1}) || len(got.of(Started)) != 1 {
		t.Errorf("%+v %v", got.tally, got.err)
	}
}

// The record has its name, and what comes after it fails: it counts, though the sweep ends.
func TestCommittedDespiteAnError(t *testing.T) {
	m := module(t, quick+quickServer+experiment("x", "  repeats = 3"))
	p := plan(t, m)
	got := applier{on: func(e Event) {
		if e.Kind == Called {
			write(t, filepath.Join(folder(p), "all", "run_1.log"), map[string]string{"in": "the way"})
		}
	}}.apply(t, p)
	if got.err == nil || !strings.Contains(got.err.Error(), "the record is committed, but: ") || got.tally != (Tally{Planned: 3, Counted: 1, Waiting: 2}) {
		t.Errorf("%+v %v", got.tally, got.err)
	}
	if n := len(counted(t, folder(p))); n != 1 {
		t.Errorf("%d records count", n)
	}
	if err := os.RemoveAll(filepath.Join(folder(p), "all", "run_1.log")); err != nil {
		t.Fatal(err)
	}
	if got := apply(t, plan(t, m)); got.err != nil || got.tally != (Tally{Planned: 3, Before: 1, Counted: 2}) {
		t.Errorf("the next apply: %+v %v", got.tally, got.err)
	}
	audit(t, m)
}

// What a target asks for is checked before anything runs, and only of targets that something is to run on.
func TestRequirements(t *testing.T) {
	target := "target \"local\" \"t\" {\n  require {\n    %s = \"100000GiB\"\n  }\n}\n"
	for attribute, message := range map[string]string{
		"disk":       "experiment.x: target.local.t: ",
		"gpu_memory": "experiment.x: target.local.t: a GPU with 102400000 MiB is required, and ",
	} {
		m := module(t, quick+quickServer+fmt.Sprintf(target, attribute)+experiment("x", "  repeats = 1\n  target = target.local.t"))
		got := apply(t, plan(t, m))
		if got.err == nil || !strings.HasPrefix(got.err.Error(), message) || got.tally != (Tally{Planned: 1, Waiting: 1}) || len(got.events) != 0 {
			t.Errorf("%s: %+v %v", attribute, got.tally, got.err)
		}
	}
}

// A core that is not there is told before anything runs: a run would get others, or none.
func TestCoresThatAreNotThere(t *testing.T) {
	m := module(t, quick+quickServer+"target \"local\" \"t\" {\n  cpus = \"0-4000\"\n}\n"+experiment("x", "  repeats = 1\n  target = target.local.t"))
	got := apply(t, plan(t, m))
	if got.err == nil || !strings.HasPrefix(got.err.Error(), `experiment.x: target.local.t: cpus = "0-4000" asks for core `) || len(got.events) != 0 {
		t.Errorf("%v, %d events", got.err, len(got.events))
	}
}

func TestMeets(t *testing.T) {
	const card = "GPU-1, Some Card, 550.1, 24576, 0, 300, 300, Enabled, 1, 2, 3, 4"
	for _, test := range []struct {
		smi    string // what nvidia-smi says; "" where there is none
		target spec.Target
		folder string
		want   string // beginning
	}{
		{"", spec.Target{RequireDisk: 1}, "/", ""},
		{"", spec.Target{RequireDisk: 1}, "/no/such/folder", "how much of the disk is free for /no/such/folder can't be told: no such file or directory"},
		{"", spec.Target{RequireGPU: 1 << 20}, "/", "a GPU with 1 MiB is required, and none was seen (nvidia-smi is not on PATH)"},
		{card, spec.Target{RequireGPU: 24 << 30}, "/", ""},
		{card, spec.Target{RequireGPU: 25 << 30}, "/", "a GPU with 25600 MiB is required, and the largest has 24576 MiB"},
		{"GPU-0, Old Card, 1, [N/A], [N/A], [N/A], [N/A], [N/A], [N/A], [N/A], [N/A], [N/A]\\n" + card, spec.Target{RequireGPU: 24 << 30}, "/", ""},
	} {
		dir := t.TempDir()
		if test.smi != "" {
			write(t, dir, map[string]string{"nvidia-smi": "#!/bin/sh\nprintf '" + test.smi + "\\n'\n"})
		}
		t.Setenv("PATH", dir)
		if test.smi != "" {
			t.Setenv("PATH", dir+":/bin:/usr/bin")
		}
		err := meets(t.Context(), &test.target, test.folder)
		if got := fmt.Sprint(err); test.want == "" && err != nil || test.want != "" && !strings.HasPrefix(got, test.want) {
			t.Errorf("%s with %q: %s, want %s", test.folder, test.smi, got, test.want)
		}
	}
}

// A target that nothing is to run on any more may ask for what it likes.
func TestRequirementsOfWhatIsDone(t *testing.T) {
	text := quick + quickServer + `
target "local" "a" {
  require {
    disk = "100000GiB"
  }
}

target "local" "b" {
}
` + experiment("x", "  repeats = 1\n  target = matrix.target\n  matrix {\n    target = [target.local.a, target.local.b]\n  }")
	m := module(t, text)
	p := plan(t, m)
	pretend(t, p)
	if err := os.Remove(filepath.Join(folder(p), "target-b", "run_1.json")); err != nil {
		t.Fatal(err)
	}
	if got := apply(t, plan(t, m)); got.err != nil || got.tally != (Tally{Planned: 2, Before: 1, Counted: 1}) {
		t.Errorf("%+v %v", got.tally, got.err)
	}
}

// Events come one at a time, whatever goes on at once.
func TestTellIsNotReentered(t *testing.T) {
	m := module(t, quick+quickServer+"target \"local\" \"t\" {\n  parallelism = 4\n}\n"+experiment("x", "  repeats = 12\n  target = target.local.t"))
	var in sync.Mutex
	got := applier{on: func(Event) {
		if !in.TryLock() {
			t.Error("two events at once")
			return
		}
		time.Sleep(time.Millisecond)
		in.Unlock()
	}}.apply(t, plan(t, m))
	if got.err != nil || got.tally.Counted != 12 {
		t.Errorf("%+v %v", got.tally, got.err)
	}
}

func same(h http.Handler) http.Handler { return h }
