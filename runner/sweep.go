package runner

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"bench/agent"
	"bench/runner/journal"
	"bench/spec"
)

// A sweep is the runs of one experiment under way.
type sweep struct {
	plan       *Plan
	section    *section
	experiment *spec.Experiment
	options    Options
	servers    *Servers
	folder     string
	journal    *journal.Journal
	source     journal.Spec
	progress   *progressWriter // once runs are made
	standby    *standby
	exclusion  exclusion // of runs that share a server
	waits      sync.Once // to tell that they do
	reloads    sync.Once // to tell that members load a model anew
	stop, kill context.Context

	mu       sync.Mutex // over what follows
	tally    Tally
	breaker  *breaker
	causes   *commonCauses
	broken   error // that keeps the sweep from going on
	underway int   // runs that have begun, or are about to, and have not ended
	agents   int   // of those runs
}

// make makes those runs of the section that have no record that counts. Where there is none, it looks into the folder only if an
// apply was cut short there; one that is still at work does its own mending.
func (s *sweep) make() (err error) {
	todo := s.section.todo()
	s.tally = s.section.tally(todo)
	if len(todo) == 0 && !s.section.cutShort {
		return nil
	}
	if s.stop.Err() != nil {
		return ErrStopped
	}
	s.folder = s.plan.Folder(s.experiment)
	if s.journal, err = journal.Open(s.folder, hostname()); err != nil {
		if _, inUse := errors.AsType[*journal.InUseError](err); inUse && len(todo) == 0 {
			return nil
		}
		return err
	}
	defer func() { err = errors.Join(err, s.journal.Close()) }()
	if todo, err = s.catchUp(); err != nil {
		return err
	}
	s.tally = s.section.tally(todo)
	if len(todo) == 0 {
		return nil
	}
	if err := s.require(todo); err != nil {
		return err
	}
	s.source, s.progress = sourceOf(s.plan.Module), newProgressWriter(s.folder, s.options.Forecast)
	defer s.progress.close()
	address := s.section.at("")
	s.standby = &standby{of: address.String(), folder: s.folder}
	defer s.standby.close()
	s.tell(Event{Kind: Began, Address: address})
	s.causes = newCommonCauses(s.section, todo)
	for _, message := range s.messages(s.dispatch(todo)) {
		s.tell(Event{Kind: Noted, Address: address, Message: message})
	}
	s.tell(Event{Kind: Ended, Address: address})
	return s.broken
}

// catchUp compares with the records once more, now that nobody else can write any, since another apply may have ended after
// the plan was made. It ends what a process that is gone left running, and notes as lost what it had begun.
func (s *sweep) catchUp() (todo []int, err error) {
	s.servers.clearLost(s.folder, func(message string) {
		s.tell(Event{Kind: Noted, Address: s.section.at(""), Message: message})
	})
	if damage := s.journal.Damage(); damage != "" {
		s.tell(Event{Kind: Noted, Address: s.section.at(""), Message: damage})
	}
	for _, a := range s.journal.Unfinished() {
		fate := s.journal.Fate(a)
		if err := s.journal.Lose(a, fate); err != nil {
			return nil, err
		}
		s.tell(Event{Kind: Noted, Address: s.section.at(""), Message: fmt.Sprintf("%s#%d is lost: %s", a.Address, a.Number, fate)})
	}
	records, err := journal.ReadIndex(s.folder)
	if err != nil {
		return nil, err
	}
	return s.section.pending(records)
}

// dispatch begins each run, in order, as soon as its target has a free slot, and returns when the last one has ended. Runs of a cohort that
// is given up are left; it gives how many, by cohort.
func (s *sweep) dispatch(todo []int) map[cohort]int {
	slots := map[spec.Ref]chan int{}
	var running sync.WaitGroup
	left := map[cohort]int{}
	for done, i := range todo {
		r := s.section.run(i)
		free := s.slotsOf(slots, r.Target())
		slot := s.take(free)
		if !s.holdOff(r) {
			break
		}
		if of, ok := s.givenUp(r); ok {
			left[of]++
			free <- slot
			continue
		}
		s.enter(r)
		attempt, err := s.begin(r, slot)
		if err != nil {
			s.halt(err)
			break
		}
		s.standby.expect(len(todo) - done - 1)
		running.Go(func() {
			s.run(r, attempt, slot)
			time.AfterFunc(s.experiment.Isolation.Cooldown, func() { free <- slot })
		})
	}
	running.Wait()
	return left
}

// slotsOf gives the free slots of a target, numbered from 1 through all targets.
func (s *sweep) slotsOf(slots map[spec.Ref]chan int, target spec.Ref) chan int {
	if c, ok := slots[target]; ok {
		return c
	}
	n, taken := s.plan.slots(target, s.options.Parallelism), 0
	for _, c := range slots {
		taken += cap(c)
	}
	c := make(chan int, n)
	for i := range n {
		c <- taken + i + 1
	}
	slots[target] = c
	return c
}

// take waits for a free slot, or the end of the sweep.
func (s *sweep) take(free <-chan int) (slot int) {
	select {
	case slot = <-free:
	case <-s.stop.Done():
	}
	return slot
}

// goesOn says whether another run may begin.
func (s *sweep) goesOn() bool {
	if s.stop.Err() != nil {
		s.halt(ErrStopped)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.broken == nil
}

// halt keeps further runs from beginning. The first reason stays.
func (s *sweep) halt(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken == nil {
		s.broken = err
	}
}

// enter counts a run that is about to begin; ended takes it off.
func (s *sweep) enter(r *Run) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.underway++
	s.agents += len(r.setup.members)
}

// begin has the journal note an attempt that is about to start, where the disk has room for what may come of it.
func (s *sweep) begin(r *Run, slot int) (journal.Attempt, error) {
	if err := s.hasRoom(); err != nil {
		return journal.Attempt{}, err
	}
	a, err := s.journal.Start(r.place(), r.Address.String(), r.Hash)
	if err == nil {
		s.tell(Event{Kind: Started, Address: r.Address, Slot: slot, Attempt: a.Number, Isolation: s.experiment.Isolation.Model})
	}
	return a, err
}

// run makes a run whose first attempt has begun, with as many tries as its rule gives it.
func (s *sweep) run(r *Run, a journal.Attempt, slot int) {
	chance := chanceOf(s.experiment.Seed, r.Address)
	for try := 1; ; try++ {
		e := s.attempt(r, a, slot)
		if e.Kind != RunFailed {
			s.ended(r, e)
			return
		}
		delay, yes := again(s.experiment.Retry, e.Error, try, chance)
		if !yes {
			s.ended(r, e)
			return
		}
		e.Delay = max(delay, s.experiment.Isolation.Cooldown)
		next, err := s.retry(r, a, e)
		if err != nil {
			s.halt(err)
			s.ended(r, e)
			return
		}
		a = next
	}
}

// retry pauses after a failure, and begins the next attempt.
func (s *sweep) retry(r *Run, a journal.Attempt, failed Event) (journal.Attempt, error) {
	if s.stop.Err() != nil {
		return a, ErrStopped
	}
	if err := s.journal.Retry(a, failed.Error, failed.Delay); err != nil {
		return a, err
	}
	failed.Kind = Retried
	s.tell(failed)
	if message := sooner(failed.Error, failed.Delay); message != "" {
		s.tell(Event{Kind: Noted, Address: s.section.at(""), Message: fmt.Sprintf("%s#%d: %s", r.Address, a.Number, message)})
	}
	select {
	case <-time.After(failed.Delay):
	case <-s.stop.Done():
	}
	s.holdOff(r)
	if s.stop.Err() != nil {
		return a, ErrStopped
	}
	return s.begin(r, failed.Slot)
}

// ended counts a run that has come to its end, and tells of it.
func (s *sweep) ended(r *Run, e Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.underway--
	s.agents -= len(r.setup.members)
	if !r.Address.Warmup {
		s.tally.Waiting--
		switch e.Kind {
		case Counted:
			s.tally.Counted++
		case RunFailed:
			s.tally.Failed++
		case RunLost:
			s.tally.Lost++
		}
	}
	for _, server := range r.setup.servers() {
		if e.Error == nil || e.blamed != nil && server == e.blamed.Server { // of the others nothing is known
			s.breaker.note(server, r.config.name, len(s.section.configs), e.Error)
		}
	}
	s.causes.note(r, e.Error, e.blamed)
	e.Delay = s.experiment.Isolation.Cooldown
	s.say(e)
}

func (s *sweep) tell(e Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.say(e)
}

// say is tell where the lock is held.
func (s *sweep) say(e Event) {
	e.Tally = s.tally
	now := time.Now()
	if s.options.Forecast != nil {
		s.options.Forecast.Note(e, now)
	}
	if s.progress != nil {
		s.progress.note(e, now)
	}
	if s.options.Tell != nil {
		s.options.Tell(e)
	}
}

// killed is what is said of a run that was ended because the apply was told to kill.
func killed() *agent.Error {
	return &agent.Error{Class: agent.Infrastructure, Message: "killed on request"}
}

// hostname names this machine to another apply that finds the folder locked; "" where it has no name.
func hostname() string {
	name, err := os.Hostname()
	if err != nil {
		return ""
	}
	return name
}
