package spec

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// soloed reads an experiment with two members, each measured alone as well.
func soloed(t *testing.T, matrix, collector, insight string) *Experiment {
	t.Helper()
	path := filepath.Join(t.TempDir(), "experiment.hcl")
	text := `
server "emulator" "a" {}
server "emulator" "b" {}
workload "w" {
  step "one" {
    prompt = "p"
  }
}
experiment "x" {
  model = "m"
  solo  = true
` + matrix + `
  member "collector" {
    server   = server.emulator.a
    workload = workload.w
` + collector + `
  }
  member "insight" {
    workload = workload.w
` + insight + `
  }
}
`
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	m, diags := Load([]string{path}, Options{})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return m.Experiments[0]
}

// Each setup of a member is measured alone once, beside the first configuration that has it, and named after what it depends on.
func TestSolos(t *testing.T) {
	const on = "    server = server.emulator.a"
	for name, test := range map[string]struct {
		matrix, collector, insight string
		want                       []string // name, factors, options; with a solo the configurations beside it
	}{
		"no matrix": {"", "", on, []string{"all", "solo_collector [] map[] of all", "solo_insight [] map[] of all"}},
		"as in the example": {
			"  matrix {\n    scenario = [\"mixed\", \"same\"]\n    num_gpu = [80, 120]\n  }",
			"    options = { num_gpu = matrix.scenario == \"same\" ? matrix.num_gpu : null }", on + "\n    options = { num_gpu = matrix.num_gpu }",
			[]string{
				"scenario-mixed_gpu80",
				"solo_collector_scenario-mixed [{scenario mixed}] map[] of scenario-mixed_gpu80 scenario-mixed_gpu120",
				"solo_insight_gpu80 [{num_gpu 80}] map[num_gpu:80] of scenario-mixed_gpu80 scenario-same_gpu80",
				"scenario-mixed_gpu120",
				"solo_insight_gpu120 [{num_gpu 120}] map[num_gpu:120] of scenario-mixed_gpu120 scenario-same_gpu120",
				"scenario-same_gpu80",
				"solo_collector_scenario-same_gpu80 [{scenario same} {num_gpu 80}] map[num_gpu:80] of scenario-same_gpu80",
				"scenario-same_gpu120",
				"solo_collector_scenario-same_gpu120 [{scenario same} {num_gpu 120}] map[num_gpu:120] of scenario-same_gpu120",
			},
		},
		"skipped": {
			"  matrix {\n    n = [1, 2]\n    skip {\n      when = matrix.n == 1\n      reason = \"so\"\n    }\n  }", "", on + "\n    options = { n = matrix.n }",
			[]string{"n1", "n2", "solo_collector [] map[] of n2", "solo_insight_n2 [{n 2}] map[n:2] of n2"},
		},
		"on another server": {
			"  matrix {\n    server = [server.emulator.a, server.emulator.b]\n  }", "", "    server = matrix.server",
			[]string{
				"server-a", "solo_collector [] map[] of server-a server-b", "solo_insight_server-a [{server server.emulator.a}] map[] of server-a",
				"server-b", "solo_insight_server-b [{server server.emulator.b}] map[] of server-b",
			},
		},
	} {
		e := soloed(t, test.matrix, test.collector, test.insight)
		var got []string
		for c, diags := range e.Configurations() {
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			line := c.Name
			if c.Solo != "" {
				line += fmt.Sprint(" ", c.Factors, " ", c.Options, " of ", strings.Join(e.Beside(c.Name), " "))
				if c.Arm != SoloArm(c.Solo) || len(c.Members) > 0 || c.Work.Name != "w" || c.Model != "m" {
					t.Errorf("%s: %+v", name, c)
				}
			}
			got = append(got, line)
			if diff := cmp.Diff(c, e.At(c.Number)); diff != "" {
				t.Errorf("%s: -first +again\n%s", name, diff)
			}
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: -want +got\n%s", name, diff)
		}
	}
}

// Where no axis tells two setups apart, their hashes do.
func TestSolosOfOneName(t *testing.T) {
	e := soloed(t, "  matrix {\n    a = [0, 1]\n    b = [0, 1]\n  }", "", "    server = server.emulator.a\n    options = { n = matrix.a == matrix.b ? 1 : 2 }")
	names := map[string]bool{}
	for c := range e.Configurations() {
		if c.Solo == "insight" {
			names[c.Name] = true
			if !strings.HasPrefix(c.Name, "solo_insight-") || len(e.Beside(c.Name)) != 2 || len(c.Factors) > 0 {
				t.Errorf("%s beside %v", c.Name, e.Beside(c.Name))
			}
		}
	}
	if len(names) != 2 {
		t.Errorf("names: %v", names)
	}
}
