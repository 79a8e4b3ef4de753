package analysis

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write golden files")

// Properties are tried on the same cases each time, unless -rapid.seed says otherwise.
func TestMain(m *testing.M) {
	flag.Parse()
	if f := flag.Lookup("rapid.seed"); f.Value.String() == f.DefValue {
		flag.Set("rapid.seed", "1")
	}
	flag.Set("rapid.nofailfile", "true")
	os.Exit(m.Run())
}

// sweep reads the study's raw Rust sweep; its durations are brought to ns.
func sweep(t testing.TB) (Table, Question) {
	t.Helper()
	f, err := os.Open("testdata/rust_sweep.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	number := func(s string) float64 {
		v, err := strconv.ParseFloat(s, 64)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	table := Table{
		Factors: []Factor{
			{"num_gpu", []any{60.0, 80.0, 120.0}}, {"num_ctx", []any{256.0, 512.0, 1024.0}}, {"temperature", []any{0.6, 0.8}},
		},
		Metrics: map[string][]float64{},
	}
	for _, l := range lines[1:] {
		started, err := time.Parse(time.RFC3339Nano, l[5])
		if err != nil {
			t.Fatal(err)
		}
		r := Row{Configuration: l[0], Arm: l[1], Repeat: 1, Started: started.UnixNano(),
			Factors: map[string]any{"num_gpu": number(l[2]), "num_ctx": number(l[3]), "temperature": number(l[4])}}
		if r.Arm != "" {
			r.Configuration, r.Pair = "baseline_default_"+l[0], l[0]
		}
		table.Rows = append(table.Rows, r)
		ttft, load := number(l[7])*1e6, number(l[8])*1e6
		for name, v := range map[string]float64{"throughput": number(l[6]), "ttft": ttft, "load": load, "ttft_warm": ttft - load} {
			table.Metrics[name] = append(table.Metrics[name], v)
		}
	}
	return table, Question{Baseline: "default", Confidence: 0.95, Seed: 1, Metrics: []Metric{
		{Name: "throughput", Unit: "1/s", Better: Higher},
		{Name: "ttft_warm", Unit: "ns", Better: Lower},
	}}
}

func mustAnalyze(t testing.TB, table Table, q Question) Result {
	t.Helper()
	r, err := Analyze(table, q)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// The published figures that are in the raw data, and those that the raw data give where the publication has none.
func TestSweepFigures(t *testing.T) {
	r := sweepResult(t)
	x := r.Metrics["throughput"]
	imp := x.Improvement
	figures := []struct {
		what string
		got  float64
		want float64
		to   float64
	}{
		{"mean", *imp.Mean, 0.00137635, 5e-9},
		{"low", imp.CI.Low, -0.000163, 5e-7},
		{"high", imp.CI.High, 0.002916, 5e-7},
		{"p", *imp.P, 0.0765, 5e-5},
		{"Wilcoxon", *imp.PWilcoxon, 0.0898, 5e-5},
		{"sign test", *imp.PSign, 0.09625, 5e-6},
		{"positive", float64(imp.Positive), 13, 0},
		{"of", float64(imp.Of), 18, 0},
		{"best", imp.Best.Value, 0.00605937, 4e-8},
		{"worst", imp.Worst.Value, -0.00447071, 5e-9},
		{"CV of the baseline", *x.Baseline.CV, 0.00435, 5e-6},
		{"CV tuned", *x.All.CV, 0.00453, 5e-6},
		{"sd of the baseline", *x.Baseline.SD, 0.43, 5e-3},
		{"noise of single runs", x.Noise.Single, 0.0123, 5e-5},
		{"df of the noise", float64(x.Noise.DF), 17, 0},
		{"ratio of CVs", x.Consistency.Ratio, 1.04, 5e-3},
		{"ratio low", x.Consistency.CI.Low, 0.64, 5e-3},
		{"ratio high", x.Consistency.CI.High, 1.70, 5e-3},
		{"pooled", *x.Pooled.Mean, 98.83, 5e-3},
		{"pooled n", float64(x.Pooled.N), 36, 0},
	}
	warm := r.Metrics["ttft_warm"]
	figures = append(figures, []struct {
		what          string
		got, want, to float64
	}{
		{"TTFT − load", *warm.Pooled.Mean, 285.7e6, 0.05e6},
		{"its sd", *warm.Pooled.SD, 13e6, 0.5e6},
		{"tuned", *warm.All.Mean, 281.1e6, 0.05e6},
		{"default", *warm.Baseline.Mean, 290.4e6, 0.05e6},
		{"difference", *warm.Improvement.Absolute, -9.3e6, 0.05e6},
		{"its low", warm.Improvement.AbsCI.Low, -16.1e6, 0.05e6},
		{"its high", warm.Improvement.AbsCI.High, -2.5e6, 0.05e6},
		{"its p", *warm.Improvement.AbsP, 0.010, 5e-4},
		{"as an improvement", *warm.Improvement.Mean, 0.0307, 5e-5},
	}...)
	for _, f := range figures {
		if math.Abs(f.got-f.want) > f.to {
			t.Errorf("%s: %v, want %v", f.what, f.got, f.want)
		}
	}
	if imp.Best.Name != "gpu60_ctx1024_temp0p8" || imp.Worst.Name != "gpu120_ctx256_temp0p6" {
		t.Errorf("best %s, worst %s", imp.Best.Name, imp.Worst.Name)
	}
	if x.Noise.From != "baseline" || x.Consistency.From != "configurations" || x.Detectable != nil || !r.Paired {
		t.Errorf("noise from %s, consistency from %s, detectable %v, paired %v", x.Noise.From, x.Consistency.From, x.Detectable, r.Paired)
	}
	repeats := map[float64]int{}
	for _, s := range x.Power {
		repeats[s.Effect] = s.Repeats
	}
	if repeats[0.003] != 34 || repeats[0.01] != 5 || repeats[*imp.Mean] != 158 {
		t.Errorf("repeats %v", x.Power)
	}
	for _, e := range imp.Effects {
		if e.P != nil || e.CI != nil || e.Verdict != CannotTell || e.Test != "" {
			t.Errorf("one run was tested: %+v", e)
		}
	}
}

func sweepResult(t testing.TB) Result {
	table, q := sweep(t)
	return mustAnalyze(t, table, q)
}

// What a report says of the sweep: main effects, findings, warnings.
func TestSweepText(t *testing.T) {
	r := sweepResult(t)
	var b strings.Builder
	for _, e := range r.Metrics["throughput"].MainEffects {
		fmt.Fprintf(&b, "%s %s: n = %d, %d above, %s, %s, adjusted %s, best %s\n", e.Factor, Level(e.Level), e.N, *e.Positive,
			ChangeInterval(e.Mean, e.CI, 0.95, 2), PValue(*e.P), PValue(*e.PAdjusted), e.Best.Name)
	}
	b.WriteString("\nin order of the matrix:")
	for _, c := range r.Configurations {
		b.WriteString(" " + c.Name)
	}
	b.WriteString("\n\n")
	for _, x := range r.Ranking {
		fmt.Fprintf(&b, "%d. %s %s %s\n", x.Rank, x.Name, Quantity(x.Value, "tok/s"), Change(*x.Improvement, 2))
	}
	fmt.Fprintf(&b, "\nbest: %s, detectable over all: %s\n\n", r.Best.Name, Share(*r.Metrics["throughput"].Improvement.Detectable, 2))
	for _, f := range r.Findings {
		fmt.Fprintf(&b, "%s (%s) %s\n", f.Kind, f.Strength, f.Sentence)
	}
	b.WriteString("\n")
	for _, w := range r.Warnings {
		fmt.Fprintf(&b, "%s: %s %s\n", w.Kind, w.Message, w.Remedy)
	}
	golden(t, "sweep", b.String())
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := "testdata/" + name + ".golden"
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Error(diff)
	}
}

func TestResultIsJSON(t *testing.T) {
	raw, err := json.Marshal(sweepResult(t))
	if err != nil {
		t.Fatal(err)
	}
	var back Result
	if err := json.Unmarshal(raw, &back); err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(back)
	if err != nil {
		t.Fatal(err)
	}
	var first, second any // keys of evidence may come in another order
	if err := errors.Join(json.Unmarshal(raw, &first), json.Unmarshal(again, &second)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first, second); diff != "" {
		t.Error(diff)
	}
	for _, list := range []string{"ranking", "findings", "warnings", "main_effects", "power", "configurations", "factors"} {
		if strings.Contains(string(raw), `"`+list+`":null`) {
			t.Errorf("%s is null", list)
		}
	}
}
