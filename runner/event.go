package runner

import (
	"time"

	"bench/agent"
	"bench/spec"
)

// An Event is something that happened in an apply.
type Event struct {
	Kind    EventKind
	Address spec.Address // of the run; of the experiment for Began, Noted and Ended
	Slot    int          // where the run goes on, from 1
	Attempt int
	Step    string        // Stepped, Called
	Call    *agent.Call   // Called
	Error   *agent.Error  // Retried, RunFailed, RunLost
	Delay   time.Duration // Retried
	Took    time.Duration // Counted, Retried, RunFailed, RunLost: of the attempt
	Message string        // Noted
	Tally   Tally         // of the experiment, after this event
}

// An EventKind says what happened.
type EventKind string

// The kinds of events.
const (
	Began     EventKind = "began"   // an experiment with something to do
	Started   EventKind = "started" // an attempt
	Stepped   EventKind = "stepped" // a step of it
	Called    EventKind = "called"  // a call of it ended
	Retried   EventKind = "retried" // it failed and is tried again after Delay
	Counted   EventKind = "counted" // its record counts
	RunFailed EventKind = "failed"  // it failed for good
	RunLost   EventKind = "lost"    // its result could not be kept
	Noted     EventKind = "noted"   // something that a reader should know
	Ended     EventKind = "ended"   // an experiment
)

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
