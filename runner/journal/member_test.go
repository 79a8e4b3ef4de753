package journal

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"bench/agent"
)

// together is a record of a run of two agents, whose halves are those of a run of one.
func together() Record {
	r := sample()
	first := Member{
		Name: "collector", Process: r.Process, Options: r.Options, Server: r.Server, Model: r.Model, Isolation: r.Isolation,
		StartNS: new(int64(210e3)), EndNS: new(int64(4.9e9)), Metrics: r.Metrics, CallMetrics: r.CallMetrics, Outcome: r.Outcome,
	}
	second := first
	second.Name, second.Options, second.StartNS, second.EndNS = "insight", map[string]any{}, new(int64(250e3)), new(int64(3e9))
	second.CallMetrics, second.Outcome = r.CallMetrics[:1], &agent.Outcome{Calls: r.Outcome.Calls[:1], Resources: agent.Resources{CPUNS: 7, PeakRSSBytes: 8192}}
	r.Members, r.StartSkewNS = []Member{first, second}, new(int64(40e3))
	r.Process, r.Options, r.CallMetrics = Process{DurationNS: 5e9}, map[string]any{}, nil
	r.Metrics, r.Outcome = map[string]float64{"workflow_total": 4.9e9, "start_skew": 40e3}, &agent.Outcome{Calls: []agent.Call{}, WorkflowTotalNS: 4.9e9}
	return r
}

// The golden files are the schema of a run of several agents: each call has a row that names its member.
func TestMembersGolden(t *testing.T) {
	r := together()
	must(t, r.check())
	data, err := encode(r)
	must(t, err)
	golden(t, "together_1.json", data)
	back, err := decode(data)
	must(t, err)
	if d := cmp.Diff(r, back); d != "" {
		t.Errorf("a record is not what was written (-written +read):\n%s", d)
	}
	table, err := tabulate(r)
	must(t, err)
	golden(t, "together_1.csv", table)
}

// A run counts only with all its members.
func TestMembersAreChecked(t *testing.T) {
	for want, change := range map[string]func(*Member){
		"it can't be counted without the outcome of member insight": func(m *Member) { m.Error = &agent.Error{Class: agent.Connect} },
		"without the outcome of member insight":                     func(m *Member) { m.Outcome = nil },
		"member insight has metrics of 2 calls, and 1 calls":        func(m *Member) { m.CallMetrics = together().Members[0].CallMetrics },
	} {
		r := together()
		change(&r.Members[1])
		if err := r.check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
