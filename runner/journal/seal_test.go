package journal

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// alter changes a figure of a record, and leaves its file the size and the time that it had.
func alter(t testing.TB, path string) {
	t.Helper()
	info, err := os.Stat(path)
	must(t, err)
	data, err := os.ReadFile(path)
	must(t, err)
	i := len(data) - 1
	for ; data[i] < '0' || data[i] > '8'; i-- {
	}
	data[i]++
	must(t, os.WriteFile(path, data, 0o666))
	must(t, os.Chtimes(path, time.Time{}, info.ModTime()))
}

// A record that was altered is given with an error that names its file. So it is where only the time of its file differs, for an index.
func TestAlteredRecord(t *testing.T) {
	dir := aSweep(t)
	path := run1.Record(dir)
	alter(t, path)
	for name, all := range map[string]func() (Record, error){
		"Records": func() (Record, error) { return only(Records(dir), run1) },
		"All":     func() (Record, error) { return only(All(dir), run1) },
	} {
		r, err := all()
		if altered, ok := errors.AsType[*AlteredError](err); !ok || altered.Path != path || r.Attempt != 2 {
			t.Errorf("%s: attempt %d, %v", name, r.Attempt, err)
		}
	}
	if e, ok := entry(t, dir, run1); !ok || e.Altered {
		t.Errorf("an index has read it: %+v %t", e, ok)
	}
	must(t, os.Chtimes(path, time.Time{}, noon))
	if e, ok := entry(t, dir, run1); !ok || !e.Altered {
		t.Errorf("an index takes it for what was measured: %+v %t", e, ok)
	}
}

// only gives the committed record of a place.
func only(all func(func(Record, error) bool), p Place) (Record, error) {
	for r, err := range all {
		if r.Place() == p && r.State.committed() {
			return r, err
		}
	}
	return Record{}, errors.New("it is not there")
}

// A record that was altered to be another attempt is found out, be it one that never was, or one that has a record of its own. No mending
// makes it whole, and no evidence is lost for it: what takes its place keeps it as what it is.
func TestRecordOfAnotherAttempt(t *testing.T) {
	for _, claimed := range []string{"1", "3", "900"} {
		dir := aSweep(t)
		path, first := run1.Record(dir), run1.attemptFile(dir, 1, ".json")
		replaceIn(t, path, `"attempt": 2,`, `"attempt": `+claimed+`,`)
		was, err := os.ReadFile(first)
		must(t, err)
		must(t, os.Remove(run1.file(dir, ".csv"))) // so that there is something to mend
		for range 2 {
			if _, err := only(Records(dir), run1); !isAltered(err) {
				t.Errorf("as attempt %s it is taken for what was measured: %v", claimed, err)
			}
			if e, ok := entry(t, dir, run1); !ok || !e.Altered {
				t.Errorf("as attempt %s an index takes it for what was measured: %+v %t", claimed, e, ok)
			}
			must(t, mustOpen(t, dir).Close())
			if _, err := os.Stat(run1.file(dir, ".csv")); err == nil {
				t.Errorf("as attempt %s it has got a table", claimed)
			}
		}
		j := mustOpen(t, dir)
		must(t, j.Commit(recordOf(mustStart(t, j, run1), Counted)))
		must(t, j.Close())
		if is, err := os.ReadFile(first); string(is) != string(was) {
			t.Errorf("as attempt %s it took the place of evidence: %v", claimed, err)
		}
		r, err := Read(run1.attemptFile(dir, 2, ".json"))
		if err != nil || !r.Altered || r.State != Superseded {
			t.Errorf("as attempt %s it is kept as %s, altered %t: %v", claimed, r.State, r.Altered, err)
		}
		loadAll(t, dir)
	}
}

func isAltered(err error) bool {
	_, altered := errors.AsType[*AlteredError](err)
	return altered
}

// What was measured is no less so for a reader that began before it was committed.
func TestRecordOfALaterAttempt(t *testing.T) {
	dir := aSweep(t)
	sealed, err := readSeals(dir)
	must(t, err)
	j := mustOpen(t, dir)
	defer j.Close()
	must(t, j.Commit(recordOf(mustStart(t, j, run1), Counted)))
	if _, err := sealed.record(run1.Record(dir)); err != nil {
		t.Error(err)
	}
}

// Without a seal, since the journal is lost or was written by an earlier version, a record is taken at its word. One that only the mending
// found has a seal from then on.
func TestRecordsWithoutASeal(t *testing.T) {
	dir := aSweep(t)
	path := filepath.Join(dir, journalFile)
	replaceIn(t, path, `"record_sha256"`, `"record_novel"`)
	alter(t, run1.Record(dir))
	if _, err := Load(dir); err != nil {
		t.Error(err)
	}
	must(t, os.Remove(path))
	must(t, os.Chtimes(run1.Record(dir), time.Time{}, noon))
	if e, ok := entry(t, dir, run1); !ok || e.Altered {
		t.Errorf("%+v %t", e, ok)
	}
	must(t, os.Remove(run1.file(dir, ".csv"))) // so that there is something to mend
	must(t, mustOpen(t, dir).Close())
	alter(t, run1.Record(dir))
	if _, err := Load(dir); err == nil {
		t.Error("what was found by the mending has no seal")
	}
}

// What is no record does not keep a journal from being opened, and is left as it is, be it in the place of a record or among the evidence;
// what can be mended beside it is.
func TestOpenLeavesStraysAlone(t *testing.T) {
	dir := aSweep(t)
	run9 := Place{Configuration: "gpu60", Repeat: 9}
	record, err := os.ReadFile(run1.Record(dir))
	must(t, err)
	strays := map[string][]byte{
		run9.Record(dir):                   record,
		run1.attemptFile(dir, 7, ".json"):  []byte("{}"),
		run9.attemptFile(dir, 1, ".json"):  []byte("no JSON"),
		filepath.Join(dir, "x/run_1.json"): record,
	}
	must(t, os.Mkdir(filepath.Join(dir, "x"), 0o777))
	for path, data := range strays {
		must(t, os.WriteFile(path, data, 0o666))
	}
	must(t, os.Remove(run1.file(dir, ".csv")))
	j := mustOpen(t, dir)
	defer j.Close()
	for path, data := range strays {
		if is, err := os.ReadFile(path); string(is) != string(data) || err != nil {
			t.Errorf("%s: %q %v", path, is, err)
		}
	}
	if _, err := os.Stat(run1.file(dir, ".csv")); err != nil {
		t.Error(err)
	}
	if a := mustStart(t, j, run1); a.Number != 8 {
		t.Errorf("attempt %d, want one that no file has", a.Number)
	}
}

// Each run's attempts come together, in order, whichever of them counts; what is no record comes in its place.
func TestAll(t *testing.T) {
	dir := aSweep(t)
	j := mustOpen(t, dir)
	must(t, j.Keep(recordOf(mustStart(t, j, run1), Failed)))
	must(t, j.Close())
	must(t, os.WriteFile(run2.Record(dir), []byte("{"), 0o666))
	var got []string
	for r, err := range All(dir) {
		name := r.Place().Name() + " " + string(r.State)
		if broken, ok := errors.AsType[*RecordError](err); ok {
			p, counts := broken.Place()
			name = p.Name() + " broken"
			if !counts {
				name = "evidence of " + name
			}
		}
		got = append(got, name)
	}
	want := []string{"run_1 superseded", "run_1 counted", "run_1 failed", "run_2 broken", "run_2 failed", "warmup_1 warmup"}
	if len(got) != len(want) {
		t.Fatalf("%q", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%q, want %q", got, want)
			break
		}
	}
}

// Evidence that is no record keeps that beside it from nothing.
func TestOpenMendsBesideAStray(t *testing.T) {
	dir := aSweep(t)
	j := mustOpen(t, dir)
	must(t, j.Keep(recordOf(mustStart(t, j, run2), Failed)))
	must(t, j.Close())
	must(t, os.Remove(filepath.Join(dir, journalFile)))
	must(t, os.WriteFile(run2.attemptFile(dir, 1, ".json"), []byte("{}"), 0o666))
	must(t, mustOpen(t, dir).Close())
	for e, err := range History(dir) {
		must(t, err)
		if e.Event == EventFinish && e.Name == "run_2" && e.Attempt == 2 && e.State == Failed {
			return
		}
	}
	t.Error("the journal does not have the second attempt")
}

// A number of an attempt that has none after it, be it in a record, in the name of a file or in the journal, costs no run.
func TestAttemptsDoNotOverflow(t *testing.T) {
	const highest = "9223372036854775807"
	for name, forge := range map[string]func(t *testing.T, dir string){
		"evidence": func(t *testing.T, dir string) {
			must(t, os.WriteFile(filepath.Join(run1.attempts(dir), "run_1."+highest+".json"), []byte("{}"), 0o666))
		},
		"log": func(t *testing.T, dir string) {
			must(t, os.WriteFile(filepath.Join(run1.attempts(dir), "run_1."+highest+".log"), nil, 0o666))
		},
		"journal": func(t *testing.T, dir string) {
			replaceIn(t, filepath.Join(dir, journalFile), `"run_1","attempt":2,`, `"run_1","attempt":`+highest+`,`)
			must(t, os.Remove(run1.Record(dir)))
		},
	} {
		dir := aSweep(t)
		forge(t, dir)
		j := mustOpen(t, dir)
		if a := mustStart(t, j, run1); a.Number < 2 || a.Number > 3 {
			t.Errorf("%s: attempt %d", name, a.Number)
		} else {
			must(t, j.Commit(recordOf(a, Counted)))
		}
		must(t, j.Close())
	}
	dir := aSweep(t)
	replaceIn(t, run1.Record(dir), `"attempt": 2,`, `"attempt": `+highest+`,`)
	x, err := ReadIndex(dir)
	must(t, err)
	_, _, indexed := x.Entry(run1, addressOf(run1))
	_, loaded := Load(dir)
	for _, err := range []error{indexed, loaded} {
		if _, ok := errors.AsType[*RecordError](err); !ok || !strings.Contains(err.Error(), highest) {
			t.Errorf("the record: %v", err)
		}
	}

	dir = aSweep(t)
	replaceIn(t, run1.Record(dir), `"attempt": 2,`, `"attempt": `+strconv.Itoa(maxAttempt)+`,`)
	j := mustOpen(t, dir)
	defer j.Close()
	if _, err := j.Start(run1, addressOf(run1), "h1"); err == nil || !strings.Contains(err.Error(), "can't start: ") {
		t.Errorf("after the last attempt: %v", err)
	}
}
