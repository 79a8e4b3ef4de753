package runner

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"sync"
	"syscall"

	"bench/runner/reaper"
)

// A standby has workers started ahead of their runs, so that what it takes to start a program passes while nothing is measured: once a
// run's clock has stopped, its record is written and the machine cools down. A worker that waits has no task and no address; it ends
// with its standard input, as every worker does. A nil one has none.
type standby struct {
	of, folder string // the experiment, for the marks

	mu        sync.Mutex // also held while one starts: who needs it waits, and nothing begins to measure meanwhile
	idle      []*child
	started   int // workers, for their marks
	measuring int // tasks under way
	together  int // the most of them at once
	ahead     int // runs that are still to begin
	closed    bool
}

// An outfit is what a worker has from its start, and can't be given later.
type outfit struct {
	executable string
	cores      []int // that it may use; none: all
	memory     int64 // bytes that it and all that it starts may use; 0: no limit
}

func (o outfit) equals(p outfit) bool {
	return o.executable == p.executable && o.memory == p.memory && slices.Equal(o.cores, p.cores)
}

// expect says how many runs are still to begin: for none, nothing is started.
func (s *standby) expect(runs int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ahead = runs
}

// take gives a worker that waits; nil where there is none of this outfit.
func (s *standby) take(o outfit) *child {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.idle) > 0 {
		c := s.idle[0]
		s.idle = s.idle[1:]
		if c.outfit.equals(o) && !c.hasEnded() {
			return c
		}
		c.dismiss()
	}
	return nil
}

// begin notes that a task goes to its worker.
func (s *standby) begin() {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.measuring++
	s.together = max(s.together, s.measuring)
}

// end notes that a worker's clock has stopped, and starts its successor where nothing is measured any more.
func (s *standby) end(o outfit) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.measuring--; s.measuring == 0 && s.ahead > 0 {
		go s.fill(o)
	}
}

// fill starts as many workers as measured at once.
func (s *standby) fill(o outfit) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.idle) < s.together && s.measuring == 0 && !s.closed {
		s.started++
		c, err := startWorker(o, markOf(fmt.Sprintf("worker %d of %s", s.started, s.of), s.folder), &lateLog{})
		if err != nil {
			return // the run that needs it tries again, and tells
		}
		s.idle = append(s.idle, c)
	}
}

// close ends those who wait.
func (s *standby) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for _, c := range s.idle {
		c.dismiss()
	}
	s.idle = nil
}

// dismiss ends a worker that has no task.
func (c *child) dismiss() {
	killGroup(c.pid, syscall.SIGKILL)
	_ = c.cmd.Wait()
	c.limit.end()
	c.stdout.Close()
	reaper.Clear(c.pid, c.mark, grace)
}

// A lateLog takes what a worker writes before it is known where to: the little that a program says that can't even start.
type lateLog struct {
	mu    sync.Mutex
	early bytes.Buffer
	to    io.Writer
}

// maxEarly is how many bytes are kept of what a worker says before it has a task.
const maxEarly = 64 << 10

func (l *lateLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.to != nil {
		return l.to.Write(p)
	}
	l.early.Write(p[:min(len(p), maxEarly-l.early.Len())])
	return len(p), nil
}

// goTo says where to.
func (l *lateLog) goTo(w io.Writer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, _ = w.Write(l.early.Bytes())
	l.to = w
}
