package runner

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strconv"
	"time"

	"bench/agent"
	"bench/runner/journal"
	"bench/runner/worker"
	"bench/spec"
)

// A measurement is what came back of an attempt.
type measurement struct {
	started  time.Time
	took     time.Duration
	urls     []string // of each member's server
	reports  []report // of each member; none where the servers could not be had
	released int64    // when the members were, by worker.Monotonic; 0 where they were not, or where there is one agent only
	failure  *agent.Error
	blamed   *member // whose failure it is; nil where it is nobody's own
}

// attempt makes an attempt that has begun, has the journal keep what came of it, and says how it ended: Counted, RunFailed or
// RunLost. What keeps the sweep from going on is noted on the way.
func (s *sweep) attempt(r *Run, a journal.Attempt, slot int) Event {
	got := s.measure(r, a, slot)
	rec := s.record(r, a, got)
	e := Event{Kind: Counted, Address: r.Address, Slot: slot, Attempt: a.Number, Took: got.took}
	if e.Metrics = rec.Metrics; rec.Error != nil {
		e.Kind, e.Metrics, e.Error = RunFailed, nil, rec.Error
	}
	if got.blamed != nil {
		e.blamed = got.blamed
		if e.Error != nil {
			s.servers.holdoffs.note(got.blamed.Server, e.Error)
		}
	}
	s.notPlanned(r, got)
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

// notPlanned ends the sweep where the world is not the one that was planned with: all runs that follow would be invalid.
func (s *sweep) notPlanned(r *Run, got measurement) {
	for i, rep := range got.reports {
		m := r.setup.members[i]
		if name := m.changedInput(rep.result); name != "" {
			s.halt(fmt.Errorf("the files of ingest %q changed after the plan was made: apply again", name))
		}
		if other := m.otherServer(rep.ready); other != "" {
			s.halt(fmt.Errorf("%s, after the plan was made: apply again", other))
		}
	}
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
	return err == nil && there.Attempt == rec.Attempt && there.StartedAt.Equal(rec.StartedAt) // that of another apply has its number, where the lock was lost
}

// measure has workers make the run, one for each of its agents. The time that servers take to start is not part of the run's timeout.
func (s *sweep) measure(r *Run, a journal.Attempt, slot int) measurement {
	got := measurement{started: time.Now(), urls: make([]string, len(r.setup.members))}
	tell := func(e Event) {
		if e.Kind == Noted {
			e.Address = s.section.at("")
		} else {
			e.Address, e.Slot, e.Attempt = r.Address, slot, a.Number
		}
		s.tell(e)
	}
	alone, err := s.exclude(r)
	if err != nil {
		got.failure = killed()
		return got
	}
	defer alone()
	for i, m := range r.setup.members {
		url, done, err := s.servers.use(s.kill, m.Server, s.folder, tell)
		if err != nil {
			got.failure, got.blamed = s.unreachable(err), m
			return got
		}
		defer done()
		got.urls[i] = url
	}
	launches := s.launches(r, a, slot, got.urls)
	if r.setup.isAlone() {
		rep := process(s.kill, launches[0])
		got.reports, got.started, got.took = []report{rep}, rep.started, time.Duration(rep.process.DurationNS)
		got.failure, got.blamed = rep.fault(), r.setup.members[0]
	} else {
		s.tellReload(r, launches)
		s.measureTogether(r, launches, &got)
	}
	for i, rep := range got.reports {
		for _, left := range rep.process.LeftOver {
			tell(Event{Kind: Noted, Message: launches[i].task.ID + " " + ofTheLiving(left)})
		}
	}
	return got
}

// exclude waits until no other run has its servers, where the state of their models is part of what is asked. The error is that of a kill.
func (s *sweep) exclude(r *Run) (done func(), err error) {
	state := s.experiment.Isolation.Model
	if state == "keep" {
		return func() {}, nil
	}
	done, waited, err := s.exclusion.take(s.kill, r.setup.servers())
	if waited && err == nil {
		s.waits.Do(func() {
			s.tell(Event{Kind: Noted, Address: s.section.at(""), Message: fmt.Sprintf("runs on one server are made one at a time, whatever the parallelism: with isolation.model = %q they would unload each other's models", state)})
		})
	}
	return done, err
}

// unreachable says that a server could not be had.
func (s *sweep) unreachable(err error) *agent.Error {
	if s.kill.Err() != nil {
		return killed()
	}
	class := agent.Connect
	if errors.Is(err, errNoProgram) {
		class = agent.InvalidSpec
	}
	return &agent.Error{Class: class, Message: err.Error()}
}

// measureTogether has the members of a run make it.
func (s *sweep) measureTogether(r *Run, launches []launch, got *measurement) {
	names := make([]string, len(launches))
	for i, m := range r.setup.members {
		names[i] = m.Member
	}
	var first int
	got.started = time.Now() // not in UTC: that drops the monotonic reading, which the duration is taken from
	got.reports, got.released, first = together(s.kill, r.Experiment.Timeout, names, launches)
	got.took = time.Since(got.started)
	switch {
	case first < 0:
	case s.kill.Err() != nil:
		got.failure = killed()
	default:
		got.failure, got.blamed = got.reports[first].fault(), r.setup.members[first]
	}
}

// fault says why a worker's run failed; nil where it did not.
func (r *report) fault() *agent.Error {
	if r.failure != nil {
		return r.failure
	}
	return r.result.Error
}

// launches gives what the workers of a run are started with.
func (s *sweep) launches(r *Run, a journal.Attempt, slot int, urls []string) []launch {
	c := r.Configuration()
	cores, _ := spec.ParseCPUs(s.plan.Module.Target(c.Target).CPUs) // checked when decoded; none where it is empty
	var launches []launch
	for i, of := range c.Agents() {
		m := r.setup.members[i]
		server := s.plan.Module.Server(m.Server)
		id := r.Address.String() + "#" + strconv.Itoa(a.Number)
		if m.Member != "" {
			id += "/" + m.Member
		}
		launches = append(launches, launch{
			outfit: outfit{s.options.Executable, cores, r.Experiment.Isolation.Memory}, mark: markOf(id, s.folder), standby: s.standby,
			log: s.journal.LogPath(a), timeout: r.Experiment.Timeout, secrets: s.servers.secrets,
			task: worker.Task{
				ID: id, Dir: absolute(s.plan.Module.Dir), Program: m.program,
				Endpoint: endpoint(server, urls[i]), Server: s.servers.processes(s.kill, m.Server),
				Model: m.Model, Options: of.Options, State: r.Experiment.Isolation.Model, Seed: seedOf(r),
				Barrier: !r.setup.isAlone(), Spared: r.setup.isSpared(i, urls),
			},
			tell: s.teller(Event{Address: r.Address, Slot: slot, Attempt: a.Number, Member: m.Member}),
		})
	}
	return launches
}

// seedOf is that of a run's load: all configurations have the same arrivals and prompts in a repeat, and others in the next.
func seedOf(r *Run) uint64 {
	return rand.New(rand.NewPCG(uint64(r.Experiment.Seed), uint64(r.Address.Repeat))).Uint64()
}

// teller tells of what a worker is at, in the words of an event that says where.
func (s *sweep) teller(e Event) func(worker.Frame) {
	return func(f worker.Frame) {
		switch {
		case f.Step != "":
			e.Kind, e.Step, e.Call = Stepped, f.Step, nil
			s.tell(e)
		case f.Call != nil:
			e.Kind, e.Step, e.Call = Called, f.Call.Step, f.Call
			s.tell(e)
		}
	}
}

// changedInput gives the name of an ingest whose files were not those that the run was planned with, or not for all of the run.
func (m *member) changedInput(result *worker.Result) string {
	if result == nil {
		return ""
	}
	for _, i := range result.Outcome.Ingests {
		if i.Digest != m.digests[i.Name] || i.Changed != "" {
			return i.Name
		}
	}
	return ""
}

// otherServer says in what a server is not the one that the run was planned with; "" where it is, or where that is not known.
func (m *member) otherServer(ready *worker.Ready) string {
	if ready == nil {
		return ""
	}
	for _, part := range []struct{ name, found string }{{versionPart, ready.ServerVersion}, {modelPart, ready.Model.Digest}} {
		if planned, known := m.own[part.name]; known && planned != part.found {
			return Reason{Kind: partOf(m.Member, part.name), Old: planned, New: part.found}.String()
		}
	}
	return ""
}

func (r *Run) place() journal.Place {
	return journal.Place{Configuration: r.config.name, Warmup: r.turn.warmup, Repeat: int(r.turn.repeat)}
}

func absolute(dir string) string {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return dir // only where the working folder is gone; the worker's error then says so
	}
	return abs
}
