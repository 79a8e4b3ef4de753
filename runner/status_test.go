package runner

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"bench/runner/journal"
	"bench/spec"
)

// sums wants the parts of each status to add up, and gives the first one.
func sums(t *testing.T, p *Plan) *Status {
	t.Helper()
	all, err := p.Status(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		if s.Planned != s.Counted+s.Failed+s.Lost+s.UnderWay+s.Waiting {
			t.Errorf("%s does not add up: %+v", s.Experiment.Name, s)
		}
	}
	return all[0]
}

// At every event of an apply, the status has the numbers of its tally, or those of a moment later, and knows who is at work.
func TestStatusFollowsAnApply(t *testing.T) {
	m := module(t, quick+faulty(`  fault {
    kind = "http_500"
    rate = 0.4
  }`)+"\n"+experiment("x", "  repeats = 12\n  warmup = 1\n  retry {\n    attempts = 2\n    backoff {\n      initial = \"1ms\"\n    }\n  }"))
	p := plan(t, m)
	seen := 0
	got := applier{parallelism: 3, on: func(e Event) {
		if !e.Kind.EndsRun() && e.Kind != Started {
			return
		}
		seen++
		s := sums(t, plan(t, m)) // as another process would
		if s.Counted < e.Tally.Counted || s.Waiting > e.Tally.Waiting || s.Lost != 0 || !s.AtWork() || s.Holder.PID != os.Getpid() {
			t.Errorf("%s %s: %+v, want %+v", e.Kind, e.Address, s, e.Tally)
		}
	}}.apply(t, p)
	if got.err != nil || seen == 0 {
		t.Fatal(got.err, seen)
	}
	s := sums(t, plan(t, m))
	if s.Counted != got.tally.Counted || s.Failed != got.tally.Failed || s.AtWork() || s.Ended != 13 || len(s.Running) > 0 || s.Others != 0 {
		t.Errorf("in the end: %+v, want %+v", s, got.tally)
	}
	if (s.LastFailure != nil) != (len(evidence(t, folder(p))) > 0) {
		t.Errorf("the last failure: %+v", s.LastFailure)
	}
	if exists(filepath.Join(folder(p), progressFile)) {
		t.Error("the progress is left over")
	}
}

// What a killed apply had under way is lost, until the next one has made it.
func TestStatusOfAKilledApply(t *testing.T) {
	m := module(t, slowly)
	file, dir := filepath.Join(m.Dir, "experiment.hcl"), filepath.Join(m.Dir, "runs", "x")
	c := start(t, "apply", "-parallelism", "2", file)
	begun(t, dir, 0, 3)
	if !eventually(func() bool { p := readProgress(dir); return p != nil && p.PID == c.Process.Pid }) {
		t.Error("it does not say what it does")
	}
	_ = c.Process.Kill()
	_ = c.Wait()
	s := sums(t, plan(t, m))
	if s.Presence != journal.Gone || s.Holder.PID != c.Process.Pid || s.AtWork() || s.UnderWay > 0 || len(s.Running) > 0 || s.Lost == 0 || s.Counted+s.Lost+s.Waiting != 12 {
		t.Errorf("%+v", s)
	}
	if got := apply(t, plan(t, m)); got.err != nil {
		t.Fatal(got.err)
	}
	if s := sums(t, plan(t, m)); s.Counted != 12 || s.Holder != nil || s.Lost > 0 {
		t.Errorf("after the next apply: %+v", s)
	}
}

// A run that is made again by other values is none of these, and what is out of the scope is not counted.
func TestStatusOfOtherValues(t *testing.T) {
	m := module(t, quick+quickServer+experiment("x", "  repeats = 2"))
	if got := apply(t, plan(t, m)); got.err != nil {
		t.Fatal(got.err)
	}
	write(t, m.Dir, map[string]string{"experiment.hcl": quick + quickServer + experiment("x", "  repeats = 3\n  options = { seed = 7 }")})
	m = loadModule(t, m.Dir)
	if s := sums(t, plan(t, m)); s.Planned != 3 || s.Waiting != 3 || s.Others != 2 {
		t.Errorf("%+v", s)
	}
	one := scoped(t, m, Scope{Only: []spec.Address{{Experiment: "x", Configuration: "all", Repeat: 2}}})
	if s := sums(t, one); s.Planned != 1 || s.Others != 1 {
		t.Errorf("%+v", s)
	}
}

// Where nothing can be written beside the journal, who looks sees less, and the runs go on.
func TestProgressCanNotBeWritten(t *testing.T) {
	m := module(t, slowly)
	p := plan(t, m)
	if err := os.MkdirAll(filepath.Join(folder(p), progressFile, "in the way"), 0o777); err != nil {
		t.Fatal(err)
	}
	stop, halt := context.WithCancel(t.Context())
	got := applier{stop: stop, on: func(e Event) {
		if e.Kind == Counted && e.Tally.Counted == 3 {
			halt()
		}
	}}.apply(t, p)
	if !errors.Is(got.err, ErrStopped) || got.tally.Counted < 3 {
		t.Errorf("%+v %v", got.tally, got.err)
	}
	names, _ := filepath.Glob(filepath.Join(folder(p), "*.tmp"))
	if hidden, _ := filepath.Glob(filepath.Join(folder(p), ".*.tmp")); len(slices.Concat(names, hidden)) > 0 {
		t.Errorf("left over: %v %v", names, hidden)
	}
}
