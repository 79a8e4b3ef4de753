package runner

import (
	"fmt"
	"sync"
	"time"

	"bench/agent"
	"bench/spec"
)

// Holdoffs are the moments before which no run is begun on a server, since it asked to wait (Retry-After): what it says to one run is
// meant for all.
type holdoffs struct {
	mu    sync.Mutex
	until map[spec.Ref]time.Time
	told  map[spec.Ref]time.Time // the moment that was told last
}

// note takes what a server answered just now. Of two moments the later one stays.
func (h *holdoffs) note(server spec.Ref, failure *agent.Error) {
	until := time.Now().Add(respite(failure))
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.until == nil {
		h.until, h.told = map[spec.Ref]time.Time{}, map[spec.Ref]time.Time{}
	}
	if failure.RetryAfterNS > 0 && until.After(h.until[server]) {
		h.until[server] = until
	}
}

// rest gives how long a run on some servers has to wait, and for which of them. It is first to whoever gets to know a moment first.
func (h *holdoffs) rest(servers []spec.Ref) (rest time.Duration, server spec.Ref, first bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, s := range servers {
		if left := time.Until(h.until[s]); left > rest {
			rest, server = left, s
		}
	}
	if rest > 0 && h.told[server].Before(h.until[server]) {
		h.told[server], first = h.until[server], true
	}
	return rest, server, first
}

// holdOff waits until none of a run's servers asks to wait any more, or one is given up. It says whether the run may begin then.
func (s *sweep) holdOff(r *Run) bool {
	for s.goesOn() {
		_, given := s.givenUp(r)
		rest, server, first := s.servers.holdoffs.rest(r.setup.servers())
		if given || rest <= 0 {
			return true
		}
		if first {
			s.tell(Event{Kind: Noted, Address: s.section.at(""), Message: fmt.Sprintf("%s asks to wait (Retry-After): runs on it wait for %s more", server.Address(), wholeSeconds(rest))})
		}
		select {
		case <-time.After(rest):
		case <-s.stop.Done():
		}
	}
	return false
}

// wholeSeconds rounds up, so that what is left of a wait is not told as none.
func wholeSeconds(d time.Duration) time.Duration {
	return (d + time.Second - 1).Truncate(time.Second)
}
