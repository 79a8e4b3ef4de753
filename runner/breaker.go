package runner

import (
	"fmt"
	"maps"
	"slices"
	"strings"

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
	if failure == nil || !slices.Contains([]agent.Class{agent.Connect, agent.Timeout, agent.ServerError, agent.RateLimited}, failure.Class) {
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

func (b *breaker) isOpen(server spec.Ref) bool {
	s := b.streaks[server]
	return s != nil && (s.unreached >= gone || s.runs >= erring && len(s.configurations) >= s.needed)
}

// messages say of each server how many runs were left.
func (b *breaker) messages(left map[spec.Ref]int) []string {
	var messages []string
	for _, server := range slices.SortedFunc(maps.Keys(left), func(a, b spec.Ref) int { return strings.Compare(a.Address(), b.Address()) }) {
		more := "1 more is"
		if n := left[server]; n > 1 {
			more = fmt.Sprintf("%d more are", n)
		}
		s := b.streaks[server]
		why := fmt.Sprintf("failed in %d runs in a row", s.runs)
		if s.unreached >= gone {
			why = fmt.Sprintf("could not be reached by %d runs in a row", s.unreached)
		}
		messages = append(messages, fmt.Sprintf("%s %s, so %s left for later: %s", server.Address(), why, more, s.last.Message))
	}
	return messages
}
