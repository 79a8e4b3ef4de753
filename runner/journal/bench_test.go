package journal

import (
	"fmt"
	"testing"
)

// manyRecords is a sweep of 1 000 configurations, a record of some 40 kB each.
func manyRecords(b *testing.B) string {
	dir := fastDir(b)
	j := mustOpen(b, dir)
	for i := range 1000 {
		a, err := j.Start(Place{Configuration: fmt.Sprintf("gpu%d", i), Repeat: 1}, fmt.Sprintf("experiment.x.%d", i), "h1")
		must(b, err)
		r := recordOf(a, Counted)
		r.Outcome.Calls[0].ChunkNS = make([]int64, 4000)
		for k := range r.Outcome.Calls[0].ChunkNS {
			r.Outcome.Calls[0].ChunkNS[k] = 3e9 + int64(k)*1e6
		}
		must(b, j.Commit(r))
	}
	must(b, j.Close())
	return dir
}

func BenchmarkIndex1000(b *testing.B) {
	dir := manyRecords(b)
	for b.Loop() {
		x, err := ReadIndex(dir)
		must(b, err)
		for i := range 1000 {
			if _, ok, err := x.Entry(Place{Configuration: fmt.Sprintf("gpu%d", i), Repeat: 1}, fmt.Sprintf("experiment.x.%d", i)); !ok || err != nil {
				b.Fatal(ok, err)
			}
		}
	}
}

func BenchmarkLoad1000(b *testing.B) {
	dir := manyRecords(b)
	for b.Loop() {
		if all, err := Load(dir); err != nil || len(all) != 1000 {
			b.Fatal(len(all), err)
		}
	}
}

func BenchmarkOpen1000(b *testing.B) {
	dir := manyRecords(b)
	for b.Loop() {
		must(b, mustOpen(b, dir).Close())
	}
}

// On the disk that holds temporary folders, syncs included.
func BenchmarkStartAndCommit(b *testing.B) {
	j := mustOpen(b, b.TempDir())
	defer j.Close()
	for i := 1; b.Loop(); i++ {
		a, err := j.Start(Place{Configuration: "gpu60", Repeat: i}, "experiment.x", "h1")
		must(b, err)
		must(b, j.Commit(recordOf(a, Counted)))
	}
}
