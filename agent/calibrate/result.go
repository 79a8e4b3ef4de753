package calibrate

import (
	"math"
	"slices"
	"time"

	"bench/agent"
	"bench/agent/telemetry"
)

// Schema is the version of the results that this package makes.
const Schema = 1

// A Result is how well this machine's client measures. Durations are ns.
type Result struct {
	Schema      int                   `json:"schema"`
	At          time.Time             `json:"at"` // UTC
	Environment telemetry.Environment `json:"environment"`
	Levels      []Level               `json:"levels"`   // by the number of streams, at one rate
	Rates       []Level               `json:"rates"`    // by the rate, up to where the client or the emulator can do no more
	Limit       Limit                 `json:"limit"`    // what the rates show
	Schedule    []Schedule            `json:"schedule"` // of open loops, by their rate
}

// A Level is the error under one load.
type Level struct {
	Streams     int     `json:"streams"`       // at once
	Rate        float64 `json:"rate"`          // chunks/s of all streams together, as planned
	Fed         float64 `json:"fed"`           // chunks/s that the emulator did send
	Chunks      int     `json:"chunks"`        // that were compared
	Failed      int     `json:"failed"`        // streams that were not whole
	Coalesced   int     `json:"coalesced"`     // chunks that came with the one before them
	CPUPerChunk float64 `json:"cpu_per_chunk"` // of the client, ns

	Kernel *Errors `json:"kernel,omitempty"` // by the kernel's stamps; absent where it gives none
	Read   Errors  `json:"read"`             // by the time at which a read returned, as other clients take it
}

// reported are the errors of what the client's records hold.
func (l Level) reported() Errors {
	if l.Kernel != nil {
		return *l.Kernel
	}
	return l.Read
}

// Errors are the client's times less those of the emulator.
type Errors struct {
	TTFT    Distribution `json:"ttft"`    // of the first chunk
	Arrival Distribution `json:"arrival"` // of each chunk
	Gap     Distribution `json:"gap"`     // between each chunk and the one before it
}

// A Distribution is of errors in ns: their middle with its sign, which is a bias, and quantiles of their size.
type Distribution struct {
	Count int     `json:"count"`
	Bias  float64 `json:"bias"` // median, with its sign
	P50   float64 `json:"p50"`  // of the size, as are those below
	P90   float64 `json:"p90"`
	P99   float64 `json:"p99"`
	Max   float64 `json:"max"`
}

func distribution(errors []float64) Distribution {
	if len(errors) == 0 {
		return Distribution{}
	}
	slices.Sort(errors)
	d := Distribution{Count: len(errors), Bias: agent.Quantile(errors, 0.5)}
	for i, e := range errors {
		errors[i] = math.Abs(e)
	}
	slices.Sort(errors)
	d.P50, d.P90, d.P99, d.Max = agent.Quantile(errors, 0.5), agent.Quantile(errors, 0.9), agent.Quantile(errors, 0.99), errors[len(errors)-1]
	return d
}

// A Limit is the highest rate, of those that were tried, at which the client's error stays small.
type Limit struct {
	Rate     float64 `json:"rate"`     // chunks/s; 0: at none
	Reason   string  `json:"reason"`   // what keeps it from more: "error", "emulator", or "untried" where nothing did
	Exceeded float64 `json:"exceeded"` // p99 of the error at the next rate, ns; 0 where the reason is another
}

// A Schedule is how late an open loop sends.
type Schedule struct {
	Rate  float64 `json:"rate"` // requests/s
	Calls int64   `json:"calls"`
	P50   float64 `json:"p50"` // ns
	P99   float64 `json:"p99"`
	Max   float64 `json:"max"`
}
