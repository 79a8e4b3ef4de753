package analysis

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// How numbers are written, in findings and in reports: a minus is U+2212, a unit follows after a space (`+0.14 %`), a
// change carries its sign, and the digits are those that the uncertainty leaves. No locale.

// Number writes v with so many decimals; nothing rounds to −0.
func Number(v float64, decimals int) string {
	s := strconv.FormatFloat(v, 'f', max(0, decimals), 64)
	if digits, negative := strings.CutPrefix(s, "-"); negative {
		if strings.Trim(digits, "0.") == "" {
			return digits
		}
		return "−" + digits
	}
	return s
}

// Signed writes v with its sign, + as well; what rounds to 0 has none.
func Signed(v float64, decimals int) string {
	s := Number(v, decimals)
	if v > 0 && strings.Trim(s, "0.") != "" {
		return "+" + s
	}
	return s
}

// Significant writes v with so many significant digits, whole digits always in full.
func Significant(v float64, digits int) string {
	if v == 0 || finite(v) == nil {
		return Number(v, 0)
	}
	exponent := exponentOf(v, digits)
	if exponent < -6 || exponent > 14 {
		return strings.ReplaceAll(strconv.FormatFloat(v, 'e', digits-1, 64), "-", "−")
	}
	return Number(v, digits-1-exponent)
}

// exponentOf is the decimal exponent of v after rounding to so many digits.
func exponentOf(v float64, digits int) int {
	_, exponent, _ := strings.Cut(strconv.FormatFloat(v, 'e', digits-1, 64), "e")
	n, _ := strconv.Atoi(exponent)
	return n
}

// Decimals is how many decimals show so many significant digits of an uncertainty.
func Decimals(uncertainty float64, digits int) int {
	if uncertainty == 0 || finite(uncertainty) == nil {
		return digits
	}
	return max(0, digits-1-exponentOf(uncertainty, digits))
}

// HalfWidth of an interval.
func (r Range) HalfWidth() float64 { return (r.High - r.Low) / 2 }

// Percent writes a share: 0.00435 with 2 decimals is `0.44 %`.
func Percent(share float64, decimals int) string { return Number(100*share, decimals) + " %" }

// Share writes a share with so many significant digits: 0.00435 with 3 is `0.435 %`.
func Share(share float64, digits int) string { return Significant(100*share, digits) + " %" }

// Change writes a relative change: 0.00138 with 2 decimals is `+0.14 %`.
func Change(share float64, decimals int) string { return Signed(100*share, decimals) + " %" }

// ChangeInterval writes a relative change with its interval, as `+0.14 % (95 % CI −0.02 to +0.29 %)`, so that the half-width has
// so many digits. Without an interval: the change alone, with as many significant digits.
func ChangeInterval(share float64, ci *Range, confidence float64, digits int) string {
	if ci == nil {
		return Change(share, Decimals(100*share, digits))
	}
	decimals := Decimals(100*ci.HalfWidth(), digits)
	return fmt.Sprintf("%s (%s)", Change(share, decimals), Interval(*ci, confidence, Scale{100, "%"}, decimals))
}

// Interval writes `95 % CI −16.1 to −2.5 ms`.
func Interval(ci Range, confidence float64, s Scale, decimals int) string {
	return Stated(confidence) + " CI " + s.withUnit(Signed(ci.Low*s.Factor, decimals)+" to "+Signed(ci.High*s.Factor, decimals))
}

// Stated writes a share that someone chose, without digits that they did not: 0.95 is `95 %`, 0.003 is `0.3 %`.
func Stated(share float64) string { return Level(math.Round(share*1e8)/1e6) + " %" }

// PValue writes `p = 0.077`: two decimals from 0.1 on, three below, and `p < 0.001`.
func PValue(p float64) string {
	switch {
	case p < 0.001:
		return "p < 0.001"
	case p < 0.0995:
		return "p = " + Number(p, 3)
	default:
		return "p = " + Number(p, 2)
	}
}

// A Scale turns values of a unit into those that are printed.
type Scale struct {
	Factor float64
	Unit   string
}

func (s Scale) withUnit(number string) string {
	if s.Unit == "" {
		return number
	}
	return number + " " + s.Unit
}

// Format writes a value with its unit.
func (s Scale) Format(v float64, decimals int) string {
	return s.withUnit(Number(v*s.Factor, decimals))
}

// Change writes a difference with its sign and unit.
func (s Scale) Change(v float64, decimals int) string {
	return s.withUnit(Signed(v*s.Factor, decimals))
}

// ladders of units, each step with what it is worth in the unit of the table.
var ladders = map[string][]struct {
	unit  string
	worth float64
	from  float64 // smallest value that is written so
}{
	"ns": {{"h", 3600e9, 2 * 3600e9}, {"min", 60e9, 120e9}, {"s", 1e9, 1e9}, {"ms", 1e6, 1e6}, {"µs", 1e3, 1e3}, {"ns", 1, 0}},
	"bytes": {{"TiB", 1 << 40, 1 << 40}, {"GiB", 1 << 30, 1 << 30}, {"MiB", 1 << 20, 1 << 20}, {"KiB", 1 << 10, 1 << 10},
		{"B", 1, 0}},
}

// ScaleOf picks the scale in which a value of that size is read best. Unit is as in a Table ("ns", "bytes", "1/s", "1");
// another is printed as it is.
func ScaleOf(unit string, size float64) Scale {
	for _, step := range ladders[unit] {
		if math.Abs(size) >= step.from*0.9995 { // what three digits would round up to the step
			return Scale{1 / step.worth, step.unit}
		}
	}
	switch unit {
	case "1", "":
		return Scale{1, ""}
	case "1/s":
		return Scale{1, "/s"}
	}
	return Scale{1, unit}
}

// Quantity writes a value with three significant digits and its unit: `286 ms`, `98.8 tok/s`.
func Quantity(v float64, unit string) string {
	s := ScaleOf(unit, v)
	return s.withUnit(Significant(v*s.Factor, 3))
}

// Duration writes nanoseconds: `3.79 s`, `286 ms`.
func Duration(ns float64) string { return Quantity(ns, "ns") }

// Bytes writes `1.50 GiB`.
func Bytes(bytes float64) string { return Quantity(bytes, "bytes") }

// Count writes `1 run` or `3 runs`.
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// Level writes a level of a factor: 0.8 and not 0.800000, true, a name.
func Level(level any) string {
	if v, ok := numeric(level).(float64); ok {
		return strings.Replace(strconv.FormatFloat(v, 'f', -1, 64), "-", "−", 1)
	}
	return fmt.Sprint(level)
}

// titles are what the measured metrics are called in a sentence. Others go by their name.
var titles = map[string]string{
	"ttft":              "TTFT",
	"ttft_warm":         "TTFT without loading",
	"load":              "model loading time",
	"prompt_eval":       "prefill time",
	"itl":               "ITL",
	"tpot":              "TPOT",
	"e2e":               "end-to-end time",
	"throughput_client": "throughput at the client",
	"decode_client":     "decoding rate at the client",
}

// Title is what a metric is called in a sentence. That of a member, of several agents that ran at once, says whose it is.
func Title(metric string) string {
	if t, ok := titles[metric]; ok {
		return t
	}
	if rest, ok := strings.CutPrefix(metric, "member."); ok {
		if member, own, ok := strings.Cut(rest, "."); ok {
			return Title(own) + " of " + member
		}
	}
	return strings.ReplaceAll(metric, "_", " ")
}

// DisplayUnit says what a rate counts, where the metric's name tells it: `tok/s`.
func DisplayUnit(metric, unit string) string {
	switch metric {
	case "throughput", "throughput_client", "decode_client":
		if unit == "1/s" {
			return "tok/s"
		}
	}
	return unit
}

// capital begins a sentence.
func capital(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[size:]
}
