package journal

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/gofrs/flock"
)

// What is said of an attempt that never ended follows from who started it, and from nothing that goes on now.
func TestFate(t *testing.T) {
	mine := os.Getpid() // the number of a process that is alive
	for name, test := range map[string]struct {
		by   Holder
		want string
	}{
		"killed":          {Holder{Host: "lab", PID: 4711, Boot: bootID()}, "the process that made it, pid 4711, is gone"},
		"number reused":   {Holder{Host: "lab", PID: 1, Boot: bootID()}, "the process that made it, pid 1, is gone"},
		"restarted":       {Holder{Host: "lab", PID: mine, Boot: "an earlier one"}, "the machine was restarted since"},
		"other machine":   {Holder{Host: "node3", PID: 4711, Boot: "another"}, "the process that made it, pid 4711 on node3, is gone"},
		"earlier version": {Holder{Host: "lab", PID: 4711}, "the process that made it, pid 4711, is gone"},
		"unknown":         {Holder{}, "the process that made it is gone"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := fastDir(t)
			j := mustOpen(t, dir)
			j.holder = test.by
			mustStart(t, j, run1)
			j.die()
			j = mustOpen(t, dir)
			defer j.Close()
			left := j.Unfinished()
			if len(left) != 1 {
				t.Fatalf("unfinished: %v", left)
			}
			if got := j.Fate(left[0]); got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
			must(t, j.Lose(left[0], test.want))
			if a := mustStart(t, j, run1); a.Number != 2 {
				t.Errorf("attempt %d, want 2", a.Number)
			}
		})
	}
}

// The name that a dead process left in the lock's file keeps nobody out, and is not given for that of who has the lock.
func TestStaleSignature(t *testing.T) {
	dir := fastDir(t)
	must(t, mustOpen(t, dir).Close())
	path := filepath.Join(dir, lockFile)
	dead := 1 << 30 // above any number that Linux gives
	for name, test := range map[string]struct {
		signed Holder
		named  bool
	}{
		"alive":         {newHolder("lab", time.Now()), true},
		"dead":          {Holder{Host: "lab", PID: dead, Boot: bootID()}, false},
		"restarted":     {Holder{Host: "lab", PID: os.Getpid(), Boot: "an earlier one"}, false},
		"other machine": {Holder{Host: "node3", PID: dead, Boot: "another"}, true},
	} {
		data, err := json.Marshal(test.signed)
		must(t, err)
		must(t, os.WriteFile(path, data, 0o666))
		must(t, mustOpen(t, dir).Close())

		must(t, os.WriteFile(path, data, 0o666))
		other := flock.New(path) // has the lock and has not signed yet
		if ok, err := other.TryLock(); !ok || err != nil {
			t.Fatal(ok, err)
		}
		_, err = Open(dir, "lab")
		inUse, ok := errors.AsType[*InUseError](err)
		if !ok || (inUse.Holder.PID != 0) != test.named {
			t.Errorf("%s: %v, want it named: %t", name, err, test.named)
		}
		must(t, other.Unlock())
	}
}

// A clock that is set back changes labels, and nothing else.
func TestClockIsSetBack(t *testing.T) {
	dir := fastDir(t)
	clock := noon
	back := func() time.Time { clock = clock.Add(-365 * 24 * time.Hour); return clock }
	for range 3 {
		j, err := open(dir, "lab", disk{}, back)
		must(t, err)
		must(t, j.Keep(recordOf(mustStart(t, j, run1), Failed)))
		must(t, j.Commit(recordOf(mustStart(t, j, run1), Counted)))
		mustStart(t, j, run2)
		j.die()
	}
	j := mustOpen(t, dir)
	defer j.Close()
	if all := loadAll(t, dir); len(all) != 1 || all[0].Attempt != 6 {
		t.Errorf("records: %+v", all)
	}
	if left := j.Unfinished(); len(left) != 3 {
		t.Errorf("unfinished: %v", left)
	}
	events, err := Events(dir)
	must(t, err)
	for i, e := range events[1:] {
		if e.T.After(events[i].T) {
			t.Fatal("the clock went forward")
		}
	}
	x, err := ReadIndex(dir)
	must(t, err)
	if e, ok, err := x.Entry(run1, addressOf(run1)); !ok || err != nil || e.Attempt != 6 {
		t.Errorf("index: %+v %t %v", e, ok, err)
	}
	assertTidy(t, dir)
}
