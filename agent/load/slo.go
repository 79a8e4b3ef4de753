package load

import (
	"time"

	"bench/agent"
)

// An SLO is what a call must keep to count as good; 0 is no limit. TTFT and E2E count from the schedule in an open loop, and from the
// send in a closed one. A limit on what a call does not have, as TPOT with one token, is kept; but an answer without any token has no
// TTFT to keep.
type SLO struct {
	TTFT time.Duration // to the first token
	TPOT time.Duration // mean time per output token after the first
	ITL  time.Duration // each gap between two tokens: the largest counts
	E2E  time.Duration // to the end of the answer
}

// good says whether a call that ended well keeps every limit; delay is added to what counts from the schedule.
func (s SLO) good(metrics map[string]float64, delay time.Duration) bool {
	ttft, any := metrics["ttft"]
	keeps := func(limit time.Duration, ns float64) bool { return limit == 0 || ns <= float64(limit) }
	return (any || s.TTFT == 0) && keeps(s.TTFT, ttft+float64(delay)) && keeps(s.E2E, metrics["e2e"]+float64(delay)) &&
		keeps(s.TPOT, metrics["tpot"]) && keeps(s.ITL, metrics["itl_max"])
}

// Metrics describes the distributions of a load beside those of [agent.Metrics] of scope "call", which are taken over its calls.
func Metrics() []agent.Metric {
	return []agent.Metric{
		{Name: ITL, Unit: "ns", Better: "lower", Scope: "load", Help: "inter-token latency over all gaps of all calls: gaps between chunks / tokens a chunk (output_tokens / chunks)"},
		{Name: ScheduleDelay, Unit: "ns", Better: "lower", Scope: "load", Help: "from the time at which a call was to be sent to its send, calls that failed included: the client's own lateness, and the wait for a place where concurrency is limited"},
		{Name: TTFTFromSchedule, Unit: "ns", Better: "lower", Scope: "load", Help: "time to first token from the time at which the call was to be sent: schedule_delay + ttft"},
		{Name: E2EFromSchedule, Unit: "ns", Better: "lower", Scope: "load", Help: "the whole call from the time at which it was to be sent: schedule_delay + e2e"},
	}
}

// The names of the distributions that only a load has. Those from the schedule are of open loops.
const (
	ITL              = "itl"
	ScheduleDelay    = "schedule_delay"
	TTFTFromSchedule = "ttft_from_schedule"
	E2EFromSchedule  = "e2e_from_schedule"
)
