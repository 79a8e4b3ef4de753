package analysis

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// anyTable draws a small sweep: two factors, paired or not, some values missing, many of them equal.
func anyTable(t *rapid.T) Table {
	table := Table{Factors: []Factor{{"x", []any{"p", "q"}}, {"y", []any{1.0, 2.0, 3.0}}}, Metrics: map[string][]float64{}}
	value := rapid.OneOf(rapid.Float64Range(50, 60), rapid.Map(rapid.IntRange(50, 53), func(i int) float64 { return float64(i) }),
		rapid.Just(math.NaN()))
	add := func(r Row) {
		table.Rows = append(table.Rows, r)
		table.Metrics["m"] = append(table.Metrics["m"], value.Draw(t, "value"))
	}
	paired := rapid.Bool().Draw(t, "paired")
	started := int64(0)
	for _, x := range table.Factors[0].Levels {
		for _, y := range table.Factors[1].Levels {
			name := x.(string) + Level(y)
			factors := map[string]any{"x": x, "y": y}
			for r := range rapid.IntRange(1, 4).Draw(t, "repeats") {
				started++
				add(Row{Configuration: name, Factors: factors, Repeat: r + 1, Started: started})
				if paired {
					started++
					add(Row{Configuration: "base_" + name, Arm: "base", Pair: name, Factors: factors, Repeat: r + 1, Started: started})
				}
			}
		}
	}
	if !paired {
		for r := range rapid.IntRange(1, 6).Draw(t, "baseline") {
			add(Row{Configuration: "baseline_base", Arm: "base", Repeat: r + 1})
		}
	}
	return table
}

func ask(better Direction) Question {
	return Question{Baseline: "base", Confidence: 0.95, Seed: 5, Resamples: 50,
		Metrics: []Metric{{Name: "m", Unit: "1", Better: better, Practical: 0.02}}}
}

func mustJSON(t rapid.TB, v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func analyzed(t *rapid.T, table Table, q Question) Result {
	r, err := Analyze(table, q)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestOrderOfRowsIsOfNoMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table := anyTable(t)
		want := mustJSON(t, analyzed(t, table, ask(Higher)))
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "shuffle"), 0))
		rng.Shuffle(len(table.Rows), func(i, j int) {
			table.Rows[i], table.Rows[j] = table.Rows[j], table.Rows[i]
			m := table.Metrics["m"]
			m[i], m[j] = m[j], m[i]
		})
		if got := mustJSON(t, analyzed(t, table, ask(Higher))); got != want {
			t.Fatalf("shuffled:\n%s\nwant:\n%s", got, want)
		}
	})
}

// A power of two changes no digit, so everything relative has to be the same to the last bit.
func TestScaleIsOfNoMatter(t *testing.T) {
	relativeOnly := func(r Result) any {
		m := r.Metrics["m"]
		if m.Improvement != nil {
			m.Improvement.Absolute, m.Improvement.AbsCI = nil, nil
		} else {
			for i := range m.MainEffects { // without improvements they are means
				e := &m.MainEffects[i]
				e.Mean, e.CI, e.Best = 0, nil, nil
			}
		}
		if m.Noise != nil {
			m.Noise.SD = 0
		}
		return []any{m.Improvement, m.MainEffects, m.Noise, m.Consistency, m.Power, m.Detectable, r.Best, m.All.CV, m.All.CIRel}
	}
	rapid.Check(t, func(t *rapid.T) {
		table := anyTable(t)
		want := mustJSON(t, relativeOnly(analyzed(t, table, ask(Higher))))
		scale := math.Ldexp(1, rapid.IntRange(-60, 60).Draw(t, "exponent"))
		for i := range table.Metrics["m"] {
			table.Metrics["m"][i] *= scale
		}
		if got := mustJSON(t, relativeOnly(analyzed(t, table, ask(Higher)))); got != want {
			t.Fatalf("scaled:\n%s\nwant:\n%s", got, want)
		}
	})
}

// What is better under the one direction is worse under the other, and as certain.
func TestDirectionsMirror(t *testing.T) {
	mirror := map[Verdict]Verdict{BetterVerdict: WorseVerdict, WorseVerdict: BetterVerdict, NoDifference: NoDifference, CannotTell: CannotTell}
	rapid.Check(t, func(t *rapid.T) {
		table := anyTable(t)
		above, below := analyzed(t, table, ask(Higher)).Metrics["m"], analyzed(t, table, ask(Lower)).Metrics["m"]
		up, down := above.Improvement, below.Improvement
		if up == nil || down == nil {
			if up != down {
				t.Fatal("only one direction has an improvement")
			}
			return
		}
		close := func(what string, a, b *float64, sign float64) {
			if (a == nil) != (b == nil) || a != nil && math.Abs(*a-sign**b) > 1e-9 {
				t.Fatalf("%s: %s and %s", what, show(a), show(b))
			}
		}
		close("mean", up.Mean, down.Mean, -1)
		close("p", up.P, down.P, 1)
		close("Wilcoxon", up.PWilcoxon, down.PWilcoxon, 1)
		close("sign test", up.PSign, down.PSign, 1)
		close("absolute", up.Absolute, down.Absolute, 1)
		for i, e := range above.MainEffects {
			close("contrast", e.Contrast, below.MainEffects[i].Contrast, -1)
			close("p of the contrast", e.ContrastP, below.MainEffects[i].ContrastP, 1)
		}
		if up.Verdict != mirror[down.Verdict] {
			t.Fatalf("%s and %s", up.Verdict, down.Verdict)
		}
		for i := range up.Effects {
			a, b := up.Effects[i], down.Effects[i]
			low, high := ends(a.CI)
			low2, high2 := ends(b.CI)
			close("effect low", low, high2, -1)
			close("effect high", high, low2, -1)
			if a.Verdict != mirror[b.Verdict] {
				t.Fatalf("%s: %s and %s", a.Name, a.Verdict, b.Verdict)
			}
		}
	})
}

func anySample(t *rapid.T, name string) moments {
	return newSample(rapid.SliceOfN(rapid.Float64Range(1, 100), 2, 8).Draw(t, name)...).moments()
}

// Fieller's interval leaves out 1 exactly where Welch's test rejects; of the inverse ratio it is the inverse.
func TestRatioInterval(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x, b := anySample(t, "x"), anySample(t, "b")
		ci, p := ratioInterval(x, b, 0.95), welch(x, b)
		if ci == nil {
			return
		}
		if math.Abs(*p-0.05) > 1e-9 && (*p < 0.05) != (ci.Low > 1 || ci.High < 1) {
			t.Fatalf("p = %v, interval %v", *p, *ci)
		}
		if ratio := x.mean / b.mean; ci.Low > ratio || ci.High < ratio {
			t.Fatalf("ratio %v outside of %v", ratio, *ci)
		}
		if inverse := ratioInterval(b, x, 0.95); inverse != nil {
			if math.Abs(inverse.Low*ci.High-1) > 1e-9 || math.Abs(inverse.High*ci.Low-1) > 1e-9 {
				t.Fatalf("%v and %v", *ci, *inverse)
			}
		}
	})
}

func TestSignedRankIsSymmetric(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := rapid.SliceOfN(rapid.Map(rapid.IntRange(-5, 5), func(i int) float64 { return float64(i) }), 1, 30).Draw(t, "d")
		negative := make([]float64, len(d))
		for i := range d {
			negative[i] = -d[i]
		}
		a, b := signedRank(d), signedRank(negative)
		if (a == nil) != (b == nil) || a != nil && (*a != *b || *a <= 0 || *a > 1) {
			t.Fatalf("%s and %s", show(a), show(b))
		}
	})
}

func TestHolmOnlyRaises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ps := rapid.SliceOfN(rapid.Ptr(rapid.Float64Range(0, 1), true), 0, 12).Draw(t, "p")
		for i, p := range holm(ps) {
			if (p == nil) != (ps[i] == nil) || p != nil && (*p < *ps[i] || *p > 1) {
				t.Fatalf("%s became %s", show(ps[i]), show(p))
			}
		}
	})
}

// Whatever the values, a result can be written: what cannot be had is null, never NaN.
func TestAnyNumbersGiveJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table := anyTable(t)
		for i := range table.Metrics["m"] {
			table.Metrics["m"][i] = rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{0, 1, 1e300, -1e308, 5e-324, math.Inf(1)})).Draw(t, "any")
		}
		mustJSON(t, analyzed(t, table, ask(Higher)))
		q := ask(Lower)
		q.Baseline = ""
		mustJSON(t, analyzed(t, table, q))
	})
}
