package runner

import (
	"cmp"
	"slices"
	"sync"
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
	seen, err := s.lastSession(folder)
	if err != nil {
		return nil, err
	}
	st.Begun, st.Last, st.Ended, st.LastFailure = seen.begun, seen.last, seen.ended, seen.lastFailure
	isHolders := st.AtWork() && seen.pid == st.Holder.PID && !seen.closed
	if err := st.count(s, seen, isHolders); err != nil {
		return nil, err
	}
	if isHolders {
		st.running(seen.underWay, readProgress(folder), now)
	}
	return st, nil
}

// count says of every planned run what became of it. Alive says whether the process of the session still works.
func (st *Status) count(s *section, seen *session, alive bool) error {
	records := sync.OnceValues(func() (*journal.Index, error) { return journal.ReadIndex(s.plan.Folder(s.experiment)) })
	st.Others = len(seen.others)
	for i, t := range s.turns {
		if t.why == outOfScope {
			continue
		}
		last := seen.runs[i]
		if last.event != "" && !last.fits {
			st.Others++
		}
		if t.warmup {
			continue
		}
		counts := !t.isTodo()
		if !counts && last.fits && last.event == journal.EventFinish && last.state == journal.Counted { // since the plan was made, if its record is there
			now, err := records()
			if err != nil {
				return err
			}
			reason, err := s.reason(t, now)
			if err != nil {
				return err
			}
			counts = reason == upToDate
		}
		st.add(last, counts, alive)
	}
	return nil
}

// add counts a run by what was seen of it last.
func (st *Status) add(last trace, counts, alive bool) {
	st.Planned++
	switch {
	case counts:
		st.Counted++
	case last.event == "" || last.state == journal.Counted:
		st.Waiting++
	case last.event != journal.EventFinish && alive:
		st.UnderWay++
	case last.event == journal.EventStart || last.state == journal.Lost:
		st.Lost++
	default:
		st.Failed++
	}
}

// running lists the attempts under way, with what the apply says of them.
func (st *Status) running(underWay map[string]journal.Event, p *Progress, now time.Time) {
	if p != nil && p.PID != st.Holder.PID {
		p = nil
	}
	for _, e := range underWay {
		address, err := spec.ParseAddress(e.Address)
		if err != nil {
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
