package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"bench/analysis"
	"bench/runner"
	"bench/runner/journal"
)

// Rules of this output: of each experiment a line whose numbers add up to what is planned, who works on it, a line for each run under
// way, and what failed last. What is nothing is left out.

func statusText(w io.Writer, all []*runner.Status, now time.Time) error {
	if len(all) == 0 {
		_, err := fmt.Fprintln(w, "There is no experiment.")
		return err
	}
	var b strings.Builder
	for _, s := range all {
		fmt.Fprintf(&b, "%s  %s\n", s.Experiment.Address(), countsText(s))
		for _, line := range append(holderText(s, now), failureText(s, now)...) {
			fmt.Fprintf(&b, "  %s\n", line)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// countsText gives `31 of 54 counted, 1 failed, 1 under way, 21 waiting`.
func countsText(s *runner.Status) string {
	text := fmt.Sprintf("%d of %d counted", s.Counted, s.Planned)
	for _, part := range []struct {
		n    int
		what string
	}{{s.Failed, "failed"}, {s.Lost, "lost"}, {s.UnderWay, "under way"}, {s.Waiting, "waiting"}} {
		if part.n > 0 {
			text += fmt.Sprintf(", %d %s", part.n, part.what)
		}
	}
	return text
}

// holderText tells who works there, and on what.
func holderText(s *runner.Status, now time.Time) []string {
	if s.Holder == nil {
		return idleText(s)
	}
	who := fmt.Sprintf("pid %d", s.Holder.PID)
	since := s.Holder.Since.Local().Format(time.DateTime)
	switch s.Presence {
	case journal.Gone:
		return []string{fmt.Sprintf("%s, at work since %s, is gone without an end; the next apply goes on from here", who, since)}
	case journal.Away:
		who += " on " + s.Holder.Host
		return append([]string{fmt.Sprintf("%s has the folder since %s; whether it still runs can't be seen from here", who, since)}, runningText(s, now)...)
	}
	return append([]string{dotted(fmt.Sprintf("%s is at work since %s", who, since), rateText(s, now), leftOf(s))}, runningText(s, now)...)
}

// idleText tells of an experiment at which nobody works.
func idleText(s *runner.Status) []string {
	switch {
	case s.Counted == s.Planned:
		return nil
	case s.Begun.IsZero():
		return []string{"no run was made yet"}
	}
	return []string{fmt.Sprintf("nobody is at work; the last apply ended %s", s.Last.Local().Format(time.DateTime))}
}

func rateText(s *runner.Status, now time.Time) string {
	rate := s.Rate(now)
	switch {
	case rate == 0:
		return ""
	case rate >= 1:
		return analysis.Significant(rate, 2) + " runs/s"
	case rate*60 >= 1:
		return analysis.Significant(rate*60, 2) + " runs/min"
	}
	return analysis.Significant(rate*3600, 2) + " runs/h"
}

func leftOf(s *runner.Status) string {
	if s.Left == nil {
		return ""
	}
	return leftText(*s.Left, true)
}

// runningText gives a line for each attempt under way.
func runningText(s *runner.Status, now time.Time) []string {
	var lines []string
	for _, a := range s.Running {
		line := fmt.Sprintf("%s %s %d", a.Address.Configuration, a.Address.Kind(), a.Address.Repeat)
		if a.Slot > 0 {
			line = fmt.Sprintf("slot %d  %s", a.Slot, line)
		}
		if a.Number > 1 {
			line += fmt.Sprintf(", attempt %d", a.Number)
		}
		line += "   " + clockText(max(0, now.Sub(a.Since)))
		if doing := doingText(a); doing != "" {
			line += fmt.Sprintf("   %s  %s", doing, clockText(max(0, now.Sub(a.DoingAt))))
		}
		lines = append(lines, visible(line))
	}
	if s.Others > 0 {
		lines = append(lines, fmt.Sprintf("%s of it are planned with other values or another spec than these: give the same -var",
			analysis.Count(s.Others, "attempt")))
	}
	return lines
}

// doingText says what an attempt does, from its last event.
func doingText(a runner.Attempt) string {
	switch a.Doing {
	case runner.Started, runner.Serving:
		if text := preparing[a.What]; text != "" {
			return text
		}
		return preparing["keep"]
	case runner.Starting:
		return "starts " + a.What
	case runner.Stepped:
		return a.What
	case runner.Called:
		return "after " + a.What
	case runner.Retried:
		return "pauses after " + a.What
	}
	return ""
}

// failureText tells what failed last.
func failureText(s *runner.Status, now time.Time) []string {
	f := s.LastFailure
	if f == nil {
		return nil
	}
	return []string{fmt.Sprintf("last failure, %s ago: %s %s %d, attempt %d: %s", clockText(max(0, now.Sub(f.At))),
		f.Address.Configuration, f.Address.Kind(), f.Address.Repeat, f.Attempt, oneLine(f.Error.Error()))}
}
