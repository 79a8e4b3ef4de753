package journal

import (
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bench/agent"
)

var errCrash = errors.New("crash")

// A machine stops before its stop-th step, and does nothing after it. Where the power goes too, it takes along what was
// not durable by then: bytes that were not synced, and names in folders that were not synced.
type machine struct {
	stop  int
	power bool
	n     int
	log   []string // the steps that were taken
	undo  []undo   // what is not durable, oldest first
}

// An undo takes back one step.
type undo struct {
	file string   // whose sync makes it durable; or
	dirs []string // the folders, either of whose sync does
	act  func()
}

func (m *machine) before(s step) error {
	if m.n++; m.n >= m.stop {
		if m.n == m.stop && s.op == "write" {
			halfWrite(s)
		}
		return errCrash
	}
	m.log = append(m.log, s.op+" "+filepath.Base(s.path))
	dir := filepath.Dir(s.path)
	switch s.op {
	case "sync":
		m.undo = slices.DeleteFunc(m.undo, func(u undo) bool { return u.file == s.path })
	case "syncdir":
		m.undo = slices.DeleteFunc(m.undo, func(u undo) bool { return slices.Contains(u.dirs, s.path) })
	case "write", "truncate":
		m.undo = append(m.undo, undo{file: s.path, act: restorer(s.path)})
	case "create", "remove":
		m.undo = append(m.undo, undo{dirs: []string{dir}, act: restorer(s.path)})
	case "mkdir":
		m.undo = append(m.undo, undo{dirs: []string{dir}, act: func() { os.RemoveAll(s.path) }})
	case "rename":
		from, to := restorer(s.path), restorer(s.to)
		m.undo = append(m.undo, undo{dirs: []string{dir, filepath.Dir(s.to)}, act: func() { to(); from() }})
	}
	return nil
}

// halfWrite lets half of a write through.
func halfWrite(s step) {
	if f, err := os.OpenFile(s.path, os.O_WRONLY|os.O_APPEND, 0); err == nil {
		_, _ = f.Write(s.data[:len(s.data)/2])
		f.Close()
	}
}

// restorer takes down how a file is, and gives what makes it so again.
func restorer(path string) func() {
	data, err := os.ReadFile(path)
	return func() {
		if err != nil {
			os.Remove(path)
			return
		}
		os.MkdirAll(filepath.Dir(path), 0o777)
		os.WriteFile(path, data, 0o666)
	}
}

func (m *machine) fail(j *Journal) {
	if j != nil {
		j.die()
	}
	if m.power {
		for _, u := range slices.Backward(m.undo) {
			u.act()
		}
	}
}

// A ledger is what a runner was told: each entry is a promise.
type ledger struct {
	started   []Attempt
	committed map[Place]int
	kept      map[key]State
}

// story does everything that a journal can do. It stops at the first error.
func (l *ledger) story(j *Journal) error {
	var a Attempt
	start := func(p Place) func() error {
		return func() (err error) {
			if a, err = j.Start(p, addressOf(p), "h1"); err != nil {
				return err
			}
			l.started = append(l.started, a)
			return os.WriteFile(j.LogPath(a), logOf(a), 0o666)
		}
	}
	commit := func(s State) func() error {
		return func() error {
			err := j.Commit(recordOf(a, s))
			if err == nil {
				l.committed[a.Place] = a.Number
			}
			return err
		}
	}
	keep := func(s State) func() error {
		return func() error {
			err := j.Keep(recordOf(a, s))
			if err == nil {
				l.kept[a.key()] = s
			}
			return err
		}
	}
	for _, do := range []func() error{
		start(warmup1), commit(Warmup),
		start(run1), commit(Counted),
		start(run2), keep(Failed), func() error { return j.Retry(a, &agent.Error{Class: agent.Timeout}, time.Second) },
		start(run2), commit(Counted),
		start(run1), commit(Counted), // supersedes
		start(other1), func() error { return j.Lose(a, "gone") }, keep(Superseded),
		start(other1), keep(Invalid),
		start(run1), keep(Failed), // what counted goes on counting
		start(run1), commit(Counted),
		start(run2), // and never ends
	} {
		if err := do(); err != nil {
			return err
		}
	}
	return nil
}

// After a crash at any step of writing, and at any step of mending, nothing is lost and nothing is counted twice.
func TestCrashAtEachStep(t *testing.T) {
	for _, mode := range []struct{ power, folders bool }{{false, false}, {true, false}, {true, true}} {
		power := mode.power
		t.Run(fmt.Sprintf("power=%t,folders=%t", power, mode.folders), func(t *testing.T) {
			steps := 1
			for ; ; steps++ {
				dir := fastDir(t)
				if mode.folders { // then nothing else makes the journal's name durable
					must(t, errors.Join(os.MkdirAll(run1.attempts(dir), 0o777), os.MkdirAll(other1.attempts(dir), 0o777)))
				}
				l := &ledger{committed: map[Place]int{}, kept: map[key]State{}}
				m := &machine{stop: steps, power: power}
				j, err := open(dir, "lab", disk{before: m.before}, time.Now)
				if err == nil {
					err = l.story(j)
				}
				finished := err == nil
				if !finished && !errors.Is(err, errCrash) {
					t.Fatalf("step %d: %v", steps, err)
				}
				m.fail(j)
				assertNoTwins(t, dir)
				reopenWithCrashes(t, dir, power)
				l.verify(t, dir)
				if t.Failed() {
					t.Fatalf("crash before step %d; the steps were %s", steps, strings.Join(m.log, ", "))
				}
				if finished {
					break
				}
			}
			if steps < 140 {
				t.Errorf("only %d steps", steps)
			}
		})
	}
}

// reopenWithCrashes opens the folder again and again, each time one step further.
func reopenWithCrashes(t *testing.T, dir string, power bool) {
	t.Helper()
	for stop := 1; ; stop++ {
		m := &machine{stop: stop, power: power}
		j, err := open(dir, "lab", disk{before: m.before}, time.Now)
		if err == nil {
			j.die()
			return
		}
		if !errors.Is(err, errCrash) {
			t.Fatalf("step %d of mending: %v", stop, err)
		}
		m.fail(nil)
	}
}

// verify holds the folder to what was promised, and the books to each other.
func (l *ledger) verify(t *testing.T, dir string) {
	t.Helper()
	j := mustOpen(t, dir)
	defer j.Close()
	assertTidy(t, dir)

	state := map[key]State{} // by the files alone
	counts := map[Place]int{}
	for _, r := range loadAll(t, dir) {
		state[key{r.Place(), r.Attempt}] = r.State
		counts[r.Place()] = r.Attempt
		assertLog(t, r, r.Place().file(dir, ".log"))
	}
	for r, err := range Attempts(dir) {
		must(t, err)
		k := key{r.Place(), r.Attempt}
		if s, twice := state[k]; twice {
			t.Errorf("%v is %s and %s", k, s, r.State)
		}
		state[k] = r.State
		assertLog(t, r, k.place.attemptFile(dir, k.number, ".log"))
	}
	for _, a := range j.Unfinished() {
		if s, ended := state[a.key()]; ended {
			t.Errorf("%v is unfinished and %s", a, s)
		}
		state[a.key()] = ""
	}
	events, err := Events(dir)
	must(t, err)
	told := map[key]State{} // by the journal alone
	for _, e := range events {
		p, _ := parseName(e.Configuration, e.Name)
		switch e.Event {
		case EventStart:
			told[key{p, e.Attempt}] = ""
		case EventFinish:
			told[key{p, e.Attempt}] = e.State
			if _, ok := state[key{p, e.Attempt}]; !ok && e.State == Lost {
				state[key{p, e.Attempt}] = Lost
			}
		}
	}
	if d := cmp.Diff(told, state, cmp.AllowUnexported(key{})); d != "" {
		t.Errorf("journal and files differ (-journal +files):\n%s", d)
	}
	for p, n := range l.committed {
		if counts[p] < n {
			t.Errorf("%v: attempt %d was promised to count, %d does", p, n, counts[p])
		}
	}
	for k, s := range l.kept {
		if state[k] != s {
			t.Errorf("%v is %q, was kept as %s", k, state[k], s)
		}
	}
	highest := map[Place]int{}
	for _, a := range l.started {
		if _, ok := told[a.key()]; !ok {
			t.Errorf("%v was started and is in no journal", a)
		}
		highest[a.Place] = max(highest[a.Place], a.Number)
	}
	for p, n := range highest {
		if next := mustStart(t, j, p); next.Number <= n {
			t.Errorf("%v: attempt %d was given out twice", p, next.Number)
		}
	}
}

// assertNoTwins reads what nobody has mended yet.
func assertNoTwins(t *testing.T, dir string) {
	t.Helper()
	seen := map[key]bool{}
	for _, all := range []iter.Seq2[Record, error]{Records(dir), Attempts(dir)} {
		for r, err := range all {
			must(t, err)
			if k := (key{r.Place(), r.Attempt}); seen[k] {
				t.Errorf("%v is listed twice", k)
			} else {
				seen[k] = true
			}
		}
	}
}

func assertLog(t *testing.T, r Record, path string) {
	t.Helper()
	want := string(logOf(Attempt{Address: r.Address, Number: r.Attempt}))
	if got, err := os.ReadFile(path); string(got) != want {
		t.Errorf("%s is %q, want %q (%v)", path, got, want, err)
	}
}

// Mending what is whole changes nothing.
func TestOpenChangesNothing(t *testing.T) {
	dir := fastDir(t)
	j := mustOpen(t, dir)
	l := &ledger{committed: map[Place]int{}, kept: map[key]State{}}
	must(t, l.story(j))
	must(t, j.Close())
	snapshot := func() map[string]string {
		all := map[string]string{}
		walk(t, dir, func(path string, data []byte) { all[path] = string(data) })
		return all
	}
	before := snapshot()
	must(t, mustOpen(t, dir).Close())
	if d := cmp.Diff(before, snapshot()); d != "" {
		t.Errorf("-before +after\n%s", d)
	}
}

// The order that doc.go promises.
func TestOrderOfCommit(t *testing.T) {
	dir := fastDir(t)
	j := mustOpen(t, dir)
	defer j.Close()
	must(t, j.Commit(recordOf(mustStart(t, j, run1), Counted)))
	m := &machine{stop: 1 << 30}
	j.disk.before = m.before
	a := mustStart(t, j, run1)
	must(t, j.Commit(recordOf(a, Counted)))
	want := []string{
		"write journal.jsonl", "sync journal.jsonl", // the start
		"sync run_1.2.log",
		"create .run_1.json.tmp", "write .run_1.json.tmp", "sync .run_1.json.tmp",
		"create .run_1.csv.tmp", "write .run_1.csv.tmp", "sync .run_1.csv.tmp",
		"create .run_1.1.json.tmp", "write .run_1.1.json.tmp", "sync .run_1.1.json.tmp", "rename .run_1.1.json.tmp", "syncdir .attempts",
		"rename run_1.log", "remove run_1.csv", "syncdir gpu60",
		"rename .run_1.json.tmp", "syncdir gpu60", // the commit
		"rename run_1.2.log", "rename .run_1.csv.tmp",
		"write journal.jsonl", "sync journal.jsonl",
	}
	if d := cmp.Diff(want, m.log); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}
