package spec

import (
	"fmt"
	"slices"
	"time"
)

// Retry says which failures are tried again.
type Retry struct {
	Attempts int
	On       []string // classes of error
	Backoff  Backoff
}

// Backoff is the pause before a try: Initial × Factor^(n−1), at most Max, varied by ± Jitter.
type Backoff struct {
	Initial, Max   time.Duration
	Factor, Jitter float64
}

func (d *decoder) retry(v *values, out *Experiment, outer *scope) {
	r := d.readOptional(v, "retry", retrySchema, outer)
	r.whole("attempts", &out.Retry.Attempts)
	r.strs("on", &out.Retry.On)
	_, given := r.attrs["on"]
	for i, class := range out.Retry.On {
		if given && len(d.opts.Classes) > 0 && !slices.Contains(d.opts.Classes, class) {
			d.errorAt(r.elementRange("on", i), "Unknown class of error", fmt.Sprintf("There is no class of error %q: it is %s.%s", class, orList(d.opts.Classes), meant(class, d.opts.Classes)))
		}
	}
	w := d.readOptional(r, "backoff", backoffSchema, outer)
	w.duration("initial", &out.Retry.Backoff.Initial)
	w.number("factor", &out.Retry.Backoff.Factor)
	w.duration("max", &out.Retry.Backoff.Max)
	w.number("jitter", &out.Retry.Backoff.Jitter)
	if pause := out.Retry.Backoff; pause.Initial > pause.Max && pause.Max > 0 {
		given := "max"
		if _, ok := w.attrs[given]; !ok {
			given = "initial"
		}
		d.errorAt(w.rangeOf(given), "Invalid value", fmt.Sprintf("The first pause, of %s, would be longer than the longest that \"max\" allows, %s. Make \"initial\" shorter or \"max\" longer.", pause.Initial, pause.Max))
	}
}
