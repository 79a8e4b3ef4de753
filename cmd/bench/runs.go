package main

import (
	"cmp"
	"slices"

	"github.com/urfave/cli/v2"

	"bench/agent"
	"bench/runner"
	"bench/runner/journal"
	"bench/runner/table"
	"bench/spec"
)

func runsCommand(e *env) *cli.Command {
	return &cli.Command{
		Name: "runs", Usage: "list the records", ArgsUsage: "[PATH…]",
		Description: addresses,
		Flags:       moduleFlags(targetFlag(), &cli.BoolFlag{Name: "all", Usage: "attempts that did not count as well; always so with -json"}),
		Action: func(c *cli.Context) error {
			m, err := e.module(c, c.Args().Slice())
			if err != nil {
				return err
			}
			only, err := addressesOf(c, "target")
			if err != nil {
				return err
			}
			p, err := e.replan(c, m, runner.Scope{})
			if err != nil {
				return err
			}
			lines, err := runLines(p, only, c.Bool("all") || c.Bool("json"))
			if err != nil {
				return err
			}
			if !c.Bool("json") {
				return runsText(e.out, lines)
			}
			for _, l := range lines {
				if err := e.line(l); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// A runLine is one attempt, as `bench runs -json` prints it.
type runLine struct {
	Address       string             `json:"address"`
	Experiment    string             `json:"experiment"`
	Configuration string             `json:"configuration"`
	Arm           string             `json:"arm"`
	Repeat        int                `json:"repeat"`
	Attempt       int                `json:"attempt"`
	State         string             `json:"state"`
	Stale         bool               `json:"stale"` // the spec has changed since
	Factors       map[string]any     `json:"factors"`
	Metrics       map[string]float64 `json:"metrics"`
	Error         *agent.Error       `json:"error"`
	Skipped       string             `json:"skipped,omitempty"` // why
	Record        string             `json:"record"`            // path of its JSON; "" where there is none
}

// runLines tells the records of every experiment of the plan under some addresses; with all, the attempts that did not count,
// those that were lost, and the configurations that are skipped as well.
func runLines(p *runner.Plan, only spec.Addresses, all bool) ([]runLine, error) {
	hashes := map[string]string{}
	for r := range p.Runs() {
		hashes[r.Address.String()] = r.Hash
	}
	var lines []runLine
	for _, exp := range p.Module.Experiments {
		folder := p.Folder(exp)
		records, err := recordsOf(folder, all)
		if err != nil {
			return nil, err
		}
		for i, row := range table.FromRecords(exp, records).Rows {
			r := records[i]
			line := runLine{
				Address: r.Address, Experiment: r.Experiment, Configuration: r.Configuration, Arm: r.Arm, Repeat: r.Repeat,
				Attempt: r.Attempt, State: string(r.State), Stale: hashes[r.Address] != r.Hash,
				Factors: row.Factors, Metrics: row.Metrics(), Error: r.Error, Record: r.Path(folder),
			}
			lines = append(lines, line)
		}
		if all {
			lost, err := lostLines(exp, folder)
			if err != nil {
				return nil, err
			}
			lines = append(append(lines, lost...), skippedLines(p, exp)...)
		}
	}
	return slices.DeleteFunc(lines, func(l runLine) bool { return !isUnder(l.Address, only) }), nil
}

// recordsOf reads the records that count, and with all those that do not, each run's attempts together.
func recordsOf(folder string, all bool) ([]journal.Record, error) {
	records, err := journal.Load(folder)
	if err != nil || !all {
		return records, err
	}
	for r, err := range journal.Attempts(folder) {
		if err != nil {
			return nil, err
		}
		records = append(records, r)
	}
	slices.SortStableFunc(records, func(a, b journal.Record) int {
		return cmp.Or(cmp.Compare(a.Configuration, b.Configuration), order(a.Warmup, b.Warmup), cmp.Compare(a.Repeat, b.Repeat), cmp.Compare(a.Attempt, b.Attempt))
	})
	return records, nil
}

// order puts false before true.
func order(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// lostLines tells the attempts that were started and of which nothing came back: the journal alone knows them.
func lostLines(exp *spec.Experiment, folder string) ([]runLine, error) {
	events, err := journal.Events(folder)
	if err != nil {
		return nil, err
	}
	var lines []runLine
	for _, ev := range events {
		a, err := spec.ParseAddress(ev.Address)
		if err != nil || ev.Event != journal.EventFinish || ev.State != journal.Lost {
			continue
		}
		lines = append(lines, runLine{
			Address: ev.Address, Experiment: exp.ID(), Configuration: a.Configuration, Repeat: a.Repeat, Attempt: ev.Attempt,
			State: string(ev.State), Factors: map[string]any{}, Metrics: map[string]float64{}, Error: ev.Error,
		})
	}
	return lines, nil
}

func skippedLines(p *runner.Plan, exp *spec.Experiment) []runLine {
	var lines []runLine
	for _, s := range p.SkippedOf(exp) {
		lines = append(lines, runLine{
			Address: s.Address.String(), Experiment: exp.ID(), Configuration: s.Address.Configuration, State: "skipped",
			Factors: map[string]any{}, Metrics: map[string]float64{}, Skipped: s.Reason,
		})
	}
	return lines
}

// isUnder says whether an address lies under one of some, or there are none.
func isUnder(address string, only spec.Addresses) bool {
	a, err := spec.ParseAddress(address)
	return len(only) == 0 || err == nil && only.Contain(a)
}
