package runner

import (
	"fmt"
	"path/filepath"
	"strconv"
	"time"

	"bench/agent"
	"bench/runner/journal"
	"bench/runner/worker"
	"bench/spec"
)

// attempt makes an attempt that has begun, has the journal keep what came of it, and says how it ended: Counted, RunFailed or
// RunLost. What keeps the sweep from going on is noted on the way.
func (s *sweep) attempt(r *Run, a journal.Attempt, slot int) Event {
	rep := s.measure(r, a, slot)
	rec := s.record(r, a, rep)
	e := Event{Kind: Counted, Address: r.Address, Slot: slot, Attempt: a.Number, Took: time.Duration(rep.process.DurationNS)}
	if rec.Error != nil {
		e.Kind, e.Error = RunFailed, rec.Error
	}
	if name := r.changedInput(rep.result); name != "" {
		s.halt(fmt.Errorf("the files of ingest %q changed after the plan was made: apply again", name))
	}
	if other := r.otherServer(rep.ready); other != "" {
		s.halt(fmt.Errorf("%s, after the plan was made: apply again", other))
	}
	err := s.keep(rec)
	if err == nil {
		return e
	}
	s.halt(err)
	if e.Kind == Counted && s.isCommitted(rec) {
		return e
	}
	e.Kind, e.Error = RunLost, &agent.Error{Class: agent.Infrastructure, Message: "its result could not be kept: " + err.Error()}
	return e
}

// keep has the journal take a record: to count, or as evidence.
func (s *sweep) keep(rec journal.Record) error {
	if rec.Error == nil {
		return s.journal.Commit(rec)
	}
	return s.journal.Keep(rec)
}

// isCommitted says whether a record counts although the journal met an error: one that came after the rename.
func (s *sweep) isCommitted(rec journal.Record) bool {
	there, err := journal.Read(rec.Path(s.folder))
	return err == nil && there.Attempt == rec.Attempt
}

// measure has a worker make the run. The time that the server takes to start is not part of the run's timeout.
func (s *sweep) measure(r *Run, a journal.Attempt, slot int) report {
	c, server := r.Configuration(), s.plan.Module.Server(r.setup.Server)
	url, done, err := s.servers.use(s.kill, c.Server, s.folder, func(message string) {
		s.tell(Event{Kind: Noted, Address: s.section.at(""), Message: message})
	})
	if err != nil {
		failure := &agent.Error{Class: agent.Connect, Message: err.Error()}
		if s.kill.Err() != nil {
			failure = killed()
		}
		return report{started: time.Now().UTC(), failure: failure}
	}
	defer done()
	cores, _ := spec.ParseCPUs(s.plan.Module.Target(c.Target).CPUs) // checked when decoded; none where it is empty
	rep := process(s.kill, launch{
		executable: s.options.Executable, cores: cores, log: s.journal.LogPath(a), timeout: r.Experiment.Timeout,
		task: worker.Task{
			ID: r.Address.String() + "#" + strconv.Itoa(a.Number), Dir: absolute(s.plan.Module.Dir), Program: r.Program(),
			Endpoint: agent.Endpoint{Kind: server.Kind, URL: url, Timeouts: agent.Timeouts(server.Timeouts)},
			Model:    c.Model, Options: c.Options, State: r.Experiment.Isolation.Model,
		},
		tell: func(f worker.Frame) {
			switch {
			case f.Step != "":
				s.tell(Event{Kind: Stepped, Address: r.Address, Slot: slot, Attempt: a.Number, Step: f.Step})
			case f.Call != nil:
				s.tell(Event{Kind: Called, Address: r.Address, Slot: slot, Attempt: a.Number, Step: f.Call.Step, Call: f.Call})
			}
		},
	})
	rep.url = url
	return rep
}

// changedInput gives the name of an ingest whose files were not those that the run was planned with.
func (r *Run) changedInput(result *worker.Result) string {
	if result == nil {
		return ""
	}
	for _, i := range result.Outcome.Ingests {
		if i.Digest != r.setup.digests[i.Name] {
			return i.Name
		}
	}
	return ""
}

// otherServer says in what a server is not the one that the run was planned with; "" where it is, or where that is not known.
func (r *Run) otherServer(ready *worker.Ready) string {
	if ready == nil {
		return ""
	}
	for _, part := range []struct{ name, found string }{{versionPart, ready.ServerVersion}, {modelPart, ready.Model.Digest}} {
		if planned, known := r.setup.shared[part.name]; known && planned != part.found {
			return Reason{Kind: part.name, Old: planned, New: part.found}.String()
		}
	}
	return ""
}

func (r *Run) place() journal.Place {
	return journal.Place{Configuration: r.member.name, Warmup: r.turn.warmup, Repeat: int(r.turn.repeat)}
}

func absolute(dir string) string {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return dir // only where the working folder is gone; the worker's error then says so
	}
	return abs
}
