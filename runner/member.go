package runner

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"sync"
	"time"

	"bench/agent"
	"bench/runner/worker"
)

// Members of a run are processes that begin at once. Each brings itself as far as it gets without measuring, and waits; when the last
// one is there, all are released, one write after the other. They wait twice: the state of the models is made by one of those who
// share it, and is looked at by all after it was made. What one of them meets, all meet: the first that fails ends the others, as
// the end of the time does, and the run fails with its error.

// An ensemble is the members of one attempt under way.
type ensemble struct {
	names  []string
	cancel []context.CancelCauseFunc
	expiry int64 // of the timeout, by worker.Monotonic

	mu       sync.Mutex // over what follows
	stdin    []io.Writer
	reached  []int  // barriers at which each has arrived
	passed   int    // barriers that are behind them
	ended    []bool // whether each has told its result, or is gone
	first    int    // who failed first; -1 while nobody has
	released int64  // when the last barrier opened, by worker.Monotonic; 0 before
}

// barriers is how often members wait for each other.
const barriers = 2

// together makes one attempt with several workers, and returns when all of them are gone. It gives their reports, when they were
// released (0: they were not), and which of them is why the attempt failed (-1: none).
func together(ctx context.Context, timeout time.Duration, names []string, launches []launch) (reports []report, released int64, first int) {
	n := len(launches)
	e := &ensemble{names: names, stdin: make([]io.Writer, n), reached: make([]int, n), ended: make([]bool, n), first: -1}
	e.expiry = worker.Monotonic() + int64(timeout)
	contexts := make([]context.Context, n)
	for i := range launches {
		var cancel context.CancelCauseFunc
		contexts[i], cancel = context.WithCancelCause(ctx)
		defer cancel(nil)
		e.cancel = append(e.cancel, cancel)
	}
	defer time.AfterFunc(timeout, func() { e.expire(timeout) }).Stop()
	reports = make([]report, n)
	var running sync.WaitGroup
	for i, l := range launches {
		running.Go(func() {
			reports[i] = process(contexts[i], e.part(i, l))
			e.gone(i, reports[i])
		})
	}
	running.Wait()
	e.mu.Lock() // the end of the time may come at this moment
	defer e.mu.Unlock()
	if e.first >= 0 && reports[e.first].fault() == nil { // it was in time, and its result was read too late
		e.first = slices.IndexFunc(reports, func(r report) bool { return r.fault() != nil })
	}
	return reports, e.released, e.first
}

// part makes a launch one of the ensemble. Time is up for all of them at once, so none has a limit of its own.
func (e *ensemble) part(i int, l launch) launch {
	tell := l.tell
	l.speaker, l.timeout, l.expiry = e.names[i], math.MaxInt64, e.expiry
	l.started = func(stdin io.Writer) {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.stdin[i] = stdin
	}
	l.tell = func(f worker.Frame) {
		switch {
		case f.Isolated || f.Ready != nil:
			e.arrive(i)
		case f.Result != nil:
			e.end(i, f.Result.Error)
		}
		tell(f)
	}
	return l
}

// arrive notes that a member stands at its next barrier, and opens it when nobody is missing.
func (e *ensemble) arrive(i int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.reached[i]++
	for _, reached := range e.reached {
		if reached <= e.passed {
			return
		}
	}
	if e.passed++; e.passed == barriers {
		e.released = worker.Monotonic()
	}
	for _, stdin := range e.stdin {
		_, _ = io.WriteString(stdin, worker.Pass) // of one that is gone, its end tells
	}
}

// end notes that a member has told its result. Where that is a failure, it is one of all.
func (e *ensemble) end(i int, failure *agent.Error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.ended[i] = true
	if failure != nil {
		e.fail(i)
	}
}

// gone notes that a member's process has ended.
func (e *ensemble) gone(i int, rep report) { e.end(i, rep.fault()) }

// expire ends all when the time is up. To blame is who is not ready yet, or where all were, who has not ended.
func (e *ensemble) expire(timeout time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	why := &agent.Error{Class: agent.Timeout, Message: fmt.Sprintf("the run took longer than its timeout of %s", timeout)}
	if e.released == 0 {
		why.Message = fmt.Sprintf("it was not ready within the run's timeout of %s", timeout)
	}
	late := -1
	for i := range slices.Backward(e.names) {
		if waits := e.released == 0 && e.reached[i] > e.passed; !waits && !e.ended[i] {
			e.cancel[i](why)
			late = i
		}
	}
	if late >= 0 {
		e.fail(late)
	}
}

// fail ends the others, once. Of who has a reason already, that one stays.
func (e *ensemble) fail(i int) {
	if e.first >= 0 {
		return
	}
	e.first = i
	why := &agent.Error{Class: agent.Infrastructure, Message: fmt.Sprintf("ended, since member %s failed", e.names[i])}
	for j, cancel := range e.cancel {
		if j != i {
			cancel(why)
		}
	}
}

// causeOf says why a process was ended whose context has ended.
func causeOf(ctx context.Context) *agent.Error {
	if why, ok := errors.AsType[*agent.Error](context.Cause(ctx)); ok {
		return why
	}
	return killed()
}

// spoken gives where the log of a launch goes. Several write to one log, so that each names itself before each of its lines.
func (l launch) spoken(log io.Writer) io.Writer {
	if l.speaker == "" {
		return log
	}
	return namedLog{to: log, name: l.speaker}
}

// A namedLog puts a name before each line, and ends what comes without a line break: something of another may follow.
type namedLog struct {
	to   io.Writer
	name string
}

func (l namedLog) Write(p []byte) (int, error) {
	var b bytes.Buffer
	for line := range bytes.Lines(p) {
		fmt.Fprintf(&b, "%s: %s\n", l.name, bytes.TrimSuffix(line, []byte("\n")))
	}
	_, err := l.to.Write(b.Bytes())
	return len(p), err
}
