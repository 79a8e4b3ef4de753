package templates_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"bench/analysis"
	"bench/runner/study"
	"bench/runner/table"
)

// tool and spec are those of every study here.
var (
	tool = study.Tool{Version: "0.1.0", Instrument: "1"}
	spec = study.Spec{
		Files:   []string{"experiment.hcl"},
		Digest:  "9f31c2d4a5b60718293a4b5c6d7e8f90112233445566778899aabbccddeeff00",
		Records: "4be0a1b2c3d4e5f60718293a4b5c6d7e8f90112233445566778899aabbccddee",
	}
	host = json.RawMessage(`{"os":"linux","arch":"amd64","kernel":"6.8.0-45-generic","cpu":"13th Gen Intel(R) Core(TM) i9-13980HX",
		"cores":32,"cores_allowed":4,"memory_bytes":33397092352,"absent":{"gpus":"nvidia-smi is not on PATH"}}`)
)

var factors = []analysis.Factor{
	{Name: "num_gpu", Levels: []any{60.0, 80.0, 120.0}},
	{Name: "num_ctx", Levels: []any{256.0, 512.0, 1024.0}},
	{Name: "temperature", Levels: []any{0.6, 0.8}},
}

var (
	throughput = analysis.Metric{Name: "throughput", Unit: "1/s", Better: analysis.Higher}
	ttftWarm   = analysis.Metric{Name: "ttft_warm", Unit: "ns", Better: analysis.Lower, Practical: 0.05}
	ttft       = analysis.Metric{Name: "ttft", Unit: "ns", Better: analysis.Lower}
	load       = analysis.Metric{Name: "load", Unit: "ns", Better: analysis.Lower}
)

// A sample collects runs as a table for the analysis and as the study lists them.
type sample struct {
	factors []analysis.Factor
	rows    []analysis.Row
	metrics map[string][]float64
	runs    []study.Run
}

func (s *sample) add(row analysis.Row, startedAt string, metrics map[string]float64) {
	if s.metrics == nil {
		s.metrics = map[string][]float64{}
	}
	started, err := time.Parse(time.RFC3339Nano, startedAt)
	if err != nil {
		panic(err)
	}
	row.Started = started.UnixNano()
	for name, value := range metrics {
		s.metrics[name] = append(s.metrics[name], value)
	}
	s.runs = append(s.runs, study.Run{
		Address: fmt.Sprintf("%s.config[%q].run[%d]", row.Source, row.Configuration, row.Repeat), Source: row.Source,
		Configuration: row.Configuration, Arm: row.Arm, Repeat: row.Repeat, Attempt: 1, Factors: row.Factors, Metrics: table.MetricsOf(metrics), StartedAt: startedAt,
	})
	row.Source = s.runs[len(s.runs)-1].Address
	s.rows = append(s.rows, row)
}

func (s *sample) analyse(t *testing.T, baseline string, metrics ...analysis.Metric) analysis.Result {
	t.Helper()
	table := analysis.Table{Factors: s.factors, Rows: s.rows, Metrics: s.metrics}
	result, err := analysis.Analyze(table, analysis.Question{Baseline: baseline, Confidence: 0.95, Metrics: metrics, Seed: 111, Resamples: 500})
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func study1(s *sample, name string, source string, result analysis.Result) study.Study {
	return study.Study{
		Schema: 1, Tool: tool, Spec: spec, Runs: s.runs, Glossary: glossary,
		Analyses: map[string]study.Analysis{name: {Of: []string{source}, Result: result}},
	}
}

// glossary is a part of what a study brings.
var glossary = map[string]string{
	"throughput": "output tokens per second of generation, by the server's own clock: eval_count / eval_duration",
	"ttft":       "time to first token: from the request to the first content, loading of the model included",
	"ttft_warm":  "time to first token without the loading of the model: ttft - load",
	"load":       "what the server says it spent on loading the model: load_duration",
}

// rustSweep is the published sweep: 18 configurations, each once, with a baseline beside each.
func rustSweep(t *testing.T) study.Study {
	t.Helper()
	file, err := os.Open("testdata/rust-sweep.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	reader := csv.NewReader(file)
	reader.Comment = '#'
	lines, err := reader.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	s := &sample{factors: factors}
	for _, line := range lines[1:] {
		value := map[string]float64{}
		for i, column := range lines[0][2:10] {
			if value[column], err = strconv.ParseFloat(line[2+i], 64); err != nil {
				t.Fatal(err)
			}
		}
		name := strings.TrimSuffix(line[0], ".json")
		row := analysis.Row{Configuration: name, Arm: line[1], Repeat: 1, Source: "dataset.published",
			Factors: map[string]any{"num_gpu": value["num_gpu"], "num_ctx": value["num_ctx"], "temperature": value["temperature"]}}
		if row.Arm != "" {
			row.Configuration, row.Pair = "baseline_default_"+name, name
		}
		s.add(row, line[10], map[string]float64{
			"throughput": value["throughput"], "ttft": value["ttft"] * 1e6, "load": value["load"] * 1e6, "ttft_warm": (value["ttft"] - value["load"]) * 1e6,
		})
	}
	st := study1(s, "tr111", "dataset.published", s.analyse(t, "default", throughput, ttftWarm, ttft, load))
	st.Datasets = map[string]study.Dataset{"published": {Path: "data/rust-sweep/*.json", Files: 18, Rows: 36, Digest: "c0ffee00c0ffee00c0ffee00c0ffee00", Labels: map[string]any{"model": "gemma3:latest"}}}
	return st
}

// emulatorSweep has 18 configurations and one common baseline, three runs each, with 2 % more planted at num_ctx 1024.
func emulatorSweep(t *testing.T) study.Study {
	t.Helper()
	random := rand.New(rand.NewPCG(7, 7))
	s := &sample{factors: factors}
	type cell struct {
		rate float64
		row  analysis.Row
	}
	cells := []cell{{400, analysis.Row{Configuration: "baseline_default", Arm: "default"}}}
	for _, gpu := range []float64{60, 80, 120} {
		for _, ctx := range []float64{256, 512, 1024} {
			for _, temp := range []float64{0.6, 0.8} {
				rate := 400.0
				if ctx == 1024 {
					rate *= 1.02
				}
				name := fmt.Sprintf("gpu%g_ctx%g_temp%s", gpu, ctx, strings.Replace(fmt.Sprint(temp), ".", "p", 1))
				cells = append(cells, cell{rate, analysis.Row{Configuration: name, Factors: map[string]any{"num_gpu": gpu, "num_ctx": ctx, "temperature": temp}}})
			}
		}
	}
	start := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	for i, c := range cells { // in each round the arms begin elsewhere
		for repeat := 1; repeat <= 3; repeat++ {
			c.row.Repeat, c.row.Source = repeat, "experiment.sweep"
			warm := math.Round(40e6 * (1 + 0.02*random.NormFloat64()))
			loading := math.Round(250e6 * (1 + 0.01*random.NormFloat64()))
			at := (repeat-1)*len(cells) + (i+7*repeat)%len(cells)
			s.add(c.row, start.Add(time.Duration(at)*time.Minute).Format(time.RFC3339), map[string]float64{
				"throughput": c.rate * (1 + 0.004*random.NormFloat64()), "ttft_warm": warm, "load": loading, "ttft": warm + loading,
			})
		}
	}
	st := study1(s, "sweep", "experiment.sweep", s.analyse(t, "default", throughput, ttftWarm, ttft, load))
	st.Spec.Vars = map[string]string{"model": "gemma3:latest", "max_tokens": "32", "note": "it's 2 % more"}
	st.Experiments = map[string]study.Experiment{"sweep": {
		Title: "Eighteen configurations on the emulator", Agent: "agent.go", Server: "server.emulator.reference", ServerKind: "emulator",
		Target: "target.local.workstation", Workload: "review", Model: "gemma3:latest", Labels: map[string]any{"gpu": "RTX 4080 12GB"},
		Axes: []study.Axis{
			{Name: "num_gpu", Label: "gpu", Values: []any{60, 80, 120}},
			{Name: "num_ctx", Label: "ctx", Values: []any{256, 512, 1024}},
			{Name: "temperature", Label: "temp", Values: []any{0.6, 0.8}},
		},
		Arms:    []study.Arm{{Name: "default", Options: map[string]any{}}},
		Options: map[string]any{"top_p": 0.9, "top_k": 40, "repeat_penalty": 1.1},
		Repeats: 3, Warmup: 1, Order: "interleaved", Seed: 111, TimeoutNS: 300e9, Isolation: "unload", Steps: []string{"analysis", "report"},
		Planned: study.Tally{Configurations: 18, Total: 57, Counted: 57}, Versions: []string{"0.1.0"},
		Models:       []study.Model{{Name: "gemma3:latest", Digest: "a2af6cc3eb7fa8be8504abaf9b04e88f17a119ec3f04a3addf55f92841195f5a", ParameterSize: "4.3B", Quantization: "Q4_K_M", Family: "gemma3", ContextLength: 131072, Runs: 57}},
		Environments: []study.Environment{{Target: "target.local.workstation", Runs: 57, Host: host}},
		StartedAt:    "2026-03-02T10:00:00Z", FinishedAt: "2026-03-02T10:57:00Z", DurationNS: 171e9, PromptsCut: 2, Retried: map[string]int{"timeout": 1, "connect": 2},
		Skipped: []study.Skipped{{Name: "gpu120_ctx2048_temp0p6", Reason: "does not fit the card"}},
	}}
	return st
}

// single is one configuration, without a matrix or a baseline, measured five times.
func single(t *testing.T) study.Study {
	t.Helper()
	s := &sample{}
	for i, rate := range []float64{98.6, 99.1, 98.9, 98.7, 99.3} {
		s.add(analysis.Row{Configuration: "all", Repeat: i + 1, Factors: map[string]any{}, Source: "experiment.one"},
			fmt.Sprintf("2026-03-0%dT09:00:00Z", i+1), map[string]float64{"throughput": rate})
	}
	st := study1(s, "one", "experiment.one", s.analyse(t, "", throughput))
	st.Experiments = map[string]study.Experiment{"one": {
		Agent: "agent.go", Server: "server.ollama.main", ServerKind: "ollama", Target: "target.local.workstation", Workload: "review", Model: "gemma3:latest",
		Repeats: 5, Order: "sequential", TimeoutNS: 300e9, Isolation: "keep", Steps: []string{"analysis"},
		Planned: study.Tally{Configurations: 1, Total: 6, Counted: 5, Failed: 1}, Versions: []string{"0.6.2"},
		Environments: []study.Environment{{Target: "target.local.workstation", Runs: 5, Host: host}},
		StartedAt:    "2026-03-01T09:00:00Z", FinishedAt: "2026-03-05T09:00:40Z", DurationNS: 190e9, Retried: map[string]int{"timeout": 1},
		Unfinished: []study.Unfinished{{Address: `experiment.one.config["all"].run[6]`, State: "failed", Class: "timeout", Message: "no token within 2m"}},
	}}
	return st
}

// nothing is an experiment of which no run was counted.
func nothing(t *testing.T) study.Study {
	t.Helper()
	st := emulatorSweep(t)
	x := st.Experiments["sweep"]
	x.ServerKind, x.Server, x.StartedAt, x.FinishedAt, x.DurationNS = "ollama", "server.ollama.main", "", "", 0
	x.Planned = study.Tally{Configurations: 18, Total: 57, Failed: 3, Pending: 54}
	x.Models, x.Environments, x.Versions, x.Retried, x.PromptsCut = nil, nil, nil, map[string]int{"connect": 9}, 0
	for i := range 3 {
		x.Unfinished = append(x.Unfinished, study.Unfinished{Address: fmt.Sprintf(`experiment.sweep.config["baseline_default"].run[%d]`, i+1),
			State: "failed", Class: "connect", Message: "dial tcp 127.0.0.1:11434: connect: connection refused"})
	}
	st.Experiments = map[string]study.Experiment{"sweep": x}
	st.Runs = nil
	s := &sample{factors: factors}
	st.Analyses = map[string]study.Analysis{"sweep": {Of: []string{"experiment.sweep"}, Result: s.analyse(t, "default", throughput, ttftWarm)}}
	return st
}

// paired has four configurations with a baseline beside each, five runs each: none differs by as much as 2 %, which is what matters.
func paired(t *testing.T, gain float64) study.Study {
	t.Helper()
	random := rand.New(rand.NewPCG(3, 3))
	s := &sample{factors: []analysis.Factor{{Name: "num_gpu", Levels: []any{60.0, 120.0}}, {Name: "flash", Levels: []any{false, true}}}}
	start := time.Date(2026, 4, 1, 8, 0, 0, 0, time.UTC)
	for _, gpu := range []float64{60, 120} {
		for _, flash := range []bool{false, true} {
			name := fmt.Sprintf("gpu%g_flash%t", gpu, flash)
			for repeat := 1; repeat <= 5; repeat++ {
				for arm, rate := range []float64{100, 100 * (1 + gain)} {
					row := analysis.Row{Configuration: name, Repeat: repeat, Source: "experiment.pairs", Factors: map[string]any{"num_gpu": gpu, "flash": flash}}
					if arm == 0 {
						row.Configuration, row.Pair, row.Arm = "baseline_off_"+name, name, "off"
					}
					at := 2*len(s.rows) + (arm+repeat)%2*3
					s.add(row, start.Add(time.Duration(at)*time.Minute).Format(time.RFC3339), map[string]float64{"e2e": 3e9 / rate * 100 * (1 + 0.002*random.NormFloat64())})
				}
			}
		}
	}
	e2e := analysis.Metric{Name: "e2e", Unit: "ns", Better: analysis.Lower, Practical: 0.02}
	st := study1(s, "pairs", "experiment.pairs", s.analyse(t, "off", e2e))
	st.Experiments = map[string]study.Experiment{"pairs": {
		Title: "Paired arms", Agent: "agent.go", Server: "server.openai.vllm", ServerKind: "openai", Workload: "review", Model: "llama3", Target: "target.local.a",
		Axes:    []study.Axis{{Name: "num_gpu", Label: "gpu", Values: []any{60, 120}}, {Name: "flash", Label: "flash", Values: []any{false, true}}},
		Arms:    []study.Arm{{Name: "off", Options: map[string]any{"flash": false}, Paired: true}},
		Repeats: 5, Order: "random", Seed: 5, TimeoutNS: 60e9, Isolation: "warm", Planned: study.Tally{Configurations: 4, Total: 40, Counted: 40},
		Environments: []study.Environment{{Target: "target.local.a", Runs: 20, Host: host}, {Target: "target.local.a", Runs: 20}},
		StartedAt:    "2026-04-01T08:00:00Z", FinishedAt: "2026-04-01T09:20:00Z", DurationNS: 120e9,
	}}
	return st
}

// noisy has two configurations, or those named, and one common baseline, two runs each, which differ by as much as they
// are large.
func noisy(t *testing.T, names ...string) study.Study {
	t.Helper()
	s := &sample{factors: []analysis.Factor{{Name: "threads", Levels: []any{4.0, 8.0}}}}
	rates := map[string][]float64{"baseline_default": {40, 130}, "t4": {30, 150}, "t8": {60, 90}}
	start := time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC)
	for i, row := range []analysis.Row{
		{Configuration: "baseline_default", Arm: "default"},
		{Configuration: "t4", Factors: map[string]any{"threads": 4.0}}, {Configuration: "t8", Factors: map[string]any{"threads": 8.0}},
	} {
		if len(names) > 0 && row.Arm == "" && !slices.Contains(names, row.Configuration) {
			continue
		}
		for repeat, rate := range rates[row.Configuration] {
			row.Repeat, row.Source = repeat+1, "experiment.noisy"
			s.add(row, start.Add(time.Duration(3*repeat+i)*time.Minute).Format(time.RFC3339), map[string]float64{"throughput": rate})
		}
	}
	st := study1(s, "noisy", "experiment.noisy", s.analyse(t, "default", throughput))
	st.Experiments = map[string]study.Experiment{"noisy": {
		Agent: "agent.go", Server: "server.ollama.main", ServerKind: "ollama", Target: "target.local.a", Workload: "review", Model: "llama3",
		Axes: []study.Axis{{Name: "threads", Label: "t", Values: []any{4, 8}}}, Arms: []study.Arm{{Name: "default", Options: map[string]any{}}},
		Repeats: 2, Order: "interleaved", Seed: 5, TimeoutNS: 60e9, Isolation: "keep", Planned: study.Tally{Configurations: 2, Total: 6, Counted: 6},
		StartedAt: "2026-05-01T08:00:00Z", FinishedAt: "2026-05-01T08:06:00Z", DurationNS: 60e9, PromptsCut: 6,
	}}
	return st
}

// oneLevel has nine configurations and one common baseline, three runs each: num_ctx 1024 is 2 % faster than 256 and 512,
// and the baseline is as fast as it. The analysis may leave the baseline out, with "".
func oneLevel(t *testing.T, baseline string) study.Study {
	t.Helper()
	random := rand.New(rand.NewPCG(11, 11))
	s := &sample{factors: factors[:2]}
	rows := []analysis.Row{{Configuration: "baseline_default", Arm: "default"}}
	for _, gpu := range factors[0].Levels {
		for _, ctx := range factors[1].Levels {
			rows = append(rows, analysis.Row{Configuration: fmt.Sprintf("gpu%v_ctx%v", gpu, ctx), Factors: map[string]any{"num_gpu": gpu, "num_ctx": ctx}})
		}
	}
	start := time.Date(2026, 6, 1, 8, 0, 0, 0, time.UTC)
	for repeat := 1; repeat <= 3; repeat++ {
		for i, row := range rows {
			row.Repeat, row.Source = repeat, "experiment.level"
			rate := 102.0
			if ctx, ok := row.Factors["num_ctx"]; ok && ctx != 1024.0 {
				rate = 100
			}
			at := (repeat-1)*len(rows) + (i+3*repeat)%len(rows)
			s.add(row, start.Add(time.Duration(at)*time.Minute).Format(time.RFC3339), map[string]float64{"throughput": rate * (1 + 0.004*random.NormFloat64())})
		}
	}
	st := study1(s, "level", "experiment.level", s.analyse(t, baseline, throughput))
	st.Experiments = map[string]study.Experiment{"level": {
		Title: "One level", Agent: "agent.go", Server: "server.ollama.main", ServerKind: "ollama", Target: "target.local.a", Workload: "review", Model: "llama3",
		Axes: []study.Axis{{Name: "num_gpu", Label: "gpu", Values: factors[0].Levels}, {Name: "num_ctx", Label: "ctx", Values: factors[1].Levels}},
		Arms: []study.Arm{{Name: "default", Options: map[string]any{}}}, Repeats: 3, Order: "interleaved", TimeoutNS: 60e9, Isolation: "keep",
		Planned: study.Tally{Configurations: 9, Total: 30, Counted: 30}, DurationNS: 300e9,
	}}
	return st
}

// evil is text that would break out of a table, a code span, a heading, a terminal or a page if it were let.
const evil = "a|b `c` **d** <script>alert(1)</script> [x](javascript:1) ![i](http://e/x.png)\n# h1\n\n<!-- --> \\| \x1b[31mred \u202eltr\u202c \x00 &lt; $x$ ~~s~~ <details>"

// hostile has evil in every text that data can bring.
func hostile(t *testing.T) study.Study {
	t.Helper()
	name := func(kind string) string { return kind + evil }
	s := &sample{factors: []analysis.Factor{{Name: name("factor"), Levels: []any{name("one"), name("two")}}}}
	for i, level := range []string{"one", "two"} {
		for repeat := 1; repeat <= 2; repeat++ {
			for _, arm := range []string{"", name("arm")} {
				row := analysis.Row{Configuration: name(level), Repeat: repeat, Source: "experiment." + name("x"), Factors: map[string]any{name("factor"): name(level)}}
				if arm != "" {
					row.Arm, row.Pair, row.Configuration = arm, row.Configuration, name("baseline "+level)
				}
				s.add(row, "2026-01-01T00:00:00Z", map[string]float64{name("metric"): float64(10*i + repeat + len(arm)), name("other"): float64(repeat)})
			}
		}
	}
	metric, other := analysis.Metric{Name: name("metric"), Unit: name("unit"), Better: analysis.Higher}, analysis.Metric{Name: name("other"), Unit: "1", Better: analysis.Lower}
	result := s.analyse(t, name("arm"), metric, other)
	result.Findings = append(result.Findings, analysis.Finding{Kind: name("kind"), Strength: analysis.Shown, Sentence: name("sentence")})
	result.Warnings = append(result.Warnings, analysis.Warning{Kind: name("kind"), Message: name("message"), Remedy: name("remedy")})
	st := study1(s, name("analysis"), "experiment."+name("x"), result)
	st.Tool, st.Spec = study.Tool{Version: name("version"), Instrument: name("instrument")}, study.Spec{Files: []string{name("file")}, Vars: map[string]string{name("var"): name("text")}, Digest: name("digest"), Records: name("records")}
	st.Datasets = map[string]study.Dataset{name("d"): {Path: name("path"), Files: 1, Rows: 1, Digest: name("digest"), Labels: map[string]any{name("label"): name("value"), "model": name("model")}, Dropped: []study.Dropped{{File: name("file"), Reason: name("reason")}}}}
	st.Experiments = map[string]study.Experiment{name("x"): {
		Title: name("title"), Agent: name("agent"), Server: name("server"), ServerKind: name("kind"), Target: name("target"), Workload: name("workload"), Model: name("model"),
		Axes: []study.Axis{{Name: name("factor"), Label: name("label"), Values: []any{name("one"), name("two")}}}, Arms: []study.Arm{{Name: name("arm"), Options: map[string]any{name("o"): name("v")}}},
		Options: map[string]any{name("o"): name("v")}, Order: name("order"), Isolation: name("isolation"), Steps: []string{name("step")}, Versions: []string{name("version")},
		Planned: study.Tally{Configurations: 2, Total: 9, Counted: 8, Failed: 1},
		Models:  []study.Model{{Name: name("model"), Digest: name("digest"), ParameterSize: name("size"), Quantization: name("q"), Family: name("family")}},
		Environments: []study.Environment{{Target: name("target"), Runs: 8, Host: mustJSON(map[string]any{"cpu": name("cpu"), "cores_allowed": 1, "os": name("os"), "arch": name("arch"),
			"kernel": name("kernel"), "container": name("container"), "vm": name("vm"), "gpus": []any{map[string]any{"name": name("gpu"), "driver": name("driver")}}})}},
		StartedAt: name("started"), FinishedAt: name("finished"), Retried: map[string]int{name("class"): 1},
		Skipped:    []study.Skipped{{Name: name("skipped"), Reason: name("reason")}},
		Unfinished: []study.Unfinished{{Address: name("address"), State: name("state"), Class: name("class"), Message: name("message")}},
	}}
	return st
}

func mustJSON(v any) json.RawMessage {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return text
}
