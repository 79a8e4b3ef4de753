package load

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// maxTokens is longer than any prompt or answer.
const maxTokens = 10_000_000

// Lengths are a distribution of lengths, in tokens. The zero value is none. What is drawn is rounded to a whole number, and is 1 at least.
//
//	constant     A
//	uniform      from A to B, both of them in it
//	normal       mean A, sd B; what would be less than 1 is drawn again
//	lognormal    median A, sigma B of the logarithm
//	exponential  mean A, before rounding
type Lengths struct {
	Shape string
	A, B  float64
}

// Validate says what no length could be drawn with.
func (l Lengths) Validate() error {
	switch l.Shape {
	case "", "constant", "uniform", "normal", "lognormal", "exponential":
	default:
		return fmt.Errorf("there is no distribution of lengths %q", l.Shape)
	}
	switch {
	case l.Shape == "":
		return nil
	case !(l.A >= 1 && l.A <= maxTokens) || !(l.B >= 0 && l.B <= maxTokens):
		return fmt.Errorf("%s(%v, %v) is no distribution of lengths in tokens", l.Shape, l.A, l.B)
	case l.Shape == "uniform" && l.B < l.A:
		return fmt.Errorf("uniform(%v, %v) ends below its beginning", l.A, l.B)
	}
	return nil
}

// Draw gives a length in tokens; 0 where there is no distribution.
func (l Lengths) Draw(r *rand.Rand) int {
	var tokens float64
	switch l.Shape {
	case "constant":
		tokens = l.A
	case "uniform":
		low, high := math.Ceil(l.A), math.Floor(l.B)
		tokens = low + math.Floor(r.Float64()*(high-low+1))
	case "normal":
		tokens = l.normal(r)
	case "lognormal":
		tokens = l.A * math.Exp(l.B*r.NormFloat64())
	case "exponential":
		tokens = l.A * r.ExpFloat64()
	default:
		return 0
	}
	return int(min(max(math.Round(tokens), 1), maxTokens))
}

// normal cuts the lower tail off. At least half of it lies above, since the mean is 1 or more.
func (l Lengths) normal(r *rand.Rand) float64 {
	for {
		if tokens := l.A + l.B*r.NormFloat64(); tokens >= 0.5 {
			return tokens
		}
	}
}
