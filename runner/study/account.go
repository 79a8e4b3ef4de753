package study

import (
	"encoding/json"
	"slices"
	"time"

	"bench/agent"
	"bench/agent/telemetry"
	"bench/runner"
	"bench/runner/journal"
)

// measured tells when, with what and where the counted runs were made.
func (e *Experiment) measured(planned map[string]*runner.Run, counted []journal.Record) {
	var first, last time.Time
	for _, r := range counted {
		e.DurationNS += r.Process.DurationNS
		if first.IsZero() || r.StartedAt.Before(first) {
			first = r.StartedAt
		}
		if r.FinishedAt.After(last) {
			last = r.FinishedAt
		}
		for _, m := range membersOf(r) {
			if v := m.Server.Version; v != "" && !slices.Contains(e.Versions, v) {
				e.Versions = append(e.Versions, v)
			}
		}
		e.cut(r)
		e.used(r)
		e.environment(planned[r.Address].Target().Address(), r.Environment)
	}
	slices.Sort(e.Versions)
	slices.Sort(e.CutAt)
	e.StartedAt, e.FinishedAt = stamp(first), stamp(last)
}

// membersOf gives the agents of a run: its members, or the only one, which has no name.
func membersOf(r journal.Record) []journal.Member {
	if len(r.Members) > 0 {
		return r.Members
	}
	return []journal.Member{{Options: r.Options, Server: r.Server, Model: r.Model, Outcome: r.Outcome}}
}

// cut notes a run in which a prompt was probably cut, and at which length.
func (e *Experiment) cut(r journal.Record) {
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
func (e *Experiment) used(r journal.Record) {
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

// attempts gives the last event of each attempt at the planned runs under their present identity, or that of the record that counts, by
// address and number.
func attempts(events []journal.Event, planned map[string]*runner.Run, counted []journal.Record) map[string]map[int]journal.Event {
	counts := map[string]string{}
	for _, r := range counted {
		counts[r.Address] = r.Hash
	}
	all := map[string]map[int]journal.Event{}
	for _, ev := range events {
		run, ok := planned[ev.Address]
		if !ok || ev.Hash != run.Hash && ev.Hash != counts[ev.Address] || ev.Event != journal.EventStart && ev.Event != journal.EventFinish {
			continue
		}
		if all[ev.Address] == nil {
			all[ev.Address] = map[int]journal.Event{}
		}
		all[ev.Address][ev.Attempt] = ev
	}
	return all
}

// account says of every planned run whether it counts, and if not, why, and of every counted one what it took.
func (e *Experiment) account(planned []*runner.Run, counted []journal.Record, attempts map[string]map[int]journal.Event) {
	counts := map[string]bool{}
	for _, r := range counted {
		counts[r.Address] = true
	}
	for _, run := range planned {
		address := run.Address.String()
		e.Planned.Total++
		if counts[address] {
			e.Planned.Counted++
			for _, ev := range attempts[address] {
				if class := wasted(ev); class != "" {
					e.Retried[class]++
				}
			}
			continue
		}
		u := unfinished(address, attempts[address])
		e.Unfinished = append(e.Unfinished, u)
		if u.State == string(journal.Failed) || u.State == string(journal.Invalid) {
			e.Planned.Failed++
		} else {
			e.Planned.Pending++
		}
	}
}

// wasted gives the class of error, else the state, of an attempt that did not count; "" for one that did, or was superseded later.
func wasted(ev journal.Event) string {
	switch {
	case ev.Event == journal.EventStart, ev.State == journal.Lost:
		return string(journal.Lost)
	case ev.State != journal.Failed && ev.State != journal.Invalid:
		return ""
	case ev.Error == nil: // the line was made up for by a later apply
		return string(ev.State)
	}
	return string(ev.Error.Class)
}

// unfinished tells how the last attempt at a run ended.
func unfinished(address string, attempts map[int]journal.Event) Unfinished {
	u := Unfinished{Address: address, State: "pending"}
	last := 0
	for n, ev := range attempts {
		if n < last || wasted(ev) == "" {
			continue
		}
		last = n
		u.State, u.Class, u.Message = string(ev.State), "", ev.Message
		switch {
		case ev.Event == journal.EventStart:
			u.State = string(journal.Lost)
		case ev.Error != nil:
			u.Class, u.Message = string(ev.Error.Class), ev.Error.Message
		}
	}
	return u
}
