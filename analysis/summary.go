package analysis

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// measured is false for NaN and infinities, and beyond 1e100, where squares overflow and which nobody measures.
func measured(v float64) bool { return math.Abs(v) < 1e100 }

// A sample is measured values, ascending, so that no sum depends on the order of the rows.
type sample []float64

func newSample(values ...float64) sample {
	s := make(sample, 0, len(values))
	for _, v := range values {
		if measured(v) {
			s = append(s, v)
		}
	}
	slices.Sort(s)
	return s
}

// moments is what a t statistic needs of a sample.
type moments struct {
	n        float64
	mean     float64 // NaN without values
	variance float64 // with n − 1; NaN under two values
}

func (s sample) moments() moments {
	m := moments{n: float64(len(s)), mean: math.NaN(), variance: math.NaN()}
	switch {
	case len(s) == 0:
	case s[0] == s[len(s)-1]: // rounding of the mean must not make a spread of equal values
		m.mean = s[0]
		if len(s) > 1 {
			m.variance = 0
		}
	default:
		m.mean, m.variance = stat.MeanVariance(s, nil)
	}
	return m
}

func (m moments) sd() float64 { return math.Sqrt(m.variance) }

func (m moments) cv() float64 { return m.sd() / math.Abs(m.mean) }

// estimate gives the mean with its standard error.
func (m moments) estimate() estimate {
	return estimate{mean: m.mean, se: math.Sqrt(m.variance / m.n), df: m.n - 1}
}

// quantile is Hyndman and Fan's type 7 (1996), the default of R and NumPy.
func (s sample) quantile(p float64) float64 {
	h := p * float64(len(s)-1)
	i := int(h)
	if i+1 >= len(s) {
		return s[len(s)-1]
	}
	return s[i] + (h-float64(i))*(s[i+1]-s[i])
}

func (s sample) summary(confidence float64) Summary {
	if len(s) == 0 {
		return Summary{}
	}
	m := s.moments()
	out := Summary{
		N:      len(s),
		Mean:   finite(m.mean),
		Median: finite(s.quantile(0.5)),
		SD:     finite(m.sd()),
		CV:     finite(m.cv()),
		Min:    finite(s[0]),
		Max:    finite(s[len(s)-1]),
		P90:    finite(s.quantile(0.9)),
		P99:    finite(s.quantile(0.99)),
		CI:     m.estimate().interval(confidence),
	}
	if out.CI != nil {
		out.CIRel = finite((out.CI.High - out.CI.Low) / 2 / math.Abs(m.mean))
	}
	return out
}

// finite gives nil for what is no number.
func finite(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}

// Quantile gives the p-quantile of values in any order, interpolated as type 7 of Hyndman and Fan (1996); NaN where there are none.
func Quantile(values []float64, p float64) float64 {
	s := newSample(values...)
	if len(s) == 0 {
		return math.NaN()
	}
	return s.quantile(p)
}
