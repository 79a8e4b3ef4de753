package spec

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// A Distribution is what a length is drawn from, in tokens. The zero value is none.
//
//	constant     Mean
//	uniform      from Low to High, both of them in it
//	normal       Mean, SD
//	lognormal    Median, and Sigma of the logarithm
//	exponential  Mean
type Distribution struct {
	Shape string
	A, B  float64 // the parameters, in the order above; B is 0 where there is one
}

// shapes holds the names of each distribution's parameters.
var shapes = map[string][]string{
	"uniform": {"low", "high"}, "normal": {"mean", "sd"}, "lognormal": {"median", "sigma"}, "exponential": {"mean"},
}

var distributionForm = pattern(`^([A-Za-z_]+)\s*\(([^()]*)\)$`)

// parseDistribution reads "512", "normal(512, 64)", "uniform(1, 100)", "lognormal(512, 0.5)" and "exponential(512)".
func parseDistribution(s string) (Distribution, error) {
	s = strings.TrimSpace(s)
	if n, ok := parseDecimal(s); ok {
		return Distribution{Shape: "constant", A: n}.checked()
	}
	m := distributionForm().FindStringSubmatch(s)
	if m == nil {
		return Distribution{}, fmt.Errorf("%q is not a distribution: write a number, or one as \"normal(512, 64)\"", s)
	}
	params, ok := shapes[m[1]]
	if !ok {
		return Distribution{}, fmt.Errorf("there is no distribution %q: it is %s", m[1], orList(slices.Sorted(maps.Keys(shapes))))
	}
	d := Distribution{Shape: m[1]}
	texts := splitComma(m[2])
	for i, text := range texts {
		n, isNumber := parseDecimal(text)
		if !isNumber || len(texts) != len(params) {
			return Distribution{}, fmt.Errorf("%q takes %s, as %s(%s)", m[1], countOf(len(params), "number"), m[1], strings.Join(params, ", "))
		}
		if i == 0 {
			d.A = n
		} else {
			d.B = n
		}
	}
	return d.checked()
}

// checked refuses parameters that no length could be drawn with.
func (d Distribution) checked() (Distribution, error) {
	switch {
	case d.A < 1 || d.A > maxTokens || d.Shape == "constant" && d.A != math.Trunc(d.A):
		return d, fmt.Errorf("%q is no length in tokens: write a whole number of at least 1, or a distribution around one", trimFloat(d.A))
	case d.Shape == "uniform" && d.B < d.A:
		return d, fmt.Errorf("%q ends below its beginning: write the smaller number first", d)
	case d.Shape == "uniform" && d.B > maxTokens:
		return d, fmt.Errorf("%q ends at more than %d tokens, which no prompt has", d, maxTokens)
	case d.B < 0:
		return d, fmt.Errorf("%q has a negative %s", d, shapes[d.Shape][1])
	}
	return d, nil
}

// String writes the distribution as the spec does.
func (d Distribution) String() string {
	switch a := strconv.FormatFloat(d.A, 'f', -1, 64); {
	case d.Shape == "":
		return ""
	case len(shapes[d.Shape]) == 0:
		return a
	case len(shapes[d.Shape]) == 1:
		return d.Shape + "(" + a + ")"
	default:
		return d.Shape + "(" + a + ", " + strconv.FormatFloat(d.B, 'f', -1, 64) + ")"
	}
}

func (v *values) distribution(name string, to *Distribution) {
	if val, ok := v.get(name); ok {
		*to, _ = parseDistribution(val.AsString()) // checked when it was read
	}
}
