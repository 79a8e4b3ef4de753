package runner

import (
	"iter"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"bench/runner/journal"
	"bench/spec"
)

// A section is the part of a plan that is one experiment's.
type section struct {
	plan       *Plan
	experiment *spec.Experiment
	setups     []*setup
	configs    []config // the configurations that are run
	turns      []turn   // all runs in order, those out of scope too
	skipped    []Skipped
	records    func() (*journal.Index, error) // until they are compared with
	earlier    history
	tookOf     []history // of each configuration that has runs to make: what those took that have a record
	cutShort   bool      // an earlier apply was: there may be something to mend
}

// expand lists the runs, and notes the configurations that are skipped.
func (s *section) expand() (hcl.Diagnostics, error) {
	e, id := s.experiment, newIdentifier(s.plan.Module, s.experiment)
	var groups []group
	for c, diags := range e.Configurations() {
		if diags.HasErrors() {
			return diags, nil
		}
		if c.Skip != "" {
			s.skipped = append(s.skipped, Skipped{s.at(c.Name), c.Skip})
			continue
		}
		setup, diags, err := id.setup(&c)
		if diags.HasErrors() || err != nil {
			return diags, err
		}
		if c.Pair != "" || c.Solo != "" { // it follows the one that it is measured beside
			groups[len(groups)-1].baselines++
		} else {
			groups = append(groups, group{main: int32(len(s.configs))})
		}
		s.configs = append(s.configs, config{c.Name, int32(c.Number), setup, id.config(setup, &c)})
	}
	s.setups = id.setups
	s.turns = schedule(groups, e.Order, e.Repeats, e.Warmup, uint64(e.Seed))
	return nil, nil
}

// at gives the address of a configuration.
func (s *section) at(configuration string) spec.Address {
	return spec.Address{Experiment: s.experiment.Name, Key: s.experiment.Key, Configuration: configuration}
}

// address gives the address of a run.
func (s *section) address(t turn) spec.Address {
	a := s.at(s.configs[t.config].name)
	a.Repeat, a.Warmup = int(t.repeat), t.warmup
	return a
}

// limit takes out what is not in the scope; an empty one holds all.
func (s *section) limit(only spec.Addresses) {
	if len(only) == 0 {
		return
	}
	s.skipped = slices.DeleteFunc(s.skipped, func(x Skipped) bool { return !only.Contain(x.Address) })
	for i, t := range s.turns {
		if !only.Contain(s.address(t)) {
			s.turns[i].why = outOfScope
		}
	}
}

// hasRunIn says whether a run lies under an address.
func (s *section) hasRunIn(a spec.Address) bool {
	for _, t := range s.turns {
		if a.Contains(s.address(t)) {
			return true
		}
	}
	return false
}

// compare says of every run in the scope why it has to be made. What is to be replaced has to, though its record counts.
func (s *section) compare(replace spec.Addresses) error {
	records, err := s.records()
	if err != nil {
		return err
	}
	s.records = nil
	err = inParallel(len(s.turns), func(i int) error {
		t := &s.turns[i]
		if t.why == outOfScope {
			return nil
		}
		reason, err := s.reason(*t, records)
		if reason == upToDate && replace.Contain(s.address(*t)) {
			reason = askedFor
		}
		t.why = reason
		return err
	})
	s.earlier, s.cutShort = historyOf(records), records.CutShort()
	s.tookOf = s.recorded(records)
	return err
}

// recorded gives, where there is something to do, how long the runs of each configuration took whose records are there.
func (s *section) recorded(records *journal.Index) []history {
	if s.earlier.runs == 0 || !slices.ContainsFunc(s.turns, turn.isTodo) {
		return nil
	}
	took := make([]history, len(s.configs))
	for _, t := range s.turns {
		if t.warmup {
			continue
		}
		place := journal.Place{Configuration: s.configs[t.config].name, Repeat: int(t.repeat)}
		if d, ok := records.Took(place); ok {
			took[t.config].total += d
			took[t.config].runs++
		}
	}
	return took
}

// pending gives those runs of the scope that have to be made by what the records tell now, by their place in the order.
func (s *section) pending(records *journal.Index) ([]int, error) {
	now := make([]why, len(s.turns))
	err := inParallel(len(s.turns), func(i int) (err error) {
		if t := s.turns[i]; t.why == outOfScope || t.why == askedFor {
			now[i] = t.why
		} else {
			now[i], err = s.reason(t, records)
		}
		return err
	})
	var todo []int
	for i, why := range now {
		if why != outOfScope && why != upToDate {
			todo = append(todo, i)
		}
	}
	return todo, err
}

// todo gives the runs to make, by their place in the order.
func (s *section) todo() []int {
	var todo []int
	for i, t := range s.turns {
		if t.isTodo() {
			todo = append(todo, i)
		}
	}
	return todo
}

// tally counts the runs that are planned, those that are there, and those to make.
func (s *section) tally(todo []int) Tally {
	var t Tally
	for _, turn := range s.turns {
		if turn.why != outOfScope && !turn.warmup {
			t.Planned++
		}
	}
	for _, i := range todo {
		if !s.turns[i].warmup {
			t.Waiting++
		}
	}
	t.Before = t.Planned - t.Waiting
	return t
}

func (s *section) setupOf(t turn) *setup { return s.setups[s.configs[t.config].setup] }

// reason says why a run has to be made, for all that the records tell.
func (s *section) reason(t turn, records *journal.Index) (why, error) {
	c := &s.configs[t.config]
	place := journal.Place{Configuration: c.name, Warmup: t.warmup, Repeat: int(t.repeat)}
	entry, ok, err := records.Entry(place, s.address(t).String())
	switch {
	case err != nil:
		return outOfScope, err
	case !ok:
		return noRecord, nil
	case entry.Altered:
		return altered, nil
	case entry.Hash == c.hash(t):
		return upToDate, nil
	}
	was, err := records.Identity(place)
	if err != nil {
		return outOfScope, err
	}
	setup, configuration := s.setupOf(t), s.experiment.At(int(c.number))
	is := setup.identity(&configuration, t)
	if changed := differences(was, is, setup.places); len(changed) > 0 {
		return s.plan.reasons.note(changed), nil
	}
	if hashOf(was) == entry.Hash {
		return upToDate, nil
	}
	return altered, nil
}

// runs puts those runs of the scope together that are wanted, in order.
func (s *section) runs(wanted func(turn) bool) iter.Seq[*Run] {
	return func(yield func(*Run) bool) {
		for i, t := range s.turns {
			if t.why != outOfScope && wanted(t) && !yield(s.run(i)) {
				return
			}
		}
	}
}

// run puts the i-th run together.
func (s *section) run(i int) *Run {
	t := s.turns[i]
	c := &s.configs[t.config]
	return &Run{
		Address: s.address(t), Experiment: s.experiment, Position: i + 1, Hash: c.hash(t),
		UpToDate: t.why == upToDate, Reasons: s.plan.reasons.of(t.why),
		config: c, setup: s.setupOf(t), turn: t,
	}
}
