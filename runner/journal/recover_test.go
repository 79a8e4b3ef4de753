package journal

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// aJournal is a folder with a few attempts, and its journal.
func aJournal(t testing.TB) (dir string, data []byte) {
	dir = fastDir(t)
	j := mustOpen(t, dir)
	must(t, j.Keep(recordOf(mustStart(t, j, run1), Failed)))
	must(t, j.Commit(recordOf(mustStart(t, j, run1), Counted)))
	mustStart(t, j, run2)
	must(t, j.Close())
	data, err := os.ReadFile(filepath.Join(dir, journalFile))
	must(t, err)
	return dir, data
}

// Cut at any byte, a journal keeps each line that is whole.
func TestSiftCutAnywhere(t *testing.T) {
	_, data := aJournal(t)
	lines := bytes.SplitAfter(data, []byte("\n"))
	for cut := range len(data) + 1 {
		want := bytes.Count(data[:cut], []byte("\n"))
		if cut < len(data) && data[cut] == '\n' { // it lacks only its line break
			want++
		}
		s := sift(data[:cut])
		if s.events != want || !bytes.Equal(s.whole, bytes.Join(lines[:want], nil)) {
			t.Fatalf("cut at %d: %d events, want %d", cut, s.events, want)
		}
		if rest := bytes.TrimSuffix(s.rest, []byte("\n")); !bytes.HasSuffix(data[:cut], rest) || len(rest) == 0 != (len(s.whole) >= cut) {
			t.Fatalf("cut at %d: the rest is %q", cut, rest)
		}
	}
}

// Whatever stands between the lines, each whole one survives in its place, and the rest is set aside.
func TestSiftGarbage(t *testing.T) {
	_, data := aJournal(t)
	lines := bytes.Split(bytes.TrimSuffix(data, []byte("\n")), []byte("\n"))
	rapid.Check(t, func(t *rapid.T) {
		var torn, rest []byte
		for _, line := range lines {
			garbage := rapid.SliceOfN(rapid.Byte(), 0, 20).Draw(t, "garbage")
			garbage = bytes.ReplaceAll(append([]byte("!"), garbage...), []byte("\n"), nil)
			if rapid.Bool().Draw(t, "some") {
				torn = append(append(torn, garbage...), '\n')
				rest = append(append(rest, garbage...), '\n')
			}
			torn = append(append(torn, line...), '\n')
		}
		s := sift(torn)
		if !bytes.Equal(s.whole, data) || !bytes.Equal(s.rest, rest) {
			t.Fatalf("whole:\n%s\nrest: %q, want %q", s.whole, s.rest, rest)
		}
	})
}

func FuzzSift(f *testing.F) {
	const line = `{"t":"2026-03-02T12:00:00Z","event":"end"}`
	f.Add([]byte(line + "\n" + line))
	f.Add([]byte(line[:9] + "\n" + line + "\n\n" + "\x00\x00{}\nnull\n{\"event\":\"start\"}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s := sift(data)
		if again := sift(s.whole); !bytes.Equal(again.whole, s.whole) || len(again.rest) > 0 || again.events != s.events {
			t.Errorf("sifted twice: %q and %q", s.whole, again.whole)
		}
		if again := sift(s.rest); again.events > 0 {
			t.Errorf("an event was set aside: %q", s.rest)
		}
		if kept := len(s.whole) + len(s.rest); kept < len(bytes.ReplaceAll(data, []byte("\n"), nil)) {
			t.Errorf("%d bytes of %d are left", kept, len(data))
		}
	})
}

func TestTornJournalIsMended(t *testing.T) {
	_, sampled := aJournal(t)
	half := len(sampled) / 2
	for name, tt := range map[string]struct {
		tear func([]byte) []byte
		bad  string
	}{
		"cut":            {func(b []byte) []byte { return b[:len(b)-5] }, `"event":"e` + "\n"},
		"line break cut": {func(b []byte) []byte { return b[:len(b)-1] }, ""},
		"zeros":          {func(b []byte) []byte { return append(b, "\x00\x00\x00"...) }, "\x00\x00\x00\n"},
		"garbage in the middle": {func(b []byte) []byte {
			at := bytes.IndexByte(b[half:], '\n') + half + 1
			return bytes.Join([][]byte{b[:at], b[at:]}, []byte("garbage\n"))
		}, "garbage\n"},
	} {
		t.Run(name, func(t *testing.T) {
			dir, data := aJournal(t)
			path := filepath.Join(dir, journalFile)
			must(t, os.WriteFile(path, tt.tear(bytes.Clone(data)), 0o666))
			before, err := Events(dir) // needs no mending
			must(t, err)

			for n := range 2 {
				j := mustOpen(t, dir)
				if left := j.Unfinished(); len(left) != 1 || left[0].Place != run2 {
					t.Errorf("unfinished: %v", left)
				}
				must(t, j.Close())
				after, err := Events(dir)
				must(t, err)
				if d := cmp.Diff(before, after[:len(before)]); d != "" {
					t.Errorf("events (-torn +mended):\n%s", d)
				}
				if after[len(after)-1].Event != EventEnd || len(after) > len(before)+2 {
					t.Errorf("opened %d times, it goes on with %v", n+1, after[len(before):])
				}
				if mended, _ := os.ReadFile(path); len(sift(mended).rest) > 0 || mended[len(mended)-1] != '\n' {
					t.Errorf("opened %d times: %q", n+1, mended)
				}
				bad, _ := os.ReadFile(path + ".bad-1")
				if !strings.HasSuffix(string(bad), tt.bad) || (tt.bad == "") != (len(bad) == 0) {
					t.Errorf("set aside: %q, want %q", bad, tt.bad)
				}
				if _, err := os.Stat(path + ".bad-2"); err == nil {
					t.Error("set aside twice")
				}
			}
			must(t, os.WriteFile(path, append(data, "more"...), 0o666))
			must(t, mustOpen(t, dir).Close())
			next := map[bool]int{true: 1, false: 2}[tt.bad == ""]
			if bad, err := os.ReadFile(fmt.Sprintf("%s.bad-%d", path, next)); string(bad) != "more\n" {
				t.Errorf("set aside: %q, %v", bad, err)
			}
		})
	}
}

// A damaged journal is told of, with the records whose lines it had. It is mended also by an apply that has nothing else to do.
func TestDamageIsTold(t *testing.T) {
	dir, data := aJournal(t)
	path := filepath.Join(dir, journalFile)
	whole := mustOpen(t, dir)
	if told := whole.Damage(); told != "" {
		t.Errorf("of a whole journal: %s", told)
	}
	must(t, whole.Close())
	for damaged, want := range map[string]string{
		"garbage\n" + string(data): path + " had a line that is no whole event; it is set aside in " + path + ".bad-1",
		strings.Replace(string(data), `"state":"counted"`, `"state":"coun`, 1): path + " had a line that is no whole event; it is set aside in " + path +
			".bad-1. Whether a record was altered can't be told without its line, so these are taken as they are: " + addressOf(run1),
		"a\nb\n" + string(data): path + " had 2 lines that are no whole events; they are set aside in " + path + ".bad-1",
	} {
		must(t, os.WriteFile(path, []byte(damaged), 0o666))
		x, err := ReadIndex(dir)
		must(t, err)
		if !x.CutShort() {
			t.Error("nothing is to be mended")
		}
		j := mustOpen(t, dir)
		if told := j.Damage(); told != want {
			t.Errorf("%s\nwant\n%s", told, want)
		}
		must(t, j.Close())
		must(t, os.Remove(path+".bad-1"))
	}
}

func TestLaterJournalIsRefused(t *testing.T) {
	dir, data := aJournal(t)
	must(t, os.WriteFile(filepath.Join(dir, journalFile), bytes.Replace(data, []byte(`"schema":1`), []byte(`"schema":2`), 1), 0o666))
	if _, err := Events(dir); err == nil || !strings.Contains(err.Error(), "use the later one") {
		t.Errorf("error %v", err)
	}
	if _, err := Open(dir, ""); err == nil || !strings.Contains(err.Error(), "use the later one") {
		t.Errorf("error %v", err)
	}
}

// What people do by hand is put right, or said.
func TestDamageByHand(t *testing.T) {
	remove := func(path string) func(string) error {
		return func(dir string) error { return os.Remove(filepath.Join(dir, path)) }
	}
	for name, tt := range map[string]struct {
		damage func(dir string) error
		counts bool
	}{
		"table deleted":  {remove("gpu60/run_1.csv"), true},
		"record deleted": {remove("gpu60/run_1.json"), false}, // the way to have it measured again
	} {
		t.Run(name, func(t *testing.T) {
			dir, _ := aJournal(t)
			must(t, tt.damage(dir))
			j := mustOpen(t, dir)
			defer j.Close()
			assertTidy(t, dir)
			if got := len(loadAll(t, dir)) == 1; got != tt.counts {
				t.Errorf("it counts: %t", got)
			}
			if _, err := os.Stat(run1.file(dir, ".csv")); (err == nil) != tt.counts {
				t.Errorf("its table: %v", err)
			}
			if a := mustStart(t, j, run1); a.Number != 3 {
				t.Errorf("attempt %d, want 3", a.Number)
			}
		})
	}
}
