package main

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/urfave/cli/v2"

	"bench/agent"
	"bench/runner"
	"bench/runner/study"
)

// Rules of this output: every line is an object with a field "event", or a diagnostic, which has "severity" instead. The first event
// is planned, the last one outcome, whatever happens between them. README.md describes each.

// jsonView writes an object an event.
type jsonView struct {
	line     func(any) error
	notes    io.Writer
	forecast *runner.Forecast
}

// An eventLine is the line of an event. What does not belong to its kind is left out.
type eventLine struct {
	Event     runner.EventKind   `json:"event"`
	T         time.Time          `json:"t"` // UTC
	Address   string             `json:"address,omitempty"`
	Slot      int                `json:"slot,omitempty"`
	Attempt   int                `json:"attempt,omitempty"`
	Server    string             `json:"server,omitempty"`
	Isolation string             `json:"isolation,omitempty"`
	Member    string             `json:"member,omitempty"` // which agent, of several that run at once
	Step      string             `json:"step,omitempty"`
	Metrics   map[string]float64 `json:"metrics,omitempty"`
	Error     *agent.Error       `json:"error,omitempty"`
	Message   string             `json:"message,omitempty"`
	DelayNS   int64              `json:"delay_ns,omitempty"`
	TookNS    int64              `json:"took_ns,omitempty"`
	LeftNS    *int64             `json:"left_ns,omitempty"` // of the whole apply; absent where it is not known
	Tally     *runner.Tally      `json:"tally,omitempty"`
}

func lineOf(e runner.Event, now time.Time) eventLine {
	l := eventLine{
		Event: e.Kind, T: now.UTC(), Slot: e.Slot, Attempt: e.Attempt, Isolation: e.Isolation, Member: e.Member, Step: e.Step, Metrics: e.Metrics,
		Error: e.Error, Message: e.Message, DelayNS: e.Delay.Nanoseconds(), TookNS: e.Took.Nanoseconds(),
	}
	if e.Server.Block != "" {
		l.Server = e.Server.Address()
	}
	if e.Address.Experiment != "" {
		l.Address, l.Tally = e.Address.String(), &e.Tally
	}
	if e.Call != nil {
		l.Metrics, l.Error = agent.CallMetrics(*e.Call), e.Call.Error
	}
	return l
}

func (v *jsonView) event(e runner.Event) {
	now := time.Now()
	l := lineOf(e, now)
	if left, known := v.forecast.Left(now); known {
		l.LeftNS = new(left.Nanoseconds())
	}
	_ = v.line(l) // who reads may have gone; the runs go on
}

func (v *jsonView) stopping() { fmt.Fprintln(v.notes, stoppingNote) }
func (v *jsonView) close()    {}

// A plannedLine says what will be made.
type plannedLine struct {
	Event        string              `json:"event"` // planned
	T            time.Time           `json:"t"`
	Version      string              `json:"version"` // of bench
	Tally        runner.Tally        `json:"tally"`
	Warmups      int                 `json:"warmups"`
	EstimateNS   int64               `json:"estimate_ns"`        // 0 where there are no earlier runs
	EstimateFrom int                 `json:"estimate_from_runs"` // how many these are
	Experiments  []plannedExperiment `json:"experiments"`
}

// A plannedExperiment is the part of one experiment, in the order in which they are made.
type plannedExperiment struct {
	Address string       `json:"address"`
	Tally   runner.Tally `json:"tally"`
	Warmups int          `json:"warmups"`
}

// tellPlan writes what will be made, with -json.
func (e *env) tellPlan(c *cli.Context, p *runner.Plan) {
	if !c.Bool("json") {
		return
	}
	sum := p.Sum()
	l := plannedLine{Event: "planned", T: time.Now().UTC(), Version: Version, Tally: sum.Tally(), Warmups: sum.Warmups, Experiments: []plannedExperiment{}}
	left, from := p.Estimate()
	l.EstimateNS, l.EstimateFrom = left.Nanoseconds(), from
	for _, x := range p.Module.Experiments {
		of := p.SumOf(x)
		l.Experiments = append(l.Experiments, plannedExperiment{x.Address(), of.Tally(), of.Warmups})
	}
	_ = e.line(l)
}

// A studyLine holds what was found, as `bench analyze -json` prints it.
type studyLine struct {
	Event string      `json:"event"` // study
	T     time.Time   `json:"t"`
	Study study.Study `json:"study"`
}

// An outcomeLine is the last one.
type outcomeLine struct {
	Event    string         `json:"event"` // outcome
	T        time.Time      `json:"t"`
	Outcome  string         `json:"outcome"` // done, incomplete, check_failed, interrupted, error
	ExitCode int            `json:"exit_code"`
	Tally    runner.Tally   `json:"tally"`
	Retried  map[string]int `json:"retried"` // attempts, by class of error
	TookNS   int64          `json:"took_ns"`
	Errors   []string       `json:"errors"`
}

// tellOutcome writes how it ended, with -json. The error and the exit code are those of the command.
func (e *env) tellOutcome(c *cli.Context, end *closing, err error, code int) {
	if !c.Bool("json") {
		return
	}
	l := outcomeLine{
		Event: "outcome", T: time.Now().UTC(), ExitCode: code, Tally: end.tally, Retried: end.retried,
		TookNS: time.Since(end.started).Nanoseconds(), Errors: append([]string{}, end.errors...),
	}
	var s status
	if err != nil && !errors.As(err, &s) {
		l.Errors = append(l.Errors, err.Error())
	}
	l.Outcome = map[int]string{0: "done", exitIncomplete: "incomplete", exitCheck: "check_failed", exitInterrupted: "interrupted", exitError: "error"}[l.ExitCode]
	_ = e.line(l)
}
