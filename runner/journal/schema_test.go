package journal

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// testdata/schema1 is a folder as the first version left it, killed in the middle. It is never written anew: users have such folders.
func TestFirstSchemaIsStillRead(t *testing.T) {
	dir := fastDir(t)
	must(t, os.CopyFS(dir, os.DirFS(filepath.Join("testdata", "schema1"))))
	read := func() {
		t.Helper()
		all := loadAll(t, dir)
		if len(all) != 2 || all[0].Place() != run1 || all[0].Attempt != 3 || all[1].State != Warmup {
			t.Fatalf("records: %+v", all)
		}
		want := sample()
		want.Attempt, want.Address, want.Hash, want.Metrics = 3, addressOf(run1), "h1", map[string]float64{"attempt": 3}
		want.Load = nil // there was none
		if d := cmp.Diff(want, all[0]); d != "" {
			t.Errorf("-want +got\n%s", d)
		}
		var states []string
		for r, err := range Attempts(dir) {
			must(t, err)
			states = append(states, string(r.State))
		}
		if got := strings.Join(states, " "); got != "failed superseded" {
			t.Errorf("evidence: %s", got)
		}
		x, err := ReadIndex(dir)
		must(t, err)
		e, ok, err := x.Entry(run1, addressOf(run1))
		if want := (Entry{"h1", Counted, 3, false}); e != want || !ok || err != nil {
			t.Errorf("index: %+v %t %v", e, ok, err)
		}
	}
	read()
	j := mustOpen(t, dir)
	left := j.Unfinished()
	if len(left) != 1 || left[0].Place != other1 || left[0].Number != 1 {
		t.Fatalf("unfinished: %+v", left)
	}
	if got := j.Fate(left[0]); got != "the process that made it, pid 4711, is gone" {
		t.Errorf("its fate: %s", got)
	}
	must(t, j.Lose(left[0], j.Fate(left[0])))
	if a := mustStart(t, j, run1); a.Number != 4 {
		t.Errorf("attempt %d, want 4", a.Number)
	}
	must(t, j.Close())
	read()
	assertTidy(t, dir)
}

// A record of a later version is refused, and says which version reads it.
func TestLaterRecordNamesItsVersion(t *testing.T) {
	data, err := encode(sample())
	must(t, err)
	later := regexp.MustCompile(`"schema": 1`).ReplaceAllString(string(data), `"schema": 3`)
	later = strings.Replace(later, `"version":"0.1.0"`, `"version":"2.4.1"`, 1)
	for name, text := range map[string]string{"same fields": later, "other fields": strings.Replace(later, `"order": 3`, `"order": {}`, 1)} {
		dir := t.TempDir()
		path := run1.Record(dir)
		must(t, os.MkdirAll(filepath.Dir(path), 0o777))
		must(t, os.WriteFile(path, []byte(text), 0o666))
		_, loaded := Load(dir)
		x, err := ReadIndex(dir)
		must(t, err)
		_, _, indexed := x.Entry(run1, sample().Address)
		for _, err := range []error{loaded, indexed} {
			if _, ok := errors.AsType[*SchemaError](err); !ok || !strings.HasSuffix(err.Error(), "schema 3 was written by bench 2.4.1, this one reads up to 1: use that version or a later one") {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}
