package spec

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// parseDuration reads "5m", "250ms", "1h30m".
func parseDuration(s string) (time.Duration, error) {
	d, err := time.ParseDuration(strings.TrimSpace(s))
	if err != nil {
		return 0, fmt.Errorf("%q is not a duration: write a number with a unit, as \"250ms\", \"30s\" or \"5m\"", s)
	}
	return d, nil
}

// decimal is a number as people write it. strconv takes more: inf, nan, 0x1p-2.
var decimal = pattern(`^[+-]?[0-9]+(\.[0-9]+)?$`)

func parseDecimal(s string) (float64, bool) {
	s = strings.TrimSpace(s)
	if !decimal().MatchString(s) {
		return 0, false
	}
	n, err := strconv.ParseFloat(s, 64)
	return n, err == nil
}

var sizeUnits = []struct {
	suffix string
	bytes  float64
}{
	{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"TiB", 1 << 40},
	{"kB", 1e3}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}, {"B", 1},
}

// parseSize reads "12GiB" or "500MB" and gives bytes.
func parseSize(s string) (int64, error) {
	for _, u := range sizeUnits {
		number, ok := strings.CutSuffix(strings.TrimSpace(s), u.suffix)
		if !ok {
			continue
		}
		n, ok := parseDecimal(number)
		if !ok || n < 0 || n*u.bytes > 1<<62 {
			break
		}
		return int64(math.Round(n * u.bytes)), nil
	}
	return 0, fmt.Errorf("%q is not a size: write a number with a unit, as \"512KiB\", \"1MiB\" or \"12GiB\"", s)
}

// parsePercent reads "1%" or "+2.5 %" and gives a fraction of 1.
func parsePercent(s string) (float64, error) {
	number, ok := strings.CutSuffix(strings.TrimSpace(s), "%")
	n, isNumber := parseDecimal(number)
	if !ok || !isNumber {
		return 0, fmt.Errorf("%q is not a percentage: write a number with a percent sign, as \"1%%\"", s)
	}
	return n / 100, nil
}
