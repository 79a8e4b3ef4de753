package runner

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
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
	return max(pause(rule.Backoff, n, chance), respite(failure)), true
}

// respite is how long a server is left alone that asks to wait; 0 where it does not ask.
func respite(failure *agent.Error) time.Duration {
	return min(time.Duration(failure.RetryAfterNS), longestWait)
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
