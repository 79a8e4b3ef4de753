package runner

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"bench/runner/journal"
)

// atOnce is a sweep on a server that answers at once, so that all that it takes is the runner's own.
const atOnce = `
server "emulator" "e" {
  ttft              = "0s"
  tokens_per_second = 1000000
}

workload "w" {
  step "one" {
    prompt     = "say something"
    max_tokens = 1
  }
}

experiment "x" {
  server   = server.emulator.e
  workload = workload.w
  model    = "m"
  repeats  = %d
}
`

// BenchmarkRunOverhead gives the marginal cost of a run: what `bench apply` of 500 runs takes beyond that of one, by the run. Beside it
// stand, measured in turns with it, the least that a durable run in a process of its own can cost (floor: the program is spawned,
// a start is synced, a record is published, one after the other), and what a job costs GNU parallel, which writes its log without
// syncing it: with the same program as its job, and with one that does nothing (`true`). Medians over the rounds: `-benchtime 5x`
// makes five.
func BenchmarkRunOverhead(b *testing.B) {
	const many = 500
	var run, floor, parallel, parallelTrue []float64 // ms
	for b.Loop() {
		one, all := sweepTime(b, 1), sweepTime(b, many)
		run = append(run, (all-one).Seconds()*1e3/(many-1))
		floor = append(floor, floorTime(b, many).Seconds()*1e3/many)
		if path, err := exec.LookPath("parallel"); err == nil {
			parallel = append(parallel, parallelTime(b, path, many, program, "worker").Seconds()*1e3/many)
			parallelTrue = append(parallelTrue, parallelTime(b, path, many, "true").Seconds()*1e3/many)
		}
	}
	b.ReportMetric(0, "ns/op") // a round is no operation
	b.ReportMetric(median(run), "ms/run")
	b.ReportMetric(median(floor), "floor-ms")
	b.ReportMetric(median(run)/median(floor), "of-floor")
	if len(parallel) > 0 {
		b.ReportMetric(median(parallel), "parallel-ms")
		b.ReportMetric(median(run)/median(parallel), "of-parallel")
		b.ReportMetric(median(parallelTrue), "parallel-true-ms")
		b.ReportMetric(median(run)/median(parallelTrue), "of-parallel-true")
	}
}

func median(x []float64) float64 {
	slices.Sort(x)
	return (x[(len(x)-1)/2] + x[len(x)/2]) / 2
}

// sweepTime takes a whole `bench apply` of so many runs, in an empty folder.
func sweepTime(b *testing.B, runs int) time.Duration {
	b.Helper()
	dir := b.TempDir()
	write(b, dir, map[string]string{"experiment.hcl": fmt.Sprintf(atOnce, runs)})
	start := time.Now()
	if out, err := exec.Command(program, "apply", dir).CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	took := time.Since(start)
	if n := len(must(journal.Load(filepath.Join(dir, "runs", "x")))); n != runs {
		b.Fatalf("%d of %d runs count", n, runs)
	}
	return took
}

// floorTime does, so many times, what no durable runner can do without.
func floorTime(b *testing.B, runs int) time.Duration {
	b.Helper()
	dir := b.TempDir()
	log := must(os.OpenFile(filepath.Join(dir, "journal"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o666))
	defer log.Close()
	folder := must(os.Open(dir))
	defer folder.Close()
	line, record := []byte(strings.Repeat("x", 200)+"\n"), make([]byte, 8<<10)
	start := time.Now()
	for i := range runs {
		must(log.Write(line))
		mustDo(b, log.Sync())
		spawn(b, program, "worker") // it ends at once, since it gets no task
		path := filepath.Join(dir, strconv.Itoa(i))
		f := must(os.Create(path + ".tmp"))
		must(f.Write(record))
		mustDo(b, f.Sync())
		mustDo(b, f.Close())
		mustDo(b, os.Rename(path+".tmp", path))
		mustDo(b, folder.Sync())
	}
	return time.Since(start)
}

func spawn(b *testing.B, name string, args ...string) {
	b.Helper()
	c := exec.Command(name, args...)
	if err := c.Run(); c.ProcessState == nil {
		b.Fatal(err)
	}
}

// parallelTime takes GNU parallel over so many jobs, less what it takes to start.
func parallelTime(b *testing.B, path string, jobs int, job ...string) time.Duration {
	b.Helper()
	of := func(n int) time.Duration {
		args := append([]string{"--will-cite", "-j1", "-N0", "--halt", "never", "--joblog", filepath.Join(b.TempDir(), "log")}, job...)
		c := exec.Command(path, args...)
		c.Stdin = strings.NewReader(strings.Repeat("x\n", n))
		start := time.Now()
		if out, err := c.CombinedOutput(); c.ProcessState == nil {
			b.Fatalf("%v\n%s", err, out)
		}
		return time.Since(start)
	}
	one := of(1)
	return of(jobs+1) - one
}

func mustDo(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}
