package runner

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"bench/agent"
	"bench/runner/journal"
	"bench/runner/worker"
)

// record puts together what is kept of an attempt.
func (s *sweep) record(r *Run, a journal.Attempt, rep report) journal.Record {
	c, server := r.Configuration(), s.plan.Module.Server(r.setup.Server)
	rec := journal.Record{
		Address: r.Address.String(), Configuration: c.Name, Repeat: r.Address.Repeat, Warmup: r.Address.Warmup, Attempt: a.Number,
		Hash: r.Hash, Identity: r.Identity(), Process: rep.process,
		Experiment: r.Experiment.ID(), Arm: c.Arm, Pair: c.Pair, Options: c.Options, Seed: int64(r.Experiment.Seed), Order: r.Position,
		StartedAt: rep.started, FinishedAt: rep.started.Add(time.Duration(rep.process.DurationNS)),
		Server:    journal.Server{Kind: server.Kind, Name: server.Name, URL: rep.url},
		Model:     journal.Model{Name: c.Model},
		Isolation: journal.Isolation{Model: r.Experiment.Isolation.Model},
		Tool:      journal.Tool{Version: s.options.Version, Instrument: Instrument},
		Spec:      s.source,
	}
	for _, f := range c.Factors {
		rec.Factors = append(rec.Factors, journal.Factor(f))
	}
	if rep.ready != nil {
		found(&rec, rep.ready)
	}
	outcome := agent.Outcome{}
	if rep.result != nil {
		outcome = rep.result.Outcome
		rec.Isolation.LoadedAfter = rep.result.Loaded
	}
	outcome.Calls = rep.calls
	rec.Outcome, rec.Metrics = &outcome, agent.RunMetrics(outcome)
	maps.Copy(rec.Metrics, outcome.Scores)
	for _, call := range rep.calls {
		rec.CallMetrics = append(rec.CallMetrics, agent.CallMetrics(call))
	}
	rec.State, rec.Error = r.verdict(rep)
	if rec.Error != nil {
		rec.Metrics = map[string]float64{} // how far it came is in the outcome; it is no measurement
	}
	return rec
}

// found takes over what the worker found before the run.
func found(rec *journal.Record, ready *worker.Ready) {
	rec.Server.Version = ready.ServerVersion
	rec.Model = journal.Model(ready.Model)
	rec.Environment, _ = json.Marshal(ready.Environment) // plain numbers and strings
	rec.Isolation.LoadedBefore = ready.Loaded
	loaded := slices.Contains(ready.Loaded, ready.Model.Name)
	rec.Isolation.Unloaded = rec.Isolation.Model == "unload" && !loaded
	rec.Isolation.Warmed = rec.Isolation.Model == "warm" && loaded
}

// verdict says whether an attempt counts, and if not, why.
func (r *Run) verdict(rep report) (journal.State, *agent.Error) {
	failure := rep.failure
	if failure == nil {
		failure = rep.result.Error
	}
	changed, other := r.changedInput(rep.result), r.otherServer(rep.ready)
	switch {
	case failure != nil && failure.Class == agent.InvalidOutput:
		return journal.Invalid, failure
	case failure != nil:
		return journal.Failed, failure
	case changed != "":
		return journal.Invalid, &agent.Error{Class: agent.InvalidSpec, Message: fmt.Sprintf("the files of ingest %q are not those that were planned with: they changed meanwhile", changed)}
	case other != "":
		return journal.Invalid, &agent.Error{Class: agent.InvalidSpec, Message: other + ": it is not what was planned with"}
	case r.Address.Warmup:
		return journal.Warmup, nil
	}
	return journal.Counted, nil
}
