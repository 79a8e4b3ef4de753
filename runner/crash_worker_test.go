package runner

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"bench/runner/journal"
)

// twoCalls are two runs of two calls each on a server that the test holds in its hands.
const twoCalls = `
workload "w" {
  step "one" {
    prompt     = "say something"
    max_tokens = 4
  }
  step "two" {
    prompt     = "say more than ${step.one.response}"
    max_tokens = 4
  }
}

experiment "x" {
  server   = server.ollama.s
  workload = workload.w
  model    = "m"
  repeats  = 2

  retry {
    backoff {
      initial = "1ms"
    }
  }
}
`

// wrapper is a program in the place of bench that does something of its own before or after the first worker. A file says whether
// that was.
func wrapper(t *testing.T, before, after string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "bench")
	once := filepath.Join(filepath.Dir(path), "once")
	text := fmt.Sprintf("#!/bin/sh\nif [ \"$1\" = worker ] && mkdir %s 2>/dev/null; then\n%s\n%s worker\n%s\nfi\nexec %s \"$@\"\n", once, before, program, after, program)
	if err := os.WriteFile(path, []byte(text), 0o777); err != nil {
		t.Fatal(err)
	}
	return path
}

// The first worker is killed in each phase of its life. Before its result that attempt is kept as evidence and made again; after it
// the result counts. Either way every run counts once.
func TestWorkerKilledInEachPhase(t *testing.T) {
	killWorkers := func(sign string) {
		for pid := range marked(sign, "worker") {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
	for name, test := range map[string]struct {
		before, after string           // in the shell, around the first worker
		at            string           // the request that it is killed in
		n             int32            // the how-manieth of these
		on            func(Event) bool // the event that it is killed at
		calls         int              // that are kept of it
		counts        bool
	}{
		"before the task is read": {before: "kill -9 $$"},
		"while it gets ready":     {at: "/api/version", n: 1},
		"in the first step":       {at: "/api/generate", n: 1},
		"between steps":           {on: func(e Event) bool { return e.Kind == Called && e.Step == "one" }, calls: 1},
		"in the second step":      {at: "/api/generate", n: 2, calls: 1},
		"after its result":        {after: "kill -9 $$", calls: 2, counts: true},
	} {
		t.Run(name, func(t *testing.T) {
			sign := mark(t)
			var seen atomic.Int32
			var killed atomic.Bool
			server := inProcess(t, func(h http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.URL.Path == test.at && seen.Add(1) == test.n {
						killWorkers(sign)
					}
					h.ServeHTTP(w, r)
				})
			})
			m := module(t, server+twoCalls)
			p := plan(t, m)
			a := applier{on: func(e Event) {
				if test.on != nil && test.on(e) && killed.CompareAndSwap(false, true) {
					killWorkers(sign)
				}
			}}
			if test.before+test.after != "" {
				a.executable = wrapper(t, test.before, test.after)
			}
			got := a.apply(t, p)
			if got.err != nil || got.tally != (Tally{Planned: 2, Counted: 2}) {
				t.Fatalf("%+v %v", got.tally, got.err)
			}
			kept := evidence(t, folder(p))
			switch {
			case test.counts && len(kept) == 0:
				if r := counted(t, folder(p))[0]; r.Process.Signal != "killed" || len(r.Outcome.Calls) != test.calls {
					t.Errorf("what counts: %+v, %d calls", r.Process, len(r.Outcome.Calls))
				}
			case test.counts || len(kept) != 1:
				t.Errorf("kept: %+v", kept)
			case kept[0].Attempt != 1 || kept[0].Error.Class != "infrastructure" || kept[0].Process.Signal != "killed" ||
				len(kept[0].Outcome.Calls) != test.calls || len(kept[0].Metrics) > 0:
				t.Errorf("kept: %v, %+v, %d calls", kept[0].Error, kept[0].Process, len(kept[0].Outcome.Calls))
			}
			audit(t, m)
			alone(t, sign)
		})
	}
}

// The server is killed in the middle of a run: the attempt is kept, the server is started again, and the run is made.
func TestServerKilledInARun(t *testing.T) {
	sign := mark(t)
	m := module(t, strings.NewReplacer("repeats  = 4", "repeats  = 2\n  retry {\n    backoff {\n      initial = \"1ms\"\n    }\n  }").Replace(slowly))
	p := plan(t, m)
	victim := runsOf(p)[2].Address
	got := applier{on: func(e Event) {
		if e.Kind == Stepped && e.Address == victim && e.Attempt == 1 {
			for pid := range marked(sign, "emulate") {
				_ = syscall.Kill(pid, syscall.SIGKILL)
			}
		}
	}}.apply(t, p)
	if got.err != nil || got.tally != (Tally{Planned: 6, Counted: 6}) {
		t.Fatalf("%+v %v", got.tally, got.err)
	}
	kept := evidence(t, folder(p))
	if len(kept) != 1 || kept[0].Address != victim.String() || kept[0].State != journal.Failed || !slices.Contains([]string{"connect", "server_error"}, string(kept[0].Error.Class)) {
		t.Errorf("kept: %+v", kept)
	}
	if notes := got.of(Noted); !slices.ContainsFunc(notes, func(e Event) bool { return strings.Contains(e.Message, "ended by itself") }) {
		t.Errorf("told: %+v", notes)
	}
	audit(t, m)
	alone(t, sign)
}

// A long sweep in which one process after the other is killed by chance: bench itself, a worker, or the server.
func TestRandomKills(t *testing.T) {
	kills := 12
	if thorough() {
		kills = 200
	}
	sign := mark(t)
	hcl := strings.NewReplacer("repeats  = 4", fmt.Sprintf("repeats  = %d\n  retry {\n    attempts = 10\n    on       = [\"connect\", \"server_error\", \"infrastructure\"]\n    backoff {\n      initial = \"1ms\"\n      max     = \"10ms\"\n    }\n  }", 4+kills)).Replace(slowly)
	m := module(t, hcl)
	spec, dir := filepath.Join(m.Dir, "experiment.hcl"), filepath.Join(m.Dir, "runs", "x")
	const seed = 7
	chance := rand.New(rand.NewPCG(seed, uint64(kills)))
	var c *command
	done := map[string]int{}
	for n := 0; n < kills; {
		if c == nil {
			before := starts(dir)
			c = start(t, "apply", "-parallelism", "4", spec)
			begun(t, dir, before, min(4, len(todoOf(plan(t, m)))))
		}
		time.Sleep(time.Duration(chance.IntN(80)) * time.Millisecond)
		switch kind := []string{"bench", "worker", "worker", "worker", "emulate"}[chance.IntN(5)]; kind {
		case "bench":
			_ = c.Process.Kill()
			_ = c.Wait()
			alone(t, sign)
			c, n = nil, n+1
			done[kind]++
		default:
			for pid := range marked(sign, "bench "+kind) { // any of them
				if syscall.Kill(pid, syscall.SIGKILL) == nil {
					done[kind]++
					n++
				}
				break
			}
		}
	}
	if c != nil {
		_ = c.Process.Kill()
		_ = c.Wait()
		alone(t, sign)
	}
	t.Logf("seed %d, killed: %v; %d of %d runs counted meanwhile", seed, done, len(counted(t, dir)), len(runsOf(plan(t, m))))
	for tries := 0; tries < 3 && len(todoOf(plan(t, m))) > 0; tries++ { // a run that met ten kills in a row is made by the next apply
		_ = start(t, "apply", "-parallelism", "4", spec).Wait()
	}
	auditKilled(t, m)
	v := &victim{Module: m}
	v.auditAttempts(t, dir)
	alone(t, sign)
}
