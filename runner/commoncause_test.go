package runner

import (
	"slices"
	"strings"
	"testing"

	"bench/agent"
	"bench/spec"
)

// Who fails alike from the beginning, in enough runs of enough configurations, is given up; who ever succeeded is not.
func TestCommonCauses(t *testing.T) {
	server := spec.Ref{Block: "server", Kind: "ollama", Name: "s"}
	wrong, other, late := &agent.Error{Class: agent.BadRequest}, &agent.Error{Class: agent.OutOfMemory}, &agent.Error{Class: agent.Timeout}
	for name, test := range map[string]struct {
		of             []*agent.Error
		configurations int // that take turns
		there          int
		want           bool
	}{
		"four":                    {[]*agent.Error{wrong, wrong, wrong, wrong}, 4, 4, false},
		"five":                    {[]*agent.Error{wrong, wrong, wrong, wrong, wrong}, 4, 4, true},
		"five of all there are":   {[]*agent.Error{wrong, wrong, wrong, wrong, wrong}, 1, 1, true},
		"of one among good ones":  {[]*agent.Error{wrong, wrong, wrong, wrong, wrong, wrong}, 1, 2, false},
		"of two among good ones":  {[]*agent.Error{wrong, wrong, wrong, wrong, wrong, wrong}, 2, 9, false},
		"one succeeded long ago":  {[]*agent.Error{nil, wrong, wrong, wrong, wrong, wrong, wrong}, 4, 4, false},
		"one succeeded meanwhile": {[]*agent.Error{wrong, wrong, nil, other, wrong, wrong, wrong, wrong, wrong}, 4, 4, false},
		"in different ways":       {[]*agent.Error{wrong, wrong, other, wrong, wrong, wrong, wrong}, 4, 4, false},
		"at first in other ways":  {[]*agent.Error{other, late, wrong, wrong, wrong, wrong, wrong}, 4, 4, true},
		"by the server":           {[]*agent.Error{late, late, late, late, late, late}, 4, 4, false},
		"by the server meanwhile": {[]*agent.Error{wrong, wrong, late, wrong, wrong, wrong, wrong}, 4, 4, false},
	} {
		m, good := &member{Setup: Setup{Server: server, Model: "m"}}, &member{Setup: Setup{Server: server, Model: "good"}}
		of := &setup{members: []*member{m, m, good}} // two agents that share a model fail once
		s := &section{experiment: &spec.Experiment{Ref: spec.Ref{Block: "experiment", Name: "x"}}, setups: []*setup{of}}
		var todo []int
		for i := range test.there {
			s.configs, s.turns, todo = append(s.configs, config{}), append(s.turns, turn{config: int32(i)}), append(todo, i)
		}
		c := newCommonCauses(s, todo)
		for i, e := range test.of {
			c.note(&Run{setup: of, turn: turn{config: int32(i % test.configurations)}}, e, of.members[0])
		}
		for which, want := range map[cohort]bool{{}: test.want, {server, "m"}: test.want, {server, "good"}: false} {
			if c.isOpen(which) != want {
				t.Errorf("%s: %v is open: %t", name, which, !want)
			}
		}
	}
}

// A plan in which every run fails alike is not burnt through: what is left waits, and it is told why. Others are made all the same.
func TestSweepStopsWhereAllRunsFailAlike(t *testing.T) {
	bad := strings.Replace(quick, "\n}\n", "\n  valid {\n    condition = step.one.output_tokens > 100\n    error_message = \"too short\"\n  }\n}\n", 1)
	for name, test := range map[string]struct {
		spec  string
		tally Tally
		told  []string // beginnings
	}{
		"unknown model": {
			quick + faulty(`  models = ["other"]`) + "\n" + experiment("x", "  repeats = 9"),
			Tally{Planned: 9, Failed: 5, Waiting: 4},
			[]string{`model "m" on server.emulator.s failed with bad_request in 5 runs in a row, and succeeded in none, so 4 more are left for later: 404 `},
		},
		"one of two models": {
			quick + faulty(`  models = ["good"]`) + "\n" + strings.Replace(experiment("x", "  repeats = 7\n  matrix {\n    model = [\"m\", \"good\"]\n  }"), `model = "m"`, "model = matrix.model", 1),
			Tally{Planned: 14, Failed: 5, Counted: 7, Waiting: 2},
			[]string{`model "m" on server.emulator.s failed with bad_request in 5 runs in a row, and succeeded in none, so 2 more are left for later: 404 `},
		},
		"a rule that every run breaks": {
			bad + quickServer + strings.Replace(experiment("x", "  repeats = 4\n  matrix {\n    model = [\"a\", \"b\", \"c\"]\n  }"), `model = "m"`, "model = matrix.model", 1),
			Tally{Planned: 12, Failed: 5, Waiting: 7},
			[]string{"experiment.x failed with invalid_output in 5 runs in a row, and succeeded in none, so 7 more are left for later: too short; mend what they have in common, or choose others with -target, and apply again"},
		},
		"one bad configuration among good ones": {
			quick + strings.Replace(bad, `"w"`, `"bad"`, 1) + quickServer + strings.Replace(experiment("x", "  repeats = 6\n  order = \"sequential\"\n  matrix {\n    workload = [workload.bad, workload.w]\n  }"), "= workload.w\n", "= matrix.workload\n", 1),
			Tally{Planned: 12, Failed: 6, Counted: 6},
			nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := apply(t, plan(t, module(t, test.spec)))
			var told []string
			for _, e := range got.of(Noted) {
				told = append(told, e.Message)
			}
			if got.err != nil || got.tally != test.tally || !slices.EqualFunc(told, test.told, strings.HasPrefix) {
				t.Errorf("%+v %v\n%q", got.tally, got.err, told)
			}
		})
	}
}
