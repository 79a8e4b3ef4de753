package journal

import (
	"encoding/json"
	"fmt"
	"time"

	"bench/agent"
	"bench/agent/load"
)

// Schema is the version of the records and the journal that this package writes, and the latest that it reads.
const Schema = 1

// A State says how an attempt ended.
type State string

// The states of an attempt. Counted and Warmup are committed, the next three are kept as evidence, Lost leaves no record.
const (
	Counted    State = "counted"
	Warmup     State = "warmup"     // measured like a run, never in statistics
	Failed     State = "failed"     // it ended with an error
	Invalid    State = "invalid"    // it ended well but broke a rule: the workload's `valid`, or its inputs changed meanwhile
	Superseded State = "superseded" // it counted until a later attempt did, or came back after a later one was started
	Lost       State = "lost"       // it was started and nothing came back
)

// A Record is one attempt at one run: what was planned, where it ran, what was measured. Times are UTC and are labels;
// durations are ns. What is nil or empty could not be had.
//
// The order of the fields is that of the file; those that Index needs stand first, so that it can stop early.
type Record struct {
	Schema        int               `json:"schema"`
	Address       string            `json:"address"` // experiment.tr111.config["gpu60"].run[1]
	Configuration string            `json:"configuration"`
	Repeat        int               `json:"repeat"` // from 1
	Warmup        bool              `json:"warmup"`
	Attempt       int               `json:"attempt"` // from 1, rising with each start
	State         State             `json:"state"`
	Altered       bool              `json:"altered,omitempty"` // of a superseded one: its file was not as it was measured
	Hash          string            `json:"hash"`              // of the identity
	Identity      map[string]string `json:"identity"`          // what makes the run stale when it changes: component → short value or digest
	Process       Process           `json:"process"`

	Experiment  string          `json:"experiment"`
	Arm         string          `json:"arm"`            // name of the baseline, or solo_MEMBER of a member alone; "" for a configuration of the matrix
	Pair        string          `json:"pair"`           // the configuration that a paired baseline belongs to
	Solo        string          `json:"solo,omitempty"` // the member that was measured alone
	Factors     []Factor        `json:"factors"`        // in the order of the axes
	Options     map[string]any  `json:"options"`        // as sent to the server
	Seed        int64           `json:"seed"`
	Order       int             `json:"order"` // position in the plan
	StartedAt   time.Time       `json:"started_at"`
	FinishedAt  time.Time       `json:"finished_at"`
	Server      Server          `json:"server"`
	Model       Model           `json:"model"`
	Isolation   Isolation       `json:"isolation"`
	Tool        Tool            `json:"tool"`
	Spec        Spec            `json:"spec"`
	Environment json.RawMessage `json:"environment,omitempty"` // as agent/telemetry writes it

	Error       *agent.Error         `json:"error,omitempty"`
	Metrics     map[string]float64   `json:"metrics"`      // of the run; by the names and units of agent's metrics, durations ns
	CallMetrics []map[string]float64 `json:"call_metrics"` // of each call, in the order of outcome.calls
	Outcome     *agent.Outcome       `json:"outcome,omitempty"`
	Load        *load.Summary        `json:"load,omitempty"` // of a load: what its calls came to, which are not in outcome.calls

	// Where several agents ran at once: each of them, and what all of them have in common above. Then metrics are of the whole, options,
	// calls and call_metrics are empty, process has the duration alone, and server and model are those of all where these share them.
	Members     []Member `json:"members,omitempty"`
	StartSkewNS *int64   `json:"start_skew_ns,omitempty"` // between the first member's start of its work and the last one's
}

// A Member is one of several agents that ran at once, each in a process of its own.
type Member struct {
	Name        string               `json:"name"`
	Process     Process              `json:"process"`
	Options     map[string]any       `json:"options"` // as sent to the server
	Server      Server               `json:"server"`
	Model       Model                `json:"model"`
	Isolation   Isolation            `json:"isolation"`
	StartNS     *int64               `json:"start_ns,omitempty"` // when it began its work, from the release of all
	EndNS       *int64               `json:"end_ns,omitempty"`   // when it ended it
	Error       *agent.Error         `json:"error,omitempty"`
	Metrics     map[string]float64   `json:"metrics"`
	CallMetrics []map[string]float64 `json:"call_metrics"` // of each call, in the order of outcome.calls
	Outcome     *agent.Outcome       `json:"outcome,omitempty"`
	Load        *load.Summary        `json:"load,omitempty"` // of a load: what its calls came to, which are not in outcome.calls
}

// A Factor is the level of one axis: null, a bool, a string, a number, or a list of them. A number that was read from a
// file is a json.Number, so that it is written again as it stood.
type Factor struct {
	Name  string `json:"name"`
	Value any    `json:"value"`
}

// A Process is the operating system's process that made the attempt.
type Process struct {
	PID        int    `json:"pid"`
	ExitCode   int    `json:"exit_code"` // -1 where a signal ended it
	Signal     string `json:"signal"`    // "" where none did
	DurationNS int64  `json:"duration_ns"`

	Limits   *Limits    `json:"limits,omitempty"`    // nil where none was asked for
	LeftOver []LeftOver `json:"left_over,omitempty"` // by the process when it ended
}

// Limits are what a process and all that it starts may use, and how far they went.
type Limits struct {
	MemoryBytes int64  `json:"memory_bytes"`
	By          string `json:"by"`                   // what holds it: "cgroup", all processes together; "rlimit", each for itself (RLIMIT_DATA)
	PeakBytes   int64  `json:"peak_bytes,omitempty"` // most in use at a time; 0 where that is not known
}

// A LeftOver is a process that an attempt had started, that went on when the attempt was over, and that was then ended.
type LeftOver struct {
	PID     int    `json:"pid"`
	Command string `json:"command"`         // shortened
	Alive   bool   `json:"alive,omitempty"` // it could not be ended
}

// A Server is where inference happened.
type Server struct {
	Kind    string `json:"kind"`
	Name    string `json:"name"`
	URL     string `json:"url"`
	Version string `json:"version"`
}

// A Model is the model as the server described it.
type Model struct {
	Name          string `json:"name"`
	Digest        string `json:"digest"`
	ParameterSize string `json:"parameter_size"`
	Quantization  string `json:"quantization"`
	Family        string `json:"family"`
	ContextLength int    `json:"context_length"` // tokens
}

// An Isolation says in what state the model was asked to be, and which state was seen.
type Isolation struct {
	Model        string   `json:"model"`         // asked: keep, unload, warm
	LoadedBefore []string `json:"loaded_before"` // models in the server's memory; null where it could not be asked, [] for none
	LoadedAfter  []string `json:"loaded_after"`
	Unloaded     bool     `json:"unloaded"` // the model was seen to be gone before the run
	Warmed       bool     `json:"warmed"`   // the model was seen to be loaded before the run
}

// A Tool is the program that measured.
type Tool struct {
	Version    string `json:"version"`
	Instrument string `json:"instrument"` // version of the measuring
}

// A Spec is the state of the files that asked for the run.
type Spec struct {
	File   string `json:"file"`
	Digest string `json:"digest"`
	Commit string `json:"commit"` // of git; "" outside of a repository
	Dirty  bool   `json:"dirty"`
}

// Place says which run the record is of.
func (r *Record) Place() Place {
	return Place{Configuration: r.Configuration, Warmup: r.Warmup, Repeat: r.Repeat}
}

// check refuses a record that could not be counted or told apart from others.
func (r *Record) check() error {
	if err := r.Place().check(); err != nil {
		return err
	}
	switch {
	case r.Address == "":
		return fmt.Errorf("it has no address")
	case !isAttempt(r.Attempt):
		return fmt.Errorf("attempt %d: attempts are counted from 1 to %d", r.Attempt, maxAttempt)
	case r.Environment != nil && !json.Valid(r.Environment):
		return fmt.Errorf("its environment is not JSON")
	case r.State.committed() && r.State == Warmup != r.Warmup:
		return fmt.Errorf("the state %s does not go with warmup = %t", r.State, r.Warmup)
	case r.State.committed() && r.Error != nil:
		return fmt.Errorf("it can't be %s with an error: %w", r.State, r.Error)
	case r.State.committed() && r.Outcome == nil:
		return fmt.Errorf("it can't be %s without an outcome", r.State)
	case !r.State.committed() && !r.State.kept():
		return fmt.Errorf("a record can't have the state %q", r.State)
	}
	for _, m := range r.Members {
		switch {
		case r.State.committed() && (m.Error != nil || m.Outcome == nil):
			return fmt.Errorf("it can't be %s without the outcome of member %s", r.State, m.Name)
		case !haveMetrics(m.Outcome, m.CallMetrics):
			return fmt.Errorf("member %s has metrics of %d calls, and %d calls", m.Name, len(m.CallMetrics), len(m.Outcome.Calls))
		}
	}
	if !haveMetrics(r.Outcome, r.CallMetrics) {
		return fmt.Errorf("it has metrics of %d calls, and %d calls", len(r.CallMetrics), len(r.Outcome.Calls))
	}
	return nil
}

// haveMetrics says whether calls have metrics each, where there are any of either.
func haveMetrics(o *agent.Outcome, metrics []map[string]float64) bool {
	return o == nil || metrics == nil || len(metrics) == len(o.Calls)
}

func (s State) committed() bool { return s == Counted || s == Warmup }
func (s State) kept() bool      { return s == Failed || s == Invalid || s == Superseded }

// Path gives the file of the record within the experiment's folder: that of the run where it counts, else that of the evidence.
func (r *Record) Path(dir string) string {
	if r.State == Counted || r.State == Warmup {
		return r.Place().Record(dir)
	}
	return r.Place().attemptFile(dir, r.Attempt, ".json")
}
