package runner

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"bench/agent"
	"bench/agent/load"
	"bench/runner/journal"
	"bench/runner/worker"
)

// record puts together what is kept of an attempt.
func (s *sweep) record(r *Run, a journal.Attempt, got measurement) journal.Record {
	c := r.Configuration()
	rec := journal.Record{
		Address: r.Address.String(), Configuration: c.Name, Repeat: r.Address.Repeat, Warmup: r.Address.Warmup, Attempt: a.Number,
		Hash: r.Hash, Identity: r.Identity(),
		Experiment: r.Experiment.ID(), Arm: c.Arm, Pair: c.Pair, Solo: c.Solo, Seed: int64(r.Experiment.Seed), Order: r.Position,
		StartedAt: got.started, FinishedAt: got.started.Add(got.took),
		Tool: journal.Tool{Version: s.options.Version, Instrument: Instrument},
		Spec: s.source,
	}
	for _, f := range c.Factors {
		rec.Factors = append(rec.Factors, journal.Factor(f))
	}
	var members []journal.Member
	for i, of := range c.Agents() {
		m, rep := s.member(r.setup.members[i], got, i)
		m.Options, m.Isolation.Model = of.Options, r.Experiment.Isolation.Model
		found(&m, rep.ready)
		if rep.ready != nil && rec.Environment == nil {
			rec.Environment, _ = json.Marshal(rep.ready.Environment) // plain numbers and strings
		}
		members = append(members, m)
	}
	if r.setup.isAlone() {
		takeOver(&rec, members[0])
	} else {
		rec.Members = members
		rec.StartSkewNS = startSkew(members)
		summarize(&rec, got)
	}
	rec.State, rec.Error = r.verdict(got)
	if rec.Error != nil { // how far it came is in the outcomes; it is no measurement
		rec.Metrics = map[string]float64{}
		for i := range rec.Members {
			rec.Members[i].Metrics = map[string]float64{}
		}
	}
	return rec
}

// member tells what the i-th agent of a run did. Where its server could not be had it has no report; the one that is returned is empty.
func (s *sweep) member(of *member, got measurement, i int) (journal.Member, report) {
	server := s.plan.Module.Server(of.Server)
	m := journal.Member{
		Name:   of.Member,
		Server: journal.Server{Kind: server.Kind, Name: server.Name, URL: got.urls[i]},
		Model:  journal.Model{Name: of.Model},
	}
	var rep report
	if i < len(got.reports) {
		rep = got.reports[i]
		m.Process, m.Error = rep.process, rep.fault()
	} else if of == got.blamed {
		m.Error = got.failure
	}
	outcome := agent.Outcome{}
	if rep.result != nil {
		outcome = rep.result.Outcome
		m.Isolation.LoadedAfter = rep.result.Loaded
		if got.released > 0 && rep.result.BeginNS > 0 {
			m.StartNS, m.EndNS = new(rep.result.BeginNS-got.released), new(rep.result.EndNS-got.released)
		}
	}
	outcome.Calls = rep.calls
	m.Outcome, m.Metrics = &outcome, agent.RunMetrics(outcome)
	maps.Copy(m.Metrics, outcome.Scores)
	for _, call := range rep.calls {
		m.CallMetrics = append(m.CallMetrics, agent.CallMetrics(call))
	}
	if limits := of.program.SLO; limits != nil && len(m.CallMetrics) > 0 {
		m.Metrics["goodput"] = load.SLO(*limits).Share(m.CallMetrics)
	}
	if rep.result != nil && rep.result.Load != nil {
		m.Load = rep.result.Load
		maps.Copy(m.Metrics, m.Load.RunMetrics())
	}
	return m, rep
}

// found takes over what a worker found before the run; nil where it did not come so far.
func found(m *journal.Member, ready *worker.Ready) {
	if ready == nil {
		return
	}
	m.Server.Version = ready.ServerVersion
	m.Model = journal.Model(ready.Model)
	m.Isolation.LoadedBefore = ready.Loaded
	loaded := slices.Contains(ready.Loaded, ready.Model.Name)
	m.Isolation.Unloaded = m.Isolation.Model == "unload" && !loaded
	m.Isolation.Warmed = m.Isolation.Model == "warm" && loaded
}

// takeOver takes the only agent for the whole run.
func takeOver(rec *journal.Record, m journal.Member) {
	rec.Process, rec.Options, rec.Server, rec.Model, rec.Isolation = m.Process, m.Options, m.Server, m.Model, m.Isolation
	rec.Metrics, rec.CallMetrics, rec.Outcome, rec.Load = m.Metrics, m.CallMetrics, m.Outcome, m.Load
}

// summarize tells of the whole what follows from the members: it takes from their release to the end of the last one. What counts up
// is the sum over them, memory that of the largest; a score is the mean over those that have it.
func summarize(rec *journal.Record, got measurement) {
	first := rec.Members[0]
	rec.Process = journal.Process{DurationNS: got.took.Nanoseconds()}
	rec.Options = map[string]any{}
	rec.Isolation = journal.Isolation{Model: first.Isolation.Model, Unloaded: first.Isolation.Unloaded, Warmed: first.Isolation.Warmed}
	rec.Server, rec.Model = first.Server, first.Model
	whole, scores := agent.Outcome{}, map[string][]float64{}
	for _, m := range rec.Members {
		if m.Server != first.Server {
			rec.Server = journal.Server{}
		}
		if m.Model != first.Model {
			rec.Model = journal.Model{}
		}
		rec.Isolation.Unloaded = rec.Isolation.Unloaded && m.Isolation.Unloaded
		rec.Isolation.Warmed = rec.Isolation.Warmed && m.Isolation.Warmed
		if m.EndNS != nil {
			whole.WorkflowTotalNS = max(whole.WorkflowTotalNS, *m.EndNS)
		}
		whole.Ingests = append(whole.Ingests, m.Outcome.Ingests...)
		whole.Calls = append(whole.Calls, m.Outcome.Calls...)
		used := m.Outcome.Resources
		whole.Resources.CPUNS += used.CPUNS
		whole.Resources.PeakRSSBytes = max(whole.Resources.PeakRSSBytes, used.PeakRSSBytes)
		whole.Resources.GCCount += used.GCCount
		whole.Resources.GCPauseNS += used.GCPauseNS
		for name, v := range m.Outcome.Scores {
			scores[name] = append(scores[name], v)
		}
	}
	rec.Metrics = agent.RunMetrics(whole)
	for name, values := range scores {
		rec.Metrics[name] = mean(values)
	}
	if rec.StartSkewNS != nil {
		rec.Metrics["start_skew"] = float64(*rec.StartSkewNS)
	}
	rec.Outcome = &agent.Outcome{Calls: []agent.Call{}, WorkflowTotalNS: whole.WorkflowTotalNS, Resources: whole.Resources}
}

func mean(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

// startSkew is the time between the first start of a member and the last; nil where not all started.
func startSkew(members []journal.Member) *int64 {
	var first, last int64
	for i, m := range members {
		switch {
		case m.StartNS == nil:
			return nil
		case i == 0:
			first, last = *m.StartNS, *m.StartNS
		default:
			first, last = min(first, *m.StartNS), max(last, *m.StartNS)
		}
	}
	return new(last - first)
}

// verdict says whether an attempt counts, and if not, why.
func (r *Run) verdict(got measurement) (journal.State, *agent.Error) {
	if failure := got.failure; failure != nil {
		if got.blamed != nil && got.blamed.Member != "" {
			failure = new(*failure)
			failure.Message = "member " + got.blamed.Member + ": " + failure.Message
		}
		if failure.Class == agent.InvalidOutput {
			return journal.Invalid, failure
		}
		return journal.Failed, failure
	}
	for i, m := range r.setup.members {
		if changed := m.changedInput(got.reports[i].result); changed != "" {
			return journal.Invalid, &agent.Error{Class: agent.InvalidSpec, Message: fmt.Sprintf("the files of ingest %q are not those that were planned with: they changed meanwhile", changed)}
		}
		if other := m.otherServer(got.reports[i].ready); other != "" {
			return journal.Invalid, &agent.Error{Class: agent.InvalidSpec, Message: other + ": it is not what was planned with"}
		}
	}
	if r.Address.Warmup {
		return journal.Warmup, nil
	}
	return journal.Counted, nil
}
