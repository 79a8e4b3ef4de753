package runner

import (
	"fmt"
	"slices"

	"bench/agent"
	"bench/spec"
)

// When a server is given up. Its other runs are left for later then: they would fail the same way.
const (
	gone    = 3 // runs in a row fail for good because it can't be reached
	erring  = 5 // runs in a row fail for good because it answers with errors, or too late
	various = 3 // configurations, where there are as many, are among them: one alone may ask for what no server can do
)

// A breaker watches for servers that are gone, or fail whatever they are asked.
type breaker struct{ streaks map[spec.Ref]*streak }

// A streak is failures of a server without a success between them.
type streak struct {
	unreached      int // the last ones, in which it could not be reached
	runs           int
	configurations map[string]bool
	needed         int // configurations, for the server to be given up
	last           *agent.Error
}

func newBreaker() *breaker { return &breaker{streaks: map[spec.Ref]*streak{}} }

// note takes the outcome of a run of one of so many configurations. What is not the server's doing ends a streak: it has answered.
func (b *breaker) note(server spec.Ref, configuration string, of int, failure *agent.Error) {
	if failure == nil || !isServers(failure.Class) {
		delete(b.streaks, server)
		return
	}
	s := b.streaks[server]
	if s == nil {
		s = &streak{configurations: map[string]bool{}}
		b.streaks[server] = s
	}
	s.runs++
	s.configurations[configuration] = true
	s.needed, s.last = min(various, of), failure
	if s.unreached++; failure.Class != agent.Connect {
		s.unreached = 0
	}
}

// isServers says whether a failure of a class is the doing of a server.
func isServers(class agent.Class) bool {
	return slices.Contains([]agent.Class{agent.Connect, agent.Timeout, agent.ServerError, agent.RateLimited}, class)
}

func (b *breaker) isOpen(server spec.Ref) bool {
	s := b.streaks[server]
	return s != nil && (s.unreached >= gone || s.runs >= erring && len(s.configurations) >= s.needed)
}

// message says why so many runs of a server are left.
func (b *breaker) message(server spec.Ref, left string) string {
	s := b.streaks[server]
	why := fmt.Sprintf("failed in %d runs in a row", s.runs)
	if s.unreached >= gone {
		why = fmt.Sprintf("could not be reached by %d runs in a row", s.unreached)
	}
	return fmt.Sprintf("%s %s, so %s left for later: %s", server.Address(), why, left, s.last.Message)
}

// givenUp gives a cohort that is given up and that a run belongs to, if there is one.
func (s *sweep) givenUp(r *Run) (cohort, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, server := range r.setup.servers() {
		if s.breaker.isOpen(server) {
			return cohort{server: server}, true
		}
	}
	for _, of := range r.setup.cohorts() {
		if s.causes.isOpen(of) {
			return of, true
		}
	}
	return cohort{}, false
}

// messages say of each cohort that is given up how many runs were left.
func (s *sweep) messages(left map[cohort]int) []string {
	var messages []string
	for of, n := range left {
		more := "1 more is"
		if n > 1 {
			more = fmt.Sprintf("%d more are", n)
		}
		if of.model == "" && of != (cohort{}) {
			messages = append(messages, s.breaker.message(of.server, more))
		} else {
			messages = append(messages, s.causes.message(of, more))
		}
	}
	slices.Sort(messages)
	return messages
}
