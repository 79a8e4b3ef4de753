package main

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"time"

	"bench/agent"
	"bench/runner"
	"bench/spec"
)

func at(configuration string, repeat int) spec.Address {
	return spec.Address{Experiment: "tr111", Configuration: configuration, Repeat: repeat}
}

// TestPicture holds the lines of a sweep under way, at several widths.
func TestPicture(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	now := start.Add(8 * time.Minute)
	p := picture{clock: clock{started: start, planned: 54, done: 29}, slots: map[int]*slot{}}
	ns, count := int64(4_166_000_000), 412
	for _, e := range []runner.Event{
		{Kind: runner.Began, Address: spec.Address{Experiment: "tr111"}},
		{Kind: runner.Started, Address: at("gpu80_ctx512_temp0p8", 2), Slot: 1},
		{Kind: runner.Stepped, Address: at("gpu80_ctx512_temp0p8", 2), Slot: 1, Step: "report"},
		{Kind: runner.Called, Address: at("gpu80_ctx512_temp0p8", 2), Slot: 1, Step: "report", Call: &agent.Call{
			OutputTokens: count, Server: agent.ServerTimings{EvalCount: &count, EvalNS: &ns},
		}},
		{Kind: runner.Started, Address: at("gpu60", 1), Slot: 2},
		{Kind: runner.Retried, Address: at("gpu60", 1), Slot: 2, Delay: 1234 * time.Millisecond, Error: &agent.Error{Class: agent.Timeout}},
		{Kind: runner.RunFailed, Address: at("gpu60", 2), Slot: 3, Error: &agent.Error{Class: agent.Timeout}},
		{Kind: runner.Counted, Address: at("gpu60", 3), Slot: 3},
	} {
		p.take(e, now)
	}
	tests := []struct {
		width int
		want  string
	}{
		{120, " experiment.tr111   31/54  ━━━━━━━━━━━━━━━━━━━━━━╸                   5m56s left · 1 retried · 1 failed"},
		{80, " experiment.tr111   31/54  ━━━━━━━━━━╸         5m56s left · 1 retried · 1 failed"},
		{60, " 31/54  ━━━━━━━━━╸         5m56s left · 1 retried · 1 failed"},
		{52, " 31/54  ━━━━━╸     5m56s left · 1 retried · 1 failed"},
		{40, " 31/54  ━━━━━╸     5m56s left · 1 failed"},
		{32, " 31/54  5m56s left · 1 failed"},
		{20, " 31/54  5m56s left …"},
		{1, "…"},
	}
	for _, test := range tests {
		got := strings.TrimRight(p.headline(now, test.width), " ")
		if got != test.want {
			t.Errorf("at %d columns\n%q, want\n%q", test.width, got, test.want)
		}
	}
	for slot, want := range map[int]string{
		1: "   slot 1  gpu80_ctx512_temp0p8 run 2   report   last call 412 tok, 98.9 tok/s",
		2: "   slot 2  gpu60 run 1   waits 1.2s after timeout",
	} {
		if got := p.slotline(slot, 80); got != want {
			t.Errorf("%q, want\n%q", got, want)
		}
	}
	if got, want := p.slotline(1, 30), "   slot 1  gpu80_ctx512_temp0…"; got != want {
		t.Errorf("%q, want\n%q", got, want)
	}
	p.stopped = true
	if got := p.headline(now, 80); !strings.Contains(got, "  stopping · 1 retried · 1 failed") {
		t.Errorf("%q does not say that it stops", got)
	}
}

// TestLiveView holds what reaches the terminal: pictures over each other, each from the left, lines for good above them, and no
// sequence that came with the data.
func TestLiveView(t *testing.T) {
	var out bytes.Buffer
	v := newLiveView(&console{w: &out, size: func() (int, int, error) { return 80, 24, nil }}, 2, 0)
	evil := "500: \x1b[2J\x1b]0;owned\a\u202e\nnext line"
	for _, e := range []runner.Event{
		{Kind: runner.Began, Address: spec.Address{Experiment: "x"}},
		{Kind: runner.Started, Address: at("a", 1), Slot: 1, Attempt: 1},
		{Kind: runner.Stepped, Address: at("a", 1), Slot: 1, Step: "st\x1bep"},
		{Kind: runner.Retried, Address: at("a", 1), Slot: 1, Attempt: 1, Delay: time.Second, Error: &agent.Error{Class: agent.ServerError, Message: evil}},
		{Kind: runner.RunFailed, Address: at("a", 1), Slot: 1, Attempt: 2, Error: &agent.Error{Class: agent.ServerError, Message: evil}},
		{Kind: runner.Counted, Address: at("a", 2), Slot: 2, Attempt: 1},
	} {
		v.event(e)
	}
	v.stopping()
	v.close()
	text := out.String()
	for _, want := range []string{
		`retry   a run 1  attempt 1: server_error: 500: \u001b[2J\u001b]0;owned\u0007\u202e next line; again in 1s`,
		`failed  a run 1  attempt 2: server_error: 500: \u001b[2J`,
		stoppingNote,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the terminal does not get %q in\n%q", want, text)
		}
	}
	ours := regexp.MustCompile("\r(\x1b\\[[0-9]+A)?\x1b\\[J")
	if rest := ours.ReplaceAllString(text, ""); strings.ContainsFunc(rest, hidden) {
		t.Errorf("more reaches the terminal than what draws the picture: %q", rest)
	}
	if !strings.HasSuffix(text, "\x1b[J") {
		t.Errorf("the last picture is not wiped: %q", text)
	}
}

func TestLeft(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	c := clock{started: start, planned: 10}
	steps := []struct {
		after time.Duration
		ends  bool
		want  string
	}{
		{time.Second, false, ""}, // nothing is known
		{10 * time.Second, true, "1m30s left"},
		{15 * time.Second, false, "1m25s left"}, // it counts down while a run goes on
		{40 * time.Second, true, "2m40s left"},  // and follows what runs take
		{time.Hour, false, "0s left"},
	}
	for _, step := range steps {
		if step.ends {
			c.tick(start.Add(step.after))
		}
		if got := c.left(start.Add(step.after)); got != step.want {
			t.Errorf("after %s: %q, want %q", step.after, got, step.want)
		}
	}
	c = clock{started: start, planned: 10, estimate: time.Minute} // from earlier runs
	for after, want := range map[time.Duration]string{time.Second: "59s left", 2 * time.Minute: ""} {
		if got := c.left(start.Add(after)); got != want {
			t.Errorf("with an estimate, after %s: %q, want %q", after, got, want)
		}
	}
}
