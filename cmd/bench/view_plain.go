package main

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"bench/agent"
	"bench/analysis"
	"bench/runner"
	"bench/spec"
)

// Rules of this output: a line for each run that ends, numbered, with the time that is left; a line for what went wrong or what a
// reader should know. The first word says which it is. -log-level asks for more, or for less.

// The levels of lines, as -log-level names them.
const (
	levelDebug = slog.LevelDebug // every step
	levelInfo  = slog.LevelInfo  // every run
	levelWarn  = slog.LevelWarn  // what is tried again, and what a reader should know
	levelError = slog.LevelError // what failed
)

func logLevelFlag() cli.Flag {
	return &cli.StringFlag{Name: "log-level", Value: "info", Usage: "tell on standard error what is of `LEVEL` or above: debug (every step), info, warn, error"}
}

// levelFlag gives the level that is asked for; checkLevel has seen that it is one.
func levelFlag(c *cli.Context) slog.Level {
	level := levelInfo
	_ = level.UnmarshalText([]byte(c.String("log-level")))
	return level
}

func checkLevel(c *cli.Context) error {
	name := c.String("log-level")
	names := []string{"debug", "info", "warn", "error"}
	for _, known := range names {
		if name == known {
			return nil
		}
	}
	return fmt.Errorf("-log-level %s: the levels are %s.%s", name, strings.Join(names, ", "), spec.DidYouMean(name, names))
}

// levelOf gives the level of an event's line.
func levelOf(e runner.Event) slog.Level {
	switch e.Kind {
	case runner.RunFailed, runner.RunLost:
		return levelError
	case runner.Retried, runner.Noted:
		return levelWarn
	case runner.Counted, runner.Began, runner.Starting, runner.Serving:
		return levelInfo
	}
	return levelDebug
}

// describe tells an event in a line; "" for one that is not worth one.
func describe(e runner.Event) string {
	where := whereOf(e)
	if e.Server.Kind == "emulator" {
		return "" // it is there at once
	}
	switch e.Kind {
	case runner.Counted:
		return fmt.Sprintf("ok      %s  %s", where, e.Took.Round(time.Millisecond))
	case runner.Retried:
		return fmt.Sprintf("retry   %s  attempt %d: %s; again in %s", where, e.Attempt, oneLine(e.Error.Error()), roughly(e.Delay))
	case runner.RunLost:
		return fmt.Sprintf("lost    %s  attempt %d: %s", where, e.Attempt, oneLine(e.Error.Error()))
	case runner.RunFailed:
		return fmt.Sprintf("failed  %s  attempt %d: %s", where, e.Attempt, oneLine(e.Error.Error()))
	case runner.Began:
		return fmt.Sprintf("%s  %s to make", e.Address, analysis.Count(e.Tally.Waiting, "run"))
	case runner.Starting:
		return fmt.Sprintf("server  %s is started", e.Server.Address())
	case runner.Serving:
		return fmt.Sprintf("server  %s is ready  %s", e.Server.Address(), roughly(e.Took))
	case runner.Noted:
		return "note    " + oneLine(e.Message)
	case runner.Started:
		return fmt.Sprintf("start   %s  attempt %d", where, e.Attempt)
	case runner.Stepped:
		return fmt.Sprintf("step    %s  %s", where, stepOf(e))
	case runner.Called:
		return fmt.Sprintf("call    %s  %s: %s", where, stepOf(e), callText(e.Call))
	}
	return ""
}

// stepOf names a step, and whose it is where several agents run at once.
func stepOf(e runner.Event) string { return oneLine(e.Member + " " + e.Step) }

// callText tells how a call ended.
func callText(c *agent.Call) string {
	if c.Error != nil {
		return oneLine(c.Error.Error())
	}
	text := called(c)
	if c.TTFTNS != nil {
		text += ", TTFT " + analysis.Duration(float64(*c.TTFTNS))
	}
	return text
}

// called gives a call's tokens and rate.
func called(c *agent.Call) string {
	text := fmt.Sprintf("%d tok", c.OutputTokens)
	if rate, ok := agent.CallMetrics(*c)["throughput"]; ok {
		text += fmt.Sprintf(", %.1f tok/s", rate)
	}
	return text
}

// whereOf names a run within its experiment: `gpu60_ctx256 run 2`.
func whereOf(e runner.Event) string {
	return fmt.Sprintf("%s %s %d", e.Address.Configuration, e.Address.Kind(), e.Address.Repeat)
}

// roughly rounds a duration to what a reader needs.
func roughly(d time.Duration) time.Duration {
	if d < time.Second {
		return d.Round(time.Millisecond)
	}
	return d.Round(100 * time.Millisecond)
}

// leftText gives "6m12s left", or "" where it is not known.
func leftText(left time.Duration, known bool) string {
	if !known {
		return ""
	}
	return clockText(max(left, time.Second)) + " left"
}

// clockText gives a time to the second, and above an hour to the minute.
func clockText(d time.Duration) string {
	if d = d.Round(time.Second); d >= time.Hour {
		return strings.TrimSuffix(d.Round(time.Minute).String(), "0s")
	}
	return d.String()
}

// plainView writes lines.
type plainView struct {
	w             io.Writer
	level         slog.Level
	forecast      *runner.Forecast
	planned, done int // runs and warm-ups
}

func (v *plainView) event(e runner.Event) {
	if e.Kind.EndsRun() {
		v.done++
	}
	text := describe(e)
	if text == "" || levelOf(e) < v.level {
		return
	}
	if e.Kind.EndsRun() {
		text = fmt.Sprintf("[%*d/%d] %s", len(fmt.Sprint(v.planned)), v.done, v.planned, text)
		if left := leftText(v.forecast.Left(time.Now())); left != "" && v.done < v.planned {
			text += "  " + left
		}
	}
	fmt.Fprintln(v.w, text)
}

const stoppingNote = "Stopping: the current runs end, then it stops. A second interrupt kills them."

func (v *plainView) stopping() { fmt.Fprintln(v.w, stoppingNote) }
func (v *plainView) close()    {}

// quiet is a view beside another one, which tells that it stops.
type quiet struct{ *plainView }

func (quiet) stopping() {}
