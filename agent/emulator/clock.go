package emulator

import (
	"container/heap"
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// A clock does things at moments of the monotonic clock, for thousands of streams. It has a few goroutines
// that wait until something is due and then do it themselves: to wake a goroutine of its own for each chunk
// would cost as much as to write the chunk, and come later.
type clock struct {
	shards []shard
	next   atomic.Uint32
}

// idle is how long a goroutine of a clock stays that has nothing to do.
const idle = time.Second

func newClock() *clock { return &clock{shards: make([]shard, min(runtime.GOMAXPROCS(0), 8))} }

// do calls fire at a moment, and at each moment that fire asks for, until it wants no more; then it
// returns. If the context ends, fire is not called again. It must not block: others wait for it.
func (c *clock) do(ctx context.Context, at time.Time, fire func() (next time.Time, again bool)) error {
	s := &c.shards[c.next.Add(1)%uint32(len(c.shards))]
	t := &task{at: at, fire: fire, done: make(chan struct{})}
	s.add(t)
	select {
	case <-t.done:
		return nil
	case <-ctx.Done():
		s.remove(t)
		return ctx.Err()
	}
}

// sleepUntil sleeps to a moment, so that errors of single sleeps do not add up.
func (c *clock) sleepUntil(ctx context.Context, at time.Time) error {
	if !at.After(time.Now()) {
		return ctx.Err()
	}
	return c.do(ctx, at, func() (time.Time, bool) { return time.Time{}, false })
}

// A task is what is due at a time.
type task struct {
	at    time.Time
	fire  func() (next time.Time, again bool)
	done  chan struct{}
	index int // in its heap
}

// A shard is one goroutine of a clock and what it has to do. While it runs, it holds mu but for its waits.
type shard struct {
	mu    sync.Mutex
	tasks taskHeap
	alarm *alarm    // nil while there is no goroutine
	until time.Time // what it waits for; zero while it does not wait
}

func (s *shard) add(t *task) {
	s.mu.Lock()
	defer s.mu.Unlock()
	heap.Push(&s.tasks, t)
	switch {
	case s.alarm == nil:
		s.alarm = newAlarm()
		go s.run()
	case t.at.Before(s.until):
		s.until = t.at
		s.alarm.set(time.Until(t.at))
	}
}

// remove takes a task out, if it is still in.
func (s *shard) remove(t *task) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t.index >= 0 {
		heap.Remove(&s.tasks, t.index)
	}
}

func (s *shard) run() {
	s.mu.Lock()
	defer s.mu.Unlock()
	last := time.Now()
	for {
		now := time.Now()
		switch {
		case len(s.tasks) > 0 && !s.tasks[0].at.After(now):
			s.fire(s.tasks[0])
			last = now
			s.mu.Unlock() // who adds or removes a task does not wait for all that is due
			s.mu.Lock()
			continue
		case len(s.tasks) > 0:
			s.until = s.tasks[0].at
		case now.Sub(last) < idle:
			s.until = last.Add(idle)
		default:
			s.alarm.close()
			s.alarm = nil
			return
		}
		alarm := s.alarm
		alarm.set(s.until.Sub(now))
		s.mu.Unlock()
		alarm.wait()
		s.mu.Lock()
		s.until = time.Time{}
	}
}

func (s *shard) fire(t *task) {
	next, again := t.fire()
	if !again {
		heap.Remove(&s.tasks, t.index)
		close(t.done)
		return
	}
	t.at = next
	heap.Fix(&s.tasks, t.index)
}

// A taskHeap has the task that is due first in front.
type taskHeap []*task

func (h taskHeap) Len() int           { return len(h) }
func (h taskHeap) Less(i, j int) bool { return h[i].at.Before(h[j].at) }
func (h taskHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

func (h *taskHeap) Push(x any) {
	t := x.(*task)
	t.index = len(*h)
	*h = append(*h, t)
}

func (h *taskHeap) Pop() any {
	old := *h
	t := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	t.index = -1
	return t
}
