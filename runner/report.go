package runner

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"

	"bench/agent"
	"bench/runner/journal"
	"bench/runner/scrub"
	"bench/runner/worker"
)

// maxOutput is the most bytes of all frames of a run; some 3 million tokens.
const maxOutput = 64 << 20

// A report is what came back from a worker.
type report struct {
	process journal.Process
	started time.Time
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
func (r *report) read(out io.Reader, secrets *scrub.Scrubber, tell func(worker.Frame)) {
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
		if err := json.Unmarshal(secrets.JSON(line), &f); err != nil {
			r.fail(agent.AgentError, "the worker wrote what is no frame: %.100q", secrets.Text(string(line)))
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

// isInTime says whether the work was done well, and before its time was up.
func (r *report) isInTime(expiry int64) bool {
	return r.result != nil && r.result.Error == nil && 0 < r.result.EndNS && r.result.EndNS <= expiry
}

// end notes how the process ended, and what that means where it gave no result. Why is the reason for which it was ended, nil
// where it ended by itself; tail is the end of its log.
func (r *report) end(state *os.ProcessState, why *agent.Error, memory exhaustion, tail string) {
	r.process.ExitCode = state.ExitCode()
	status, _ := state.Sys().(syscall.WaitStatus)
	if status.Signaled() {
		r.process.Signal = status.Signal().String()
	}
	if memory.has() {
		r.process.Limits = &memory.limit
	}
	switch {
	case why != nil:
		r.failure = why
	case r.failure == nil && r.result == nil:
		words := lastWords(tail)
		if r.failure = memory.judge(status, words); r.failure == nil {
			r.failure = resultless(status)
		}
		if words == "" {
			r.failure.Message += "; its log is empty"
		} else {
			r.failure.Message += fmt.Sprintf("; its log ends with %q", words)
		}
	}
}

// judge says that a process without a result ended for want of memory, where there is a sign of it: by the kernel's word, or by its own
// last words.
func (e exhaustion) judge(status syscall.WaitStatus, words string) *agent.Error {
	isKilled := status.Signaled() && status.Signal() == syscall.SIGKILL || status.ExitStatus() == 128+int(syscall.SIGKILL)
	const remedy = "raise the limit, or give the run less to do"
	class, message := agent.OutOfMemory, ""
	switch {
	case e.isCertain:
		message = fmt.Sprintf("the run needed more memory than its limit of %s (isolation.memory), and the kernel ended it: %s", e.size(), remedy)
	case wantsMemory(words) && wantsGPU(words):
		message = fmt.Sprintf("the run got no more memory of the GPU: see what else is on it, or give the run less to do (%s)", ending(status))
	case wantsMemory(words) && e.has():
		message = fmt.Sprintf("the run got no more memory, under its limit of %s (isolation.memory): %s (%s)", e.size(), remedy, ending(status))
	case wantsMemory(words):
		message = fmt.Sprintf("the run got no more memory: other programs have it, or a limit from outside holds it back, as `ulimit` or a container (%s)", ending(status))
	case isKilled && e.kernelKills > 0:
		message = fmt.Sprintf("the worker was killed, and the kernel's count of processes that it ended for want of memory rose by %d meanwhile: free memory, or give the run less to do", e.kernelKills)
	case e.limit.By == byRlimit && status.Signaled() && meanings[status.Signal()] != "" && !isKilled:
		class = agent.AgentError
		message = fmt.Sprintf("the worker ended without a result, with %s; so may a program end that gets no more memory, and the limit is %s (isolation.memory)", ending(status), e.size())
	default:
		return nil
	}
	return &agent.Error{Class: class, Message: message}
}

// resultless says what it means that a process ended by itself without a result.
func resultless(status syscall.WaitStatus) *agent.Error {
	class, what := agent.AgentError, "the worker ended without a result"
	if status.Signaled() {
		switch status.Signal() {
		case syscall.SIGKILL:
			class, what = agent.Infrastructure, "the worker was killed from outside"
		case syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP:
			class, what = agent.Infrastructure, "the worker was ended from outside"
		}
	}
	return &agent.Error{Class: class, Message: what + ", with " + ending(status)}
}
