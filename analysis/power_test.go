package analysis

import (
	"math"
	"testing"
)

// With few degrees of freedom and a strict confidence a noncentrality over 30 is no certainty. The references are the integral
// of Φ(δ − t·√(v/df)) over the chi-squared density, by SciPy's quad.
func TestPowerFarOut(t *testing.T) {
	for _, test := range []struct{ noncentrality, df, confidence, want float64 }{
		{40, 1, 0.98, 0.791040},
		{31, 1, 0.99, 0.373690},
		{35, 2, 0.999, 0.706356},
		{60, 30, 0.999, 1},
	} {
		if got := tPower(test.noncentrality, test.df, test.confidence); math.Abs(got-test.want) > 1e-3 {
			t.Errorf("δ %v, df %v, confidence %v: %v, want %v", test.noncentrality, test.df, test.confidence, got, test.want)
		}
	}
	below, above := tPower(30, 1, 0.99), tPower(30.0001, 1, 0.99)
	if math.Abs(below-above) > 1e-3 {
		t.Errorf("the two ways differ where they meet: %v and %v", below, above)
	}
}
