package main

import (
	"time"

	"github.com/urfave/cli/v2"

	"bench/agent"
	"bench/runner"
	"bench/runner/journal"
)

func statusCommand(e *env) *cli.Command {
	return &cli.Command{
		Name: "status", Usage: "tell how far an apply in another terminal is", ArgsUsage: "[PATH…]",
		Description: addresses + "\nIt reads, and disturbs nobody. Give it the paths and the values of variables that the apply was given.",
		Flags:       moduleFlags(targetFlag()),
		Action: func(c *cli.Context) error {
			m, err := e.module(c, c.Args().Slice())
			if err != nil {
				return err
			}
			only, err := addressesOf(c, "target")
			if err != nil {
				return err
			}
			p, err := e.replan(c, m, runner.Scope{Only: only})
			if err != nil {
				return err
			}
			now := time.Now()
			all, err := p.Status(now)
			if err != nil {
				return err
			}
			if !c.Bool("json") {
				return statusText(e.out, all, now)
			}
			for _, s := range all {
				if err := e.line(statusLineOf(s, now)); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// A statusLine is how far an experiment is, as `bench status -json` prints it.
type statusLine struct {
	Address     string       `json:"address"`
	Planned     int          `json:"planned"` // the sum of the next five
	Counted     int          `json:"counted"`
	Failed      int          `json:"failed"`
	Lost        int          `json:"lost"`
	UnderWay    int          `json:"under_way"`
	Waiting     int          `json:"waiting"`
	Holder      *holderLine  `json:"holder"`          // null: nobody has the folder
	Begun       *time.Time   `json:"begun_at"`        // when the last apply began; null where none has
	Rate        float64      `json:"runs_per_second"` // since then
	LeftNS      *int64       `json:"left_ns"`         // of the whole apply; null where it is not known
	OtherSpec   int          `json:"other_spec"`      // attempts of the last apply at runs that are not as they are planned here
	Running     []runningRun `json:"running"`
	LastFailure *failureLine `json:"last_failure"` // null: the last apply met none
}

type holderLine struct {
	journal.Holder
	Presence journal.Presence `json:"presence"` // present, gone, away
}

type runningRun struct {
	Address string           `json:"address"`
	Attempt int              `json:"attempt"`
	Since   time.Time        `json:"since"`
	Slot    int              `json:"slot,omitempty"`
	Doing   runner.EventKind `json:"doing,omitempty"` // the last event, as of bench apply -json
	What    string           `json:"what,omitempty"`  // the step, server, isolation or class of error that it is about
	DoingAt *time.Time       `json:"doing_since,omitempty"`
}

type failureLine struct {
	Address string       `json:"address"`
	Attempt int          `json:"attempt"`
	At      time.Time    `json:"at"`
	Error   *agent.Error `json:"error"`
}

func statusLineOf(s *runner.Status, now time.Time) statusLine {
	l := statusLine{
		Address: s.Experiment.Address(), Planned: s.Planned, Counted: s.Counted, Failed: s.Failed, Lost: s.Lost, UnderWay: s.UnderWay,
		Waiting: s.Waiting, Rate: s.Rate(now), OtherSpec: s.Others, Running: []runningRun{},
	}
	if s.Holder != nil {
		l.Holder = &holderLine{*s.Holder, s.Presence}
	}
	if !s.Begun.IsZero() {
		l.Begun = &s.Begun
	}
	if s.Left != nil {
		l.LeftNS = new(s.Left.Nanoseconds())
	}
	for _, a := range s.Running {
		r := runningRun{Address: a.Address.String(), Attempt: a.Number, Since: a.Since, Slot: a.Slot, Doing: a.Doing, What: a.What}
		if a.Doing != "" {
			r.DoingAt = &a.DoingAt
		}
		l.Running = append(l.Running, r)
	}
	if f := s.LastFailure; f != nil {
		l.LastFailure = &failureLine{f.Address.String(), f.Attempt, f.At, f.Error}
	}
	return l
}
