package runner

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// A session keeps a few bytes of each run, however long it is.
func TestMemoryOfASession(t *testing.T) {
	const runs, perRun = 20000, 150 // bytes
	p := plan(t, module(t, quick+quickServer+experiment("x", fmt.Sprintf("  repeats = %d", runs))))
	lines := &strings.Builder{}
	line := func(event, rest string) {
		fmt.Fprintf(lines, `{"t":"2026-03-02T12:00:00Z","event":%q%s}`+"\n", event, rest)
	}
	line("begin", `,"schema":1,"pid":1`)
	for r := range p.Runs() {
		of := fmt.Sprintf(`,"address":%q,"configuration":"all","name":"run_%d","attempt":1,"hash":%q`, r.Address.String(), r.Address.Repeat, r.Hash)
		line("start", of)
		if r.Position < runs {
			line("finish", of+`,"state":"failed","error":{"class":"timeout","message":"no token"}`)
		}
	}
	write(t, folder(p), map[string]string{"journal.jsonl": lines.String()})
	lines = nil
	inUse := func() int64 {
		runtime.GC()
		runtime.GC() // what the first one only queued
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	before := inUse()
	seen, err := p.sections[0].lastSession(folder(p))
	if err != nil {
		t.Fatal(err)
	}
	if grown := (inUse() - before) / runs; grown > perRun {
		t.Errorf("it keeps %d bytes a run", grown)
	}
	if seen.ended != runs-1 || len(seen.underWay) != 1 || len(seen.others) > 0 || !seen.runs[0].fits || seen.lastFailure == nil {
		t.Errorf("%d ended, %d under way, %d others, first %+v", seen.ended, len(seen.underWay), len(seen.others), seen.runs[0])
	}
}
