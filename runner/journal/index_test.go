package journal

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// aSweep is a folder with a run that counted twice, one that failed, and a warm-up.
func aSweep(t testing.TB) string {
	dir := fastDir(t)
	j := mustOpen(t, dir)
	must(t, j.Commit(recordOf(mustStart(t, j, warmup1), Warmup)))
	must(t, j.Commit(recordOf(mustStart(t, j, run1), Counted)))
	must(t, j.Commit(recordOf(mustStart(t, j, run1), Counted)))
	must(t, j.Keep(recordOf(mustStart(t, j, run2), Failed)))
	must(t, j.Close())
	return dir
}

func entry(t testing.TB, dir string, p Place) (Entry, bool) {
	t.Helper()
	x, err := ReadIndex(dir)
	must(t, err)
	e, ok, err := x.Entry(p, addressOf(p))
	must(t, err)
	return e, ok
}

// A record that fits its line is not opened: it could not be read here.
func TestIndexOpensNoRecord(t *testing.T) {
	dir := aSweep(t)
	for _, p := range []Place{run1, warmup1} {
		info, err := os.Stat(p.Record(dir))
		must(t, err)
		must(t, os.WriteFile(p.Record(dir), bytes.Repeat([]byte("x"), int(info.Size())), 0o666))
		must(t, os.Chtimes(p.Record(dir), time.Time{}, info.ModTime()))
	}
	if e, ok := entry(t, dir, run1); !ok || e != (Entry{"h1", Counted, 2, false}) {
		t.Errorf("%v, %t", e, ok)
	}
	if e, ok := entry(t, dir, warmup1); !ok || e != (Entry{"h1", Warmup, 1, false}) {
		t.Errorf("%v, %t", e, ok)
	}
	if e, ok := entry(t, dir, run2); ok {
		t.Errorf("a failed run counts: %v", e)
	}
	x, err := ReadIndex(dir)
	must(t, err)
	if took, runs := x.Earlier(); took != 15*time.Second || runs != 3 {
		t.Errorf("earlier: %s of %d runs", took, runs)
	}
}

// What the journal does not know, or knows otherwise, is read.
func TestIndexTrustsTheRecord(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(t *testing.T, dir string)
		want   string // hash; "" for no record
	}{
		"nothing":         {func(*testing.T, string) {}, "h1"},
		"record deleted":  {func(t *testing.T, dir string) { must(t, os.Remove(run1.Record(dir))) }, ""},
		"journal deleted": {func(t *testing.T, dir string) { must(t, os.Remove(filepath.Join(dir, journalFile))) }, "h1"},
		"touched": {func(t *testing.T, dir string) {
			must(t, os.Chtimes(run1.Record(dir), time.Time{}, noon))
		}, "h1"},
		"altered": {func(t *testing.T, dir string) {
			replaceIn(t, run1.Record(dir), `"hash": "h1"`, `"hash": "h2"`)
			must(t, os.Chtimes(run1.Record(dir), time.Time{}, noon)) // a test may be as quick as the file system's clock
		}, "h2"},
		"line with another size": {func(t *testing.T, dir string) {
			replaceIn(t, filepath.Join(dir, journalFile), `"record_bytes":`, `"record_bytes":1`)
			replaceIn(t, filepath.Join(dir, journalFile), `"h1"`, `"h3"`)
		}, "h1"},
		"line cut": {func(t *testing.T, dir string) {
			data, err := os.ReadFile(filepath.Join(dir, journalFile))
			must(t, err)
			must(t, os.WriteFile(filepath.Join(dir, journalFile), data[:bytes.Index(data, []byte(`"state":"counted"`))], 0o666))
		}, "h1"},
		"line with white space": {func(t *testing.T, dir string) {
			replaceIn(t, filepath.Join(dir, journalFile), `"event":"finish"`, ` "event" : "finish"`)
		}, "h1"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := aSweep(t)
			tt.change(t, dir)
			if e, ok := entry(t, dir, run1); e.Hash != tt.want || ok != (tt.want != "") {
				t.Errorf("%v, %t", e, ok)
			}
		})
	}
}

// A folder that was copied to another experiment's place does not count there.
func TestIndexRefusesAnotherAddress(t *testing.T) {
	dir := aSweep(t)
	x, err := ReadIndex(dir)
	must(t, err)
	if _, _, err := x.Entry(run1, "experiment.y"); err == nil || !strings.Contains(err.Error(), "it says that it is "+addressOf(run1)) {
		t.Errorf("error %v", err)
	}
}

func TestIndexRefusesALaterJournal(t *testing.T) {
	dir := aSweep(t)
	replaceIn(t, filepath.Join(dir, journalFile), `"schema":1`, `"schema":2`)
	if _, err := ReadIndex(dir); err == nil || !strings.Contains(err.Error(), "use the later one") || !strings.Contains(err.Error(), journalFile) {
		t.Errorf("error %v", err)
	}
}

func TestIndexGivesTheIdentity(t *testing.T) {
	x, err := ReadIndex(aSweep(t))
	must(t, err)
	id, err := x.Identity(run1)
	must(t, err)
	if d := cmp.Diff(sample().Identity, id); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}

func replaceIn(t *testing.T, path, old, new string) {
	t.Helper()
	data, err := os.ReadFile(path)
	must(t, err)
	if !bytes.Contains(data, []byte(old)) {
		t.Fatalf("%s does not hold %s", path, old)
	}
	must(t, os.WriteFile(path, bytes.ReplaceAll(data, []byte(old), []byte(new)), 0o666))
}

// Every line that this package writes is read without encoding/json, but for those that hold an error.
func TestParseLineReadsWhatIsWritten(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(aSweep(t), journalFile))
	must(t, err)
	for text := range bytes.Lines(data) {
		if _, ok := parseLine(bytes.TrimSuffix(text, []byte("\n"))); ok == bytes.Contains(text, []byte(`"error"`)) {
			t.Errorf("%t: %s", ok, text)
		}
	}
}

// What parseLine reads, encoding/json reads the same.
func FuzzParseLine(f *testing.F) {
	f.Add([]byte(`{"t":"2026-03-02T12:00:00.125456789Z","event":"begin","schema":1,"host":"lab","pid":4711}`))
	f.Add([]byte(`{"t":"2026-03-02T12:00:00+01:00","event":"finish","address":"experiment.x.config[\"a\"].run[1]","configuration":"a\\b","name":"run_1","attempt":1,"hash":"h1","state":"counted","duration_ns":5,"record_bytes":6,"record_mtime_ns":7,"record_sha256":"9f\\\\0a","delay_ns":0,"message":""}`))
	f.Add([]byte(`{"t":"2026-03-02T12:00:00Z","event":"a","duration_ns":9223372036854775807,"delay_ns":9223372036854775808}`))
	f.Add([]byte(`{"t":"2026-03-02T12:00:00Z","event":"a","event":"b","pid":01}`))
	f.Add([]byte(`{"t":"2026-03-02T12:00:00Z","event":"a","pid":1e3,"Event":"b","host":"\u0061"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		l, ok := parseLine(text)
		if !ok {
			return
		}
		var want Event
		if err := json.Unmarshal(text, &want); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if d := cmp.Diff(want, l.asEvent()); d != "" {
			t.Errorf("%q: -json +own\n%s", text, d)
		}
	})
}
