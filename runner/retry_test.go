package runner

import (
	"math/rand/v2"
	"slices"
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
	refused, other := &agent.Error{Class: agent.Connect}, &agent.Error{Class: agent.ServerError}
	for _, test := range []struct {
		of   []*agent.Error
		want bool
	}{
		{[]*agent.Error{refused, refused}, false},
		{[]*agent.Error{refused, refused, refused}, true},
		{[]*agent.Error{refused, refused, nil, refused}, false},
		{[]*agent.Error{refused, refused, other, refused}, false},
		{[]*agent.Error{other, other, other, other}, false},
	} {
		b := newBreaker()
		for _, e := range test.of {
			b.note(one, e)
			b.note(two, nil)
		}
		if b.isOpen(one) != test.want || b.isOpen(two) {
			t.Errorf("%v: open %t, the other server's %t", test.of, b.isOpen(one), b.isOpen(two))
		}
	}
	b := newBreaker()
	for range gone {
		b.note(two, &agent.Error{Class: agent.Connect, Message: "refused"})
		b.note(one, &agent.Error{Class: agent.Connect, Message: "no route"})
	}
	want := []string{
		"server.ollama.one could not be reached by 3 runs in a row, so 1 more is left for later: no route",
		"server.ollama.two could not be reached by 3 runs in a row, so 2 more are left for later: refused",
	}
	if got := b.messages(map[spec.Ref]int{two: 2, one: 1}); !slices.Equal(got, want) {
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
