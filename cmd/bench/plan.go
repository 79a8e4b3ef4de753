package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

	"bench/runner"
)

func planCommand(e *env) *cli.Command {
	return &cli.Command{
		Name: "plan", Usage: "show what would run, and why", ArgsUsage: "[PATH…]",
		Description: addresses,
		Flags: planFlags(
			&cli.StringFlag{Name: "out", Usage: "write the plan to `FILE` as well: bench apply FILE makes these runs and no others"},
			refreshFlag("ask the servers that are there for their versions and models; without it nobody is asked"),
			&cli.BoolFlag{Name: "detailed-exitcode", Usage: "exit with 2 when there is something to run"},
		),
		Action: func(c *cli.Context) error {
			if c.Bool("refresh") && c.IsSet("out") {
				return errors.New("-refresh: a saved plan goes by the lock; bench apply -refresh writes that, and then plan with -out")
			}
			p, err := e.plan(c)
			if err != nil {
				return err
			}
			if c.Bool("refresh") {
				if p, err = e.refreshed(c, p); err != nil {
					return err
				}
			}
			e.drifted(c, p)
			if err := e.showPlan(c, p); err != nil {
				return err
			}
			if c.Bool("detailed-exitcode") && !p.Sum().Nothing() {
				return status(exitIncomplete)
			}
			return nil
		},
	}
}

// showPlan shows a plan, and saves it where that is asked for.
func (e *env) showPlan(c *cli.Context, p *runner.Plan) error {
	apply := ""
	if c.IsSet("out") {
		var err error
		if apply, err = e.save(c, p); err != nil {
			return err
		}
	}
	show := func() error { return planText(e.out, p) }
	if c.Bool("json") {
		show = func() error { return e.planJSON(p) }
	}
	if err := show(); err != nil || apply == "" {
		return err
	}
	_, err := fmt.Fprintf(e.human(c), "The plan is in %s: `%s` makes these runs and no others.\n", c.String("out"), apply)
	return err
}

// A skippedLine is the line of a configuration that is not run.
type skippedLine struct {
	Address string          `json:"address"`
	Action  string          `json:"action"` // skip
	Reasons []runner.Reason `json:"reasons"`
	Skipped string          `json:"skipped"` // why
}

// A planSummary is the last line.
type planSummary struct {
	runner.Sum
	Skipped      int                  `json:"skipped"`            // configurations
	Reasons      []runner.ReasonCount `json:"reasons"`            // the most frequent first
	EstimateNS   int64                `json:"estimate_ns"`        // 0 where there are no earlier runs
	EstimateFrom int                  `json:"estimate_from_runs"` // how many these are
	CanShow      *sensitivity         `json:"can_show"`           // null where no configuration has two runs that count
}

// planJSON writes a line a run, in the order of execution, then the skipped configurations, then the summary. A plan may have
// 100 000 runs, so their lines are made by hand.
func (e *env) planJSON(p *runner.Plan) error {
	w := bufio.NewWriterSize(e.out, 1<<16)
	for r := range p.Runs() {
		if _, err := w.Write(r.AppendJSON(w.AvailableBuffer())); err != nil {
			return err
		}
	}
	lines := json.NewEncoder(w)
	lines.SetEscapeHTML(false)
	skipped := p.Skipped()
	for _, s := range skipped {
		if err := lines.Encode(skippedLine{s.Address.String(), "skip", []runner.Reason{}, s.Reason}); err != nil {
			return err
		}
	}
	took, from := p.Estimate()
	can, err := sensitivityOf(p)
	if err != nil {
		return err
	}
	sum := planSummary{p.Sum(), len(skipped), p.ReasonCounts(), took.Nanoseconds(), from, can}
	if err := lines.Encode(map[string]planSummary{"summary": sum}); err != nil {
		return err
	}
	return w.Flush()
}
