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
	stop, kill context.Context

	mu      sync.Mutex // over what follows
	tally   Tally
	breaker *breaker
	broken  error // that keeps the sweep from going on
}

// make makes those runs of the section that have no record that counts.
func (s *sweep) make() (err error) {
	todo := s.section.todo()
	s.tally = s.section.tally(todo)
	if len(todo) == 0 {
		return nil
	}
	if s.stop.Err() != nil {
		return ErrStopped
	}
	s.folder = s.plan.Folder(s.experiment)
	if s.journal, err = journal.Open(s.folder, hostname()); err != nil {
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
	s.source = sourceOf(s.plan.Module)
	address := s.section.at("")
	s.tell(Event{Kind: Began, Address: address})
	for _, message := range s.breaker.messages(s.dispatch(todo)) {
		s.tell(Event{Kind: Noted, Address: address, Message: message})
	}
	s.tell(Event{Kind: Ended, Address: address})
	return s.broken
}

// catchUp compares with the records once more, now that nobody else can write any, since another apply may have ended after
// the plan was made. It notes as lost what a process that is gone had begun.
func (s *sweep) catchUp() (todo []int, err error) {
	for _, a := range s.journal.Unfinished() {
		if err := s.journal.Lose(a, "the process that made it is gone"); err != nil {
			return nil, err
		}
	}
	records, err := journal.ReadIndex(s.folder)
	if err != nil {
		return nil, err
	}
	return s.section.pending(records)
}

// dispatch begins each run, in order, as soon as its target has a free slot, and returns when the last one has ended. Runs whose
// server is gone are left; it gives how many, by server.
func (s *sweep) dispatch(todo []int) map[spec.Ref]int {
	slots := map[spec.Ref]chan int{}
	var running sync.WaitGroup
	left := map[spec.Ref]int{}
	for _, i := range todo {
		r := s.section.run(i)
		free := s.slotsOf(slots, r.setup.Target)
		slot, ok := s.take(free)
		if !ok {
			break
		}
		if s.isGone(r.setup.Server) {
			left[r.setup.Server]++
			free <- slot
			continue
		}
		attempt, err := s.begin(r, slot)
		if err != nil {
			s.halt(err)
			break
		}
		running.Go(func() {
			s.run(r, attempt, slot)
			time.AfterFunc(s.experiment.Isolation.Cooldown, func() { free <- slot })
		})
	}
	running.Wait()
	return left
}

// slotsOf gives the free slots of a target, numbered from 1.
func (s *sweep) slotsOf(slots map[spec.Ref]chan int, target spec.Ref) chan int {
	if c, ok := slots[target]; ok {
		return c
	}
	n := s.plan.Module.Target(target).Parallelism
	if s.options.Parallelism > 0 {
		n = s.options.Parallelism
	}
	c := make(chan int, n)
	for i := range n {
		c <- i + 1
	}
	slots[target] = c
	return c
}

// take waits for a free slot, and says whether another run may begin.
func (s *sweep) take(free <-chan int) (slot int, ok bool) {
	select {
	case slot = <-free:
	case <-s.stop.Done():
	}
	if s.stop.Err() != nil {
		s.halt(ErrStopped)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return slot, s.broken == nil
}

func (s *sweep) isGone(server spec.Ref) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.breaker.isOpen(server)
}

// halt keeps further runs from beginning. The first reason stays.
func (s *sweep) halt(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken == nil {
		s.broken = err
	}
}

// begin has the journal note an attempt that is about to start.
func (s *sweep) begin(r *Run, slot int) (journal.Attempt, error) {
	a, err := s.journal.Start(r.place(), r.Address.String(), r.Hash)
	if err == nil {
		s.tell(Event{Kind: Started, Address: r.Address, Slot: slot, Attempt: a.Number})
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
		next, err := s.again(r, a, e)
		if err != nil {
			s.halt(err)
			s.ended(r, e)
			return
		}
		a = next
	}
}

// again pauses after a failure, and begins the next attempt.
func (s *sweep) again(r *Run, a journal.Attempt, failed Event) (journal.Attempt, error) {
	if s.stop.Err() != nil {
		return a, ErrStopped
	}
	if err := s.journal.Retry(a, failed.Error, failed.Delay); err != nil {
		return a, err
	}
	failed.Kind = Retried
	s.tell(failed)
	select {
	case <-time.After(failed.Delay):
	case <-s.stop.Done():
		return a, ErrStopped
	}
	return s.begin(r, failed.Slot)
}

// ended counts a run that has come to its end, and tells of it.
func (s *sweep) ended(r *Run, e Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
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
	s.breaker.note(r.setup.Server, e.Error)
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
	if s.options.Tell != nil {
		s.options.Tell(e)
	}
}

// require checks what the targets ask of this machine.
func (s *sweep) require(todo []int) error {
	checked := map[spec.Ref]bool{}
	for _, i := range todo {
		ref := s.section.setupOf(s.section.turns[i]).Target
		if checked[ref] {
			continue
		}
		checked[ref] = true
		if err := meets(s.kill, s.plan.Module.Target(ref), s.folder); err != nil {
			return fmt.Errorf("%s: %w", ref.Address(), err)
		}
	}
	return nil
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
