package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/metrics"
	"syscall"
	"testing"
	"time"

	"bench/agent"
	"bench/runner"
	"bench/runner/journal"
	"bench/spec"
)

// sweepOf is a spec with gpu × ctx × temp configurations.
func sweepOf(gpu, ctx, temp int) string {
	return fmt.Sprintf(`
server "ollama" "main" {
  url = "http://127.0.0.1:11434"
}

workload "ask" {
  step "answer" {
    prompt     = "Say something."
    max_tokens = 8
  }
}

locals {
  chimera = { top_p = 0.9, top_k = 40, repeat_penalty = 1.1 }
}

experiment "big" {
  server   = server.ollama.main
  workload = workload.ask
  model    = "m"
  repeats  = 1

  matrix {
    num_gpu     = range(%d)
    num_ctx     = range(256, %d)
    temperature = [for t in range(%d) : t / 100]
  }

  options = merge(local.chimera, matrix)
}
`, gpu, 256+ctx, temp)
}

// inMemory is a folder in memory where there is one: a disk that syncs takes minutes for 100 000 records.
func inMemory(b *testing.B) string {
	dir, err := os.MkdirTemp("/dev/shm", "plan")
	if err != nil {
		return b.TempDir()
	}
	b.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// benchmarkPlan takes `bench plan -json` from the text of a spec to the last line, n configurations of one run each.
func benchmarkPlan(b *testing.B, path string, n int) {
	command := func() {
		if code := run([]string{"bench", "plan", "-json", path}, nil, io.Discard, os.Stderr); code != 0 {
			b.Fatalf("exit code %d", code)
		}
	}
	b.ReportAllocs()
	before := cpuTime(b)
	for b.Loop() {
		command()
	}
	b.ReportMetric((cpuTime(b)-before).Seconds()*1e3/float64(b.N), "cpu-ms/op") // which other programs disturb less than the time
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/configuration")
	b.ReportMetric(float64(peakHeap(command))/1e6, "peak-heap-MB")
}

// cpuTime gives what this process has used.
func cpuTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// peakHeap gives the most bytes that the heap held meanwhile, garbage included.
func peakHeap(act func()) (most uint64) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		act()
	}()
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	for {
		select {
		case <-done:
			return most
		case <-time.After(time.Millisecond):
			metrics.Read(sample)
			most = max(most, sample[0].Value.Uint64())
		}
	}
}

func benchmarkPlanOf(b *testing.B, gpu, ctx, temp int) {
	path := filepath.Join(inMemory(b), "experiment.hcl")
	if err := os.WriteFile(path, []byte(sweepOf(gpu, ctx, temp)), 0o666); err != nil {
		b.Fatal(err)
	}
	benchmarkPlan(b, path, gpu*ctx*temp)
}

func BenchmarkPlan18(b *testing.B)   { benchmarkPlanOf(b, 3, 3, 2) }
func BenchmarkPlan4000(b *testing.B) { benchmarkPlanOf(b, 20, 20, 10) }
func BenchmarkPlan100k(b *testing.B) { benchmarkPlanOf(b, 50, 50, 40) }

// BenchmarkPlanUpToDate100k plans what has 100 000 records that count.
func BenchmarkPlanUpToDate100k(b *testing.B) {
	path := filepath.Join(inMemory(b), "experiment.hcl")
	if err := os.WriteFile(path, []byte(sweepOf(50, 50, 40)), 0o666); err != nil {
		b.Fatal(err)
	}
	record(b, path, 50*50*40, &agent.Outcome{})
	benchmarkPlan(b, path, 50*50*40)
}

// BenchmarkResume100k plans what goes on after a sweep of 100 000 runs was cut short half way.
func BenchmarkResume100k(b *testing.B) {
	path := filepath.Join(inMemory(b), "experiment.hcl")
	if err := os.WriteFile(path, []byte(sweepOf(50, 50, 40)), 0o666); err != nil {
		b.Fatal(err)
	}
	record(b, path, 50*50*40/2, &agent.Outcome{})
	benchmarkPlan(b, path, 50*50*40)
}

// record writes a record that counts, with that outcome, for each of the first n runs of a spec, and begins the one after them.
func record(b testing.TB, path string, n int, outcome *agent.Outcome) {
	m, diags := spec.Load([]string{path}, spec.Options{})
	if diags.HasErrors() {
		b.Fatal(diags)
	}
	p, diags, err := runner.NewPlan(m, runner.Scope{})
	if err != nil || diags.HasErrors() {
		b.Fatal(err, diags)
	}
	j, err := journal.Open(p.Folder(m.Experiments[0]), "")
	if err != nil {
		b.Fatal(err)
	}
	defer j.Close()
	for r := range p.Runs() {
		place := journal.Place{Configuration: r.Address.Configuration, Repeat: r.Address.Repeat}
		a, err := j.Start(place, r.Address.String(), r.Hash)
		if err != nil {
			b.Fatal(err)
		}
		if n--; n < 0 {
			return
		}
		err = j.Commit(journal.Record{
			Address: a.Address, Configuration: place.Configuration, Repeat: place.Repeat, Attempt: a.Number, State: journal.Counted,
			Hash: r.Hash, Identity: r.Identity(), Process: journal.Process{DurationNS: 3e9}, Experiment: m.Experiments[0].Name,
			Options: r.Configuration().Options, Outcome: outcome,
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}
