package runner

import (
	"time"

	"bench/agent"
	"bench/spec"
)

// An Event is something that happened in an apply.
type Event struct {
	Kind      EventKind
	Address   spec.Address // of the run; of the experiment for Began, Noted and Ended; none for a server that is asked before any run
	Slot      int          // where the run goes on, from 1; no two that go on at once have the same
	Attempt   int
	Server    spec.Ref           // Starting, Serving
	Isolation string             // Started: in which state the model is brought: keep, unload, warm
	Member    string             // Stepped, Called: which agent, of several that run at once; "" for the only one
	Step      string             // Stepped, Called
	Call      *agent.Call        // Called
	Metrics   map[string]float64 // Counted: of the run, without its calls
	Error     *agent.Error       // Retried, RunFailed, RunLost
	Delay     time.Duration      // Retried: until the next attempt; Counted, RunFailed, RunLost: how long the slot stays empty
	Took      time.Duration      // Counted, Retried, RunFailed, RunLost: of the attempt; Serving: of the start
	Message   string             // Noted
	Tally     Tally              // of the experiment, after this event

	blamed *member // RunFailed: the agent that failed; nil where it is nobody's own
}

// An EventKind says what happened.
type EventKind string

// The kinds of events.
const (
	Began     EventKind = "began"    // an experiment with something to do
	Started   EventKind = "started"  // an attempt
	Starting  EventKind = "starting" // a server that the spec has bench start
	Serving   EventKind = "serving"  // that server is ready
	Stepped   EventKind = "stepped"  // a step of an attempt begins: before the first of them its process starts, and the model is brought into its state
	Called    EventKind = "called"   // a call of it ended
	Retried   EventKind = "retried"  // it failed and is tried again after Delay, unless the apply is stopped first
	Counted   EventKind = "counted"  // its record counts, or is that of a warm-up
	RunFailed EventKind = "failed"   // it failed, and this apply does not try it again: no try is left, or it was stopped
	RunLost   EventKind = "lost"     // its result could not be kept
	Noted     EventKind = "noted"    // something that a reader should know
	Ended     EventKind = "ended"    // an experiment
)

// EndsRun says whether a run has come to its end.
func (k EventKind) EndsRun() bool { return k == Counted || k == RunFailed || k == RunLost }

// A Tally accounts for planned runs: Planned = Before + Counted + Failed + Lost + Waiting. Warm-ups are not among them.
type Tally struct {
	Planned int `json:"planned"`
	Before  int `json:"up_to_date"` // counted by an earlier apply
	Counted int `json:"counted"`
	Failed  int `json:"failed"`
	Lost    int `json:"lost"`    // started, and ended without a result that could be kept
	Waiting int `json:"waiting"` // not made yet
}

// Add sums two tallies.
func (t Tally) Add(u Tally) Tally {
	return Tally{t.Planned + u.Planned, t.Before + u.Before, t.Counted + u.Counted, t.Failed + u.Failed, t.Lost + u.Lost, t.Waiting + u.Waiting}
}
