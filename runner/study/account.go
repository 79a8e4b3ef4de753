package study

import (
	"encoding/json"
	"iter"
	"slices"
	"time"

	"bench/agent"
	"bench/agent/telemetry"
	"bench/runner"
	"bench/runner/journal"
)

// An account is how the runs of an experiment went, put together record by record.
type account struct {
	*Experiment
	first, last time.Time      // when counted runs began and ended
	counted     map[int]string // the hash of the record where it is not that of the run, by the run's position
	altered     map[int]bool   // the runs whose record is not as it was measured, by position
	wasted      map[try]ending // the attempts at planned runs that did not count, or have not ended
}

// stateAltered is that of an unfinished run whose record is not as it was measured.
const stateAltered = "altered"

// A try is an attempt at a run.
type try struct{ position, number int }

// An ending is what is told of an attempt that did not count.
type ending struct {
	state, class, message string
	wasted                string // the class of error, else the state
}

func newAccount(e *Experiment) *account {
	return &account{Experiment: e, counted: map[int]string{}, altered: map[int]bool{}, wasted: map[try]ending{}}
}

// count takes the record of a run that counts: when, with what and where it was made.
func (e *account) count(run *runner.Run, r *journal.Record) {
	e.counted[run.Position] = ""
	if r.Hash != run.Hash {
		e.counted[run.Position] = r.Hash
	}
	e.DurationNS += r.Process.DurationNS
	if e.first.IsZero() || r.StartedAt.Before(e.first) {
		e.first = r.StartedAt
	}
	if r.FinishedAt.After(e.last) {
		e.last = r.FinishedAt
	}
	for _, m := range membersOf(r) {
		if v := m.Server.Version; v != "" && !slices.Contains(e.Versions, v) {
			e.Versions = append(e.Versions, v)
		}
	}
	e.cut(r)
	e.used(r)
	e.environment(run.Target().Address(), r.Environment)
}

// alter takes a run whose record is not as it was measured: what it says is no part of the study.
func (e *account) alter(run *runner.Run) { e.altered[run.Position] = true }

// membersOf gives the agents of a run: its members, or the only one, which has no name.
func membersOf(r *journal.Record) []journal.Member {
	if len(r.Members) > 0 {
		return r.Members
	}
	return []journal.Member{{Options: r.Options, Server: r.Server, Model: r.Model, Outcome: r.Outcome}}
}

// cut notes a run in which a prompt was probably cut, and at which length.
func (e *Experiment) cut(r *journal.Record) {
	found := false
	for _, m := range membersOf(r) {
		context, cut := promptCut(m)
		if cut && !slices.Contains(e.CutAt, context) {
			e.CutAt = append(e.CutAt, context)
		}
		found = found || cut
	}
	if found {
		e.PromptsCut++
	}
}

// promptCut says whether a prompt of an agent filled the context that was asked for: a server cuts what does not fit and says nothing.
func promptCut(m journal.Member) (context int64, cut bool) {
	limit, ok := m.Options["num_ctx"].(json.Number)
	if !ok || m.Outcome == nil {
		return 0, false
	}
	context, err := limit.Int64()
	return context, err == nil && slices.ContainsFunc(m.Outcome.Calls, func(c agent.Call) bool {
		return c.PromptTokens != nil && int64(*c.PromptTokens) >= context
	})
}

// used adds a run to each of the models that it used.
func (e *Experiment) used(r *journal.Record) {
	var seen []journal.Model
	for _, m := range membersOf(r) {
		if !slices.Contains(seen, m.Model) {
			seen = append(seen, m.Model)
			e.model(m.Model)
		}
	}
}

func (e *Experiment) model(m journal.Model) {
	for i := range e.Models {
		if k := e.Models[i]; k.Name == m.Name && k.Digest == m.Digest {
			e.Models[i].Runs++
			return
		}
	}
	e.Models = append(e.Models, Model{m.Name, m.Digest, m.ParameterSize, m.Quantization, m.Family, m.ContextLength, 1})
}

// environment adds a run to the machine that it ran on. What changes from run to run is left out of the comparison.
func (e *Experiment) environment(target string, recorded json.RawMessage) {
	var host telemetry.Environment
	if err := json.Unmarshal(recorded, &host); err != nil {
		return // not recorded
	}
	host.Load = nil
	text, err := json.Marshal(host)
	if err != nil {
		return
	}
	for i, k := range e.Environments {
		if k.Target == target && string(k.Host) == string(text) {
			e.Environments[i].Runs++
			return
		}
	}
	e.Environments = append(e.Environments, Environment{Target: target, Runs: 1, Host: text})
}

// attempt takes an event of an attempt at a planned run under its present identity, or that of the record that counts. The last event of
// an attempt is the one that tells.
func (e *account) attempt(register *runner.Register, ev journal.Event) {
	place, ok := ev.Place()
	if !ok || place.Warmup || ev.Event != journal.EventStart && ev.Event != journal.EventFinish {
		return
	}
	run := register.Find(place, ev.Address)
	if run == nil || ev.Hash != run.Hash && ev.Hash != e.counted[run.Position] {
		return
	}
	at := try{run.Position, ev.Attempt}
	if end, counts := endingOf(ev); counts {
		delete(e.wasted, at)
	} else {
		e.wasted[at] = end
	}
}

// endingOf tells how an attempt ended by its last event, or that it did count, be it that it was superseded later.
func endingOf(ev journal.Event) (end ending, counts bool) {
	end = ending{state: string(ev.State), message: ev.Message}
	switch {
	case ev.Event == journal.EventStart, ev.State == journal.Lost:
		end.state, end.wasted = string(journal.Lost), string(journal.Lost)
	case ev.State != journal.Failed && ev.State != journal.Invalid:
		return end, true
	case ev.Error == nil: // the line was made up for by a later apply
		end.wasted = end.state
	default:
		end.wasted = string(ev.Error.Class)
	}
	if ev.Error != nil {
		end.class, end.message = string(ev.Error.Class), ev.Error.Message
	}
	return end, false
}

// close says of every planned run whether it counts, and if not, why, and of every counted one what it took.
func (e *account) close(planned iter.Seq[*runner.Run]) {
	slices.Sort(e.Versions)
	slices.Sort(e.CutAt)
	e.StartedAt, e.FinishedAt = stamp(e.first), stamp(e.last)
	latest := map[int]int{} // the last of the attempts that did not count, by the position of the run
	for at, end := range e.wasted {
		latest[at.position] = max(latest[at.position], at.number)
		if _, counts := e.counted[at.position]; counts {
			e.Retried[end.wasted]++
		}
	}
	for run := range planned {
		if run.Address.Warmup {
			continue
		}
		e.Planned.Total++
		if _, counts := e.counted[run.Position]; counts {
			e.Planned.Counted++
			continue
		}
		u := Unfinished{Address: run.Address.String(), State: "pending"}
		if end, ok := e.wasted[try{run.Position, latest[run.Position]}]; ok {
			u.State, u.Class, u.Message = end.state, end.class, end.message
		}
		if e.altered[run.Position] {
			u.State, u.Class, u.Message = stateAltered, "", "its record is not as it was measured"
		}
		e.Unfinished = append(e.Unfinished, u)
		if u.State == string(journal.Failed) || u.State == string(journal.Invalid) {
			e.Planned.Failed++
		} else {
			e.Planned.Pending++
		}
	}
}
