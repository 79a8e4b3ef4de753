package main

import (
	"cmp"
	"errors"

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
			list := &runLister{plan: p, only: only, all: c.Bool("all") || c.Bool("json")}
			if c.Bool("json") {
				err = list.each(func(l runLine) error { return e.line(l) })
			} else {
				var table runTable
				if err = list.each(table.add); err == nil {
					err = table.write(e.out)
				}
			}
			return cmp.Or(err, passedText(e.notes, list.passedOver))
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
	Stale         bool               `json:"stale"`             // the spec has changed since
	Altered       bool               `json:"altered,omitempty"` // its file is not as it was measured
	Factors       map[string]any     `json:"factors"`
	Metrics       map[string]float64 `json:"metrics"`
	Error         *agent.Error       `json:"error"`
	Skipped       string             `json:"skipped,omitempty"` // why
	Record        string             `json:"record"`            // path of its JSON; "" where there is none
}

// A runLister goes through the records of every experiment of a plan that lie under some addresses; with all, the attempts that did not
// count, those that were lost, and the configurations that are skipped as well. It holds one record at a time.
type runLister struct {
	plan       *runner.Plan
	only       spec.Addresses // none: everything
	all        bool
	passedOver []error // files that are no records, and which no planned run lacks
}

// each gives what was found to emit, and ends with its error.
func (l *runLister) each(emit func(runLine) error) error {
	for _, exp := range l.plan.Module.Experiments {
		if err := l.records(exp, emit); err != nil {
			return err
		}
		if !l.all {
			continue
		}
		if err := l.lost(exp, emit); err != nil {
			return err
		}
		for _, s := range l.plan.SkippedOf(exp) {
			if line := skippedRunLine(exp, s); isUnder(line.Address, l.only) {
				if err := emit(line); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (l *runLister) records(exp *spec.Experiment, emit func(runLine) error) error {
	folder, register := l.plan.Folder(exp), l.plan.Register(exp)
	among := rowsAmongOthers(exp, folder)
	read := journal.Records
	if l.all {
		read = journal.All
	}
	for r, err := range read(folder) {
		_, altered := errors.AsType[*journal.AlteredError](err)
		if register.IsStray(err) {
			l.passedOver = append(l.passedOver, err)
			continue
		}
		if err != nil && !altered {
			return err
		}
		if !isUnder(r.Address, l.only) {
			continue
		}
		row, ok := among[r.Path(folder)]
		if !ok {
			row = table.NewCollector(exp).Row(&r)
		}
		run := register.Find(r.Place(), r.Address)
		err = emit(runLine{
			Address: r.Address, Experiment: r.Experiment, Configuration: r.Configuration, Arm: r.Arm, Repeat: r.Repeat,
			Attempt: r.Attempt, State: string(r.State), Stale: run == nil || !run.Fits(&r), Altered: altered || r.Altered,
			Factors: row.Factors, Metrics: row.Metrics(), Error: r.Error, Record: r.Path(folder),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// rowsAmongOthers gives the rows of the records that count, by path, where they have something only among others: contention.
func rowsAmongOthers(exp *spec.Experiment, folder string) map[string]table.Row {
	if !exp.Contention.IsSet() {
		return nil
	}
	c := table.NewCollector(exp)
	var paths []string
	for r, err := range journal.Records(folder) {
		if err == nil { // else it is told by who lists it
			c.Add(&r)
			paths = append(paths, r.Path(folder))
		}
	}
	rows := map[string]table.Row{}
	for i, row := range c.Source().Rows {
		rows[paths[i]] = row
	}
	return rows
}

// lost tells the attempts that were started and of which nothing came back: the journal alone knows them.
func (l *runLister) lost(exp *spec.Experiment, emit func(runLine) error) error {
	for ev, err := range journal.History(l.plan.Folder(exp)) {
		if err != nil {
			return err
		}
		a, err := spec.ParseAddress(ev.Address)
		if err != nil || ev.Event != journal.EventFinish || ev.State != journal.Lost || !isUnder(ev.Address, l.only) {
			continue
		}
		err = emit(runLine{
			Address: ev.Address, Experiment: exp.ID(), Configuration: a.Configuration, Repeat: a.Repeat, Attempt: ev.Attempt,
			State: string(ev.State), Factors: map[string]any{}, Metrics: map[string]float64{}, Error: ev.Error,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func skippedRunLine(exp *spec.Experiment, s runner.Skipped) runLine {
	return runLine{
		Address: s.Address.String(), Experiment: exp.ID(), Configuration: s.Address.Configuration, State: "skipped",
		Factors: map[string]any{}, Metrics: map[string]float64{}, Skipped: s.Reason,
	}
}

// isUnder says whether an address lies under one of some, or there are none.
func isUnder(address string, only spec.Addresses) bool {
	a, err := spec.ParseAddress(address)
	return len(only) == 0 || err == nil && only.Contain(a)
}
