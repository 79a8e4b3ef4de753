package analysis

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// power is what sample sizes are asked for: an effect of the stated size is missed one time in five.
const power = 0.80

// maxRepeats is where Repeats gives up: no one will run so many.
const maxRepeats = 100_000

// tPower is the power of a two-sided t test whose statistic is noncentral t.
func tPower(noncentrality, df, confidence float64) float64 {
	t := critical(confidence, df)
	if noncentrality > 30 { // beyond it the series underflows
		return farPower(noncentrality, t, df)
	}
	d := distuv.NoncentralT{Nu: df, Mu: noncentrality}
	return 1 - d.CDF(t) + d.CDF(-t)
}

// farPower is the upper tail alone, which is all there is for a large noncentrality δ: T > t means Z > t·√(V/df) − δ with Z normal
// and V chi-squared (the definition of the noncentral t), so the power is the mean of Φ(δ − t·√(V/df)) over V, taken at its
// quantiles.
func farPower(noncentrality, t, df float64) float64 {
	const steps = 2000
	chi, sum := distuv.ChiSquared{K: df}, 0.0
	for i := range steps {
		v := chi.Quantile((float64(i) + 0.5) / steps)
		sum += distuv.UnitNormal.CDF(noncentrality - t*math.Sqrt(v/df))
	}
	return sum / steps
}

// armsPower is the power to see a relative change between two independent arms of n runs, each with this CV.
func armsPower(change, cv float64, n int, confidence float64) float64 {
	return tPower(change/cv*math.Sqrt(float64(n)/2), float64(2*n-2), confidence)
}

// Repeats is the number of runs of each of two independent arms at which a relative change shows with 80 % power in a
// two-sided t test; cv is the noise of one run. ok is false where it would be over 100 000 or there is no noise to ask about.
func Repeats(change, cv, confidence float64) (n int, ok bool) {
	change = math.Abs(change)
	if !(change > 0) || !(cv > 0) {
		return 0, false
	}
	enough := func(n int) bool { return armsPower(change, cv, n, confidence) >= power }
	high := 2
	for !enough(high) {
		if high *= 2; high > maxRepeats {
			return 0, false
		}
	}
	low := high / 2 // not enough, or 1
	for low+1 < high {
		if middle := (low + high) / 2; enough(middle) {
			high = middle
		} else {
			low = middle
		}
	}
	return high, true
}

// DetectableChange is the smallest relative change that n runs of each of two arms show with 80 % power. ok is false
// under two runs.
func DetectableChange(cv float64, n int, confidence float64) (change float64, ok bool) {
	if n < 2 || !(cv > 0) {
		return 0, false
	}
	return detectableNoncentrality(float64(2*n-2), confidence) * cv * math.Sqrt(2/float64(n)), true
}

// detectableMean is the smallest mean that a one-sample t test shows with 80 % power, given the standard error.
func (e estimate) detectableMean(confidence float64) *float64 {
	if !e.testable() {
		return nil
	}
	return finite(detectableNoncentrality(e.df, confidence) * e.se)
}

// detectableNoncentrality solves tPower = 80 % for the noncentrality.
func detectableNoncentrality(df, confidence float64) float64 {
	low, high := 0.0, critical(confidence, df)+1
	for tPower(high, df, confidence) < power {
		high *= 2
	}
	for range 60 {
		if middle := (low + high) / 2; tPower(middle, df, confidence) < power {
			low = middle
		} else {
			high = middle
		}
	}
	return high
}

// sampleSizes answers for the reference effects 0.3 % and 1 %, the practical margin and the observed mean.
func sampleSizes(cv, practical float64, observed *float64, confidence float64) []SampleSize {
	sizes := []SampleSize{}
	ask := func(effect float64, basis string) {
		if n, ok := Repeats(effect, cv, confidence); ok {
			sizes = append(sizes, SampleSize{Effect: math.Abs(effect), Basis: basis, Repeats: n})
		}
	}
	if practical != 0.003 && practical != 0.01 {
		ask(practical, "practical")
	}
	for _, reference := range []float64{0.003, 0.01} {
		basis := "reference"
		if reference == practical {
			basis = "practical"
		}
		ask(reference, basis)
	}
	if observed != nil {
		ask(*observed, "observed")
	}
	slices.SortStableFunc(sizes, func(a, b SampleSize) int { return cmp.Compare(a.Effect, b.Effect) })
	return sizes
}
