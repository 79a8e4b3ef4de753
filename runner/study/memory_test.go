package study

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"testing"
	"time"

	"bench/agent"
	"bench/runner"
	"bench/runner/journal"
)

// A study is built of records one after the other: what it needs of them is small, however much each holds.
func TestMemoryOfManyRecords(t *testing.T) {
	const repeats, size, most = 60, 256 << 10, 8 << 20 // bytes; all records together have 15 MiB
	b := newBed(t, strings.Replace(text, "repeats  = 2", fmt.Sprintf("repeats  = %d", repeats), 1))
	for i := range repeats {
		b.attempt(fmt.Sprintf("ctx256/run_%d", i+1), func(r *journal.Record) {
			r.Outcome.Calls = []agent.Call{{Response: strings.Repeat("x", size)}, {}}
		})
	}
	p := b.plan(runner.Scope{})
	var s Study
	if peak := peakLive(func() { s = b.build(p) }); peak > most {
		t.Errorf("building takes %d bytes more than before", peak)
	}
	if len(s.Runs) < repeats {
		t.Errorf("the study has %d runs", len(s.Runs))
	}
}

// peakLive gives how many bytes more are in use while something is done, as far as it is seen: what is seen is true.
func peakLive(act func()) (most int64) {
	defer debug.SetGCPercent(debug.SetGCPercent(10))
	runtime.GC()
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	before := int64(sample[0].Value.Uint64())
	done := make(chan struct{})
	go func() {
		defer close(done)
		act()
	}()
	for {
		select {
		case <-done:
			return most
		case <-time.After(time.Millisecond):
			metrics.Read(sample)
			most = max(most, int64(sample[0].Value.Uint64())-before)
		}
	}
}
