package load

import (
	"fmt"
	"strings"

	"bench/agent"
)

// spread are the quantiles of a distribution that are metrics of a run.
var spread = []struct {
	suffix, name string
	of           func(Stats) float64
}{
	{"_p50", "median", func(s Stats) float64 { return s.P50 }},
	{"_p90", "90th percentile", func(s Stats) float64 { return s.P90 }},
	{"_p99", "99th percentile", func(s Stats) float64 { return s.P99 }},
}

// spreadOf are the distributions of which a run has the quantiles.
var spreadOf = []string{"ttft", "tpot", "e2e", ITL, ScheduleDelay, TTFTFromSchedule, E2EFromSchedule}

// rates are the metrics of a load as a whole.
var rates = []agent.Metric{
	{Name: "requests", Unit: "1", Scope: "run", Help: "calls of a load that count and ended well"},
	{Name: "request_rate", Unit: "1/s", Better: "higher", Scope: "run", Help: "calls of a load that ended well, per second of its window"},
	{Name: "output_token_rate", Unit: "1/s", Better: "higher", Scope: "run", Help: "output tokens of all calls of a load, per second of its window"},
	{Name: "failed_share", Unit: "1", Better: "lower", Scope: "run", Help: "share of the calls of a load that count which failed, were given up or never sent"},
	{Name: "mean_concurrency", Unit: "1", Scope: "run", Help: "calls of a load under way at a time, mean over its window"},
	{Name: "goodput", Unit: "1", Better: "higher", Scope: "run", Help: "share of the calls that keep every limit of the slo; one that failed does not"},
	{Name: "goodput_rate", Unit: "1/s", Better: "higher", Scope: "run", Help: "calls of a load that keep every limit of the slo, per second of its window"},
}

// RunMetrics describes what a run of a load has beside the mean of each metric of its calls, which goes by that metric's name. Inter-token
// latencies of a load are taken over all gaps of all calls.
func RunMetrics() []agent.Metric {
	all := append([]agent.Metric{}, rates...)
	known := map[string]agent.Metric{}
	for _, m := range append(agent.Metrics(), Metrics()...) {
		known[m.Name] = m
	}
	for _, m := range Metrics() {
		m.Scope, m.Help = "run", "mean of: "+m.Help
		all = append(all, m)
	}
	for _, name := range spreadOf {
		for _, q := range spread {
			if _, taken := known[name+q.suffix]; taken {
				continue // it is a metric of single calls too, by the same name
			}
			m := known[name]
			first, _, _ := strings.Cut(m.Help, ":")
			all = append(all, agent.Metric{Name: name + q.suffix, Unit: m.Unit, Better: m.Better, Scope: "run", Help: fmt.Sprintf("%s over the calls of a load of: %s", q.name, first)})
		}
	}
	return all
}

// RunMetrics gives the metrics of a load under their names. What can't be had is absent.
func (s *Summary) RunMetrics() map[string]float64 {
	m := map[string]float64{}
	for name, d := range s.Metrics {
		if d.Count > 0 {
			m[name] = d.Mean
		}
	}
	for _, name := range spreadOf {
		d, ok := s.Metrics[name]
		if !ok || d.Count == 0 {
			continue
		}
		for _, q := range spread {
			m[name+q.suffix] = q.of(d.Stats)
		}
		if name == ITL {
			m["itl_mean"], m["itl_max"] = d.Mean, d.Max
		}
	}
	m["requests"], m["mean_concurrency"] = float64(s.Measured.OK), s.MeanConcurrency
	if n := s.Measured.Scheduled; n > 0 {
		m["failed_share"] = float64(n-s.Measured.OK) / float64(n)
	}
	for name, rate := range map[string]*float64{"request_rate": s.CompletedRate, "output_token_rate": s.OutputTokenRate} {
		if rate != nil {
			m[name] = *rate
		}
	}
	if g := s.Goodput; g != nil {
		m["goodput"] = g.Share
		if g.Rate != nil {
			m["goodput_rate"] = *g.Rate
		}
	}
	return m
}

// Share is the part of some calls, one after the other, that keep every limit; each call is given by its metrics, none where it failed.
func (s SLO) Share(calls []map[string]float64) float64 {
	good := 0
	for _, c := range calls {
		if len(c) > 0 && s.good(c, 0) {
			good++
		}
	}
	return float64(good) / float64(len(calls))
}

// Instrument lists every metric that a run can have, those of loads behind the others.
func Instrument() []agent.Metric { return append(agent.Metrics(), RunMetrics()...) }
