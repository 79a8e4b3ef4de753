package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bench/agent"
)

func TestLifeOfARun(t *testing.T) {
	dir := fastDir(t)
	j := mustOpen(t, dir)
	a1 := mustStart(t, j, run1)
	must(t, j.Keep(recordOf(a1, Failed)))
	must(t, j.Retry(a1, &agent.Error{Class: agent.Connect, Message: "refused"}, time.Second))
	a2 := mustStart(t, j, run1)
	must(t, j.Commit(recordOf(a2, Counted)))
	must(t, j.Commit(recordOf(mustStart(t, j, warmup1), Warmup)))
	a3 := mustStart(t, j, run1)
	must(t, j.Commit(recordOf(a3, Counted)))
	must(t, j.Close())

	got := map[string]string{}
	walk(t, dir, func(path string, data []byte) {
		if rest, ok := strings.CutPrefix(path, "gpu60/"); ok {
			got[rest] = strings.TrimPrefix(string(data), "log of experiment.x.gpu60.")
			if strings.HasSuffix(path, ".json") {
				r, err := Read(filepath.Join(dir, path))
				must(t, err)
				got[rest] = string(r.State)
			}
			if strings.HasSuffix(path, ".csv") {
				got[rest] = ""
			}
		}
	})
	want := map[string]string{
		"run_1.json": "counted", "run_1.csv": "", "run_1.log": "run_1 attempt 3\n",
		".attempts/run_1.1.json": "failed", ".attempts/run_1.1.log": "run_1 attempt 1\n",
		".attempts/run_1.2.json": "superseded", ".attempts/run_1.2.log": "run_1 attempt 2\n",
		"warmup_1.json": "warmup", "warmup_1.csv": "", "warmup_1.log": "warmup_1 attempt 1\n",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("files (-want +got):\n%s", d)
	}
}

func TestJournalGolden(t *testing.T) {
	dir := fastDir(t)
	clock := noon
	j, err := open(dir, "lab", disk{}, func() time.Time { clock = clock.Add(time.Millisecond); return clock })
	must(t, err)
	j.holder.PID, j.holder.Boot = 4711, "8f2c"
	a := mustStart(t, j, run1)
	must(t, j.Keep(recordOf(a, Failed)))
	must(t, j.Retry(a, &agent.Error{Class: agent.Connect, Message: "a < b"}, time.Second))
	must(t, j.Commit(recordOf(mustStart(t, j, run1), Counted)))
	must(t, j.Commit(recordOf(mustStart(t, j, run1), Counted)))
	must(t, j.Lose(mustStart(t, j, run2), "node n7 is gone"))
	must(t, j.Close())
	data, err := os.ReadFile(filepath.Join(dir, journalFile))
	must(t, err)
	times := regexp.MustCompile(`"record_mtime_ns":\d+`)
	golden(t, "journal.jsonl", times.ReplaceAll(data, []byte(`"record_mtime_ns":1`)))
}

func TestNothingToDoWritesNothing(t *testing.T) {
	dir := fastDir(t)
	must(t, mustOpen(t, dir).Close())
	if info, err := os.Stat(filepath.Join(dir, journalFile)); err != nil || info.Size() != 0 {
		t.Errorf("journal: %v, %v", info, err)
	}
}

func TestOutdatedNeverCounts(t *testing.T) {
	dir := fastDir(t)
	j := mustOpen(t, dir)
	defer j.Close()
	late := mustStart(t, j, run1)
	current := mustStart(t, j, run1)
	for name, r := range map[string]Record{
		"overtaken":     recordOf(late, Counted),
		"never started": recordOf(Attempt{run2, addressOf(run2), "h1", 1}, Counted),
		"not yet":       recordOf(Attempt{run1, addressOf(run1), "h1", 3}, Counted),
	} {
		if err := j.Commit(r); !errors.Is(err, ErrOutdated) {
			t.Errorf("%s: error %v", name, err)
		}
	}
	must(t, j.Keep(recordOf(late, Superseded)))
	for _, s := range []State{Failed, Superseded} {
		if err := j.Keep(recordOf(late, s)); err == nil {
			t.Errorf("evidence was overwritten as %s", s)
		}
	}
	must(t, j.Commit(recordOf(current, Counted)))
	if err := j.Commit(recordOf(current, Counted)); !errors.Is(err, ErrOutdated) {
		t.Errorf("committed twice: error %v", err)
	}
	if err := j.Keep(recordOf(current, Failed)); err == nil {
		t.Error("a committed attempt was kept as failed")
	}
	lost := mustStart(t, j, run1)
	must(t, j.Lose(lost, "gone"))
	if err := j.Commit(recordOf(lost, Counted)); !errors.Is(err, ErrOutdated) {
		t.Errorf("a lost attempt was committed: error %v", err)
	}
	must(t, j.Keep(recordOf(lost, Superseded)))

	if all := loadAll(t, dir); len(all) != 1 || all[0].Attempt != current.Number {
		t.Errorf("records: %v", all)
	}
}

func TestCommitRefusesAnotherIdentity(t *testing.T) {
	j := mustOpen(t, fastDir(t))
	defer j.Close()
	a := mustStart(t, j, run1)
	for name, change := range map[string]func(*Record){
		"hash":      func(r *Record) { r.Hash = "h2" },
		"address":   func(r *Record) { r.Address = "experiment.y" },
		"state":     func(r *Record) { r.State = Failed },
		"separator": func(r *Record) { r.Configuration = "../gpu60" },
	} {
		r := recordOf(a, Counted)
		change(&r)
		if err := j.Commit(r); err == nil {
			t.Errorf("%s: not refused", name)
		}
	}
	must(t, j.Commit(recordOf(a, Counted)))
}

func TestUnfinished(t *testing.T) {
	dir := fastDir(t)
	j := mustOpen(t, dir)
	a, b := mustStart(t, j, other1), mustStart(t, j, run1)
	must(t, j.Commit(recordOf(mustStart(t, j, run2), Counted)))
	j.die()

	j = mustOpen(t, dir)
	defer j.Close()
	if d := cmp.Diff([]Attempt{b, a}, j.Unfinished()); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	must(t, j.Lose(a, "its process is gone"))
	must(t, j.Commit(recordOf(b, Counted))) // it came back after all
	if left := j.Unfinished(); left != nil {
		t.Errorf("left: %v", left)
	}
}

func TestConcurrentRuns(t *testing.T) {
	dir := fastDir(t)
	j := mustOpen(t, dir)
	var group sync.WaitGroup
	for worker := range 8 {
		group.Go(func() {
			for repeat := range 5 {
				a, err := j.Start(Place{"gpu60", false, repeat + 1}, fmt.Sprint("experiment.x.", repeat), "h1")
				if err == nil && worker%2 == 0 {
					err = j.Keep(recordOf(a, Failed))
				} else if err == nil {
					err = j.Commit(recordOf(a, Counted))
				}
				if err != nil && !errors.Is(err, ErrOutdated) {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	must(t, j.Close())
	events, err := Events(dir)
	must(t, err)
	given := map[key]bool{}
	for _, e := range events {
		p, _ := parseName(e.Configuration, e.Name)
		if k := (key{p, e.Attempt}); e.Event == EventStart && given[k] {
			t.Errorf("%v was given out twice", k)
		} else if e.Event == EventStart {
			given[k] = true
		}
	}
	if len(given) != 40 {
		t.Errorf("%d attempts, want 40", len(given))
	}
	assertTidy(t, dir)
}

// The journal may be deleted, or the evidence: each alone keeps a number from being given out twice.
func TestAttemptsRiseWithoutTheJournal(t *testing.T) {
	for name, damage := range map[string]func(dir string) error{
		"journal deleted":  func(dir string) error { return os.Remove(filepath.Join(dir, journalFile)) },
		"evidence deleted": func(dir string) error { return os.RemoveAll(run1.attempts(dir)) },
		"both, a record left": func(dir string) error {
			return errors.Join(os.Remove(filepath.Join(dir, journalFile)), os.RemoveAll(run1.attempts(dir)))
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := fastDir(t)
			j := mustOpen(t, dir)
			must(t, j.Keep(recordOf(mustStart(t, j, run1), Failed)))
			a := mustStart(t, j, run1)
			must(t, j.Commit(recordOf(a, Counted)))
			must(t, j.Keep(recordOf(mustStart(t, j, run2), Failed)))
			mustStart(t, j, run2) // has no more than a log
			must(t, j.Close())
			must(t, damage(dir))
			j = mustOpen(t, dir)
			defer j.Close()
			if next := mustStart(t, j, run1); next.Number != a.Number+1 {
				t.Errorf("attempt %d, want %d", next.Number, a.Number+1)
			}
			if next := mustStart(t, j, run2); next.Number != 3 && !strings.HasPrefix(name, "both") {
				t.Errorf("attempt %d of the other, want 3", next.Number)
			}
		})
	}
}

func TestReadersOfNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "none")
	all, err1 := Load(dir)
	index, err2 := ReadIndex(dir)
	events, err3 := Events(dir)
	if err := errors.Join(err1, err2, err3); err != nil || len(all)+len(events) > 0 {
		t.Fatalf("%v %v %v", all, events, err)
	}
	if e, ok, err := index.Entry(run1, addressOf(run1)); ok || err != nil {
		t.Errorf("%v %v", e, err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a reader made the folder: %v", err)
	}
}

func TestOrder(t *testing.T) {
	dir := fastDir(t)
	j := mustOpen(t, dir)
	places := []Place{{"b", false, 10}, {"b", true, 1}, {"b", false, 9}, {"a", false, 1}, {"B", false, 1}}
	for _, p := range places {
		state := Counted
		if p.Warmup {
			state = Warmup
		}
		must(t, j.Commit(recordOf(mustStart(t, j, p), state)))
	}
	must(t, j.Close())
	must(t, os.WriteFile(filepath.Join(dir, "a", "notes.json"), []byte("mine"), 0o666)) // not a record's name

	var got []Place
	for _, r := range loadAll(t, dir) {
		got = append(got, r.Place())
	}
	want := []Place{{"B", false, 1}, {"a", false, 1}, {"b", false, 9}, {"b", false, 10}, {"b", true, 1}}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}

// die is what a killed process leaves: the kernel closes its files and frees its lock.
func (j *Journal) die() {
	if j.file != nil {
		j.file.Close()
	}
	j.lock.Unlock()
}

func loadAll(t testing.TB, dir string) []Record {
	t.Helper()
	all, err := Load(dir)
	must(t, err)
	return all
}

func walk(t testing.TB, dir string, visit func(path string, data []byte)) {
	t.Helper()
	must(t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		visit(filepath.ToSlash(rel), data)
		return err
	}))
}

func assertNoTemp(t testing.TB, dir string) {
	t.Helper()
	walk(t, dir, func(path string, _ []byte) {
		if isTemp(filepath.Base(path)) {
			t.Errorf("%s is left", path)
		}
	})
}

// assertTidy holds that nothing temporary is left and that each table follows from its record.
func assertTidy(t testing.TB, dir string) {
	t.Helper()
	assertNoTemp(t, dir)
	walk(t, dir, func(path string, data []byte) {
		if strings.HasSuffix(path, ".json") && !json.Valid(data) {
			t.Errorf("%s is not JSON", path)
		}
	})
	for _, r := range loadAll(t, dir) {
		want, err := tabulate(r)
		must(t, err)
		got, err := os.ReadFile(r.Place().file(dir, ".csv"))
		if err != nil || string(got) != string(want) {
			t.Errorf("%s has another table, or none: %v", r.Address, err)
		}
	}
}
