package runner

import (
	"fmt"
	"hash/fnv"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"bench/agent"
	"bench/spec"
)

// longestWait is the most that a server is given which asks to wait (Retry-After).
const longestWait = 10 * time.Minute

// again decides whether a run whose n-th try of this apply (from 1) failed is tried once more, and after which pause: that of the rule,
// and no less than the server asks for.
func again(rule spec.Retry, failure *agent.Error, n int, chance *rand.Rand) (time.Duration, bool) {
	if n >= rule.Attempts || !slices.Contains(rule.On, string(failure.Class)) {
		return 0, false
	}
	asked := min(time.Duration(failure.RetryAfterNS), longestWait)
	return max(pause(rule.Backoff, n, chance), asked), true
}

// sooner says that a server is asked again before the time that it asked for; "" where it is not.
func sooner(failure *agent.Error, delay time.Duration) string {
	asked := time.Duration(failure.RetryAfterNS)
	if asked <= delay {
		return ""
	}
	return fmt.Sprintf("the server asks to wait for %s (Retry-After), and bench waits for %s at most: stop, and apply again by then", asked, longestWait)
}

// pause is Initial × Factor^(n−1), at most Max, varied by ± Jitter.
func pause(b spec.Backoff, n int, chance *rand.Rand) time.Duration {
	d := float64(b.Initial) * math.Pow(b.Factor, float64(n-1))
	d = min(d, float64(b.Max))
	return time.Duration(d * (1 + b.Jitter*(2*chance.Float64()-1)))
}

// chanceOf gives a run's own source of chance, so that its pauses don't depend on what ran before it.
func chanceOf(seed int, address spec.Address) *rand.Rand {
	h := fnv.New64a()
	_, _ = h.Write([]byte(address.String()))
	return rand.New(rand.NewPCG(uint64(seed), h.Sum64()))
}

// gone is how many runs in a row may fail for good because their server can't be reached. Then its other runs are left for
// later: they would fail the same way.
const gone = 3

// A breaker watches for servers that are gone.
type breaker struct {
	failures map[spec.Ref]int // in a row
	last     map[spec.Ref]*agent.Error
}

func newBreaker() *breaker {
	return &breaker{failures: map[spec.Ref]int{}, last: map[spec.Ref]*agent.Error{}}
}

// note takes the outcome of a run.
func (b *breaker) note(server spec.Ref, failure *agent.Error) {
	if failure == nil || failure.Class != agent.Connect {
		b.failures[server] = 0
		return
	}
	b.failures[server]++
	b.last[server] = failure
}

func (b *breaker) isOpen(server spec.Ref) bool { return b.failures[server] >= gone }

// messages say of each server how many runs were left.
func (b *breaker) messages(left map[spec.Ref]int) []string {
	var messages []string
	for _, server := range slices.SortedFunc(maps.Keys(left), func(a, b spec.Ref) int { return strings.Compare(a.Address(), b.Address()) }) {
		more := "1 more is"
		if n := left[server]; n > 1 {
			more = fmt.Sprintf("%d more are", n)
		}
		messages = append(messages, fmt.Sprintf("%s could not be reached by %d runs in a row, so %s left for later: %s", server.Address(), b.failures[server], more, b.last[server].Message))
	}
	return messages
}
