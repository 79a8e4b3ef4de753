package runner

import (
	"syscall"
	"testing"
)

// waiting gives how many workers wait for a task.
func (s *standby) waiting() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.idle)
}

// Nothing is started while something is measured, nor where nothing is to come; afterwards, as many as measured at once.
func TestStandbyStartsWhileNothingIsMeasured(t *testing.T) {
	sign := mark(t)
	o := outfit{executable: program}
	s := &standby{of: "experiment.x", folder: t.TempDir()}
	s.expect(1)
	s.begin()
	s.begin()
	s.end(o)
	s.fill(o) // as if it came late
	if n := s.waiting(); n != 0 {
		t.Errorf("%d were started while one measured", n)
	}
	s.end(o)
	if !eventually(func() bool { return s.waiting() == 2 }) {
		t.Errorf("%d wait, want as many as measured at once", s.waiting())
	}
	c := s.take(o)
	if c == nil || s.waiting() != 1 {
		t.Fatalf("took %v, %d wait", c, s.waiting())
	}
	c.dismiss()
	if c := s.take(outfit{executable: program, memory: 1 << 30}); c != nil || s.waiting() != 0 {
		t.Errorf("took %v of another outfit, %d wait", c, s.waiting())
	}
	s.expect(0)
	s.begin()
	s.end(o)
	if n := s.waiting(); n != 0 {
		t.Errorf("%d wait for nothing", n)
	}
	s.fill(o)
	s.close()
	s.fill(o)
	alone(t, sign)
}

// A worker that was started ahead and is gone when its run comes is replaced: that is no failure of the run.
func TestStandbyThatEnded(t *testing.T) {
	sign := mark(t)
	p := plan(t, module(t, quick+quickServer+experiment("x", "  repeats = 3")))
	killed := 0
	got := applier{on: func(e Event) {
		if e.Kind != Counted {
			return
		}
		if e.Address.Repeat < 3 && !eventually(func() bool { return len(marked(sign, "bench worker")) == 1 }) {
			t.Errorf("after run %d %v wait", e.Address.Repeat, marked(sign, "bench worker"))
		}
		for pid := range marked(sign, "bench worker") {
			_ = syscall.Kill(pid, syscall.SIGKILL)
			killed++
			awaitExit(pid)
		}
	}}.apply(t, p)
	if got.err != nil || got.tally.Counted != 3 || killed != 2 || len(got.of(Retried)) != 0 {
		t.Errorf("%+v %v, %d killed, %v tried again", got.tally, got.err, killed, got.of(Retried))
	}
	alone(t, sign)
}
