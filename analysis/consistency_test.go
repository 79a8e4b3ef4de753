package analysis

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// arms is k configurations of n runs, each with a baseline of its own or all with a common one of m runs.
func arms(rng *rand.Rand, k, n, m int, value func(rng *rand.Rand, baseline bool) float64) Table {
	t := Table{Metrics: map[string][]float64{}}
	add := func(r Row) {
		t.Rows = append(t.Rows, r)
		t.Metrics["throughput"] = append(t.Metrics["throughput"], value(rng, r.Arm != ""))
	}
	for i := range k {
		name := string(rune('a' + i))
		for r := 1; r <= n; r++ {
			add(Row{Configuration: name, Repeat: r})
			if m == 0 {
				add(Row{Configuration: "base_" + name, Arm: "base", Pair: name, Repeat: r})
			}
		}
	}
	for r := 1; r <= m; r++ {
		add(Row{Configuration: "baseline_base", Arm: "base", Repeat: r})
	}
	return t
}

// A difference in spread is suggested where it is large, and hardly ever where single runs stall in either arm, of which the F
// test alone makes a difference in every second sweep.
func TestConsistencyIsNotSwayedByStalls(t *testing.T) {
	alike := func(rng *rand.Rand, _ bool) float64 { return 100 + rng.NormFloat64() }
	stalling := func(rng *rand.Rand, _ bool) float64 {
		v := 100 + rng.NormFloat64()
		if rng.Float64() < 0.03 {
			v -= 20
		}
		return v
	}
	wild := func(rng *rand.Rand, baseline bool) float64 {
		if baseline {
			return 100 + rng.NormFloat64()
		}
		return 100 + 4*rng.NormFloat64()
	}
	const sweeps = 200
	const few = 19 // 5 %, and 3 standard errors
	for _, d := range []struct {
		name    string
		k, n, m int
	}{{"pairs", 18, 3, 0}, {"pairs of two runs", 18, 2, 0}, {"pairs of one run", 18, 1, 0}, {"one pair", 1, 20, 0}, {"a common baseline", 18, 3, 10}} {
		for _, c := range []struct {
			name     string
			value    func(*rand.Rand, bool) float64
			min, max int
		}{{"alike", alike, 0, few}, {"stalling", stalling, 0, few}, {"wild", wild, 190, sweeps}} {
			t.Run(d.name+"/"+c.name, func(t *testing.T) {
				rng := rand.New(rand.NewPCG(4, 4))
				q := throughput(0)
				suggested := 0
				for range sweeps {
					k := consistency(sortCells(arms(rng, d.k, d.n, d.m, c.value), "base"), q, q.Metrics[0])
					f := consistencyFinding(q, Result{Metrics: map[string]MetricResult{"throughput": {Consistency: k}}}, q.Metrics[0])
					switch f.Strength {
					case Shown:
						t.Fatal("a spread is shown")
					case Suggested:
						suggested++
					}
				}
				if suggested < c.min || suggested > c.max {
					t.Errorf("suggested in %d of %d, want %d to %d", suggested, sweeps, c.min, c.max)
				}
			})
		}
	}
}

// Under 6 degrees of freedom in one arm there is no p, and the finding says why.
func TestConsistencyOfFewRuns(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	value := func(rng *rand.Rand, _ bool) float64 { return 100 + rng.NormFloat64() }
	for _, c := range []struct {
		k, n, m int
		tested  bool
	}{{1, 7, 0, true}, {1, 6, 0, false}, {3, 3, 0, true}, {18, 3, 6, false}, {18, 3, 7, true}, {6, 1, 0, false}, {7, 1, 0, true}} {
		q := throughput(0)
		k := consistency(sortCells(arms(rng, c.k, c.n, c.m, value), "base"), q, q.Metrics[0])
		if (k.P != nil) != c.tested || (k.PRobust != nil) != c.tested || k.CI == nil {
			t.Errorf("%d × %d, baseline of %d: %+v", c.k, c.n, c.m, *k)
		}
		f := consistencyFinding(q, Result{Metrics: map[string]MetricResult{"throughput": {Consistency: k}}}, q.Metrics[0])
		if strings.Contains(f.Sentence, "degrees of freedom") == c.tested {
			t.Errorf("%d × %d, baseline of %d: %s", c.k, c.n, c.m, f.Sentence)
		}
	}
}

// By hand: of 1, 2, 6 the median is 2 and the mean 3; a second sample weighs in by its own mean.
func TestDeviations(t *testing.T) {
	m := deviations([]sample{newSample(1, 2, 6), newSample(10, 30), newSample(5)})
	third, half := math.Sqrt(1.5)/3, math.Sqrt2/2
	mean := (third + 0 + 4*third + half + half) / 5
	variance := 0.0
	for _, v := range []float64{third, 0, 4 * third, half, half} {
		variance += (v - mean) * (v - mean) / 4
	}
	same(t, "mean", &m.mean, &mean)
	same(t, "variance", &m.variance, &variance)
	if m.n != 3 {
		t.Errorf("%v deviations are counted, want 2 + 1", m.n)
	}
}
