package emulator

import (
	"fmt"
	"slices"
)

// A Fault befalls a share of the calls.
type Fault struct {
	Kind string  `json:"kind"`
	Rate float64 `json:"rate"` // share of the calls, 0 to 1; over all faults at most 1
}

// Faults before the first token.
const (
	HTTP500       = "http_500"       // status 500, at once
	HTTP429       = "http_429"       // status 429, with Retry-After: 1
	Redirect      = "redirect"       // status 307, to another host
	SlowHeader    = "slow_header"    // no header comes until the client goes
	EndlessHeader = "endless_header" // the header does not end until the client goes
	Gzip          = "gzip"           // the answer is compressed, which nobody asked for
	GzipBomb      = "gzip_bomb"      // 1 MiB that are 1 GiB when they are unpacked
	LongLength    = "long_length"    // Content-Length says more than comes
	ShortLength   = "short_length"   // Content-Length says less than comes
)

// Faults inside an answer, after half of its tokens.
const (
	Reset       = "reset"        // the connection is reset
	Stall       = "stall"        // the answer stands still until the client goes
	Truncated   = "truncated"    // the answer ends in good order, without its last line
	ErrorObject = "error_object" // an error stands in the answer, under status 200
	EndlessBody = "endless_body" // more tokens come, as fast as they can and until the client goes
	HugeLine    = "huge_line"    // a line of 1 GiB
)

// Faults in the manner of an answer that is else in order.
const (
	LongLine        = "long_line"        // a chunk of 1 MiB, which a client has to take
	Coalesced       = "coalesced"        // up to eight chunks in one write
	Split           = "split"            // each chunk in two writes, cut at any byte
	SlowLoris       = "slow_loris"       // a byte every 10 ms
	NoUsage         = "no_usage"         // no counts and no durations, though they were asked for
	NaNFigures      = "nan_figures"      // counts and durations are NaN
	NegativeFigures = "negative_figures" // they are negative
	AbsurdFigures   = "absurd_figures"   // they are 9e18
)

var faultKinds = []string{
	HTTP500, HTTP429, Redirect, SlowHeader, EndlessHeader, Gzip, GzipBomb, LongLength, ShortLength,
	Reset, Stall, Truncated, ErrorObject, EndlessBody, HugeLine,
	LongLine, Coalesced, Split, SlowLoris, NoUsage, NaNFigures, NegativeFigures, AbsurdFigures,
}

// inside says whether a fault comes after half of an answer's tokens.
func inside(fault string) bool {
	return slices.Contains([]string{Reset, Stall, Truncated, ErrorObject, EndlessBody, HugeLine}, fault)
}

func validateFaults(faults []Fault) error {
	total := 0.0
	for _, f := range faults {
		if !slices.Contains(faultKinds, f.Kind) {
			return fmt.Errorf("fault %q is not known: it is one of %q", f.Kind, faultKinds)
		}
		if !(f.Rate >= 0 && f.Rate <= 1) {
			return fmt.Errorf("fault %q has rate %v: it must lie between 0 and 1", f.Kind, f.Rate)
		}
		total += f.Rate
	}
	if total > 1+1e-9 { // 0.1 ten times is a little more than 1
		return fmt.Errorf("the rates of all faults add up to %v, more than 1", total)
	}
	return nil
}
