package study

import (
	"encoding/json"
	"errors"
	"maps"
	"reflect"
	"slices"

	"bench/runner"
	"bench/runner/journal"
	"bench/runner/table"
	"bench/spec"
)

// experiment reads the records of an experiment that count for the plan, and tells what was asked and how it went. It keeps of each
// record what the study has of it.
func (b *builder) experiment(e *spec.Experiment) error {
	folder, register := b.plan.Folder(e), b.plan.Register(e)
	out, rows := b.asked(e), table.NewCollector(e)
	sum := newAccount(&out)
	for record, err := range journal.Records(folder) {
		if err != nil {
			if err := b.passOver(sum, register, record.Place(), err); err != nil {
				return err
			}
			continue
		}
		run := register.Find(record.Place(), record.Address)
		if run == nil || record.Warmup || !run.Fits(&record) {
			continue
		}
		text, err := json.Marshal(record)
		if err != nil {
			return err
		}
		b.digest[record.Address] = runner.Digest(text)
		sum.count(run, &record)
		rows.Add(&record)
	}
	for event, err := range journal.History(folder) {
		if err != nil {
			return err
		}
		sum.attempt(register, event)
	}
	sum.close(b.plan.Of(e))
	b.study.Experiments[e.ID()] = out
	b.add(rows.Source())
	return nil
}

// passOver takes what came in the place of a record: it gives the error again where there can be no study with it.
func (b *builder) passOver(sum *account, register *runner.Register, place journal.Place, err error) error {
	_, altered := errors.AsType[*journal.AlteredError](err)
	switch run := register.At(place); {
	case altered && (run == nil || place.Warmup): // it has no part in any case
	case altered:
		sum.alter(run)
		b.study.PassedOver = append(b.study.PassedOver, err)
	case register.IsStray(err):
		b.study.PassedOver = append(b.study.PassedOver, err)
	default:
		return err
	}
	return nil
}

// asked tells the spec's side.
func (b *builder) asked(e *spec.Experiment) Experiment {
	out := Experiment{
		Title: e.Title, Axes: []Axis{}, Arms: []Arm{}, Members: []string{}, Steps: []string{},
		Repeats: e.Repeats, Warmup: e.Warmup, Order: e.Order, Seed: int64(e.Seed), TimeoutNS: e.Timeout.Nanoseconds(), Isolation: e.Isolation.Model,
		Versions: []string{}, Models: []Model{}, Environments: []Environment{}, Retried: map[string]int{}, Unfinished: []Unfinished{}, Skipped: []Skipped{}, CutAt: []int64{}, Labels: map[string]any{},
	}
	for _, a := range e.Axes {
		out.Axes = append(out.Axes, Axis{Name: a.Name, Label: a.Label, Values: a.Values})
	}
	var agents, servers, kinds, targets, works, models agreed
	var options shared
	arms := map[string]*shared{}
	for c := range e.Configurations() {
		targets.note(c.Target.Address())
		for _, a := range c.Agents() {
			agents.note(a.Agent.Address())
			servers.note(a.Server.Address())
			kinds.note(a.Server.Kind)
			works.note(a.Work.ID())
			models.note(a.Model)
			if c.Arm == "" {
				options.note(a.Options)
			}
		}
		if c.Arm == "" {
			out.Planned.Configurations++
		} else {
			if arms[c.Arm] == nil {
				arms[c.Arm] = &shared{}
			}
			arms[c.Arm].note(c.Options)
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
	out.Options = options.values()
	maps.DeleteFunc(out.Options, func(name string, _ any) bool { return isAxis(e, name) })
	out.Agent, out.Server, out.ServerKind, out.Target = agents.text(), servers.text(), kinds.text(), targets.text()
	out.Workload, out.Model = works.text(), models.text()
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
func armOf(base *spec.Baseline, options *shared) Arm {
	arm := Arm{Name: base.Name, Options: map[string]any{}, Varying: []string{}, Paired: base.Paired}
	if options != nil {
		arm.Options = options.values()
		arm.Varying = append(arm.Varying, slices.Sorted(maps.Keys(options.varying))...)
	}
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

// shared finds the options that many configurations have in common.
type shared struct {
	sets    int
	same    map[string]any
	varying map[string]bool // that differ, or are not in all of them
}

// note takes the options of a configuration.
func (s *shared) note(options map[string]any) {
	if s.sets++; s.sets == 1 {
		s.same, s.varying = maps.Clone(options), map[string]bool{}
		return
	}
	for name, v := range options {
		if known, ok := s.same[name]; !ok || !reflect.DeepEqual(v, known) {
			delete(s.same, name)
			s.varying[name] = true
		}
	}
	for name := range s.same {
		if _, ok := options[name]; !ok {
			delete(s.same, name)
			s.varying[name] = true
		}
	}
}

// values gives the options that all have, with the same value.
func (s *shared) values() map[string]any {
	if s.same == nil {
		return map[string]any{}
	}
	return s.same
}

// agreed finds whether many texts are one.
type agreed struct {
	first string
	any   bool
	two   bool
}

func (a *agreed) note(text string) {
	if !a.any {
		a.first, a.any = text, true
	}
	a.two = a.two || text != a.first
}

// text gives the text that all are, or "" where they differ.
func (a *agreed) text() string {
	if a.two {
		return ""
	}
	return a.first
}
