package runner

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"syscall"
	"time"

	"bench/agent"
	"bench/runner/journal"
	"bench/runner/worker"
)

const (
	maxOutput = 64 << 20 // bytes of all frames of a run; some 3 million tokens
	maxLog    = 8 << 20  // bytes of a run's log
)

// A report is what came back from a worker.
type report struct {
	process journal.Process
	started time.Time
	url     string // of the server
	ready   *worker.Ready
	calls   []agent.Call
	result  *worker.Result
	failure *agent.Error // of the process; nil where a result came back in time
}

func (r *report) fail(class agent.Class, format string, args ...any) report {
	r.failure = &agent.Error{Class: class, Message: fmt.Sprintf(format, args...)}
	return *r
}

// read takes the worker's frames until its result, or the end of its output.
func (r *report) read(out io.Reader, tell func(worker.Frame)) {
	limited := &io.LimitedReader{R: out, N: maxOutput}
	lines := bufio.NewReader(limited)
	for r.result == nil {
		line, err := lines.ReadBytes('\n')
		switch {
		case limited.N == 0:
			r.fail(agent.AgentError, "the worker wrote more than %d MiB", maxOutput>>20)
			return
		case err != nil:
			return // a line may have been cut short by a kill; how the process ended says which
		}
		var f worker.Frame
		if err := json.Unmarshal(line, &f); err != nil {
			r.fail(agent.AgentError, "the worker wrote what is no frame: %.100q", line)
			return
		}
		switch {
		case f.Ready != nil:
			r.ready = f.Ready
		case f.Call != nil:
			r.calls = append(r.calls, *f.Call)
		}
		r.result = f.Result
		tell(f)
	}
}

// end notes how the process ended, and what that means where it gave no result. Why is the reason for which it was ended, nil
// where it ended by itself.
func (r *report) end(state *os.ProcessState, why *agent.Error) {
	r.process.ExitCode = state.ExitCode()
	status, _ := state.Sys().(syscall.WaitStatus)
	if status.Signaled() {
		r.process.Signal = status.Signal().String()
	}
	switch {
	case why != nil:
		r.failure = why
	case r.failure != nil || r.result != nil:
	case status.Signaled() && status.Signal() == syscall.SIGKILL:
		r.fail(agent.Infrastructure, "the worker was killed from outside (signal 9): by hand, or by the kernel for want of memory, then dmesg says so")
	case status.Signaled() && slices.Contains([]syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP}, status.Signal()):
		r.fail(agent.Infrastructure, "the worker was ended from outside (%s)", state)
	default:
		r.fail(agent.AgentError, "the worker ended without a result (%s); its log says why", state)
	}
}

// A cappedLog keeps the first bytes of a log, and says where it left out the rest. What can't be written is left out, too: it is
// no reason to hold up the worker.
type cappedLog struct {
	to   io.Writer
	left int // bytes
}

func (c *cappedLog) Write(p []byte) (int, error) {
	switch {
	case c.left < 0:
	case len(p) > c.left:
		_, _ = c.to.Write(p[:c.left])
		_, _ = fmt.Fprintf(c.to, "\nbench: the log was longer than %d MiB; the rest is left out\n", maxLog>>20)
		c.left = -1
	default:
		_, _ = c.to.Write(p)
		c.left -= len(p)
	}
	return len(p), nil
}
