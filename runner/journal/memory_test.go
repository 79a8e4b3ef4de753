package journal

import (
	"runtime"
	"testing"
)

// live gives the bytes that are in use.
func live() int64 {
	runtime.GC()
	runtime.GC() // what the first one only queued: finalizers, pools
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// A journal takes no more memory, however many runs it has seen fail and then count. One that is opened again keeps the number of each,
// which only the next Open would need.
func TestMemoryOfManyRuns(t *testing.T) {
	const runs, perRun, perRunReopened = 3000, 40, 250 // bytes
	dir := fastDir(t)
	j := mustOpen(t, dir)
	cycle := func(from, to int) {
		for i := from; i < to; i++ {
			p := Place{Configuration: "gpu60", Repeat: i + 1}
			must(t, j.Keep(recordOf(mustStart(t, j, p), Failed)))
			must(t, j.Commit(recordOf(mustStart(t, j, p), Counted)))
		}
	}
	cycle(0, 100)
	before := live()
	cycle(100, 100+runs)
	if grown := (live() - before) / runs; grown > perRun {
		t.Errorf("it has grown by %d bytes a run", grown)
	}
	must(t, j.Close())
	before = live()
	j = mustOpen(t, dir)
	if grown := (live() - before) / runs; grown > perRunReopened {
		t.Errorf("opened again, it takes %d bytes a run", grown)
	}
	if a := mustStart(t, j, Place{Configuration: "gpu60", Repeat: runs}); a.Number != 3 {
		t.Errorf("the next attempt is %d", a.Number)
	}
	must(t, j.Close())
}
