package table

import (
	"encoding/json"
	"fmt"
	"math"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"bench/analysis"
	"bench/runner/journal"
	"bench/spec"
)

const small = `
server "emulator" "s" {
}

workload "w" {
  step "one" {
    prompt = "x"
  }

  score "words" {
    value = 1
  }

  score "good" {
    value  = 1
    better = "higher"
  }
}

workload "other" {
  step "one" {
    prompt = "x"
  }
}

experiment "x" {
  server   = server.emulator.s
  workload = workload.w
  model    = "m"

  matrix {
    num_ctx = [512, 256]
    server  = [server.emulator.s]

    include {
      num_ctx = 4096
      server  = server.emulator.s
    }
  }
}

experiment "plain" {
  server   = server.emulator.s
  workload = workload.other
  model    = "m"
}

`

// fromDisk gives a record's factors as reading a file gives them.
func fromDisk(t *testing.T, values ...any) []journal.Factor {
	t.Helper()
	var factors []journal.Factor
	for i, v := range values {
		factors = append(factors, journal.Factor{Name: []string{"num_ctx", "server"}[i], Value: v})
	}
	return factors
}

func TestFromRecords(t *testing.T) {
	m := module(t, small, nil)
	began := time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)
	records := []journal.Record{
		{Address: "a", Configuration: "ctx512", Repeat: 2, Attempt: 3, StartedAt: began, Factors: fromDisk(t, json.Number("512"), "server.emulator.s"),
			Metrics: map[string]float64{"calls": 2}, CallMetrics: []map[string]float64{{"ttft": 1}, {"ttft": 3}}},
		{Address: "b", Configuration: "baseline_d", Arm: "d", Pair: "ctx512", Repeat: 1, Attempt: 1, Factors: fromDisk(t, int64(4096), "server.emulator.s")},
	}
	s := FromRecords(m.Experiments[0], records)
	want := []Row{
		{Row: analysis.Row{Configuration: "ctx512", Factors: map[string]any{"num_ctx": 512.0, "server": "server.emulator.s"}, Repeat: 2, Started: began.UnixNano(), Source: "a"},
			Attempt: 3, Run: MetricsOf(map[string]float64{"calls": 2}), Calls: callsOf("ttft", 1, 3), At: began},
		{Row: analysis.Row{Configuration: "baseline_d", Arm: "d", Pair: "ctx512", Factors: map[string]any{"num_ctx": 4096.0, "server": "server.emulator.s"}, Repeat: 1, Started: time.Time{}.UnixNano(), Source: "b"},
			Attempt: 1},
	}
	if diff := cmp.Diff(want, s.Rows); diff != "" {
		t.Error(diff)
	}
	factors := []analysis.Factor{{Name: "num_ctx", Levels: []any{512.0, 256.0, 4096.0}}, {Name: "server", Levels: []any{"server.emulator.s"}}}
	if diff := cmp.Diff(factors, s.Factors); diff != "" {
		t.Error(diff)
	}
}

// callsOf are calls with one metric.
func callsOf(name string, values ...float64) []Metrics {
	var calls []Metrics
	for _, v := range values {
		calls = append(calls, MetricsOf(map[string]float64{name: v}))
	}
	return calls
}

func TestLevel(t *testing.T) {
	for _, test := range []struct{ given, want any }{
		{int64(3), 3.0}, {2.5, 2.5}, {json.Number("0.8"), 0.8}, {"x", "x"}, {true, true}, {[]any{int64(1), "a"}, "[1 a]"}, {json.Number("x"), "x"},
	} {
		if got := level(test.given); got != test.want {
			t.Errorf("%v: %v, want %v", test.given, got, test.want)
		}
	}
}

func TestValueOfARun(t *testing.T) {
	r := Row{Run: MetricsOf(map[string]float64{"calls": 5}), Calls: []Metrics{
		MetricsOf(map[string]float64{"ttft": 4, "calls": 1}), MetricsOf(map[string]float64{"ttft": 1}), MetricsOf(map[string]float64{"ttft": 1}), MetricsOf(map[string]float64{"e2e": 7}),
	}}
	for statistic, want := range map[string]float64{"mean": 2, "median": 1, "max": 4, "sum": 6, "p90": 3.4, "p99": 3.94} {
		if got := r.Value("ttft", statistic); math.Abs(got-want) > 1e-12 {
			t.Errorf("%s: %v, want %v", statistic, got, want)
		}
	}
	if got := r.Value("calls", "max"); got != 5 {
		t.Errorf("the run's own metric: %v", got)
	}
	if got := r.Value("load", "mean"); !math.IsNaN(got) {
		t.Errorf("a metric that no call has: %v", got)
	}
	if diff := cmp.Diff(map[string]float64{"ttft": 2, "e2e": 7, "calls": 5}, r.Metrics()); diff != "" {
		t.Error(diff)
	}
}

// The table has the columns that are asked for, NaN where a run has no value.
func TestTable(t *testing.T) {
	s := Source{Factors: []analysis.Factor{{Name: "f"}}, Rows: []Row{
		{Row: analysis.Row{Configuration: "a"}, Calls: callsOf("ttft", 1, 2)},
		{Row: analysis.Row{Configuration: "b"}},
	}}
	got := s.Table("", []*spec.Metric{{Name: "ttft", Stat: "max"}, {Name: "load", Stat: "mean"}})
	want := analysis.Table{
		Factors: s.Factors, Rows: []analysis.Row{{Configuration: "a"}, {Configuration: "b"}},
		Metrics: map[string][]float64{"ttft": {2, math.NaN()}, "load": {math.NaN(), math.NaN()}},
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateNaNs()); diff != "" {
		t.Error(diff)
	}
}

// A row takes little more than 8 bytes a value: of the records that it was made of nothing is kept.
func TestMemoryOfRows(t *testing.T) {
	const rows, most = 2000, 900 // bytes a row
	m := module(t, small, nil)
	text, err := json.Marshal(map[string]float64{"ttft": 1, "ttft_warm": 2, "load": 3, "e2e": 4, "eval": 5, "itl_max": 6, "itl_mean": 7, "itl_p50": 8, "itl_p90": 9, "itl_p99": 10, "tpot": 11})
	if err != nil {
		t.Fatal(err)
	}
	metrics := func() (values map[string]float64) { // with names of its own, as from a file
		if err := json.Unmarshal(text, &values); err != nil {
			t.Fatal(err)
		}
		return values
	}
	c := NewCollector(m.Experiments[0])
	before := live()
	for i := range rows {
		c.Add(&journal.Record{
			Address: fmt.Sprintf("experiment.x.config[%q].run[%d]", "ctx512", i), Configuration: strings.Clone("ctx512"), Repeat: i, Attempt: 1,
			Factors: fromDisk(t, json.Number("512"), "server.emulator.s"), Metrics: metrics(), CallMetrics: []map[string]float64{metrics(), metrics()},
		})
	}
	grown := (live() - before) / rows
	if s := c.Source(); len(s.Rows) != rows || grown > most {
		t.Errorf("%d rows of %d bytes", len(s.Rows), grown)
	}
}

// live gives the bytes that are in use.
func live() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
