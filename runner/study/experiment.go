package study

import (
	"encoding/json"
	"reflect"
	"slices"

	"bench/runner"
	"bench/runner/journal"
	"bench/runner/table"
	"bench/spec"
)

// experiment reads the records of an experiment that count for the plan, and tells what was asked and how it went.
func (b *builder) experiment(e *spec.Experiment) error {
	var planned []*runner.Run
	byAddress := map[string]*runner.Run{}
	for r := range b.plan.Of(e) {
		if !r.Address.Warmup {
			planned = append(planned, r)
			byAddress[r.Address.String()] = r
		}
	}
	folder := b.plan.Folder(e)
	var counted []journal.Record
	for record, err := range journal.Records(folder) {
		if err != nil {
			return err
		}
		run, ok := byAddress[record.Address]
		if !ok || !run.Fits(&record) {
			continue
		}
		counted = append(counted, record)
		text, err := json.Marshal(record)
		if err != nil {
			return err
		}
		b.digest[record.Address] = runner.Digest(text)
	}
	events, err := journal.Events(folder)
	if err != nil {
		return err
	}
	out := b.asked(e)
	out.measured(byAddress, counted)
	out.account(planned, counted, attempts(events, byAddress, counted))
	b.study.Experiments[e.ID()] = out
	b.add(table.FromRecords(e, counted))
	return nil
}

// asked tells the spec's side.
func (b *builder) asked(e *spec.Experiment) Experiment {
	out := Experiment{
		Title: e.Title, Axes: []Axis{}, Arms: []Arm{}, Members: []string{}, Options: map[string]any{}, Steps: []string{},
		Repeats: e.Repeats, Warmup: e.Warmup, Order: e.Order, Seed: int64(e.Seed), TimeoutNS: e.Timeout.Nanoseconds(), Isolation: e.Isolation.Model,
		Versions: []string{}, Models: []Model{}, Environments: []Environment{}, Retried: map[string]int{}, Unfinished: []Unfinished{}, Skipped: []Skipped{}, CutAt: []int64{}, Labels: map[string]any{},
	}
	for _, a := range e.Axes {
		out.Axes = append(out.Axes, Axis{Name: a.Name, Label: a.Label, Values: a.Values})
	}
	var agents, servers, kinds, targets, works, models []string
	var options []map[string]any
	arms := map[string][]spec.Configuration{}
	for c := range e.Configurations() {
		targets = append(targets, c.Target.Address())
		for _, a := range c.Agents() {
			agents, servers, kinds = append(agents, a.Agent.Address()), append(servers, a.Server.Address()), append(kinds, a.Server.Kind)
			works, models = append(works, a.Work.ID()), append(models, a.Model)
			if c.Arm == "" {
				options = append(options, a.Options)
			}
		}
		if c.Arm == "" {
			out.Planned.Configurations++
		} else {
			arms[c.Arm] = append(arms[c.Arm], c)
		}
		out.levels(c.Factors)
	}
	for _, m := range e.Members {
		out.Members = append(out.Members, m.Name)
	}
	for _, s := range b.plan.SkippedOf(e) {
		out.Skipped = append(out.Skipped, Skipped{s.Address.Configuration, s.Reason})
	}
	for _, base := range e.Baselines {
		out.Arms = append(out.Arms, armOf(base, arms[base.Name]))
	}
	for name, v := range options[0] { // a matrix without a configuration was refused
		if isShared(name, v, options) && !isAxis(e, name) {
			out.Options[name] = v
		}
	}
	out.Agent, out.Server, out.ServerKind, out.Target = same(agents), same(servers), same(kinds), same(targets)
	out.Workload, out.Model = same(works), same(models)
	for _, t := range b.plan.Module.Targets {
		if t.Address() == out.Target && t.Labels != nil {
			out.Labels = t.Labels
		}
	}
	if w := b.plan.Module.Workload(spec.Ref{Block: "workload", Name: out.Workload}); w != nil {
		for _, s := range w.Steps {
			out.Steps = append(out.Steps, s.Name)
		}
	}
	return out
}

// armOf tells what the configurations of a baseline have in common, and what not.
func armOf(base *spec.Baseline, configurations []spec.Configuration) Arm {
	arm := Arm{Name: base.Name, Options: map[string]any{}, Varying: []string{}, Paired: base.Paired}
	var sets []map[string]any
	for _, c := range configurations {
		sets = append(sets, c.Options)
	}
	for _, set := range sets {
		for name, v := range set {
			switch {
			case isShared(name, v, sets):
				arm.Options[name] = v
			case !slices.Contains(arm.Varying, name):
				arm.Varying = append(arm.Varying, name)
			}
		}
	}
	slices.Sort(arm.Varying)
	return arm
}

// levels adds the levels that only an include has.
func (e *Experiment) levels(factors []spec.Factor) {
	for i, f := range factors {
		if !slices.Contains(e.Axes[i].Values, f.Value) {
			e.Axes[i].Values = append(slices.Clone(e.Axes[i].Values), f.Value)
		}
	}
}

func isAxis(e *spec.Experiment, name string) bool {
	return slices.ContainsFunc(e.Axes, func(a *spec.Axis) bool { return a.Name == name })
}

// isShared says whether a value is the same in all of a list of option sets.
func isShared(name string, value any, sets []map[string]any) bool {
	return !slices.ContainsFunc(sets, func(s map[string]any) bool {
		v, ok := s[name]
		return !ok || !reflect.DeepEqual(v, value)
	})
}

// same gives the text that all of a list are, or "" where they differ.
func same(texts []string) string {
	if distinct := slices.Compact(slices.Sorted(slices.Values(texts))); len(distinct) == 1 {
		return distinct[0]
	}
	return ""
}
