package runner

import (
	"cmp"
	"slices"
	"time"

	"bench/agent"
	"bench/runner/journal"
	"bench/spec"
)

// A Status says how far an experiment is, by what its journal, its records and its lock say. Warm-ups are among what goes on, and not
// among what is counted: Planned = Counted + Failed + Lost + UnderWay + Waiting.
type Status struct {
	Experiment *spec.Experiment
	Planned    int
	Counted    int
	Failed     int // by the last apply, which did not try again
	Lost       int // started by the last apply, and ended without a result
	UnderWay   int // a pause before the next attempt is part of a run
	Waiting    int

	Holder   *journal.Holder // who has the folder; nil: nobody
	Presence journal.Presence
	Begun    time.Time // when the last apply began to make runs here; zero where none has
	Last     time.Time // what the journal knew last
	Ended    int       // runs and warm-ups that came to their end since then
	Others   int       // attempts since then at runs that are not as they are planned here: other values, another spec

	Running     []Attempt // what goes on, by slot
	LastFailure *Failure  // of the last apply; nil where nothing failed
	Left        *time.Duration
}

// An Attempt is one that goes on.
type Attempt struct {
	Address spec.Address
	Number  int
	Since   time.Time
	Slot    int       // 0: not known
	Doing   EventKind // "": not known
	What    string    // the step, the server, the state of the model, or the class of error that Doing is about
	DoingAt time.Time // since when
}

// A Failure is the end of an attempt.
type Failure struct {
	Address spec.Address
	Attempt int
	At      time.Time
	Error   *agent.Error
}

// AtWork says whether somebody makes runs.
func (s *Status) AtWork() bool { return s.Holder != nil && s.Presence != journal.Gone }

// Rate gives how many runs and warm-ups have come to their end a second since the last apply began; 0 where none has.
func (s *Status) Rate(now time.Time) float64 {
	if took := now.Sub(s.Begun).Seconds(); s.Ended > 0 && took > 0 {
		return float64(s.Ended) / took
	}
	return 0
}

// Status says how far each experiment is that has runs in the plan. It reads, and takes no lock.
func (p *Plan) Status(now time.Time) ([]*Status, error) {
	var all []*Status
	for _, s := range p.sections {
		if !slices.ContainsFunc(s.turns, func(t turn) bool { return t.why != outOfScope }) {
			continue
		}
		st, err := s.status(now)
		if err != nil {
			return nil, err
		}
		all = append(all, st)
	}
	return all, nil
}

func (s *section) status(now time.Time) (*Status, error) {
	st := &Status{Experiment: s.experiment}
	folder := s.plan.Folder(s.experiment)
	var err error
	if st.Holder, st.Presence, err = journal.HeldBy(folder, hostname()); err != nil {
		return nil, err
	}
	events, err := journal.Events(folder)
	if err != nil {
		return nil, err
	}
	session := lastSession(events)
	if len(session) > 0 {
		st.Begun, st.Last = session[0].T, session[len(session)-1].T
	}
	isHolders := st.AtWork() && len(session) > 0 && session[0].PID == st.Holder.PID && session[len(session)-1].Event != journal.EventEnd
	runs := st.follow(session)
	records, err := journal.ReadIndex(folder)
	if err != nil {
		return nil, err
	}
	if err := st.count(s, runs, records, isHolders); err != nil {
		return nil, err
	}
	if isHolders {
		st.running(runs, readProgress(folder), now)
	}
	return st, nil
}

// lastSession gives the events of the process that wrote last.
func lastSession(events []journal.Event) []journal.Event {
	for i, e := range slices.Backward(events) {
		if e.Event == journal.EventBegin {
			return events[i:]
		}
	}
	return nil
}

// follow goes through a session, and keeps the last event of each run. What failed is looked at once more when it is tried again.
func (st *Status) follow(session []journal.Event) map[string]journal.Event {
	runs := map[string]journal.Event{}
	for _, e := range session {
		if e.Address == "" {
			continue
		}
		if e.Event == journal.EventRetry {
			st.Ended--
		}
		runs[e.Address] = e
		if e.Event != journal.EventFinish {
			continue
		}
		if e.State != journal.Superseded {
			st.Ended++
		}
		address, err := spec.ParseAddress(e.Address)
		if err == nil && (e.State == journal.Failed || e.State == journal.Invalid || e.State == journal.Lost) {
			st.LastFailure = &Failure{address, e.Attempt, e.T, cmp.Or(e.Error, &agent.Error{Class: agent.Infrastructure, Message: e.Message})}
		}
	}
	return runs
}

// count says of every planned run what became of it. Alive says whether the process of the session still works.
func (st *Status) count(s *section, runs map[string]journal.Event, records *journal.Index, alive bool) error {
	planned := 0
	for _, t := range s.turns {
		e, known := runs[s.address(t).String()]
		if known {
			planned++
		}
		if t.why == outOfScope {
			continue
		}
		fits := e.Hash == s.configs[t.config].hash(t)
		if known && !fits {
			st.Others++
		}
		if t.warmup {
			continue
		}
		counts := !t.isTodo()
		if !counts && fits && e.Event == journal.EventFinish && e.State == journal.Counted { // since the plan was made, if its record is there
			reason, err := s.reason(t, records)
			if err != nil {
				return err
			}
			counts = reason == upToDate
		}
		st.add(e, counts, alive)
	}
	st.Others += len(runs) - planned
	return nil
}

// add counts a run by the last event of it; one without a name is none.
func (st *Status) add(e journal.Event, counts, alive bool) {
	st.Planned++
	switch {
	case counts:
		st.Counted++
	case e.Event == "" || e.State == journal.Counted:
		st.Waiting++
	case e.Event != journal.EventFinish && alive:
		st.UnderWay++
	case e.Event == journal.EventStart || e.State == journal.Lost:
		st.Lost++
	default:
		st.Failed++
	}
}

// running lists the attempts under way, with what the apply says of them.
func (st *Status) running(runs map[string]journal.Event, p *Progress, now time.Time) {
	if p != nil && p.PID != st.Holder.PID {
		p = nil
	}
	for _, e := range runs {
		address, err := spec.ParseAddress(e.Address)
		if err != nil || e.Event != journal.EventStart && e.Event != journal.EventRetry {
			continue
		}
		a := Attempt{Address: address, Number: e.Attempt, Since: e.T}
		if p != nil {
			a.tell(p, e.Address)
		}
		st.Running = append(st.Running, a)
	}
	slices.SortFunc(st.Running, func(a, b Attempt) int {
		return cmp.Or(cmp.Compare(a.Slot, b.Slot), a.Since.Compare(b.Since), cmp.Compare(a.Address.String(), b.Address.String()))
	})
	if p != nil && p.LeftNS != nil {
		st.Left = new(max(0, time.Duration(*p.LeftNS)-now.Sub(p.At)))
	}
}

func (a *Attempt) tell(p *Progress, address string) {
	for _, s := range p.Slots {
		if s.Address == address && s.Attempt == a.Number {
			a.Slot, a.Doing, a.What, a.DoingAt = s.Slot, EventKind(s.Doing), s.What, s.Since
		}
	}
}
