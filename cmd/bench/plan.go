package main

import (
	"github.com/urfave/cli/v2"

	"bench/runner"
)

func planCommand(e *env) *cli.Command {
	return &cli.Command{
		Name: "plan", Usage: "show what would run, and why", ArgsUsage: "[PATH…]",
		Description: addresses,
		Flags:       planFlags(&cli.BoolFlag{Name: "detailed-exitcode", Usage: "exit with 2 when there is something to run"}),
		Action: func(c *cli.Context) error {
			p, err := e.plan(c)
			if err != nil {
				return err
			}
			if c.Bool("json") {
				err = e.planJSON(p)
			} else {
				err = planText(e.out, p)
			}
			if err == nil && c.Bool("detailed-exitcode") && len(p.Todo()) > 0 {
				return status(exitIncomplete)
			}
			return err
		},
	}
}

type plannedLine struct {
	Address string          `json:"address"`
	Order   int             `json:"order"`
	Action  string          `json:"action"` // run, none, skip
	Reasons []runner.Reason `json:"reasons"`
	Skipped string          `json:"skipped,omitempty"`
	Hash    string          `json:"hash,omitempty"`
}

// A planSummary is the last line. Warm-ups are counted by themselves.
type planSummary struct {
	ToRun        int          `json:"to_run"`
	Warmups      int          `json:"warmups"`
	Stale        int          `json:"stale"` // of those to run
	UpToDate     int          `json:"up_to_date"`
	Skipped      int          `json:"skipped"`            // configurations
	EstimateNS   int64        `json:"estimate_ns"`        // 0 where there are no earlier runs
	EstimateFrom int          `json:"estimate_from_runs"` // how many these are
	CanShow      *sensitivity `json:"can_show"`           // null where no configuration has two runs that count
}

// planJSON writes a line a run, in the order of execution, then the summary.
func (e *env) planJSON(p *runner.Plan) error {
	for _, r := range p.Runs {
		line := plannedLine{Address: r.Address.String(), Order: r.Position, Action: "run", Reasons: r.Reasons, Hash: r.Hash}
		if r.UpToDate {
			line.Action, line.Reasons = "none", []runner.Reason{}
		}
		if err := e.line(line); err != nil {
			return err
		}
	}
	for _, s := range p.Skipped {
		if err := e.line(plannedLine{Address: s.Address.String(), Action: "skip", Reasons: []runner.Reason{}, Skipped: s.Reason}); err != nil {
			return err
		}
	}
	sum := summarize(p)
	took, from := p.Estimate()
	can, err := sensitivityOf(p)
	if err != nil {
		return err
	}
	return e.line(map[string]any{"summary": planSummary{
		ToRun: sum.runs, Warmups: sum.warmups, Stale: sum.stale, UpToDate: sum.upToDate, Skipped: len(p.Skipped),
		EstimateNS: took.Nanoseconds(), EstimateFrom: from, CanShow: can,
	}})
}
