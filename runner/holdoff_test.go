package runner

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"bench/agent"
	"bench/spec"
)

// A turnstile turns the first call away, asks it to wait, and notes when it did, and when each call came.
type turnstile struct {
	http.Handler
	asks string // Retry-After

	mu     sync.Mutex
	turned time.Time
	came   []time.Time
}

func (s *turnstile) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/api/generate" {
		s.Handler.ServeHTTP(w, r)
		return
	}
	s.mu.Lock()
	s.came = append(s.came, time.Now())
	first := len(s.came) == 1
	if first {
		s.turned = time.Now()
	}
	s.mu.Unlock()
	if first {
		w.Header().Set("Retry-After", s.asks)
		w.WriteHeader(http.StatusTooManyRequests)
		return
	}
	s.Handler.ServeHTTP(w, r)
}

// heldOff is two runs, which are not tried again, at a turnstile that asks to wait.
func heldOff(t *testing.T, asks string) (*turnstile, *Plan) {
	t.Helper()
	gate := &turnstile{asks: asks}
	server := inProcess(t, func(h http.Handler) http.Handler { gate.Handler = h; return gate })
	x := strings.Replace(experiment("x", "  repeats = 2"+noPause), "attempts = 2", "attempts = 1", 1)
	return gate, plan(t, module(t, quick+server+strings.ReplaceAll(x, "emulator", "ollama")))
}

// What a server asks of one run holds for the next one, too, though the first is not tried again.
func TestServerThatAsksToWaitIsLeftAlone(t *testing.T) {
	t.Parallel()
	gate, p := heldOff(t, "2")
	got := apply(t, p)
	if got.err != nil || got.tally.Failed != 1 || got.tally.Counted != 1 {
		t.Fatalf("%+v %v", got.tally, got.err)
	}
	if waited := gate.came[1].Sub(gate.turned); waited < 2*time.Second {
		t.Errorf("the next run came after %s", waited)
	}
	if noted := got.of(Noted); len(noted) != 1 || noted[0].Message != "server.ollama.s asks to wait (Retry-After): runs on it wait for 2s more" {
		t.Errorf("noted: %+v", noted)
	}
}

// What a server asks of one run during the pause of another holds for the next try of that.
func TestRetryLeavesAServerAlone(t *testing.T) {
	t.Parallel()
	m := module(t, quick+fault("http_500")+"\n"+experiment("x", "  repeats = 1"+noPause))
	pool := NewServers(m, program)
	defer pool.Stop()
	var kinds []EventKind
	_, err := Apply(t.Context(), t.Context(), plan(t, m), Options{Executable: program, Servers: pool, Tell: func(e Event) {
		kinds = append(kinds, e.Kind)
		if e.Kind == Retried {
			pool.holdoffs.note(m.Servers[0].Ref, &agent.Error{RetryAfterNS: int64(2 * time.Second)})
		}
	}})
	if at := slices.Index(kinds, Retried); err != nil || at < 0 || !slices.Equal(kinds[at:at+3], []EventKind{Retried, Noted, Started}) {
		t.Errorf("%v %v", kinds, err)
	}
}

// Who is told to stop does not wait for a server.
func TestStopWhileAServerIsLeftAlone(t *testing.T) {
	t.Parallel()
	gate, p := heldOff(t, "86400")
	stop, now := context.WithCancel(t.Context())
	defer now()
	got := applier{stop: stop, on: func(e Event) {
		if e.Kind == Noted {
			now()
		}
	}}.apply(t, p)
	if !errors.Is(got.err, ErrStopped) || got.tally != (Tally{Planned: 2, Failed: 1, Waiting: 1}) || len(gate.came) != 1 {
		t.Errorf("%+v %v, %d calls", got.tally, got.err, len(gate.came))
	}
	if noted := got.of(Noted); len(noted) != 1 || !strings.HasSuffix(noted[0].Message, " wait for 10m0s more") {
		t.Errorf("noted: %+v", noted)
	}
}

func TestWholeSeconds(t *testing.T) {
	for d, want := range map[time.Duration]time.Duration{time.Millisecond: time.Second, time.Second: time.Second, 1001 * time.Millisecond: 2 * time.Second, longestWait: longestWait} {
		if got := wholeSeconds(d); got != want {
			t.Errorf("%s: %s, want %s", d, got, want)
		}
	}
}

// The later moment stays, each is told once, and no server waits for another.
func TestHoldoffs(t *testing.T) {
	a, b, c := spec.Ref{Block: "server", Kind: "ollama", Name: "a"}, spec.Ref{Block: "server", Kind: "ollama", Name: "b"}, spec.Ref{Block: "server", Kind: "ollama", Name: "c"}
	var h holdoffs
	ask := func(server spec.Ref, d time.Duration) { h.note(server, &agent.Error{RetryAfterNS: int64(d)}) }
	want := func(server spec.Ref, most time.Duration, told bool, of ...spec.Ref) {
		t.Helper()
		if rest, who, first := h.rest(of); rest > most || rest <= most-time.Minute && most > 0 || who != server || first != told {
			t.Errorf("of %v: %s for %v, told %t; want %s for %v, told %t", of, rest, who, first, most, server, told)
		}
	}
	want(spec.Ref{}, 0, false, a, b)
	ask(a, 5*time.Minute)
	ask(a, time.Minute)
	ask(b, 9*time.Minute)
	ask(c, 0)
	want(spec.Ref{}, 0, false, c)
	want(a, 5*time.Minute, true, a, c)
	want(a, 5*time.Minute, false, a)
	want(b, 9*time.Minute, true, a, b)
	ask(a, time.Hour)
	want(a, longestWait, true, b, a)
}
