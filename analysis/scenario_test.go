package analysis

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// A tableOf is put together run by run; noise is normal, from a fixed seed.
type tableOf struct {
	Table
	rng   *rand.Rand
	clock int64
}

func newTable(metrics ...string) *tableOf {
	t := &tableOf{rng: rand.New(rand.NewPCG(7, 7)), clock: 1}
	t.Metrics = map[string][]float64{}
	for _, m := range metrics {
		t.Metrics[m] = nil
	}
	return t
}

// run adds a run whose metrics, in the order of their names, have these values.
func (t *tableOf) run(name, arm, pair string, repeat int, values map[string]float64) {
	t.clock += 1e9
	t.Rows = append(t.Rows, Row{Configuration: name, Arm: arm, Pair: pair, Repeat: repeat, Started: t.clock})
	for m := range t.Metrics {
		v, ok := values[m]
		if !ok {
			v = math.NaN()
		}
		t.Metrics[m] = append(t.Metrics[m], v)
	}
}

func (t *tableOf) noisy(mean, sd float64) map[string]float64 {
	return map[string]float64{"throughput": mean + sd*t.rng.NormFloat64()}
}

// pairs adds k pairs of n runs each, in which every second repeat has the configuration first.
func (t *tableOf) pairs(k, n int, base, sd, effect float64) *tableOf {
	for i := range k {
		name := string(rune('a' + i))
		for r := 1; r <= n; r++ {
			if r%2 == 0 {
				t.run(name, "", "", r, t.noisy(base*(1+effect), sd))
			}
			t.run("base_"+name, "base", name, r, t.noisy(base, sd))
			if r%2 == 1 {
				t.run(name, "", "", r, t.noisy(base*(1+effect), sd))
			}
		}
	}
	return t
}

// shared adds k configurations of n runs and a common baseline of m.
func (t *tableOf) shared(k, n, m int, base, sd, effect float64) *tableOf {
	for r := 1; r <= m; r++ {
		t.run("baseline_base", "base", "", r, t.noisy(base, sd))
	}
	for i := range k {
		for r := 1; r <= n; r++ {
			t.run(string(rune('a'+i)), "", "", r, t.noisy(base*(1+effect)+float64(i)*sd, sd))
		}
	}
	return t
}

func throughput(practical float64) Question {
	return Question{Baseline: "base", Confidence: 0.95, Seed: 3, Resamples: 2000,
		Metrics: []Metric{{Name: "throughput", Unit: "1/s", Better: Higher, Practical: practical}}}
}

// Everything that is said in words, of tables that each show one thing.
func TestSentences(t *testing.T) {
	without := throughput(0)
	without.Baseline = ""
	lower := throughput(0)
	lower.Metrics[0] = Metric{Name: "throughput", Unit: "ns", Better: Lower}
	far := newTable("throughput").pairs(2, 8, 100, 1, 0)
	far.Metrics["throughput"][3] = 140
	far.Rows[3].Source = "experiment.x.run[4]"
	missing := newTable("throughput").pairs(3, 3, 100, 1, 0)
	missing.Metrics["throughput"][0] = math.NaN()
	missing.Metrics["throughput"][7] = math.Inf(1)
	drifting := newTable("throughput")
	for i := range 10 {
		name := string(rune('a' + i))
		drifting.run("base_"+name, "base", name, 1, drifting.noisy(100+float64(i), 0.5))
		drifting.run(name, "", "", 1, drifting.noisy(100+float64(i), 0.5))
	}
	incomplete := newTable("throughput").pairs(2, 3, 100, 1, 0.05)
	incomplete.run("c", "", "", 1, incomplete.noisy(100, 1))
	beyond := newTable("throughput").pairs(6, 1, 100, 0.1, 0)
	beyond.Metrics["throughput"][1] = 100.33
	cleared := newTable("throughput").pairs(1, 5, 100, 1, 0.05)
	for r := 1; r <= 5; r++ {
		cleared.run("b", "", "", r, cleared.noisy(120, 1))
		cleared.run("c", "", "", r, cleared.noisy(90, 1))
	}
	leader := newTable("throughput").pairs(6, 1, 100, 0.1, 0)
	leader.Metrics["throughput"][1] = 110
	cases := []struct {
		name  string
		table Table
		q     Question
	}{
		{"an effect in every configuration", newTable("throughput").pairs(8, 3, 100, 1, 0.05).Table, throughput(0.01)},
		{"a loss", newTable("throughput").pairs(8, 3, 100, 1, -0.05).Table, throughput(0.01)},
		{"lower is better", newTable("throughput").pairs(8, 3, 2e9, 2e7, -0.05).Table, lower},
		{"no difference that matters", newTable("throughput").pairs(8, 10, 100, 0.1, 0).Table, throughput(0.01)},
		{"one configuration", newTable("throughput").pairs(1, 5, 100, 1, 0.05).Table, throughput(0.01)},
		{"one configuration, one run", newTable("throughput").pairs(1, 1, 100, 1, 0.05).Table, throughput(0.01)},
		{"one configuration, never better", newTable("throughput").pairs(1, 5, 100, 1, 0).Table, throughput(0.01)},
		{"a shared baseline", newTable("throughput").shared(5, 3, 5, 100, 1, 0.05).Table, throughput(0.01)},
		{"a shared baseline of one run", newTable("throughput").shared(5, 3, 1, 100, 1, 0.05).Table, throughput(0.01)},
		{"no baseline asked for", newTable("throughput").shared(3, 4, 0, 100, 1, 0).Table, without},
		{"no baseline measured", newTable("throughput").shared(3, 4, 0, 100, 1, 0).Table, throughput(0)},
		{"constant", newTable("throughput").pairs(3, 3, 512, 0, 0).Table, throughput(0.01)},
		{"baseline around zero", newTable("throughput").pairs(3, 3, -5, 1, 0).Table, throughput(0)},
		{"far off", far.Table, throughput(0)},
		{"missing values", missing.Table, throughput(0)},
		{"drift", drifting.Table, throughput(0)},
		{"incomplete", incomplete.Table, throughput(0)},
		{"best beyond the noise of one run", beyond.Table, throughput(0)},
		{"best beyond all noise", leader.Table, throughput(0)},
		{"a clear best", cleared.Table, without},
		{"very noisy", newTable("throughput").pairs(3, 5, 100, 60, 0).Table, throughput(0)},
		{"no rows", Table{}, throughput(0)},
	}
	var b strings.Builder
	for _, c := range cases {
		r := mustAnalyze(t, c.table, c.q)
		fmt.Fprintf(&b, "# %s\n", c.name)
		if imp := r.Metrics["throughput"].Improvement; imp != nil {
			fmt.Fprintf(&b, "mean: %s;", imp.Verdict)
			for _, e := range imp.Effects {
				fmt.Fprintf(&b, " %d. %s %s", e.Rank, e.Name, e.Verdict)
			}
			b.WriteString("\n")
		}
		b.WriteString("ranking:")
		for _, x := range r.Ranking {
			fmt.Fprintf(&b, " %d. %s", x.Rank, x.Name)
			if x.Separated != nil && *x.Separated {
				b.WriteString(" |")
			}
		}
		b.WriteString("\n")
		for _, s := range r.Metrics["throughput"].Power {
			fmt.Fprintf(&b, "power: %d for %s (%s)\n", s.Repeats, Share(s.Effect, 2), s.Basis)
		}
		for _, f := range r.Findings {
			fmt.Fprintf(&b, "%s (%s) %s\n", f.Kind, f.Strength, f.Sentence)
		}
		for _, w := range r.Warnings {
			fmt.Fprintf(&b, "! %s: %s %s\n", w.Kind, w.Message, w.Remedy)
		}
		b.WriteString("\n")
	}
	golden(t, "sentences", b.String())
}

// What keeps an effect from counting as shown.
func TestJudge(t *testing.T) {
	p := func(v float64) *float64 { return &v }
	cases := []struct {
		name           string
		t, adjusted, w *float64
		of             int
		fixed          bool
		want           Strength
		doubts         int
	}{
		{"both agree", p(0.01), p(0.01), p(0.02), 18, false, Shown, 0},
		{"neither", p(0.06), p(0.06), p(0.07), 18, true, NotTold, 0},
		{"no test", nil, nil, nil, 18, true, NotTold, 0},
		{"Wilcoxon doesn't", p(0.01), p(0.01), p(0.2), 18, false, Suggested, 1},
		{"Wilcoxon can't with 4", p(0.01), p(0.01), p(0.125), 4, false, Shown, 0},
		{"t doesn't", p(0.2), p(0.2), p(0.01), 18, false, Suggested, 1},
		{"shared baseline", p(0.01), p(0.01), nil, 18, false, Shown, 0},
		{"lost to Holm", p(0.04), p(0.08), p(0.01), 18, false, Suggested, 1},
		{"fixed order", p(0.01), p(0.01), p(0.01), 18, true, Suggested, 1},
		{"all of it", p(0.04), p(0.08), p(0.2), 18, true, Suggested, 3},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			e := meanEffect{result: MetricResult{Improvement: &Improvement{PWilcoxon: c.w, Of: c.of}}, confidence: 0.95,
				p: c.t, adjusted: c.adjusted, fixed: c.fixed}
			if got, doubts := e.judge(); got != c.want || len(doubts) != c.doubts {
				t.Errorf("%s for %q, want %s for %d reasons", got, doubts, c.want, c.doubts)
			}
		})
	}
}

// The verdict of the mean says better or worse exactly where the finding is shown to.
func TestVerdictIsThatOfTheFinding(t *testing.T) {
	two := func(q Question) Question {
		q.Metrics = append(q.Metrics, Metric{Name: "one", Unit: "1", Better: Higher}, Metric{Name: "two", Unit: "1", Better: Higher})
		return q
	}
	// Eight pairs, in which metric one is better with p = 0.03; two is as it was.
	secondary := newTable("throughput", "one", "two").pairs(8, 1, 100, 1, 0)
	swap := true
	for i, r := range secondary.Rows {
		secondary.Metrics["one"][i], secondary.Metrics["two"][i] = 100, 100
		if r.Arm == "" {
			d := []float64{-0.5, 1, 2, 2, 3, 0.5, -0.5, 2}[i/2]
			secondary.Metrics["one"][i], secondary.Metrics["two"][i] = 100+d, 100+d-1
		} else if swap = !swap; swap { // every second pair in the other order
			secondary.Rows[i].Started += 2e9
		}
	}
	fixed := newTable("throughput").pairs(8, 1, 100, 0.1, 0.05).Table
	single := newTable("throughput", "one", "two")
	for i, r := range []int{1, 2, 3, 4} {
		at := 100 + float64(i)
		base := map[string]float64{"throughput": at, "one": at, "two": at}
		tuned := map[string]float64{"throughput": at, "one": at + 2.4, "two": at} // one: Welch p = 0.04
		if r%2 == 0 {
			single.run("a", "", "", r, tuned)
		}
		single.run("base_a", "base", "a", r, base)
		if r%2 == 1 {
			single.run("a", "", "", r, tuned)
		}
	}
	for _, c := range []struct {
		name, metric string
		table        Table
		q            Question
		strength     Strength
		verdict      Verdict
	}{
		{"shown", "throughput", newTable("throughput").pairs(8, 3, 100, 1, 0.05).Table, throughput(0), Shown, BetterVerdict},
		{"a loss", "throughput", newTable("throughput").pairs(8, 3, 100, 1, -0.05).Table, throughput(0), Shown, WorseVerdict},
		{"fixed order", "throughput", fixed, throughput(0), Suggested, CannotTell},
		{"no difference in fixed order", "throughput", newTable("throughput").pairs(8, 1, 100, 0.1, 0).Table, throughput(0.05), NotTold, CannotTell},
		{"one pair in fixed order", "throughput", newTable("throughput").shared(1, 5, 5, 100, 1, 0.1).Table, throughput(0), Suggested, CannotTell},
		{"lost to Holm", "one", secondary.Table, two(throughput(0)), Suggested, CannotTell},
		{"one pair lost to Holm", "one", single.Table, two(throughput(0)), Suggested, CannotTell},
		{"not told", "two", secondary.Table, two(throughput(0)), NotTold, CannotTell},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := mustAnalyze(t, c.table, c.q)
			i := slices.IndexFunc(r.Findings, func(f Finding) bool { return f.Kind == "effect" && f.Metric == c.metric })
			f := r.Findings[i]
			if got := r.Metrics[c.metric].Improvement.Verdict; f.Strength != c.strength || got != c.verdict || f.Evidence["verdict"] != string(got) ||
				strings.Contains(c.name, "Holm") && !strings.Contains(f.Sentence, "after Holm over the metrics") {
				t.Errorf("%s, %s: %s", f.Strength, got, f.Sentence)
			}
		})
	}
}

// Without a baseline a main effect is the mean of the metric, which is not tested.
func TestMainEffectsWithoutBaseline(t *testing.T) {
	table, q := sweep(t)
	q.Baseline = ""
	q.Metrics = q.Metrics[1:]
	r := mustAnalyze(t, table, q)
	e := r.Metrics["ttft_warm"].MainEffects
	if len(e) != 8 {
		t.Fatalf("%d main effects", len(e))
	}
	if e[0].Factor != "num_gpu" || e[0].Level != 60.0 || e[0].N != 6 || e[0].Positive != nil || e[0].P != nil || e[0].CI == nil {
		t.Errorf("%+v", e[0])
	}
	if got := e[0].Best.Name; got != "gpu60_ctx256_temp0p8" { // 278.3 ms, the shortest of the six
		t.Errorf("best at num_gpu 60: %s", got)
	}
	if r.Best.Name != "gpu120_ctx256_temp0p6" || r.Metrics["ttft_warm"].Improvement != nil {
		t.Errorf("best %s", r.Best.Name)
	}
}

// The drift is looked for in the order of time, which need not be that of the rows.
func TestDriftIsInTime(t *testing.T) {
	table := newTable("throughput")
	for i := range 10 {
		table.run("baseline_base", "base", "", i+1, map[string]float64{"throughput": float64(100 + i)})
		table.Rows[i].Started = int64(1000 - i)
	}
	rho, p, n := drift(sortCells(table.Table, "base"), "throughput")
	if rho != -1 || p == nil || *p > 1e-9 || n != 10 {
		t.Errorf("rho %v, p %s, n %d", rho, show(p), n)
	}
}

func TestMalformed(t *testing.T) {
	good := newTable("throughput").pairs(2, 2, 100, 1, 0).Table
	cases := []struct {
		name   string
		change func(*Table, *Question)
		want   string
	}{
		{"short column", func(t *Table, _ *Question) { t.Metrics = map[string][]float64{"throughput": {1}} }, `analysis: metric "throughput" has 1 values for 8 rows`},
		{"unknown metric", func(_ *Table, q *Question) { q.Metrics[0].Name = "ttft" }, `analysis: metric "ttft" is not in the table, which has throughput`},
		{"asked twice", func(_ *Table, q *Question) { q.Metrics = append(q.Metrics, q.Metrics[0]) }, `analysis: metric "throughput" is asked for twice`},
		{"confidence", func(_ *Table, q *Question) { q.Confidence = 95 }, `analysis: confidence 95 does not lie between 0.5 and 1`},
		{"not a number", func(_ *Table, q *Question) { q.Confidence = math.NaN() }, `analysis: confidence NaN does not lie between 0.5 and 1`},
		{"direction", func(_ *Table, q *Question) { q.Metrics[0].Better = "" }, `analysis: metric "throughput": better is ""; say "higher" or "lower"`},
		{"test", func(_ *Table, q *Question) { q.Metrics[0].Test = "anova" }, `analysis: metric "throughput": there is no test "anova"; say "welch"`},
		{"margin", func(_ *Table, q *Question) { q.Metrics[0].Practical = 5 }, `analysis: metric "throughput": the practical difference 5 does not lie between 0 and 1`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			table, q := good, throughput(0)
			c.change(&table, &q)
			if _, err := Analyze(table, q); err == nil || err.Error() != c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestConfidenceDefault(t *testing.T) {
	q := throughput(0)
	q.Confidence = 0
	if r := mustAnalyze(t, newTable("throughput").pairs(2, 2, 100, 1, 0).Table, q); r.Confidence != 0.95 {
		t.Errorf("confidence %v", r.Confidence)
	}
}

func TestRankProbability(t *testing.T) {
	for _, c := range []struct {
		name      string
		gap       float64
		low, high float64
	}{{"alike", 0, 0.05, 0.8}, {"apart", 50, 1, 1}} {
		t.Run(c.name, func(t *testing.T) {
			table := newTable("throughput")
			for i := range 4 {
				for r := 1; r <= 5; r++ {
					table.run(string(rune('a'+i)), "", "", r, table.noisy(100+c.gap*float64(i), 1))
				}
			}
			r := mustAnalyze(t, table.Table, throughput(0))
			if p := *r.Best.Probability; p < c.low || p > c.high {
				t.Errorf("probability %v of %s", p, r.Best.Name)
			}
			again := mustAnalyze(t, table.Table, throughput(0))
			if *again.Best.Probability != *r.Best.Probability {
				t.Error("the same seed gave another probability")
			}
		})
	}
	t.Run("equal means share", func(t *testing.T) {
		table := newTable("throughput").pairs(2, 5, 100, 0, 0).Table
		if p := *mustAnalyze(t, table, throughput(0)).Best.Probability; p != 0.5 {
			t.Errorf("probability %v", p)
		}
	})
	t.Run("too few runs to resample", func(t *testing.T) {
		table := newTable("throughput").shared(3, 5, 0, 100, 1, 0)
		for r := 1; r <= 4; r++ {
			table.run("d", "", "", r, table.noisy(90, 1))
		}
		r := mustAnalyze(t, table.Table, throughput(0))
		if r.Best.Probability != nil {
			t.Errorf("probability %v with a configuration of 4 runs", *r.Best.Probability)
		}
	})
}

func BenchmarkAnalyze(b *testing.B) {
	sweepTable, sweepQuestion := sweep(b)
	large := newTable("throughput")
	for i := range 1000 {
		for r := 1; r <= 5; r++ {
			large.run(fmt.Sprint("c", i), "", "", r, large.noisy(100, 1))
			large.run(fmt.Sprint("base_c", i), "base", fmt.Sprint("c", i), r, large.noisy(100, 1))
		}
	}
	for _, c := range []struct {
		name  string
		table Table
		q     Question
	}{
		{"sweep", sweepTable, sweepQuestion},
		{"pairs=18/n=5", newTable("throughput").pairs(18, 5, 100, 1, 0.01).Table, throughput(0.01)},
		{"pairs=1000/n=5", large.Table, throughput(0.01)},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Analyze(c.table, c.q); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
