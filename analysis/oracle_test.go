package analysis

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"
)

// What SciPy and statsmodels say; testdata/scipy_fixtures.py makes it.
type oracle struct {
	One []struct {
		Name              string
		Values            []float64
		T, Wilcoxon, Sign *float64
		Summary           struct {
			N                                         int
			Mean, Median, SD, CV, P90, P99, Low, High *float64
		}
	}
	Two []struct {
		Name                          string
		X, B                          []float64
		Margin                        float64
		Welch, Equivalence, Low, High *float64
		FP                            *float64 `json:"f_p"`
		FLow                          *float64 `json:"f_low"`
		FHigh                         *float64 `json:"f_high"`
	}
	Shared []struct {
		Name               string
		Means, B           []float64
		Mean, Low, High, P *float64
	}
	Holm     struct{ P, Adjusted []float64 }
	Spearman struct {
		X, Y   []float64
		Rho, P float64
	}
	Power   []struct{ Ncp, Df, Power float64 }
	Repeats []struct {
		Effect, CV float64
		Repeats    int
	}
	Detectable []struct {
		CV     float64
		N      int
		Change float64
	}
}

func loadOracle(t *testing.T) oracle {
	t.Helper()
	raw, err := os.ReadFile("testdata/scipy.json")
	if err != nil {
		t.Fatal(err)
	}
	var o oracle
	if err := json.Unmarshal(raw, &o); err != nil {
		t.Fatal(err)
	}
	return o
}

// same fails unless both are nil, or equal to a relative 1e-9 (near 0: an absolute 1e-12).
func same(t *testing.T, what string, got, want *float64) {
	t.Helper()
	switch {
	case got == nil && want == nil:
	case got == nil || want == nil:
		t.Errorf("%s: got %s, want %s", what, show(got), show(want))
	case math.Abs(*got-*want) > 1e-9*math.Abs(*want)+1e-12*math.Min(1, math.Abs(*want)+1e-3):
		t.Errorf("%s: got %.17g, want %.17g", what, *got, *want)
	}
}

func show(p *float64) string {
	if p == nil {
		return "nil"
	}
	return Significant(*p, 12)
}

func ends(r *Range) (low, high *float64) {
	if r == nil {
		return nil, nil
	}
	return &r.Low, &r.High
}

func TestOneSampleAgainstSciPy(t *testing.T) {
	for _, c := range loadOracle(t).One {
		t.Run(c.Name, func(t *testing.T) {
			s := newSample(c.Values...).summary(0.95)
			if s.N != c.Summary.N {
				t.Errorf("n = %d, want %d", s.N, c.Summary.N)
			}
			same(t, "mean", s.Mean, c.Summary.Mean)
			same(t, "median", s.Median, c.Summary.Median)
			same(t, "sd", s.SD, c.Summary.SD)
			same(t, "cv", s.CV, c.Summary.CV)
			same(t, "p90", s.P90, c.Summary.P90)
			same(t, "p99", s.P99, c.Summary.P99)
			shuffled := slices.Clone(c.Values)
			slices.Reverse(shuffled)
			p90 := Quantile(shuffled, 0.9)
			same(t, "Quantile", &p90, c.Summary.P90)
			low, high := ends(s.CI)
			same(t, "ci low", low, c.Summary.Low)
			same(t, "ci high", high, c.Summary.High)
			same(t, "t test", newSample(c.Values...).moments().estimate().p(), c.T)
			same(t, "wilcoxon", signedRank(c.Values), c.Wilcoxon)
			positive, negative := 0, 0
			for _, v := range c.Values {
				if v > 0 {
					positive++
				} else if v < 0 {
					negative++
				}
			}
			same(t, "sign test", signTest(positive, negative), c.Sign)
		})
	}
}

func TestTwoSamplesAgainstSciPy(t *testing.T) {
	for _, c := range loadOracle(t).Two {
		t.Run(c.Name, func(t *testing.T) {
			x, b := newSample(c.X...).moments(), newSample(c.B...).moments()
			same(t, "welch", welch(x, b), c.Welch)
			same(t, "equivalence", ratioEquivalence(x, b, c.Margin), c.Equivalence)
			low, high := ends(ratioInterval(x, b, 0.95))
			same(t, "fieller low", low, c.Low)
			same(t, "fieller high", high, c.High)
			if c.FP == nil {
				return
			}
			k := spread(x.pooled(), b.pooled(), 0.95)
			same(t, "F test", k.P, c.FP)
			low, high = ends(k.CI)
			same(t, "CV ratio low", low, c.FLow)
			same(t, "CV ratio high", high, c.FHigh)
		})
	}
}

func TestSharedBaselineAgainstSciPy(t *testing.T) {
	for _, c := range loadOracle(t).Shared {
		t.Run(c.Name, func(t *testing.T) {
			table := Table{Metrics: map[string][]float64{}}
			add := func(name, arm string, repeat int, v float64) {
				table.Rows = append(table.Rows, Row{Configuration: name, Arm: arm, Repeat: repeat})
				table.Metrics["x"] = append(table.Metrics["x"], v)
			}
			for i, v := range c.Means {
				add(string(rune('a'+i)), "", 1, v)
			}
			for i, v := range c.B {
				add("baseline_base", "base", i+1, v)
			}
			r, err := Analyze(table, Question{Baseline: "base", Metrics: []Metric{{Name: "x", Better: Higher}}})
			if err != nil {
				t.Fatal(err)
			}
			imp := r.Metrics["x"].Improvement
			same(t, "mean", imp.Mean, c.Mean)
			low, high := ends(imp.CI)
			same(t, "low", low, c.Low)
			same(t, "high", high, c.High)
			same(t, "p", imp.P, c.P)
			if imp.PSign != nil || imp.PWilcoxon != nil {
				t.Error("tests that need independent pairs were made of configurations that share a baseline")
			}
		})
	}
}

func TestAdjustmentAndCorrelationAgainstSciPy(t *testing.T) {
	o := loadOracle(t)
	ps := make([]*float64, 0, len(o.Holm.P)+1)
	for i := range o.Holm.P {
		ps = append(ps, &o.Holm.P[i])
	}
	adjusted := holm(append(ps, nil))
	for i, want := range o.Holm.Adjusted {
		same(t, "holm", adjusted[i], &want)
	}
	if adjusted[len(ps)] != nil {
		t.Error("what was not tested got a p")
	}
	rho, p := spearman(o.Spearman.X, o.Spearman.Y)
	same(t, "rho", &rho, &o.Spearman.Rho)
	same(t, "p", p, &o.Spearman.P)
}

func TestPowerAgainstSciPy(t *testing.T) {
	o := loadOracle(t)
	for _, c := range o.Power {
		got := tPower(c.Ncp, c.Df, 0.95)
		same(t, "power", &got, &c.Power)
	}
	for _, c := range o.Repeats {
		if n, ok := Repeats(c.Effect, c.CV, 0.95); !ok || n != c.Repeats {
			t.Errorf("%v at CV %v: %d repeats (%v), want %d", c.Effect, c.CV, n, ok, c.Repeats)
		}
	}
	for _, c := range o.Detectable {
		got, _ := DetectableChange(c.CV, c.N, 0.95)
		same(t, "detectable", &got, &c.Change)
	}
}
