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
	left, known := 5*time.Minute+56*time.Second, true
	p := picture{
		planned: 54, done: 29, started: start, slots: map[int]*slot{},
		left: func(time.Time) (time.Duration, bool) { return left, known },
	}
	ns, count := int64(4_166_000_000), 412
	for _, e := range []runner.Event{
		{Kind: runner.Began, Address: spec.Address{Experiment: "tr111"}},
		{Kind: runner.Started, Address: at("gpu80_ctx512_temp0p8", 2), Slot: 1},
		{Kind: runner.Stepped, Address: at("gpu80_ctx512_temp0p8", 2), Slot: 1, Step: "report"},
		{Kind: runner.Called, Address: at("gpu80_ctx512_temp0p8", 2), Slot: 1, Step: "report", Call: &agent.Call{
			OutputTokens: count, Server: agent.ServerTimings{EvalCount: &count, EvalNS: &ns},
		}},
		{Kind: runner.Started, Address: at("gpu60", 1), Slot: 2, Attempt: 1, Isolation: "keep"},
		{Kind: runner.Retried, Address: at("gpu60", 1), Slot: 2, Delay: 1234 * time.Millisecond, Error: &agent.Error{Class: agent.Timeout}},
		{Kind: runner.RunFailed, Address: at("gpu60", 2), Slot: 3, Error: &agent.Error{Class: agent.Timeout}},
		{Kind: runner.Counted, Address: at("gpu60", 3), Slot: 3, Delay: 2 * time.Second},
		{Kind: runner.Started, Address: at("gpu60", 4), Slot: 4, Attempt: 7, Isolation: "warm"},
		{Kind: runner.Started, Address: at("gpu60", 5), Slot: 5, Attempt: 1, Isolation: "unload"},
		{Kind: runner.Starting, Address: at("gpu60", 5), Slot: 5, Server: spec.Ref{Block: "server", Kind: "ollama", Name: "main"}},
		{Kind: runner.Started, Address: at("gpu60", 6), Slot: 6, Attempt: 1, Isolation: "unload"},
		{Kind: runner.Starting, Address: at("gpu60", 6), Slot: 6, Server: spec.Ref{Block: "server", Kind: "ollama", Name: "main"}},
		{Kind: runner.Serving, Address: at("gpu60", 6), Slot: 6, Server: spec.Ref{Block: "server", Kind: "ollama", Name: "main"}},
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
		1: "   slot 1  gpu80_ctx512_temp0p8 run 2   last call 412 tok, 98.9 tok/s",
		2: "   slot 2  gpu60 run 1   after timeout, goes on in 1s",
		3: "   slot 3  cools down, goes on in 2s",
		4: "   slot 4  gpu60 run 4, attempt 7   warms the model",
		5: "   slot 5  gpu60 run 5   starts server.ollama.main",
		6: "   slot 6  gpu60 run 6   unloads the model",
		7: "",
	} {
		if got := p.slotline(slot, now, 80); got != want {
			t.Errorf("%q, want\n%q", got, want)
		}
	}
	for _, e := range []runner.Event{
		{Kind: runner.Stepped, Member: "insight", Step: "read"}, {Kind: runner.Stepped, Member: "collector", Step: "list"},
		{Kind: runner.Called, Member: "insight", Step: "read", Call: &agent.Call{Error: &agent.Error{}}},
	} {
		e.Address, e.Slot = at("gpu60", 6), 6
		p.take(e, now)
	}
	if got, want := p.slotline(6, now, 80), "   slot 6  gpu60 run 6   collector list · insight"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := p.moreline(4, 80), "   and 2 more"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	later := now.Add(75 * time.Second)
	p.take(runner.Event{Kind: runner.Stepped, Address: at("gpu80_ctx512_temp0p8", 2), Slot: 1, Step: "report"}, now)
	for width, want := range map[int]string{
		90: "   slot 1  gpu80_ctx512_temp0p8 run 2   report  1m15s   last call 412 tok, 98.9 tok/s",
		60: "   slot 1  gpu80_ctx512_temp0p8 run 2   report  1m15s",
		30: "   slot 1  gpu80_ctx512_temp0…",
	} {
		if got := p.slotline(1, later, width); got != want {
			t.Errorf("%q, want\n%q", got, want)
		}
	}
	if got, want := p.slotline(3, later, 80), "   slot 3  idle"; got != want {
		t.Errorf("%q, want\n%q", got, want)
	}
	known = false
	if got := p.headline(now, 80); !strings.Contains(got, "  8m0s so far · 1 retried · 1 failed") {
		t.Errorf("%q does not say since when it goes on", got)
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
	v := newLiveView(&console{w: &out, size: func() (int, int, error) { return 80, 24, nil }}, 2, levelInfo, new(runner.Forecast))
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

func TestClockText(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", 1600 * time.Millisecond: "2s", 372 * time.Second: "6m12s", 59*time.Minute + 59600*time.Millisecond: "1h0m",
		time.Hour + 5*time.Minute + 12*time.Second: "1h5m", 49 * time.Hour: "49h0m",
	} {
		if got := clockText(d); got != want {
			t.Errorf("%s: %q, want %q", d, got, want)
		}
	}
}
