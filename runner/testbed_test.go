package runner

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"bench/agent"
	"bench/runner/journal"
	"bench/runner/worker"
	"bench/spec"
)

// program is bench itself: workers, emulators and keepers are the ones that users get.
var program string

func TestMain(m *testing.M) {
	if part := os.Getenv(standFor); part != "" {
		os.Exit(parts[part]())
	}
	signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP) // under nohup it is ignored, as it would be by what is started here
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "bench-test-")
		if err == nil {
			defer os.RemoveAll(dir)
			program = filepath.Join(dir, "bench")
			build := exec.Command("go", "build", "-o", program, "bench/cmd/bench")
			build.Env = append(os.Environ(), "CGO_ENABLED=0") // as it is released: a static program starts faster
			build.Stderr = os.Stderr
			err = build.Run()
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		return m.Run()
	}())
}

// write puts files into a folder.
func write(t testing.TB, dir string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o777); err != nil {
			t.Fatal(err)
		}
	}
}

// loadModule reads dir/experiment.hcl.
func loadModule(t testing.TB, dir string) *spec.Module {
	t.Helper()
	var classes []string
	for _, c := range agent.Classes {
		classes = append(classes, string(c))
	}
	m, diags := spec.Load([]string{filepath.Join(dir, "experiment.hcl")}, spec.Options{Classes: classes})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return m
}

// module writes a spec into a new folder, and reads it.
func module(t *testing.T, hcl string) *spec.Module {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, map[string]string{"experiment.hcl": hcl})
	return loadModule(t, dir)
}

func plan(t testing.TB, m *spec.Module) *Plan {
	t.Helper()
	return scoped(t, m, Scope{})
}

func scoped(t testing.TB, m *spec.Module, scope Scope) *Plan {
	t.Helper()
	p, diags, err := NewPlan(m, scope)
	if err != nil || diags.HasErrors() {
		t.Fatal(err, diags)
	}
	return p
}

// runsOf gives the runs of a plan, and todoOf those that have to be made.
func runsOf(p *Plan) []*Run { return slices.Collect(p.Runs()) }
func todoOf(p *Plan) []*Run { return slices.Collect(p.Todo()) }

// An application is an apply and what it told.
type application struct {
	tally  Tally
	err    error
	events []Event
}

// An applier says how to apply; the zero value applies to the end.
type applier struct {
	executable  string // "": bench
	parallelism int
	fillDisk    bool
	stop, kill  context.Context
	on          func(Event)
}

func (a applier) apply(t *testing.T, p *Plan) application {
	t.Helper()
	var got application
	if a.stop == nil {
		a.stop = t.Context()
	}
	if a.kill == nil {
		a.kill = t.Context()
	}
	if a.executable == "" {
		a.executable = program
	}
	got.tally, got.err = Apply(a.stop, a.kill, p, Options{
		Executable: a.executable, Version: "test", Parallelism: a.parallelism, FillDisk: a.fillDisk,
		Tell: func(e Event) {
			if s := e.Tally; s.Planned != s.Before+s.Counted+s.Failed+s.Lost+s.Waiting {
				t.Errorf("%s %s: the tally does not add up: %+v", e.Kind, e.Address, s)
			}
			got.events = append(got.events, e)
			if a.on != nil {
				a.on(e)
			}
		},
	})
	return got
}

func apply(t *testing.T, p *Plan) application {
	t.Helper()
	return applier{}.apply(t, p)
}

// kinds gives the kinds of events of a run, in order, but for those of a server that is started for it.
func (a application) kinds(address string) []EventKind {
	var kinds []EventKind
	for _, e := range a.events {
		if e.Address.String() == address && e.Server == (spec.Ref{}) {
			kinds = append(kinds, e.Kind)
		}
	}
	return kinds
}

// of gives the events of a kind.
func (a application) of(kind EventKind) []Event {
	return slices.DeleteFunc(slices.Clone(a.events), func(e Event) bool { return e.Kind != kind })
}

func folder(p *Plan) string { return p.Folder(p.Module.Experiments[0]) }

// lines gives the journal of the first experiment as "event run_1#2 state class".
func lines(t *testing.T, dir string) []string {
	t.Helper()
	events, err := journal.Events(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range events {
		line := e.Event
		if e.Name != "" {
			line += fmt.Sprintf(" %s#%d", e.Name, e.Attempt)
		}
		if e.State != "" {
			line += " " + string(e.State)
		}
		if e.Error != nil {
			line += " " + string(e.Error.Class)
		}
		out = append(out, line)
	}
	return out
}

// counted gives the records that count.
func counted(t *testing.T, dir string) []journal.Record {
	t.Helper()
	records, err := journal.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return records
}

// evidence gives the records that do not.
func evidence(t *testing.T, dir string) []journal.Record {
	t.Helper()
	var all []journal.Record
	for r, err := range journal.Attempts(dir) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}

// audit holds a folder against the promises: every planned run has one counted record and was counted once, nothing was started
// after it counted, journal and files agree, and no file is half written or left over.
func audit(t *testing.T, m *spec.Module) {
	t.Helper()
	auditKilled(t, m)
	for _, e := range m.Experiments {
		if torn, _ := filepath.Glob(filepath.Join(m.Dir, "runs", e.Name, "*.bad-*")); len(torn) > 0 {
			t.Errorf("left over: %v", torn)
		}
	}
}

// auditKilled is audit for a bench that may have died half way through a line of its journal: that half was set aside.
func auditKilled(t *testing.T, m *spec.Module) {
	t.Helper()
	p := plan(t, m)
	for r := range p.Todo() {
		t.Errorf("%s is missing: %v", r.Address, r.Reasons)
	}
	for _, e := range m.Experiments {
		dir := p.Folder(e)
		records, err := journal.Load(dir)
		if err != nil {
			t.Error(err)
		}
		if planned := len(slices.Collect(p.Of(e))); len(records) != planned {
			t.Errorf("%s: %d records of %d runs", e.Name, len(records), planned)
		}
		auditJournal(t, dir)
		auditFiles(t, dir)
	}
}

func auditJournal(t *testing.T, dir string) {
	t.Helper()
	events, err := journal.Events(dir)
	if err != nil {
		t.Error(err)
	}
	counted := map[string]int{}
	for _, e := range events {
		switch {
		case e.Event == journal.EventStart && counted[e.Address] > 0:
			t.Errorf("%s was started again after it counted", e.Address)
		case e.Event == journal.EventFinish && (e.State == journal.Counted || e.State == journal.Warmup):
			counted[e.Address]++
		}
	}
	for _, r := range must(journal.Load(dir)) {
		if counted[r.Address] != 1 {
			t.Errorf("the journal says %d times that %s counts", counted[r.Address], r.Address)
		}
		delete(counted, r.Address)
	}
	if len(counted) > 0 {
		t.Errorf("the journal counts what has no record: %v", counted)
	}
	j, err := journal.Open(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	if open := j.Unfinished(); len(open) > 0 {
		t.Errorf("unfinished: %v", open)
	}
}

func auditFiles(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if strings.HasSuffix(name, ".tmp") {
			t.Errorf("left over: %s", path)
		}
		if strings.HasSuffix(name, ".json") {
			_, err = journal.Read(path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// mark gives every process that this test starts a sign to be found by: workers, emulators, keepers and kept servers.
func mark(t *testing.T) string {
	t.Helper()
	sign := t.TempDir()
	t.Setenv("TMPDIR", sign)
	return sign
}

// marked gives the processes with the sign whose command line holds a text.
func marked(sign, text string) map[int]string {
	found := map[int]string{}
	dirs, _ := filepath.Glob("/proc/[0-9]*")
	for _, dir := range dirs {
		env, err := os.ReadFile(filepath.Join(dir, "environ"))
		if err != nil || !bytes.Contains(env, []byte("TMPDIR="+sign+"\x00")) {
			continue
		}
		line, err := os.ReadFile(filepath.Join(dir, "cmdline"))
		if command := strings.ReplaceAll(string(line), "\x00", " "); err == nil && strings.Contains(command, text) {
			var pid int
			fmt.Sscan(filepath.Base(dir), &pid)
			found[pid] = command
		}
	}
	return found
}

// alone waits until no process has the sign.
func alone(t *testing.T, sign string) {
	t.Helper()
	if !eventually(func() bool { return len(marked(sign, "")) == 0 }) {
		t.Errorf("left over: %v", marked(sign, ""))
	}
}

// eventually waits for what must come, and gives up after a time in which it surely would have.
func eventually(condition func() bool) bool {
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if condition() {
			return true
		}
	}
	return false
}

// exists says whether a file is there.
func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// done is what comes back of a run that went well and took 3 s.
func done() measurement {
	rep := report{result: &worker.Result{}}
	rep.process.DurationNS = (3 * time.Second).Nanoseconds()
	return measurement{started: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), took: 3 * time.Second, urls: []string{""}, reports: []report{rep}}
}
