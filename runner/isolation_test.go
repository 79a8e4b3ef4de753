package runner

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"bench/agent/servicetest"
	"bench/runner/journal"
)

const loadTime = 30 * time.Millisecond

func isolated(server, ref, state, model string) string {
	return quick + server + fmt.Sprintf(`
experiment "x" {
  server   = %s
  workload = workload.w
  model    = %q
  repeats  = 2
  order    = "sequential"

  matrix {
    num_ctx = [512, 1024]
  }

  options = merge({ num_gpu = 0 }, matrix)

  isolation {
    model = %q
  }
}
`, ref, model, state)
}

// The record says in what state the model was found and left, and a cold start shows in load.
func TestIsolation(t *testing.T) {
	server := strings.Replace(quickServer, "ttft ", "load_time = \"30ms\"\n  ttft ", 1)
	for state, test := range map[string]struct {
		before         [4]bool // whether the model was loaded before each run
		cold           [4]bool // whether the run had to load it
		unload, warmed bool
	}{
		"keep":   {before: [4]bool{false, true, true, true}, cold: [4]bool{true, false, true, false}}, // another num_ctx loads anew
		"unload": {cold: [4]bool{true, true, true, true}, unload: true},
		"warm":   {before: [4]bool{true, true, true, true}, warmed: true},
	} {
		t.Run(state, func(t *testing.T) {
			p := plan(t, module(t, isolated(server, "server.emulator.s", state, "m")))
			if got := apply(t, p); got.err != nil || got.tally.Counted != 4 {
				t.Fatalf("%+v %v", got.tally, got.err)
			}
			for i, r := range inOrder(t, p) {
				want := journal.Isolation{Model: state, LoadedBefore: []string{}, LoadedAfter: []string{"m:latest"}, Unloaded: test.unload, Warmed: test.warmed}
				if test.before[i] {
					want.LoadedBefore = want.LoadedAfter
				}
				if fmt.Sprintf("%#v", r.Isolation) != fmt.Sprintf("%#v", want) {
					t.Errorf("run %d: %#v, want %#v", i, r.Isolation, want)
				}
				if cold := r.CallMetrics[0]["load"] >= float64(loadTime); cold != test.cold[i] {
					t.Errorf("run %d: it loaded the model in %s", i, time.Duration(r.CallMetrics[0]["load"]))
				}
			}
		})
	}
}

// inOrder gives the counted records as they were made.
func inOrder(t *testing.T, p *Plan) []journal.Record {
	t.Helper()
	records := counted(t, folder(p))
	slices.SortFunc(records, func(a, b journal.Record) int { return a.Order - b.Order })
	return records
}

// silent is a server that does not say, or says wrongly, which models are loaded.
func silent(t *testing.T, answer func(n int, w http.ResponseWriter) bool) string {
	n := 0
	return inProcess(t, func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/api/ps" {
				n++
				if answer(n, w) {
					return
				}
			}
			h.ServeHTTP(w, r)
		})
	})
}

// A model that is not kept can't be warm: the run would be cold, and counted as warm.
func TestWarmIsVerified(t *testing.T) {
	server := silent(t, func(_ int, w http.ResponseWriter) bool {
		_, _ = w.Write([]byte(`{"models":[]}`))
		return true
	})
	p := plan(t, module(t, isolated(server, "server.ollama.s", "warm", "m")))
	got := apply(t, p)
	failed := got.of(RunFailed)
	if got.tally.Failed != 4 || !strings.HasPrefix(failed[0].Error.Error(), "bad_request: m:latest was warmed and is not loaded") {
		t.Errorf("%+v %v", got.tally, failed)
	}
}

// A run that was measured stands, where the server does not say afterwards what it has loaded.
func TestLoadedAfterMayBeUnknown(t *testing.T) {
	server := silent(t, func(n int, w http.ResponseWriter) bool {
		if n%2 == 0 {
			http.Error(w, "no", http.StatusInternalServerError)
		}
		return n%2 == 0
	})
	p := plan(t, module(t, isolated(server, "server.ollama.s", "keep", "m")))
	if got := apply(t, p); got.err != nil || got.tally.Counted != 4 {
		t.Fatalf("%+v %v", got.tally, got.err)
	}
	for _, r := range counted(t, folder(p)) {
		if r.Isolation.LoadedAfter != nil || r.Isolation.LoadedBefore == nil {
			t.Errorf("%#v", r.Isolation)
		}
	}
}

// On a real server: the states are those that were asked for, a cold start shows in load, the figures are the server's own, and
// the record says which server and model it was.
func TestIsolationOnOllama(t *testing.T) {
	server := fmt.Sprintf("server \"ollama\" \"s\" {\n  url = %q\n}\n", servicetest.Ollama(t))
	for _, state := range []string{"unload", "warm", "keep"} {
		p := plan(t, module(t, isolated(server, "server.ollama.s", state, "tiny")))
		if got := apply(t, p); got.err != nil || got.tally.Counted != 4 {
			t.Fatalf("%+v %v %v", got.tally, got.err, got.of(RunFailed))
		}
		records := inOrder(t, p)
		for i, r := range records {
			call, m := r.Outcome.Calls[0], r.CallMetrics[0]
			if want := float64(*call.Server.EvalCount) / float64(*call.Server.EvalNS) * 1e9; m["throughput"] != want {
				t.Errorf("%s run %d: throughput %v, want %v", state, i, m["throughput"], want)
			}
			if len(r.Model.Digest) != 64 || r.Server.Version == "" || r.Model.Name != "tiny:latest" || len(r.Environment) == 0 || r.StartedAt.IsZero() {
				t.Errorf("%s run %d: server %+v, model %+v", state, i, r.Server, r.Model)
			}
			if !slices.Contains(r.Isolation.LoadedAfter, "tiny:latest") {
				t.Errorf("%s run %d: loaded after it: %q", state, i, r.Isolation.LoadedAfter)
			}
			wasLoaded := slices.Contains(r.Isolation.LoadedBefore, "tiny:latest")
			switch state {
			case "unload":
				if wasLoaded || !r.Isolation.Unloaded || m["load"] == 0 {
					t.Errorf("unload run %d: %+v, load %v", i, r.Isolation, m["load"])
				}
			case "warm":
				if !wasLoaded || !r.Isolation.Warmed {
					t.Errorf("warm run %d: %+v", i, r.Isolation)
				}
			case "keep":
				if !wasLoaded {
					t.Errorf("keep run %d: %+v", i, r.Isolation)
				}
			}
		}
		if state != "keep" {
			continue
		}
		// Another num_ctx makes the server load the model anew: that takes longer than to find it there.
		if load := func(i int) float64 { return records[i].CallMetrics[0]["load"] }; load(2) <= load(3) {
			t.Errorf("load: %s with another num_ctx, %s with the same", time.Duration(load(2)), time.Duration(load(3)))
		}
	}
}
