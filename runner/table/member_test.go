package table

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"bench/agent"
	"bench/analysis"
	"bench/runner/journal"
	"bench/spec"
)

// duet is an experiment of two agents, of which one depends on the matrix.
const duet = small + `
experiment "duet" {
  model = "m"

  matrix {
    num_gpu = [60, 80]
  }

  member "collector" {
    server   = server.emulator.s
    workload = workload.w
  }

  member "insight" {
    server   = server.emulator.s
    workload = workload.w
    options  = { num_gpu = matrix.num_gpu }
  }

  solo       = true
  contention = member.insight.ttft > solo.insight.ttft * (matrix.num_gpu == 60 ? 2 : 20)
}
`

// played gives records of each configuration: together and alone, in two runs each. TTFT of insight is 10 alone, and five times as
// much together.
func played(t *testing.T, e *spec.Experiment) []journal.Record {
	t.Helper()
	var records []journal.Record
	for c, diags := range e.Configurations() {
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		for n := 1; n <= 2; n++ {
			r := journal.Record{
				Configuration: c.Name, Arm: c.Arm, Solo: c.Solo, Repeat: n, Address: fmt.Sprint(c.Name, n), State: journal.Counted,
				Metrics: map[string]float64{"workflow_total": 7}, Outcome: &agent.Outcome{},
			}
			for _, f := range c.Factors {
				r.Factors = append(r.Factors, journal.Factor(f))
			}
			for _, a := range c.Agents() {
				ttft := float64(9 + 2*(n-1))
				if c.Solo == "" {
					ttft *= 5
					r.Members = append(r.Members, journal.Member{Name: a.Name, Metrics: map[string]float64{"workflow_total": 3}, CallMetrics: []map[string]float64{{"ttft": ttft - 1}, {"ttft": ttft + 1}}})
				} else {
					r.CallMetrics = []map[string]float64{{"ttft": ttft}}
				}
			}
			records = append(records, r)
		}
	}
	return records
}

// A metric of a member has its name before it; without one it is that of the run, or over all calls of all members.
func TestMetricsOfMembers(t *testing.T) {
	m := module(t, duet, nil)
	e := m.Experiments[len(m.Experiments)-1]
	row := FromRecords(e, played(t, e)).Rows[0]
	for _, test := range []struct {
		metric, stat string
		want         float64
	}{
		{"workflow_total", "mean", 7}, {"member.insight.workflow_total", "mean", 3}, {"ttft", "mean", 45}, {"ttft", "sum", 180},
		{"member.insight.ttft", "mean", 45}, {"member.collector.ttft", "max", 46}, {"member.insight.load", "mean", math.NaN()}, {"member.other.ttft", "mean", math.NaN()},
	} {
		if got := row.Value(test.metric, test.stat); got != test.want && !math.IsNaN(got+test.want) {
			t.Errorf("%s of %s is %v, want %v", test.stat, test.metric, got, test.want)
		}
	}
	if all := row.Metrics(); all["member.collector.ttft"] != 45 || all["member.insight.workflow_total"] != 3 || all["ttft"] != 45 || all["workflow_total"] != 7 {
		t.Errorf("%v", all)
	}
}

// A member alone stands beside every configuration that has it so, where it is what the others are compared with; else it is left out.
func TestSoloIsABaseline(t *testing.T) {
	m := module(t, duet, nil)
	e := m.Experiments[len(m.Experiments)-1]
	source := FromRecords(e, played(t, e))
	metrics := []*spec.Metric{{Name: "member.insight.ttft", Stat: "mean"}}
	for baseline, want := range map[string][]string{
		"":               {"gpu60 ", "gpu60 ", "gpu80 ", "gpu80 "},
		"solo_insight":   {"gpu60 ", "gpu60 ", "gpu80 ", "gpu80 ", "solo_insight_gpu60 gpu60", "solo_insight_gpu60 gpu60", "solo_insight_gpu80 gpu80", "solo_insight_gpu80 gpu80"},
		"solo_collector": {"gpu60 ", "gpu60 ", "gpu80 ", "gpu80 ", "solo_collector gpu60", "solo_collector gpu60", "solo_collector gpu80", "solo_collector gpu80"},
	} {
		table := source.Table(baseline, metrics)
		var got []string
		for _, r := range table.Rows {
			got = append(got, r.Configuration+" "+r.Pair)
		}
		slices.Sort(got)
		if !slices.Equal(got, want) || len(table.Metrics["member.insight.ttft"]) != len(want) {
			t.Errorf("%s: %q, want %q", baseline, got, want)
		}
	}
	result, err := analysis.Analyze(source.Table("solo_insight", metrics), analysis.Question{Baseline: "solo_insight", Confidence: 0.95, Metrics: []analysis.Metric{{Name: "member.insight.ttft", Unit: "ns", Better: "lower", Test: "welch"}}})
	if err != nil {
		t.Fatal(err)
	}
	if i := result.Metrics["member.insight.ttft"].Improvement; *i.Mean != -4 || i.Of != 2 {
		t.Errorf("improvement %+v, want -4 in each of 2 configurations", i)
	}
}

// Contention is said of each run of several agents by what they do alone, and nothing where that is not known.
func TestContention(t *testing.T) {
	m := module(t, duet, nil)
	e := m.Experiments[len(m.Experiments)-1]
	records := played(t, e)
	for name, test := range map[string]struct {
		drop string
		want map[string]float64
	}{
		"all there":     {"", map[string]float64{"gpu60": 1, "gpu80": 0}},
		"one not alone": {"solo_insight_gpu60", map[string]float64{"gpu60": math.NaN(), "gpu80": 0}},
	} {
		kept := slices.DeleteFunc(slices.Clone(records), func(r journal.Record) bool { return r.Configuration == test.drop })
		for _, r := range FromRecords(e, kept).Rows {
			want, together := test.want[r.Configuration]
			if !together {
				want = math.NaN()
			}
			if got := r.Value("contention", "mean"); got != want && !math.IsNaN(got+want) {
				t.Errorf("%s: %s has contention %v, want %v", name, r.Configuration, got, want)
			}
		}
	}
	if _, told := records[0].Metrics["contention"]; told {
		t.Error("a record was changed")
	}
}

// What there is of members can be asked for, and only there.
func TestVocabularyOfMembers(t *testing.T) {
	for _, test := range []struct{ of, metric, want string }{
		{"experiment.duet", "member.insight.ttft", ""},
		{"experiment.duet", "member.insight.good", ""},
		{"experiment.duet", "start_skew", ""},
		{"experiment.duet", "contention", ""},
		{"experiment.duet", "member.insigt.ttft", `experiment.duet has no metric "member.insigt.ttft". Did you mean member.insight.ttft?`},
		{"experiment.duet", "member.insight.start_skew", `experiment.duet has no metric "member.insight.start_skew".`},
		{"experiment.x", "start_skew", `experiment.x has no metric "start_skew".`},
		{"experiment.x", "contention", `experiment.x has no metric "contention".`},
	} {
		got := ""
		if _, diags := checked(t, duet+ask(test.of, fmt.Sprintf("  metric %q {\n  }", test.metric)), nil); len(diags) > 0 {
			got = diags[0].Detail
		}
		if got != test.want && (test.want == "" || len(got) < len(test.want) || got[:len(test.want)] != test.want) {
			t.Errorf("%s of %s: %q, want %q", test.metric, test.of, got, test.want)
		}
	}
}
