package analysis

import (
	"math"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"
)

// twoSided is P(|T| > |t|) of Student's t, from the incomplete beta function, so that small tails keep their digits
// (Abramowitz & Stegun 26.7.1).
func twoSided(t, df float64) float64 {
	if math.IsNaN(t) || math.IsNaN(df) || df <= 0 {
		return math.NaN()
	}
	if math.IsInf(t, 0) {
		return 0
	}
	return mathext.RegIncBeta(df/2, 0.5, df/(df+t*t))
}

// upperTail is P(T > t).
func upperTail(t, df float64) float64 {
	p := twoSided(t, df) / 2
	if t < 0 {
		return 1 - p
	}
	return p
}

// critical is the t that a two-sided test at this confidence has to pass.
func critical(confidence, df float64) float64 {
	return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: df}.Quantile(1 - (1-confidence)/2)
}

// An estimate is a mean with its standard error, NaN where that cannot be had.
type estimate struct{ mean, se, df float64 }

// meanOf estimates the mean of values that may share a common error: the baseline that all were compared with. The
// variance of that error is added to the variance of the mean; degrees of freedom by Satterthwaite (1946).
func meanOf(values []float64, commonVariance, commonDF float64) estimate {
	m := newSample(values...).moments()
	e := m.estimate()
	if commonVariance == 0 {
		return e
	}
	own := e.se * e.se
	e.se = math.Sqrt(own + commonVariance)
	e.df = satterthwaite(own, m.n-1, commonVariance, commonDF)
	return e
}

// satterthwaite gives the degrees of freedom of a sum of two independent variances (Welch 1947, Satterthwaite 1946).
func satterthwaite(v1, df1, v2, df2 float64) float64 {
	total := v1 + v2
	share1, share2 := v1/total, v2/total
	return 1 / (share1*share1/df1 + share2*share2/df2)
}

// testable is false without a spread: then there is no noise that a difference could be measured against.
func (e estimate) testable() bool { return e.se > 0 && e.df > 0 && !math.IsInf(e.se, 0) }

func (e estimate) interval(confidence float64) *Range {
	if math.IsNaN(e.se) || !(e.df > 0) {
		return nil
	}
	half := critical(confidence, e.df) * e.se
	if finite(e.mean-half) == nil || finite(e.mean+half) == nil {
		return nil
	}
	return &Range{e.mean - half, e.mean + half}
}

// p tests the mean against 0, two-sided.
func (e estimate) p() *float64 {
	if !e.testable() {
		return nil
	}
	return finite(twoSided(e.mean/e.se, e.df))
}

// equivalence is the p of two one-sided t tests against ±margin (Schuirmann 1987).
func (e estimate) equivalence(margin float64) *float64 {
	if !e.testable() || margin <= 0 {
		return nil
	}
	return finite(max(upperTail((e.mean+margin)/e.se, e.df), upperTail((margin-e.mean)/e.se, e.df)))
}
