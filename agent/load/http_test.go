package load

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"bench/agent"
)

// A server over HTTP stands still for 300 ms. A call that was to be sent meanwhile took, from its schedule, until the end of that at
// least, whether there are places for all calls or for a few.
func TestStandstillShowsOverHTTP(t *testing.T) {
	for _, concurrency := range []int{0, 4} {
		var first sync.Once
		var ends time.Time
		call := generateAt(t, func(w http.ResponseWriter, r *http.Request) {
			first.Do(func() { // the first request waits longest, and all behind it
				ends = time.Now().Add(300 * ms)
			})
			time.Sleep(time.Until(ends))
			w.Header().Set("Connection", "close")
			quick(w, r)
		})
		s, err := Run(t.Context(), Options{
			Profile: Profile{Arrival: Poisson, Rate: 100, Requests: 50, Concurrency: concurrency},
			Call:    call,
			Request: func(int) (agent.Request, error) { return agent.Request{Model: "m", Prompt: "Say something."}, nil },
			Rows:    50,
		})
		if err != nil || s.Measured.OK != 50 {
			t.Fatal(err, s.Measured)
		}
		if s.NewConnections != 50 {
			t.Errorf("%d connections", s.NewConnections)
		}
		if s.Metrics[TTFTFromSchedule].Count != 50 || concurrency > 0 && s.PeakConcurrency > concurrency {
			t.Errorf("%d times of a first token, %d calls at once", s.Metrics[TTFTFromSchedule].Count, s.PeakConcurrency)
		}
		met := 0
		for _, r := range s.Rows {
			delay := *r.SentNS - r.ScheduledNS
			left := ends.Sub(r.Call.StartedAt.Add(-time.Duration(delay)))
			if left <= 0 {
				continue
			}
			met++
			if took := time.Duration(delay + r.Call.EndNS); took < left {
				t.Errorf("call %d was to be sent %v before the server went on, and ended after %v", r.Index, left, took)
			}
		}
		if met < 2 {
			t.Errorf("%d calls met the standstill", met)
		}
	}
}
