package runner

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"bench/agent"
	"bench/spec"
)

func TestAgain(t *testing.T) {
	rule := spec.Retry{Attempts: 3, On: []string{"connect", "timeout"}, Backoff: spec.Backoff{Initial: time.Second, Factor: 2, Max: time.Minute}}
	for _, test := range []struct {
		class agent.Class
		n     int
		want  bool
		delay time.Duration
	}{
		{agent.Connect, 1, true, time.Second},
		{agent.Timeout, 2, true, 2 * time.Second},
		{agent.Connect, 3, false, 0},
		{agent.BadRequest, 1, false, 0},
		{agent.InvalidOutput, 1, false, 0},
	} {
		delay, yes := again(rule, &agent.Error{Class: test.class}, test.n, rand.New(rand.NewPCG(0, 0)))
		if yes != test.want || delay != test.delay {
			t.Errorf("%s, try %d: %t after %s, want %t after %s", test.class, test.n, yes, delay, test.want, test.delay)
		}
	}
}

// Who asks to wait is given the time, within reason, and whoever is asked too soon is told of.
func TestAgainWaitsAsAsked(t *testing.T) {
	rule := spec.Retry{Attempts: 9, On: []string{"rate_limited", "server_error"}, Backoff: spec.Backoff{Initial: time.Second, Factor: 2, Max: time.Minute, Jitter: 0.5}}
	for _, test := range []struct {
		class agent.Class
		asked time.Duration
		want  time.Duration
		told  string
	}{
		{agent.RateLimited, 0, 0, ""},
		{agent.RateLimited, 20 * time.Second, 20 * time.Second, ""},
		{agent.ServerError, 20 * time.Second, 20 * time.Second, ""},
		{agent.RateLimited, longestWait, longestWait, ""},
		{agent.RateLimited, 2 * time.Hour, longestWait, "the server asks to wait for 2h0m0s (Retry-After), and bench waits for 10m0s at most: stop, and apply again by then"},
	} {
		failure := &agent.Error{Class: test.class, RetryAfterNS: int64(test.asked)}
		delay, yes := again(rule, failure, 1, rand.New(rand.NewPCG(0, 0)))
		if !yes || test.want > 0 && delay != test.want || delay < time.Second/2 || sooner(failure, delay) != test.told {
			t.Errorf("asked for %s: %t after %s, told %q", test.asked, yes, delay, sooner(failure, delay))
		}
	}
}

// What a server asks for goes all the way: from its answer, through the worker and the record, to the pause and to whoever reads.
func TestServerAsksToWait(t *testing.T) {
	for asked, want := range map[string]time.Duration{"1": time.Second, "86400": longestWait} {
		t.Run(asked, func(t *testing.T) {
			t.Parallel()
			busy := make(chan bool, 1) // for one call
			busy <- true
			server := inProcess(t, func(h http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.URL.Path == "/api/generate" {
						select {
						case <-busy:
							w.Header().Set("Retry-After", asked)
							w.WriteHeader(http.StatusTooManyRequests)
							return
						default:
						}
					}
					h.ServeHTTP(w, r)
				})
			})
			stop, now := context.WithCancel(t.Context())
			defer now()
			p := plan(t, module(t, quick+server+strings.ReplaceAll(experiment("x", "  repeats = 1"+noPause), "emulator", "ollama")))
			got := applier{stop: stop, on: func(e Event) {
				if e.Kind == Noted { // after Retried: it waits
					now()
				}
			}}.apply(t, p)
			retried, noted := got.of(Retried), got.of(Noted)
			if len(retried) != 1 || retried[0].Delay != want || retried[0].Error.Class != agent.RateLimited {
				t.Fatalf("retried: %+v", retried)
			}
			if kept := evidence(t, folder(p)); len(kept) != 1 || kept[0].Error.RetryAfterNS == 0 {
				t.Errorf("kept: %+v", kept)
			}
			switch {
			case want < longestWait && (len(noted) > 0 || got.tally.Counted != 1):
				t.Errorf("%+v %v, noted: %+v", got.tally, got.err, noted)
			case want == longestWait && (len(noted) != 1 || noted[0].Message != `experiment.x.config["all"].run[1]#1: the server asks to wait for 24h0m0s (Retry-After), and bench waits for 10m0s at most: stop, and apply again by then`):
				t.Errorf("noted: %+v", noted)
			}
		})
	}
}

// The one table of classes has them all, and says truly which are tried again by default.
func TestClassesAreDocumented(t *testing.T) {
	text := string(must(os.ReadFile("../agent/README.md")))
	byDefault := module(t, quick+quickServer+experiment("x", "")).Experiments[0].Retry.On
	for _, class := range agent.Classes {
		_, row, found := strings.Cut(text, fmt.Sprintf("\n| `%s` | ", class))
		row, _, _ = strings.Cut(row, "\n")
		if !found || strings.HasSuffix(row, "| yes |") != slices.Contains(byDefault, string(class)) {
			t.Errorf("%s: the table says %q; by default %v are tried again", class, row, byDefault)
		}
	}
}

func TestPause(t *testing.T) {
	b := spec.Backoff{Initial: time.Second, Factor: 3, Max: 20 * time.Second}
	chance := rand.New(rand.NewPCG(0, 0))
	for n, want := range []time.Duration{1: time.Second, 2: 3 * time.Second, 3: 9 * time.Second, 4: 20 * time.Second, 1000: 20 * time.Second} {
		if got := pause(b, n, chance); want > 0 && got != want {
			t.Errorf("pause %d: %s, want %s", n, got, want)
		}
	}
	b.Jitter = 0.25
	least, most := time.Hour, time.Duration(0)
	for range 1000 {
		d := pause(b, 2, chance)
		least, most = min(least, d), max(most, d)
	}
	if least < 2250*time.Millisecond || least > 2300*time.Millisecond || most > 3750*time.Millisecond || most < 3700*time.Millisecond {
		t.Errorf("3 s ± 25 %% lies between %s and %s", least, most)
	}
}

// The pauses of a run are its own: the same whatever ran before it, and those of another run are others.
func TestChanceIsTheRunsOwn(t *testing.T) {
	a, b := spec.Address{Experiment: "x", Configuration: "all", Repeat: 1}, spec.Address{Experiment: "x", Configuration: "all", Repeat: 2}
	first := chanceOf(1, a).Float64()
	if chanceOf(1, a).Float64() != first || chanceOf(1, b).Float64() == first || chanceOf(2, a).Float64() == first {
		t.Error("seed and address do not tell the runs apart")
	}
}

func TestBreakerCountsInARow(t *testing.T) {
	one, two := spec.Ref{Block: "server", Kind: "ollama", Name: "one"}, spec.Ref{Block: "server", Kind: "ollama", Name: "two"}
	refused, late, wrong := &agent.Error{Class: agent.Connect}, &agent.Error{Class: agent.Timeout}, &agent.Error{Class: agent.BadRequest}
	for _, test := range []struct {
		of             []*agent.Error
		configurations int // that take turns
		want           bool
	}{
		{[]*agent.Error{refused, refused}, 9, false},
		{[]*agent.Error{refused, refused, refused}, 1, true},
		{[]*agent.Error{refused, refused, nil, refused}, 9, false},
		{[]*agent.Error{refused, refused, wrong, refused}, 9, false},
		{[]*agent.Error{refused, refused, late, refused}, 9, false},
		{[]*agent.Error{late, late, late, late}, 9, false},
		{[]*agent.Error{late, late, late, late, late}, 9, true},
		{[]*agent.Error{late, late, late, late, late}, 2, false}, // of 9
		{[]*agent.Error{late, late, wrong, late, late, late}, 9, false},
		{[]*agent.Error{late, refused, late, refused, late}, 3, true},
	} {
		b := newBreaker()
		for i, e := range test.of {
			b.note(one, fmt.Sprint(i%test.configurations), 9, e)
			b.note(two, "a", 9, nil)
		}
		if b.isOpen(one) != test.want || b.isOpen(two) {
			t.Errorf("%v: open %t, the other server's %t", test.of, b.isOpen(one), b.isOpen(two))
		}
	}
	b := newBreaker()
	for range erring {
		b.note(two, "all", 1, &agent.Error{Class: agent.ServerError, Message: "it is broken"})
		b.note(one, "all", 1, &agent.Error{Class: agent.Connect, Message: "no route"})
	}
	s := &sweep{breaker: b}
	want := []string{
		"server.ollama.one could not be reached by 5 runs in a row, so 1 more is left for later: no route",
		"server.ollama.two failed in 5 runs in a row, so 2 more are left for later: it is broken",
	}
	if got := s.messages(map[cohort]int{{server: two}: 2, {server: one}: 1}); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

// A pause is never shorter than the cooldown of the experiment, and a slot rests for it between two runs.
func TestCooldown(t *testing.T) {
	const rest = 30 * time.Millisecond
	m := module(t, quick+quickServer+experiment("x", "  repeats = 3\n  isolation {\n    cooldown = \"30ms\"\n  }"))
	var ended time.Time
	got := applier{on: func(e Event) {
		switch e.Kind {
		case Started:
			if !ended.IsZero() && time.Since(ended) < rest {
				t.Errorf("%s begins %s after the run before it", e.Address, time.Since(ended))
			}
		case Counted:
			ended = time.Now()
		}
	}}.apply(t, plan(t, m))
	if got.tally.Counted != 3 {
		t.Error(got.err)
	}
	m = module(t, quick+fault("http_500")+"\n"+experiment("x", "  repeats = 1\n  isolation {\n    cooldown = \"30ms\"\n  }"+noPause))
	if retried := apply(t, plan(t, m)).of(Retried); len(retried) != 1 || retried[0].Delay != rest {
		t.Errorf("retried: %+v", retried)
	}
}
