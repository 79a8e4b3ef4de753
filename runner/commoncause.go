package runner

import (
	"fmt"
	"slices"

	"bench/agent"
	"bench/spec"
)

// alike is how many runs in a row fail for good in one way, without one that succeeded, before the runs that have something in common
// with them are left for later: they would fail the same way. As many configurations are among them as for a server, or all there are.
const alike = 5

// A cohort is runs that can fail for one reason: those of a model on a server, or where it names no model, all on that server. The zero
// cohort is the whole experiment.
type cohort struct {
	server spec.Ref
	model  string
}

// cohorts gives those that a run belongs to, each once, the experiment last.
func (s *setup) cohorts() []cohort {
	var cohorts []cohort
	for _, m := range s.members {
		if of := m.cohort(); !slices.Contains(cohorts, of) {
			cohorts = append(cohorts, of)
		}
	}
	return append(cohorts, cohort{})
}

func (m *member) cohort() cohort { return cohort{m.Server, m.Model} }

// commonCauses watch an experiment for a reason to fail that lies in none of its runs: a model that its server does not have, a limit of
// memory that nothing fits into, a rule that every answer breaks. What is the server's own doing is the breaker's.
type commonCauses struct {
	experiment     string         // its address
	configurations map[cohort]int // that have runs to make
	streaks        map[cohort]*sameness
}

// A sameness is failures of one class in a row.
type sameness struct {
	succeeded      bool // a run did, at any time: then the reason lies in the runs
	runs           int
	configurations map[int32]bool
	last           *agent.Error
}

// newCommonCauses watches the runs that are to be made, by their place in the order.
func newCommonCauses(s *section, todo []int) *commonCauses {
	c := &commonCauses{s.experiment.Address(), map[cohort]int{}, map[cohort]*sameness{}}
	seen := make([]bool, len(s.configs))
	for _, i := range todo {
		t := s.turns[i]
		if seen[t.config] {
			continue
		}
		seen[t.config] = true
		for _, of := range s.setupOf(t).cohorts() {
			c.configurations[of]++
		}
	}
	return c
}

// note takes the outcome of a run, and who is to blame; nil: nobody of its agents.
func (c *commonCauses) note(r *Run, failure *agent.Error, blamed *member) {
	for _, of := range r.setup.cohorts() {
		if failure != nil && of != (cohort{}) && (blamed == nil || of != blamed.cohort()) { // of the others nothing is known
			continue
		}
		s := c.streaks[of]
		if s == nil {
			s = &sameness{}
			c.streaks[of] = s
		}
		s.note(r.turn.config, failure)
	}
}

func (s *sameness) note(config int32, failure *agent.Error) {
	switch {
	case failure == nil:
		*s = sameness{succeeded: true}
	case isServers(failure.Class):
		*s = sameness{succeeded: s.succeeded}
	case s.last == nil || s.last.Class != failure.Class:
		*s = sameness{s.succeeded, 1, map[int32]bool{config: true}, failure}
	default:
		s.runs++
		s.configurations[config] = true
		s.last = failure
	}
}

// isOpen says whether the runs of a cohort are given up.
func (c *commonCauses) isOpen(of cohort) bool {
	s := c.streaks[of]
	return s != nil && !s.succeeded && s.runs >= alike && len(s.configurations) >= min(various, c.configurations[of])
}

// message says why so many runs of a cohort are left, and what to do.
func (c *commonCauses) message(of cohort, left string) string {
	s, who := c.streaks[of], c.experiment
	if of != (cohort{}) {
		who = fmt.Sprintf("model %q on %s", of.model, of.server.Address())
	}
	return fmt.Sprintf("%s failed with %s in %d runs in a row, and succeeded in none, so %s left for later: %s; mend what they have in common, or choose others with -target, and apply again",
		who, s.last.Class, s.runs, left, s.last.Message)
}
