package analysis

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// A plan of a simulated sweep of 18 configurations, 3 × 3 × 2, in rounds of random order.
type plan struct {
	repeats  int
	baseline int     // runs of a common baseline
	cv       float64 // of one run
	effect   func(gpu, ctx, temperature float64) float64
}

func (p plan) table(seed uint64) Table {
	rng := rand.New(rand.NewPCG(seed, 1))
	t := Table{Metrics: map[string][]float64{}, Factors: []Factor{
		{"num_gpu", []any{60.0, 80.0, 120.0}}, {"num_ctx", []any{256.0, 512.0, 1024.0}}, {"temperature", []any{0.6, 0.8}}}}
	clock := int64(0)
	add := func(r Row, effect float64) {
		clock++
		r.Started = clock
		t.Rows = append(t.Rows, r)
		t.Metrics["throughput"] = append(t.Metrics["throughput"], 100*(1+effect)*(1+p.cv*rng.NormFloat64()))
	}
	for repeat := 1; repeat <= max(p.repeats, p.baseline); repeat++ {
		if repeat <= p.baseline {
			add(Row{Configuration: "baseline_base", Arm: "base", Repeat: repeat}, 0)
		}
		if repeat > p.repeats {
			continue
		}
		for _, i := range rng.Perm(18) {
			gpu, ctx, temperature := t.Factors[0].Levels[i/6].(float64), t.Factors[1].Levels[i/2%3].(float64), t.Factors[2].Levels[i%2].(float64)
			add(Row{Configuration: fmt.Sprintf("gpu%v_ctx%v_temp%v", gpu, ctx, temperature), Repeat: repeat,
				Factors: map[string]any{"num_gpu": gpu, "num_ctx": ctx, "temperature": temperature}}, p.effect(gpu, ctx, temperature))
		}
	}
	return t
}

func none(_, _, _ float64) float64 { return 0 }

func atLongest(_, ctx, _ float64) float64 {
	if ctx == 1024 {
		return 0.02
	}
	return 0
}

func levelOf(t *testing.T, effects []MainEffect, factor string, level any) MainEffect {
	t.Helper()
	i := slices.IndexFunc(effects, func(e MainEffect) bool { return e.Factor == factor && sameLevel(e.Level, level) })
	if i < 0 {
		t.Fatalf("no %s %v", factor, level)
	}
	return effects[i]
}

func findingOf(r Result, kind string) Finding {
	if i := slices.IndexFunc(r.Findings, func(f Finding) bool { return f.Kind == kind }); i >= 0 {
		return r.Findings[i]
	}
	return Finding{}
}

// A gain of 2 % at one level is found whether or not there is a baseline, though the error of one that is shared is larger.
func TestPlantedLevelIsFound(t *testing.T) {
	for _, baseline := range []string{"base", ""} {
		for _, repeats := range []int{1, 3} {
			t.Run(fmt.Sprintf("baseline=%s/repeats=%d", baseline, repeats), func(t *testing.T) {
				q := throughput(0)
				q.Baseline, q.Resamples = baseline, 1
				found, covered := 0, 0
				for seed := range uint64(100) {
					r := mustAnalyze(t, plan{repeats, 3, 0.004, atLongest}.table(seed), q)
					e := levelOf(t, r.Metrics["throughput"].MainEffects, "num_ctx", 1024.0)
					f := findingOf(r, "significant_levels")
					if f.Strength == Shown && strings.Contains(f.Sentence, "num_ctx 1024 is better than the other levels of num_ctx, with throughput +") &&
						*e.ContrastPAdjusted < 0.05 && *e.Contrast > 0.01 && *e.Contrast < 0.03 {
						found++
					}
					if truth := 0.02 / (1 + 0.02/3); e.ContrastCI.Low <= truth && truth <= e.ContrastCI.High {
						covered++
					}
				}
				if found < 95 {
					t.Errorf("found in %d of 100 sweeps", found)
				}
				if covered < 88 { // 95 less 3 standard errors
					t.Errorf("%d of 100 intervals hold the effect", covered)
				}
			})
		}
	}
}

// Where nothing was planted any level is shown in 5 % of the sweeps, plus 3 standard errors of 200.
func TestFamilyWiseRateOfLevels(t *testing.T) {
	const sweeps = 200
	for _, repeats := range []int{1, 3} {
		q := throughput(0)
		q.Resamples = 1
		wrong := 0
		for seed := range uint64(sweeps) {
			r := mustAnalyze(t, plan{repeats, 3, 0.004, none}.table(seed), q)
			if findingOf(r, "significant_levels").Strength != NotTold {
				wrong++
			}
		}
		if limit := sweeps*0.05 + 3*math.Sqrt(sweeps*0.05*0.95); float64(wrong) > limit {
			t.Errorf("%d repeats: %d of %d null sweeps name a level, at most %.0f may", repeats, wrong, sweeps, limit)
		}
	}
}

// grid has a run of each value, rows by the first factor; NaN leaves the configuration out.
func grid(values [][]float64) Table {
	t := Table{Metrics: map[string][]float64{}, Factors: []Factor{{Name: "a"}, {Name: "b"}}}
	for j := range values[0] {
		t.Factors[1].Levels = append(t.Factors[1].Levels, float64(j))
	}
	for i, row := range values {
		t.Factors[0].Levels = append(t.Factors[0].Levels, float64(i))
		for j, v := range row {
			if math.IsNaN(v) {
				continue
			}
			t.Rows = append(t.Rows, Row{Configuration: fmt.Sprintf("a%db%d", i, j), Repeat: 1,
				Factors: map[string]any{"a": float64(i), "b": float64(j)}})
			t.Metrics["throughput"] = append(t.Metrics["throughput"], v)
		}
	}
	return t
}

// The arithmetic, on numbers that can be followed by hand. The mean over the configurations is 100 in all.
func TestContrasts(t *testing.T) {
	nan := math.NaN()
	cases := []struct {
		name           string
		values         [][]float64
		better         Direction
		factor         string
		level, want    float64
		blocks         int
		tests, mirrors bool
	}{
		{"two levels", [][]float64{{98, 99, 97}, {101, 103, 102}}, Higher, "a", 1, 0.04, 3, true, true}, // 3, 4, 5
		{"the other of two", [][]float64{{98, 99, 97}, {101, 103, 102}}, Higher, "a", 0, -0.04, 3, true, true},
		{"lower is better", [][]float64{{98, 99, 97}, {101, 103, 102}}, Lower, "a", 1, -0.04, 3, true, true},
		{"against the mean of two", [][]float64{{97, 99, 102}, {98, 102, 102}}, Higher, "b", 2, 0.03, 2, true, false}, // 4, 2
		{"blocks without the level", [][]float64{{96, 99, nan}, {nan, 104, 101}}, Higher, "a", 1, 0.05, 1, false, true},
		{"a lone level", [][]float64{{99, 101, 100}}, Higher, "a", 0, nan, 0, false, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			q := throughput(0)
			q.Baseline, q.Metrics[0].Better = "", c.better
			effects := mustAnalyze(t, grid(c.values), q).Metrics["throughput"].MainEffects
			e := levelOf(t, effects, c.factor, c.level)
			if e.Blocks != c.blocks || (e.ContrastP != nil) != c.tests || (e.ContrastCI != nil) != c.tests {
				t.Fatalf("%+v", e)
			}
			if math.IsNaN(c.want) != (e.Contrast == nil) || e.Contrast != nil && math.Abs(*e.Contrast-c.want) > 1e-12 {
				t.Fatalf("contrast %s, want %v", show(e.Contrast), c.want)
			}
			if c.mirrors {
				other := levelOf(t, effects, c.factor, 1-c.level)
				same(t, "p of the mirror", other.ContrastP, e.ContrastP)
				same(t, "adjusted p of the mirror", other.ContrastPAdjusted, e.ContrastPAdjusted)
				if math.Abs(*other.Contrast+*e.Contrast) > 1e-12 {
					t.Errorf("%v and %v", *other.Contrast, *e.Contrast)
				}
			}
		})
	}
	t.Run("t over the blocks", func(t *testing.T) { // mean 4, sd 1, n 3: t = 4·√3, and p = 1 − t/√(t² + 2) for 2 df
		q := throughput(0)
		q.Baseline = ""
		effects := mustAnalyze(t, grid([][]float64{{98, 99, 97}, {101, 103, 102}}), q).Metrics["throughput"].MainEffects
		e := levelOf(t, effects, "a", 1.0)
		want := 1 - math.Sqrt(48./50)
		same(t, "p", e.ContrastP, &want)
		want *= 3 // the two of a once, and two of b: at the third the difference is 1.5 in both blocks, which leaves no test
		same(t, "adjusted", e.ContrastPAdjusted, &want)
		low, high := 0.04-4.302652729696142*0.01/math.Sqrt(3), 0.04+4.302652729696142*0.01/math.Sqrt(3)
		same(t, "low", &e.ContrastCI.Low, &low)
		same(t, "high", &e.ContrastCI.High, &high)
	})
}

// With a baseline beside each configuration, the improvements are what is contrasted: a drift that both arms share is gone.
func TestContrastsOfImprovements(t *testing.T) {
	table := grid([][]float64{{100, 110, 121}, {102, 112.2, 123.42}})
	for i, r := range table.Rows {
		table.Rows = append(table.Rows, Row{Configuration: "base_" + r.Configuration, Arm: "base", Pair: r.Configuration, Repeat: 1, Factors: r.Factors})
		table.Metrics["throughput"] = append(table.Metrics["throughput"], []float64{100, 110, 121, 100, 110, 121}[i])
	}
	r := mustAnalyze(t, table, throughput(0))
	if e := levelOf(t, r.Metrics["throughput"].MainEffects, "a", 1.0); math.Abs(*e.Contrast-0.02) > 1e-12 || e.Blocks != 3 {
		t.Errorf("%+v", e)
	}
	if s := findingOf(r, "significant_levels").Sentence; strings.Contains(s, "contrast") {
		t.Errorf("the improvements are not what is told: %s", s)
	}
}

// A baseline that was asked for and never measured leaves the levels to be compared with each other.
func TestContrastsWithoutTheBaselineAskedFor(t *testing.T) {
	r := mustAnalyze(t, plan{3, 0, 0.004, atLongest}.table(1), throughput(0))
	e := levelOf(t, r.Metrics["throughput"].MainEffects, "num_ctx", 1024.0)
	if e.Positive != nil || e.P != nil || e.Contrast == nil || e.Blocks != 6 || findingOf(r, "significant_levels").Strength != Shown {
		t.Errorf("%+v", e)
	}
}

// A level that always came last in time may owe its gain to that.
func TestLevelsInFixedOrder(t *testing.T) {
	table := plan{3, 0, 0.004, atLongest}.table(1)
	for i, r := range table.Rows {
		table.Rows[i].Started = int64(r.Factors["num_ctx"].(float64)) + int64(r.Repeat)
	}
	q := throughput(0)
	q.Baseline = ""
	f := findingOf(mustAnalyze(t, table, q), "significant_levels")
	if f.Strength != Suggested || !strings.Contains(f.Sentence, "always measured last") {
		t.Errorf("%s: %s", f.Strength, f.Sentence)
	}
}

// What is said of levels.
func TestSentencesOfLevels(t *testing.T) {
	lower := throughput(0)
	lower.Metrics[0] = Metric{Name: "throughput", Unit: "ns", Better: Lower}
	both := func(gpu, ctx, temperature float64) float64 {
		return atLongest(gpu, ctx, temperature) + 0.05*(temperature-0.6)
	}
	inOrder := plan{3, 3, 0.004, atLongest}.table(1)
	for i, r := range inOrder.Rows {
		if ctx, ok := r.Factors["num_ctx"].(float64); ok {
			inOrder.Rows[i].Started = int64(ctx)
		}
	}
	var b strings.Builder
	for _, c := range []struct {
		name  string
		table Table
		q     Question
	}{
		{"one level", plan{3, 3, 0.004, atLongest}.table(1), throughput(0)},
		{"lower is better", plan{3, 3, 0.004, atLongest}.table(1), lower},
		{"two factors", plan{3, 3, 0.004, both}.table(1), throughput(0)},
		{"measured last", inOrder, throughput(0)},
		{"lost to Holm", plan{3, 3, 0.004, none}.table(3), throughput(0)},
		{"nothing", plan{3, 3, 0.004, none}.table(1), throughput(0)},
	} {
		f := findingOf(mustAnalyze(t, c.table, c.q), "significant_levels")
		fmt.Fprintf(&b, "# %s\n(%s) %s\n\n", c.name, f.Strength, f.Sentence)
	}
	golden(t, "levels", b.String())
}
