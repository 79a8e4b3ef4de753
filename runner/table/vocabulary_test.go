package table

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"

	"bench/analysis"
	"bench/spec"
)

func ask(of, metrics string) string {
	return fmt.Sprintf("analysis \"a\" {\n  of = [%s]\n%s\n}\n", of, metrics)
}

const foreign = `
dataset "d" {
  path = "*.json"

  metrics {
    ttft  = row.v
    load  = row.v
    speed = row.v
  }
}
`

// checked gives a spec with its mistakes; where there are none, with what Check finds.
func checked(t *testing.T, text string, files map[string]string) (*spec.Module, hcl.Diagnostics) {
	t.Helper()
	m, diags := loadModule(t, text, files)
	if !diags.HasErrors() {
		diags = Check(m)
	}
	return m, diags
}

func TestCheck(t *testing.T) {
	metric := func(name string) string { return fmt.Sprintf("  metric %q {\n  }", name) }
	for _, test := range []struct{ name, text, want, subject string }{
		{"measured", ask("experiment.x", metric("throughput")), "", ""},
		{"score with a direction", ask("experiment.x", metric("good")), "", ""},
		{"derived", foreign + ask("dataset.d", metric("ttft_warm")), "", ""},
		{"direction given", foreign + ask("dataset.d", "  metric \"speed\" {\n    better = \"higher\"\n  }"), "", ""},
		{"direction against the instrument", ask("experiment.x", "  metric \"throughput\" {\n    better = \"lower\"\n  }"), `Better the wrong way round; "throughput" gets better as it gets higher, and this says lower`, `"throughput"`},
		{"unknown", ask("experiment.x", metric("througput")), `Unknown metric; experiment.x has no metric "througput". Did you mean throughput?`, `"througput"`},
		{"score of another workload", ask("experiment.plain", metric("good")), `Unknown metric; experiment.plain has no metric "good".`, `"good"`},
		{"not in the dataset", foreign + ask("dataset.d", metric("eval")), `Unknown metric; dataset.d has no metric "eval".`, `"eval"`},
		{"score without direction", ask("experiment.x", metric("words")), `Which way is better?; "words" gets better in neither direction by itself. Add: better = "higher" (or "lower").`, `"words"`},
		{"measured without direction", ask("experiment.x", metric("calls")), `Which way is better?; "calls" gets`, `"calls"`},
		{"foreign without direction", foreign + ask("dataset.d", metric("speed")), `Which way is better?; "speed" gets`, `"speed"`},
		{"two sources", foreign + ask("experiment.x, dataset.d", metric("ttft")), "Several sources; ", `analysis "a"`},
		{"a score in the way", strings.Replace(small, `score "words"`, `score "ttft"`, 1), `Name is taken; "ttft" is measured by the instrument.`, `score "ttft"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			if !strings.Contains(test.text, "workload") {
				test.text = small + test.text
			}
			m, diags := checked(t, test.text, map[string]string{"a.json": "[]"})
			if test.want == "" {
				if len(diags) > 0 {
					t.Error(diags)
				}
				return
			}
			if len(diags) != 1 {
				t.Fatal(diags)
			}
			if got := diags[0].Summary + "; " + diags[0].Detail; !strings.HasPrefix(got, test.want) {
				t.Errorf("%s\nwant %s", got, test.want)
			}
			if got := subject(m, diags[0]); got != test.subject {
				t.Errorf("it points at %q, want %q", got, test.subject)
			}
		})
	}
}

// What only the data know: whether they can be read, whether the mapping fits, whether the baseline is among the arms.
func TestCheckData(t *testing.T) {
	text := `
dataset "d" {
  path     = "*.json"
  baseline = row.arm

  metrics {
    ttft = row.v
  }
}

analysis "a" {
  of       = [dataset.d]
  baseline = "default"

  metric "ttft" {
  }
}

analysis "b" {
  of = [dataset.d]

  metric "ttft" {
  }
}
`
	for _, test := range []struct{ name, data, want, subject string }{
		{"good", `[{"arm":"default","v":1},{"arm":null,"v":2}]`, "", ""},
		{"no row of it", `[{"arm":"defaults","v":1},{"arm":null,"v":2}]`, `Unknown baseline; No row of dataset.d belongs to a baseline "default". Did you mean defaults?`, `"default"`},
		{"mapping", `[{"arm":"default"}]`, "Unsupported attribute; ", ".v"},
		{"no JSON", `[`, "Unreadable data; dataset d: a.json: not valid JSON: ", `dataset "d"`},
	} {
		m := module(t, text, map[string]string{"a.json": test.data})
		diags := CheckData(m)
		if test.want == "" {
			if len(diags) > 0 {
				t.Errorf("%s: %v", test.name, diags)
			}
			continue
		}
		if len(diags) != 1 || !strings.HasPrefix(diags[0].Summary+"; "+diags[0].Detail, test.want) {
			t.Errorf("%s: %v, want %s", test.name, diags, test.want)
			continue
		}
		if got := subject(m, diags[0]); got != test.subject {
			t.Errorf("%s: it points at %q, want %q", test.name, got, test.subject)
		}
	}
}

func TestQuestion(t *testing.T) {
	m := module(t, small+foreign+`
analysis "a" {
  of         = [dataset.d]
  baseline   = "default"
  confidence = 0.9
  seed       = 7

  metric "ttft" {
    practical = "5%"
  }

  metric "speed" {
    better = "higher"
    stat   = "max"
  }

  metric "load" {
    better = "higher"
  }
}

analysis "b" {
  of = [experiment.x]

  metric "good" {
  }
}
`, map[string]string{"a.json": "[]"})
	want := analysis.Question{Baseline: "default", Confidence: 0.9, Seed: 7, Metrics: []analysis.Metric{
		{Name: "ttft", Unit: "ns", Better: "lower", Practical: 0.05, Test: "welch"},
		{Name: "speed", Unit: "1", Better: "higher", Test: "welch"},
		{Name: "load", Unit: "ns", Better: "higher", Test: "welch"},
	}}
	if diff := cmp.Diff(want, Question(m, m.Analyses[0])); diff != "" {
		t.Error(diff)
	}
	want = analysis.Question{Confidence: 0.95, Metrics: []analysis.Metric{{Name: "good", Unit: "1", Better: "higher", Test: "welch"}}}
	if diff := cmp.Diff(want, Question(m, m.Analyses[1])); diff != "" {
		t.Error(diff)
	}
}
