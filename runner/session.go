package runner

import (
	"cmp"
	"time"

	"bench/agent"
	"bench/runner/journal"
	"bench/spec"
)

// A session is what a journal says of the process that wrote last: it has read the events one after the other, and keeps of each planned
// run the last one, as far as it is needed. A sweep may have 100 000.
type session struct {
	begun, last time.Time // its first and its last event; zero where there is none
	pid         int
	closed      bool // its last event is an end
	ended       int  // runs and warm-ups that came to their end
	lastFailure *Failure

	runs     []trace                  // by place in the order of the section
	others   map[string]bool          // addresses of runs that are not planned
	underWay map[string]journal.Event // by address: the last event of what was begun and has not ended
}

// A trace is the last event of a run; the zero value is none.
type trace struct {
	event string
	state journal.State
	fits  bool // it is of the run as it is planned
}

// lastSession reads the journal in a folder.
func (s *section) lastSession(folder string) (*session, error) {
	seen, register := &session{runs: make([]trace, len(s.turns))}, s.register(func(turn) bool { return true })
	for e, err := range journal.History(folder) {
		switch {
		case err != nil:
			return nil, err
		case e.Event == journal.EventBegin:
			seen.begin(&e)
		case seen.begun.IsZero():
			continue
		}
		seen.last, seen.closed = e.T, e.Event == journal.EventEnd
		if e.Event != journal.EventStart && e.Event != journal.EventRetry && e.Event != journal.EventFinish {
			continue
		}
		seen.follow(&e)
		place, ok := e.Place()
		i, planned := register.index(place)
		if ok && planned && s.address(s.turns[i]).String() == e.Address {
			seen.runs[i] = trace{e.Event, e.State, e.Hash == s.configs[s.turns[i].config].hash(s.turns[i])}
		} else {
			seen.others[e.Address] = true
		}
	}
	return seen, nil
}

// begin forgets what was before.
func (s *session) begin(e *journal.Event) {
	clear(s.runs)
	*s = session{begun: e.T, pid: e.PID, runs: s.runs, others: map[string]bool{}, underWay: map[string]journal.Event{}}
}

// follow takes an event of a run. What failed is looked at once more when it is tried again.
func (s *session) follow(e *journal.Event) {
	if e.Event != journal.EventFinish {
		if e.Event == journal.EventRetry {
			s.ended--
		}
		s.underWay[e.Address] = *e
		return
	}
	delete(s.underWay, e.Address)
	if e.State != journal.Superseded {
		s.ended++
	}
	address, err := spec.ParseAddress(e.Address)
	if err == nil && (e.State == journal.Failed || e.State == journal.Invalid || e.State == journal.Lost) {
		s.lastFailure = &Failure{address, e.Attempt, e.T, cmp.Or(e.Error, &agent.Error{Class: agent.Infrastructure, Message: e.Message})}
	}
}
