package load

import (
	"time"

	"bench/agent"
)

// A Summary is what a load came to. Times are ns from its start. What can't be had is absent.
type Summary struct {
	Arrival Arrival `json:"arrival"`

	FromNS int64 `json:"from_ns"` // the calls that count were to be sent from here
	ToNS   int64 `json:"to_ns"`   // to here
	EndNS  int64 `json:"end_ns"`  // the last call had ended

	Warmup   Counts `json:"warmup"`   // calls that were cut
	Measured Counts `json:"measured"` // calls that count
	Cooldown Counts `json:"cooldown"` // calls that were cut

	PeakConcurrency int     `json:"peak_concurrency"` // the most calls under way at once, in the whole load
	MeanConcurrency float64 `json:"mean_concurrency"` // calls under way, over the window's time
	NewConnections  int     `json:"new_connections"`  // calls that did not reuse one, in the whole load
	Coalesced       int     `json:"coalesced"`        // of the calls that count: chunks that came with the one before them, so that their gap of 0 is none

	// Rates are per second of the window, and of what happened in it, whichever part the call is of. Absent in a window without length.
	SentRate        *float64 `json:"sent_rate,omitempty"`         // calls sent
	CompletedRate   *float64 `json:"completed_rate,omitempty"`    // calls that ended well
	OutputTokenRate *float64 `json:"output_token_rate,omitempty"` // tokens that came, of calls that ended well or were cancelled at the end

	Goodput *Goodput `json:"goodput,omitempty"` // with an SLO

	// Metrics hold the distributions over the calls that count and ended well; schedule_delay has those as well that failed.
	Metrics map[string]Distribution `json:"metrics"`

	Rows        []Row `json:"rows,omitempty"`
	RowsLeftOut int   `json:"rows_left_out,omitempty"` // calls that were made beyond the number of rows asked for
}

// Counts are of the calls of one part. Scheduled is the sum of Unsent, OK, Failed and Cancelled.
type Counts struct {
	Scheduled int                 `json:"scheduled"`
	Unsent    int                 `json:"unsent"`             // waited for a place until the load was given up
	OK        int                 `json:"ok"`                 // ended well
	Failed    int                 `json:"failed"`             // by themselves
	Cancelled int                 `json:"cancelled"`          // under way when the load was given up
	ByClass   map[agent.Class]int `json:"by_class,omitempty"` // those that failed
}

// Sent is how many were sent.
func (c Counts) Sent() int { return c.Scheduled - c.Unsent }

// Censored is how many took longer than anybody waited: they are in no distribution, whose upper quantiles are too low for want
// of them.
func (c Counts) Censored() int { return c.Unsent + c.Cancelled }

// Goodput is how many calls kept the SLO.
type Goodput struct {
	Good  int      `json:"good"`
	Of    int      `json:"of"`             // all that were scheduled and count: those that failed, or were given up, are not good
	Share float64  `json:"share"`          // Good / Of; 0 of none
	Rate  *float64 `json:"rate,omitempty"` // good calls per second of the window, in which they were to be sent
}

// A Distribution is a metric over many calls.
type Distribution struct {
	Unit string `json:"unit"`
	Stats
	Histogram *Histogram `json:"histogram"`
}

// Stats are the figures of a distribution.
type Stats struct {
	Count int64    `json:"count"`
	Mean  float64  `json:"mean"`
	SD    *float64 `json:"sd,omitempty"` // with n − 1; absent under two values
	Min   float64  `json:"min"`
	P50   float64  `json:"p50"`
	P90   float64  `json:"p90"`
	P95   float64  `json:"p95"`
	P99   float64  `json:"p99"`
	P999  float64  `json:"p999"`
	Max   float64  `json:"max"`
}

// A Row is one call, kept whole but for its texts.
type Row struct {
	Index       int        `json:"index"`
	Part        Part       `json:"part"`
	ScheduledNS int64      `json:"scheduled_ns"`      // in a closed loop: when its caller was free for it
	SentNS      *int64     `json:"sent_ns,omitempty"` // absent if it never was
	Cancelled   bool       `json:"cancelled,omitempty"`
	Call        agent.Call `json:"call"`
}

func newDistribution(unit string, h *Histogram) Distribution {
	return Distribution{Unit: unit, Stats: h.Stats(), Histogram: h}
}

// perSecond is absent where no time has passed.
func perSecond(n float64, d time.Duration) *float64 {
	if d <= 0 {
		return nil
	}
	return new(n / d.Seconds())
}
