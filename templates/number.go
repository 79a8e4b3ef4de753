package templates

import (
	"fmt"
	"maps"
	"math"
	"text/template"

	"bench/analysis"
)

// How a template writes numbers. The rules are those of package analysis, which the findings are written by; here they
// are only made fit for a template: null is n/a, and a metric brings its own unit and its digits with it.

var numberFunctions = template.FuncMap{
	"num": func(v any) Markdown { return written(v, func(f float64) string { return analysis.Significant(f, 4) }) },
	"sig": func(digits int, v any) Markdown {
		return written(v, func(f float64) string { return analysis.Significant(f, digits) })
	},
	"fixed": func(decimals int, v any) Markdown {
		return written(v, func(f float64) string { return analysis.Number(f, decimals) })
	},
	"pct": func(v any) Markdown { return written(v, func(f float64) string { return analysis.Share(f, 3) }) },
	"percent": func(decimals int, v any) Markdown {
		return written(v, func(f float64) string { return analysis.Percent(f, decimals) })
	},
	"change": func(v any) Markdown { return written(v, func(f float64) string { return analysis.Change(f, 2) }) },
	"dur":    func(v any) Markdown { return written(v, analysis.Duration) },
	"bytes":  func(v any) Markdown { return written(v, analysis.Bytes) },
	"pvalue": func(v any) Markdown { return written(v, analysis.PValue) },
	"count":  func(noun string, n int) Markdown { return Markdown(analysis.Count(n, noun)) },
	"level":  func(v any) string { return analysis.Level(v) },

	"stated": func(v any) Markdown { return written(v, analysis.Stated) },

	"changeci": changeInterval, "estimate": estimate, "ci": changeRange,
	"metric": metric, "figure": figure, "value": value, "interval": valueRange, "valueci": valueInterval, "pm": plusMinus, "differenceci": differenceInterval,
}

// written writes a number, and n/a for what is none.
func written(v any, write func(float64) string) Markdown {
	f, ok := number64(v)
	if !ok || math.IsNaN(f) || math.IsInf(f, 0) {
		return "n/a"
	}
	return Markdown(write(f))
}

// interval reads [low, high]; nil where it is null.
func interval(v any) *analysis.Range {
	ends, _ := elements(v)
	if len(ends) != 2 {
		return nil
	}
	low, lowOK := number64(ends[0])
	high, highOK := number64(ends[1])
	if !lowOK || !highOK {
		return nil
	}
	return &analysis.Range{Low: low, High: high}
}

// saysNothing tells whether an interval is wider than what is measured: the value itself, or for a relative change the
// baseline. It is then not written out: its ends would be taken for findings.
func saysNothing(ci *analysis.Range, of float64) bool { return ci.High-ci.Low > math.Abs(of) }

const tooNoisy = "not told: too noisy"

// changeInterval writes a relative change with its interval: `+0.14 % (95 % CI −0.02 to +0.29 %)`.
func changeInterval(confidence float64, share, ci any) Markdown {
	r := interval(ci)
	return written(share, func(f float64) string {
		if r != nil && saysNothing(r, 1) {
			return fmt.Sprintf("%s (%s CI %s)", analysis.ChangeInterval(f, nil, confidence, 2), analysis.Stated(confidence), tooNoisy)
		}
		return analysis.ChangeInterval(f, r, confidence, 2)
	})
}

// changeRange writes an interval of relative changes: `−0.02 to +0.29 %`.
func changeRange(v any) Markdown {
	ci := interval(v)
	if ci == nil {
		return "n/a"
	}
	decimals := analysis.Decimals(100*ci.HalfWidth(), 2)
	return Markdown(analysis.Signed(100*ci.Low, decimals) + " to " + analysis.Change(ci.High, decimals))
}

// estimate writes a change with its interval, as changeInterval does, for a column whose heading says what the interval
// is: `+0.15 % (−0.16 to +0.47)`.
func estimate(share, ci any) Markdown {
	r := interval(ci)
	if r == nil {
		return written(share, func(f float64) string { return analysis.Change(f, 2) })
	}
	decimals := analysis.Decimals(100*r.HalfWidth(), 2)
	return written(share, func(f float64) string {
		if saysNothing(r, 1) {
			return fmt.Sprintf("%s (%s)", analysis.Change(f, decimals), tooNoisy)
		}
		return fmt.Sprintf("%s (%s to %s)", analysis.Change(f, decimals), analysis.Signed(100*r.Low, decimals), analysis.Signed(100*r.High, decimals))
	})
}

// metric gives a metric of an analysis as it stands in .metrics, and beside its fields its name, the words that it goes
// by (title), and how its values are written: one unit (printed_unit) and one number of decimals, which the spread leaves.
func metric(of map[string]any, name string) (map[string]any, error) {
	metrics := object(of["metrics"])
	found, ok := metrics[name].(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%s", noField("the analysis", name, sortedKeys(metrics)))
	}
	m := maps.Clone(found)
	unit, _ := m["unit"].(string)
	scale, decimals := scaleOf(name, unit, object(m["all"]), object(m["pooled"]))
	m["name"], m["title"], m["printed_unit"] = name, analysis.Title(name), scale.Unit
	m["scale"], m["decimals"] = scale.Factor, decimals
	return m, nil
}

// scaleOf chooses the unit by the mean, and the decimals so that two digits of the standard deviation show; without one,
// four digits of the mean.
func scaleOf(name, unit string, summaries ...map[string]any) (analysis.Scale, int) {
	for _, summary := range summaries {
		mean, ok := number64(summary["mean"])
		if !ok {
			continue
		}
		scale := analysis.ScaleOf(analysis.DisplayUnit(name, unit), mean)
		if sd, ok := number64(summary["sd"]); ok && sd > 0 {
			return scale, min(analysis.Decimals(sd*scale.Factor, 2), 6)
		}
		return scale, min(analysis.Decimals(mean*scale.Factor, 4), 6)
	}
	return analysis.ScaleOf(analysis.DisplayUnit(name, unit), 0), 0
}

// scaleIn reads what metric has put into its object.
func scaleIn(m map[string]any) (analysis.Scale, int) {
	unit, _ := m["printed_unit"].(string)
	unit = string(inline(unit)) // what is written here is markdown
	factor, _ := number64(m["scale"])
	decimals, _ := whole(m["decimals"])
	return analysis.Scale{Factor: factor, Unit: unit}, decimals
}

// figure writes a value of a metric without its unit, for a column whose heading has it.
func figure(m map[string]any, v any) Markdown {
	scale, decimals := scaleIn(m)
	return written(v, func(f float64) string { return analysis.Number(f*scale.Factor, decimals) })
}

// value writes a value of a metric with its unit.
func value(m map[string]any, v any) Markdown {
	scale, decimals := scaleIn(m)
	return written(v, func(f float64) string { return scale.Format(f, decimals) })
}

// valueInterval writes a value of a metric with its interval: `98.92 tok/s (95 % CI 98.56 to 99.28 tok/s)`.
func valueInterval(m map[string]any, confidence float64, v, ci any) Markdown {
	r := interval(ci)
	if r == nil {
		return value(m, v)
	}
	return written(v, func(f float64) string {
		inside := string(valueRange(m, ci))
		if saysNothing(r, f) {
			inside = tooNoisy
		}
		return fmt.Sprintf("%s (%s CI %s)", value(m, v), analysis.Stated(confidence), inside)
	})
}

// differenceInterval writes a difference of two values of a metric with its interval, with the digits that the interval
// leaves: `−9.3 ms (95 % CI −16.1 to −2.5 ms)`.
func differenceInterval(m map[string]any, confidence float64, v, ci any) Markdown {
	scale, decimals := scaleIn(m)
	r := interval(ci)
	if r == nil {
		return written(v, func(f float64) string { return scale.Change(f, decimals) })
	}
	decimals = analysis.Decimals(r.HalfWidth()*scale.Factor, 2)
	mean, known := number64(field(m, "all.mean"))
	return written(v, func(f float64) string {
		if known && saysNothing(r, mean) {
			return fmt.Sprintf("%s (%s CI %s)", scale.Change(f, decimals), analysis.Stated(confidence), tooNoisy)
		}
		return fmt.Sprintf("%s (%s)", scale.Change(f, decimals), analysis.Interval(*r, confidence, scale, decimals))
	})
}

// valueRange writes an interval of values of a metric: `98.62 to 99.04 tok/s`.
func valueRange(m map[string]any, v any) Markdown {
	ci := interval(v)
	if ci == nil {
		return "n/a"
	}
	scale, decimals := scaleIn(m)
	return Markdown(analysis.Number(ci.Low*scale.Factor, decimals) + " to " + scale.Format(ci.High, decimals))
}

// plusMinus writes a value of a metric with an uncertainty: `98.64 ± 0.43 tok/s`.
func plusMinus(m map[string]any, v, uncertainty any) Markdown {
	scale, decimals := scaleIn(m)
	if _, ok := number64(uncertainty); !ok {
		return value(m, v)
	}
	return written(v, func(f float64) string {
		plus, _ := number64(uncertainty)
		return analysis.Number(f*scale.Factor, decimals) + " ± " + scale.Format(plus, decimals)
	})
}
