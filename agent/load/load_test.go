package load

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"bench/agent"

	"github.com/google/go-cmp/cmp"
)

// planned waits on the clock of a synctest bubble, where nothing is late.
func planned(ctx context.Context, at time.Time) error { return pause(ctx, time.Until(at)) }

// An answer is how a call of a test goes: its first token comes after ttft, and each of the others a gap later.
type answer struct {
	ttft, gap time.Duration
	tokens    int
	class     agent.Class // it fails with this at its end
}

// answers makes calls that go as a function of their index says.
func answers(how func(index int) answer) func(context.Context, agent.Request) agent.Call {
	return func(ctx context.Context, r agent.Request) agent.Call {
		index, err := strconv.Atoi(r.ID)
		if err != nil {
			return agent.Call{Error: &agent.Error{Class: agent.BadRequest, Message: err.Error()}}
		}
		a, t0 := how(index), time.Now()
		call := agent.Call{StartedAt: t0, Conn: "reused", Response: "text"}
		for i := range a.tokens {
			wait := a.gap
			if i == 0 {
				wait = a.ttft
			}
			if pause(ctx, wait) != nil {
				call.Error = &agent.Error{Class: agent.Infrastructure, Message: context.Cause(ctx).Error()}
				break
			}
			ns := int64(time.Since(t0))
			call.ChunkNS = append(call.ChunkNS, ns)
			call.TTFTNS = &call.ChunkNS[0]
		}
		call.OutputTokens, call.EndNS = len(call.ChunkNS), int64(time.Since(t0))
		if a.class != "" {
			call.Error = &agent.Error{Class: a.class}
		}
		return call
	}
}

func steady(a answer) func(int) answer { return func(int) answer { return a } }

func numbered(index int) (agent.Request, error) {
	return agent.Request{ID: strconv.Itoa(index), Prompt: "Say something."}, nil
}

// simulate makes a load on a clock that jumps.
func simulate(t *testing.T, o Options) *Summary {
	t.Helper()
	var s *Summary
	synctest.Test(t, func(t *testing.T) {
		var err error
		if o.Request == nil {
			o.Request = numbered
		}
		if s, err = run(t.Context(), o, planned); err != nil {
			t.Fatal(err)
		}
	})
	return s
}

func TestOpenLoop(t *testing.T) {
	s := simulate(t, Options{
		Profile: Profile{Arrival: Constant, Rate: 100, Duration: time.Second, Warmup: 500 * ms, Cooldown: 200 * ms},
		Call:    answers(steady(answer{ttft: 100 * ms, gap: 10 * ms, tokens: 11})), // 200 ms: 20 under way
		SLO:     &SLO{TTFT: 100 * ms, TPOT: 10 * ms, ITL: 10 * ms, E2E: 200 * ms},
		Rows:    55,
	})
	if diff := cmp.Diff([]Counts{{Scheduled: 50, OK: 50}, {Scheduled: 100, OK: 100}, {Scheduled: 20, OK: 20}}, []Counts{s.Warmup, s.Measured, s.Cooldown}); diff != "" {
		t.Error(diff)
	}
	if s.PeakConcurrency < 20 || s.PeakConcurrency > 21 || s.MeanConcurrency != 20 {
		t.Errorf("%d at most and %v on average under way", s.PeakConcurrency, s.MeanConcurrency)
	}
	if *s.SentRate != 100 || *s.CompletedRate != 100 || *s.OutputTokenRate != 1100 {
		t.Errorf("rates %v, %v, %v", *s.SentRate, *s.CompletedRate, *s.OutputTokenRate)
	}
	if g := s.Goodput; g.Good != 100 || g.Of != 100 || g.Share != 1 || *g.Rate != 100 {
		t.Errorf("goodput %+v", g)
	}
	if s.EndNS != int64(1690*ms+200*ms) || s.FromNS != int64(500*ms) || s.ToNS != int64(1500*ms) {
		t.Errorf("window from %d to %d, end at %d", s.FromNS, s.ToNS, s.EndNS)
	}
	if len(s.Rows) != 55 || s.RowsLeftOut != 115 || s.Rows[54].Index != 54 || *s.Rows[54].SentNS != int64(540*ms) || s.Rows[54].Call.Response != "" {
		t.Errorf("%d rows, %d left out; the last is %+v", len(s.Rows), s.RowsLeftOut, s.Rows[len(s.Rows)-1])
	}
	want := map[string]float64{"ttft": 100e6, TTFTFromSchedule: 100e6, "e2e": 200e6, E2EFromSchedule: 200e6, ITL: 10e6, ScheduleDelay: 0, "tpot": 10e6}
	for name, ns := range want {
		if d := s.Metrics[name]; d.P50 != ns || d.Max != ns || d.Unit != "ns" {
			t.Errorf("%s: %+v, want %v", name, d.Stats, ns)
		}
	}
	if n := s.Metrics[ITL].Count; n != 1000 {
		t.Errorf("%d gaps", n)
	}
}

// A server stands still for 300 ms. By the send, where a place was waited for, one call is slow; from the schedule it shows in each that
// was to be sent meanwhile.
func TestCoordinatedOmission(t *testing.T) {
	s := simulate(t, Options{
		Profile: Profile{Arrival: Constant, Rate: 100, Requests: 100, Concurrency: 1},
		Call: answers(func(index int) answer {
			if index == 50 {
				return answer{ttft: 300 * ms, tokens: 1}
			}
			return answer{ttft: ms, tokens: 1}
		}),
		Rows: 100,
	})
	if p99, max := s.Metrics["ttft"].Histogram.Quantile(0.98), s.Metrics["ttft"].Max; p99 != 1e6 || max != 300e6 {
		t.Errorf("from the send: p98 %v, at most %v", p99, max)
	}
	late := 0
	for _, r := range s.Rows {
		if *r.SentNS-r.ScheduledNS > int64(ms) {
			late++
		}
	}
	// Call 50 ends at 800 ms; the queue falls by 9 ms a call from then on.
	if want := 33; late != want || s.PeakConcurrency != 1 {
		t.Errorf("%d calls were held back, want %d", late, want)
	}
	if d := s.Metrics[TTFTFromSchedule]; d.Max != 300e6 || d.P90 < 100e6 {
		t.Errorf("from the schedule: %+v", d.Stats)
	}
}

// Without a limit an open loop sends on, whatever the answers do.
func TestOpenLoopDoesNotWait(t *testing.T) {
	s := simulate(t, Options{
		Profile: Profile{Arrival: Poisson, Rate: 200, Duration: time.Second},
		Call:    answers(steady(answer{ttft: 10 * time.Second, tokens: 1})), Seed: 3,
	})
	n := parts(Profile{Arrival: Poisson, Rate: 200, Duration: time.Second}, 3)[Measured]
	if s.PeakConcurrency != n || s.Measured.OK != n || s.Metrics[ScheduleDelay].Max != 0 || s.ToNS != int64(time.Second) {
		t.Errorf("%d of %d under way, %+v, to %d", s.PeakConcurrency, n, s.Measured, s.ToNS)
	}
}

// The window of a trace ends where its next call would be, the mean gap after its last.
func TestTraceLoop(t *testing.T) {
	s := simulate(t, Options{
		Profile: Profile{Arrival: Trace, Times: []time.Duration{0, 0, 50 * ms, 300 * ms}},
		Call:    answers(steady(answer{ttft: ms, tokens: 1})), Rows: 4,
	})
	if s.Measured.OK != 4 || *s.SentRate != 10 || s.ToNS != int64(400*ms) || *s.Rows[3].SentNS != int64(300*ms) {
		t.Errorf("%+v, %v calls a second until %d", s.Measured, *s.SentRate, s.ToNS)
	}
}

func TestClosedLoop(t *testing.T) {
	for name, test := range map[string]struct {
		profile  Profile
		measured int
		rate     float64
		peak     int
	}{
		"requests":             {Profile{Requests: 40, Concurrency: 4}, 40, 40, 4},
		"duration":             {Profile{Duration: time.Second, Concurrency: 4}, 40, 40, 4},
		"think time":           {Profile{Duration: 1500 * ms, Concurrency: 4, ThinkTime: 50 * ms}, 40, 40. / 1.5, 4},
		"warm-up":              {Profile{Requests: 40, Concurrency: 4, Warmup: 200 * ms, Cooldown: 200 * ms}, 40, 40, 4},
		"more callers":         {Profile{Requests: 3, Concurrency: 8}, 3, 30, 3},
		"more, with cool-down": {Profile{Requests: 3, Concurrency: 8, Cooldown: 200 * ms}, 3, 80, 8},
	} {
		t.Run(name, func(t *testing.T) {
			test.profile.Arrival = Closed
			s := simulate(t, Options{Profile: test.profile, Call: answers(steady(answer{ttft: 100 * ms, tokens: 1}))})
			if s.Measured.OK != test.measured || s.Measured.Scheduled != test.measured || s.PeakConcurrency != test.peak {
				t.Errorf("%+v, %d at once", s.Measured, s.PeakConcurrency)
			}
			if rate := *s.SentRate; !near(rate, test.rate, 1e-9) {
				t.Errorf("%v calls a second, want %v, from %d to %d", rate, test.rate, s.FromNS, s.ToNS)
			}
			if _, given := s.Metrics[ScheduleDelay]; given {
				t.Error("a closed loop has a schedule")
			}
		})
	}
}

// What is under way at the end is cancelled at the limit and counted, and so is what never got a place.
func TestDrain(t *testing.T) {
	o := Options{
		Profile: Profile{Arrival: Constant, Rate: 10, Requests: 10, Concurrency: 4},
		Call: answers(func(index int) answer {
			if index < 3 {
				return answer{ttft: 50 * ms, gap: 10 * ms, tokens: 3}
			}
			return answer{ttft: 50 * ms, gap: time.Hour, tokens: 2}
		}),
		SLO: &SLO{TTFT: time.Second}, Drain: 2 * time.Second, Rows: 10,
	}
	s := simulate(t, o)
	if diff := cmp.Diff(Counts{Scheduled: 10, OK: 3, Cancelled: 4, Unsent: 3}, s.Measured); diff != "" {
		t.Error(diff)
	}
	if s.Measured.Censored() != 7 || s.Measured.Sent() != 7 || s.Goodput.Of != 10 || s.Goodput.Share != 0.3 {
		t.Errorf("%+v, %+v", s.Measured, s.Goodput)
	}
	if s.EndNS != int64(2900*ms) { // the last was scheduled at 900 ms
		t.Errorf("the load ended after %d ns", s.EndNS)
	}
	if n := s.Metrics["e2e"].Count; n != 3 {
		t.Errorf("%d calls in the distribution", n)
	}
	if got := *s.OutputTokenRate; got != 13 { // nine of those that ended, four of those that did not
		t.Errorf("%v tokens a second", got)
	}
	if r := s.Rows[9]; !r.Cancelled || r.SentNS != nil {
		t.Errorf("%+v", r)
	}
	o.Profile = Profile{Arrival: Closed, Concurrency: 5, Duration: time.Second}
	s = simulate(t, o)
	if diff := cmp.Diff(Counts{Scheduled: 8, OK: 3, Cancelled: 5}, s.Measured); diff != "" || s.EndNS != int64(3*time.Second) {
		t.Error(diff, s.EndNS)
	}
}

func TestFailures(t *testing.T) {
	s := simulate(t, Options{
		Profile: Profile{Arrival: Constant, Rate: 100, Requests: 100},
		Call: answers(func(index int) answer {
			a := answer{ttft: 10 * ms, gap: 5 * ms, tokens: 3}
			switch index % 10 {
			case 0:
				a.class = agent.ServerError
			case 1:
				a.class = agent.RateLimited
			case 2:
				a.ttft = 11 * ms
			case 3:
				a.gap = 6 * ms
			case 4:
				a.tokens = 1
			case 5:
				a.tokens = 0
			}
			return a
		}),
		SLO: &SLO{TTFT: 10 * ms, ITL: 5 * ms, TPOT: 5 * ms},
	})
	want := Counts{Scheduled: 100, OK: 80, Failed: 20, ByClass: map[agent.Class]int{agent.ServerError: 10, agent.RateLimited: 10}}
	if diff := cmp.Diff(want, s.Measured); diff != "" {
		t.Error(diff)
	}
	if g := s.Goodput; g.Good != 50 || g.Of != 100 || g.Share != 0.5 {
		t.Errorf("%+v", g)
	}
	if s.Metrics["e2e"].Count != 80 || s.Metrics[ScheduleDelay].Count != 100 {
		t.Errorf("%d ended well, %d were sent", s.Metrics["e2e"].Count, s.Metrics[ScheduleDelay].Count)
	}
}

func TestInterrupted(t *testing.T) {
	trace := []time.Duration{0, 100 * ms, 200 * ms, 300 * ms, 400 * ms, 500 * ms, time.Minute}
	for arrival, before := range map[Arrival]time.Duration{Constant: lead, Trace: lead, Closed: 0} {
		synctest.Test(t, func(t *testing.T) {
			stop := errors.New("stopped")
			ctx, cancel := context.WithCancelCause(t.Context())
			time.AfterFunc(550*ms, func() { cancel(stop) })
			s, err := run(ctx, Options{
				Profile: Profile{Arrival: arrival, Rate: 10, Concurrency: 1, Duration: time.Hour, Times: trace},
				Call:    answers(steady(answer{ttft: 100 * ms, tokens: 1})), Request: numbered,
			}, planned)
			if !errors.Is(err, stop) || s.Measured.Cancelled != 1 || s.Measured.OK != 5 || s.ToNS != int64(550*ms-before) {
				t.Errorf("%s: %v, %+v", arrival, err, s)
			}
		})
	}
}

// A request that can't be made ends the load at once, calls under way included.
func TestRequestFails(t *testing.T) {
	for _, arrival := range []Arrival{Poisson, Closed} {
		synctest.Test(t, func(t *testing.T) {
			s, err := run(t.Context(), Options{
				Profile: Profile{Arrival: arrival, Rate: 10, Concurrency: 2, Duration: time.Hour},
				Call:    answers(steady(answer{ttft: time.Hour, tokens: 1})),
				Request: func(index int) (agent.Request, error) {
					if index == 1 {
						return agent.Request{}, errors.New("line 7: no prompt")
					}
					return numbered(index)
				},
			}, planned)
			if err == nil || !strings.Contains(err.Error(), "the request of call 2: line 7: no prompt") || s.EndNS > int64(time.Second) {
				t.Errorf("%s: %v, after %d ns", arrival, err, s.EndNS)
			}
		})
	}
}

// Each index is asked for once, and sent in its order, with the same seed in the same parts.
func TestSameAgain(t *testing.T) {
	load := func() ([]string, *Summary) {
		var order []string
		var seen atomic.Int64
		s := simulate(t, Options{
			Profile: Profile{Arrival: Poisson, Rate: 1000, Requests: 300, Warmup: 20 * ms, Cooldown: 20 * ms}, Seed: 9, Rows: 1000,
			Call: answers(steady(answer{ttft: 3 * ms, tokens: 2, gap: ms})),
			Request: func(index int) (agent.Request, error) {
				seen.Add(1)
				return numbered(index)
			},
		})
		for _, r := range s.Rows {
			order = append(order, fmt.Sprint(r.Index, r.Part, r.ScheduledNS, *r.SentNS))
		}
		if int(seen.Load()) != len(order) {
			t.Errorf("%d requests for %d calls", seen.Load(), len(order))
		}
		s.Rows = nil
		return order, s
	}
	order, first := load()
	again, second := load()
	if !slices.Equal(order, again) {
		t.Error("the same seed makes another load")
	}
	a, _ := json.Marshal(first)
	b, _ := json.Marshal(second)
	if string(a) != string(b) || !json.Valid(a) {
		t.Errorf("the same load has another summary:\n%s\n%s", a, b)
	}
}
