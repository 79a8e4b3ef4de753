package main

import (
	"bufio"
	"encoding/json"

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
			if err == nil && c.Bool("detailed-exitcode") && !p.Sum().Nothing() {
				return status(exitIncomplete)
			}
			return err
		},
	}
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
