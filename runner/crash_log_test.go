package runner

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"bench/runner/caplog"
)

// Bench dies when the log of a server has come to its bound and is about to be kept as .log.1, and when that has its name and the new one
// has not. The next apply makes up for it: the old log is there once and whole, and every run counts once.
func TestKilledWhileALogIsBegunAnew(t *testing.T) {
	t.Parallel()
	executable := must(crashing())
	const name = "server.emulator.s.log"
	full := func(t *testing.T) *victim {
		v := newVictim(t, mortal)
		path := filepath.Join(v.Dir, "runs", "x", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		for path, size := range map[string]int64{path: caplog.MaxBegin, path + ".1": 1} {
			if err := os.WriteFile(path, nil, 0o666); err != nil {
				t.Fatal(err)
			}
			if err := os.Truncate(path, size); err != nil {
				t.Fatal(err)
			}
		}
		return v
	}
	whole := full(t)
	if out, ended := whole.apply(t, executable, 0); !ended.Success() {
		t.Fatal(out)
	}
	names := whole.reached(t)
	at := slices.Index(names, "rename "+name)
	if at < 0 || names[at+1] != "create "+name {
		t.Fatalf("the log is not begun anew: %q", names)
	}
	for _, point := range []int{at + 1, at + 2} {
		t.Run(strconv.Itoa(point), func(t *testing.T) {
			t.Parallel()
			v := full(t)
			if out, ended := v.apply(t, executable, point); !wasKilled(ended) {
				t.Fatalf("it did not die at %s: %v\n%s", names[point-1], ended, out)
			}
			alone(t, v.sign)
			out, ended := v.apply(t, program, 0)
			if !ended.Success() {
				t.Errorf("the next apply: %v\n%s", ended, out)
			}
			v.audit(t, out)
			path := filepath.Join(v.Dir, "runs", "x", name)
			if old := must(os.Stat(path + ".1")); old.Size() != caplog.MaxBegin {
				t.Errorf("what is kept has %d bytes", old.Size())
			}
			if now := must(os.Stat(path)); now.Size() >= caplog.MaxBegin {
				t.Errorf("the new one has %d bytes", now.Size())
			}
		})
	}
}
