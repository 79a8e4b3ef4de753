package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/mattn/go-runewidth"

	"bench/runner"
)

// Rules of this output: the line of the whole says how much is made, how long the rest will take and what went wrong; that of a slot
// which run goes on there, what it does and since when, and how its last call went. A line that is too wide loses what matters least.

// picture is what the live lines say.
type picture struct {
	planned, done int // runs and warm-ups
	started       time.Time
	left          func(now time.Time) (time.Duration, bool)
	experiment    string
	slots         map[int]*slot
	retried       int
	failed        int
	stopped       bool
}

// A slot is where one run goes on at a time.
type slot struct {
	run, doing, last string
	members          map[string]string // the step of each agent, where several run at once
	before           string            // what it does before the first step
	since            time.Time         // it does so
	until            time.Time         // it waits, where it does; else zero
}

func (s *slot) do(what string, now time.Time) { s.doing, s.since, s.until = what, now, time.Time{} }

// step notes which step an agent is at; "" is between two.
func (s *slot) step(member, step string, now time.Time) {
	if member == "" {
		s.do(step, now)
		return
	}
	if s.members == nil {
		s.members = map[string]string{}
	}
	s.members[member] = step
	var all []string
	for _, name := range slices.Sorted(maps.Keys(s.members)) {
		all = append(all, strings.TrimSpace(name+" "+s.members[name]))
	}
	s.do(dotted(all...), now)
}

// preparing says what is done before the first step, by the isolation.
var preparing = map[string]string{"keep": "gets ready", "unload": "unloads the model", "warm": "warms the model"}

// take notes an event.
func (p *picture) take(e runner.Event, now time.Time) {
	s := p.slots[e.Slot]
	if s == nil {
		s = &slot{}
	}
	if e.Slot > 0 {
		p.slots[e.Slot] = s
	}
	switch e.Kind {
	case runner.Began:
		p.experiment = e.Address.String()
	case runner.Ended:
		p.slots = map[int]*slot{}
	case runner.Started:
		if s.run = whereOf(e); e.Attempt > 1 {
			s.run += fmt.Sprintf(", attempt %d", e.Attempt)
		}
		s.before, s.members = preparing[e.Isolation], nil
		s.do(s.before, now)
	case runner.Starting:
		s.do("starts "+e.Server.Address(), now)
	case runner.Serving:
		s.do(s.before, now)
	case runner.Stepped:
		s.step(e.Member, e.Step, now)
	case runner.Called:
		s.step(e.Member, "", now)
		if e.Call.Error == nil {
			s.last = called(e.Call)
		}
	case runner.Retried:
		p.retried++
		s.do("after "+string(e.Error.Class), now)
		s.until = now.Add(e.Delay)
	case runner.Counted, runner.RunFailed, runner.RunLost:
		p.end(s, e, now)
	}
}

// end notes that a run has come to its end, and its slot is free after the delay.
func (p *picture) end(s *slot, e runner.Event, now time.Time) {
	p.done++
	if e.Kind != runner.Counted {
		p.failed++
	}
	s.run = ""
	s.do("", now)
	if e.Delay > 0 {
		s.do("cools down", now)
		s.until = now.Add(e.Delay)
	}
}

// Widths of the bar, in columns.
const (
	widestBar    = 40
	narrowestBar = 8
)

// headline is the line of the whole. Where it is too wide for a bar it loses first the name, then what was retried, then the bar.
func (p *picture) headline(now time.Time, width int) string {
	count := fmt.Sprintf(" %*d/%d", len(fmt.Sprint(p.planned)), p.done, p.planned)
	retried, failed := fmt.Sprintf("%d retried", p.retried), fmt.Sprintf("%d failed", p.failed)
	left := leftText(p.left(now))
	switch {
	case p.stopped:
		left = "stopping"
	case left == "":
		left = clockText(now.Sub(p.started)) + " so far"
	}
	long, short := dotted(left, retried, failed), dotted(left, failed)
	for _, try := range []struct{ head, tail string }{{" " + p.experiment + "  " + count, long}, {count, long}, {count, short}} {
		room := width - columns(try.head) - columns(try.tail) - 4 // two spaces on each side of the bar
		if room >= narrowestBar {
			return try.head + "  " + bar(p.done, p.planned, min(room, widestBar)) + "  " + try.tail
		}
	}
	return fit(count+"  "+short, width)
}

// dotted joins what is not empty.
func dotted(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " · ")
}

// slotline is the line of a slot. Where it is too wide it loses first the last call.
func (p *picture) slotline(n int, now time.Time, width int) string {
	s := p.slots[n]
	if s == nil {
		return ""
	}
	doing := s.doingText(now)
	if s.run == "" {
		if doing == "" {
			doing = "idle"
		}
		return fit(fmt.Sprintf("   slot %d  %s", n, doing), width)
	}
	text := fmt.Sprintf("   slot %d  %s", n, s.run)
	if doing != "" {
		text += "   " + doing
	}
	if with := text + "   last call " + s.last; s.last != "" && columns(visible(with)) <= width {
		text = with
	}
	return fit(visible(text), width)
}

// moreline stands for the slots above a number.
func (p *picture) moreline(most, width int) string {
	n := 0
	for slot := range p.slots {
		if slot > most {
			n++
		}
	}
	return fit(fmt.Sprintf("   and %d more", n), width)
}

// doingText says what goes on, and from a second on for how long; of a pause how long it still is.
func (s *slot) doingText(now time.Time) string {
	since := now.Sub(s.since)
	switch {
	case s.doing == "" || !s.until.IsZero() && !now.Before(s.until):
		return ""
	case !s.until.IsZero():
		return fmt.Sprintf("%s, goes on in %s", s.doing, clockText(s.until.Sub(now)))
	case since >= time.Second:
		return s.doing + "  " + clockText(since)
	}
	return s.doing
}

// bar draws a share of a length.
func bar(part, whole, length int) string {
	full := length * part / max(1, whole)
	if full >= length {
		return strings.Repeat("━", length)
	}
	return strings.Repeat("━", full) + "╸" + strings.Repeat(" ", length-full-1)
}

// fit cuts a text to a width.
func fit(text string, width int) string { return runewidth.Truncate(text, width, "…") }
