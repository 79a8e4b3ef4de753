package analysis

import "math"

// ratioTest tests mean(x) = rho · mean(b) with unequal variances: Welch's test for rho = 1, and for other ratios its
// form by Tamhane and Logan (2004). se is 0 where neither sample varies; then there is no test.
func ratioTest(x, b moments, rho float64) estimate {
	vx, vb := x.variance/x.n, rho*rho*b.variance/b.n
	return estimate{
		mean: x.mean - rho*b.mean,
		se:   math.Sqrt(vx + vb),
		df:   satterthwaite(vx, x.n-1, vb, b.n-1),
	}
}

// welch is the two-sided p of Welch's t test.
func welch(x, b moments) *float64 { return ratioTest(x, b, 1).p() }

// ratioEquivalence is the p of two one-sided tests that mean(x) / mean(b) lies within 1 ± margin
// (Hauschke, Kieser and Hothorn 1999; unequal variances as in ratioTest).
func ratioEquivalence(x, b moments, margin float64) *float64 {
	low, high := ratioTest(x, b, 1-margin), ratioTest(x, b, 1+margin)
	if margin <= 0 || !low.testable() || !high.testable() {
		return nil
	}
	return finite(max(upperTail(low.mean/low.se, low.df), upperTail(-high.mean/high.se, high.df)))
}

// ratioInterval is Fieller's interval (1954) of mean(x) / mean(b): the ratios that a t test does not reject, solved for the
// ratio. Degrees of freedom are Welch's, those of ratio 1, so that the interval leaves out 1 exactly where Welch's p is
// under 1 − confidence. nil where it is unbounded, since the mean of b cannot be told from 0, or where neither sample varies.
func ratioInterval(x, b moments, confidence float64) *Range {
	test := ratioTest(x, b, 1)
	if !(b.mean > 0) || !test.testable() {
		return nil
	}
	t := critical(confidence, test.df)
	square := func(m moments) float64 { half := t * m.sd() / b.mean; return half * half / m.n }
	ratio, gx, gb := x.mean/b.mean, square(x), square(b)
	if !(gb < 1) {
		return nil
	}
	root := math.Sqrt(gb*ratio*ratio + (1-gb)*gx)
	low, high := (ratio-root)/(1-gb), (ratio+root)/(1-gb)
	if finite(low) == nil || finite(high) == nil {
		return nil
	}
	return &Range{low, high}
}
