package runner

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"sync"
	"syscall"
	"time"

	"bench/agent"
	"bench/runner/caplog"
	"bench/runner/crashpoint"
	"bench/runner/journal"
	"bench/runner/reaper"
	"bench/runner/scrub"
	"bench/runner/worker"
)

// grace is how long a process group has between TERM and KILL, and a worker between its result and its end.
const grace = 2 * time.Second

// passed are the variables of the environment that a worker gets; everything else stays outside.
var passed = []string{"PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES", "SSL_CERT_FILE", "SSL_CERT_DIR"}

func environment() []string {
	var env []string
	for _, name := range passed {
		if v, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+v)
		}
	}
	return env
}

// A launch is what a worker is started with.
type launch struct {
	outfit
	task    worker.Task
	log     string        // path, for its standard error; appended to
	speaker string        // named before each line of the log; "" where it is the only one
	timeout time.Duration // from its start to its result
	expiry  int64         // of the timeout, by worker.Monotonic; 0: it follows from the start
	mark    reaper.Mark   // that it and all that it starts carry, where it is not one that waited
	standby *standby      // nil: every worker is started when it is needed
	secrets *scrub.Scrubber
	tell    func(worker.Frame)
	started func(stdin io.Writer) // takes its standard input once it runs; may be nil
}

// process makes one attempt in a fresh process, and always ends with the process and its whole group gone.
func process(ctx context.Context, l launch) report {
	rep := report{started: time.Now()} // not in UTC: that drops the monotonic reading, which the duration is taken from
	if l.expiry == 0 {
		l.expiry = worker.Monotonic() + int64(l.timeout)
	}
	task, err := json.Marshal(l.task)
	if err != nil {
		return rep.fail(agent.InvalidSpec, "the run can't be sent to a worker: %v", err)
	}
	crashpoint.Before("create", l.log)
	log, err := os.OpenFile(l.log, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o666)
	if err != nil {
		return rep.fail(agent.Infrastructure, "the log can't be written: %v", Advise(err))
	}
	defer log.Close()
	capped := caplog.New(l.spoken(log))
	kept := l.secrets.Writer(capped)
	c, err := l.worker(kept)
	if err != nil {
		return rep.fail(agent.Infrastructure, "the worker can't be started: %v", Advise(err))
	}
	defer c.stdout.Close()
	rep.process.PID = c.pid
	if l.started != nil {
		l.started(c.stdin)
	}
	why := c.converse(ctx, l, append(task, '\n'), &rep)
	rep.process.DurationNS = time.Since(rep.started).Nanoseconds()
	_ = kept.Close() // capped takes all
	capped.End()
	if rep.isInTime(l.expiry) && why != nil && why.Class == agent.Timeout {
		why = nil // bench itself was held up, as by Ctrl-Z, and came to read the result after the timer
	}
	rep.end(c.cmd.ProcessState, why, c.limit.end(), string(capped.Tail()))
	rep.process.LeftOver = c.leftOver(l, why != nil, rep.result)
	return rep
}

// worker gives one that waits for a task, started now or before.
func (l launch) worker(log io.Writer) (*child, error) {
	if c := l.standby.take(l.outfit); c != nil {
		c.log.goTo(log)
		return c, nil
	}
	late := &lateLog{}
	late.goTo(log)
	return startWorker(l.outfit, l.mark, late)
}

// A child is a worker that was started.
type child struct {
	outfit outfit
	mark   reaper.Mark
	log    *lateLog
	cmd    *exec.Cmd
	pid    int
	stdin  io.Writer // open as long as the runner lives
	stdout *os.File
	limit  *limit
	left   []reaper.Process // that outlived it
}

// startWorker starts a worker, which waits for its task.
func startWorker(o outfit, mark reaper.Mark, log *lateLog) (*child, error) {
	stdout, theirs, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer theirs.Close()
	cmd := &exec.Cmd{
		Path: o.executable, Args: []string{"bench", "worker"}, Env: append(environment(), mark.Env()), SysProcAttr: ownGroup(),
		Stdout: theirs, Stderr: log, WaitDelay: grace,
	}
	c := &child{outfit: o, mark: mark, log: log, cmd: cmd, stdout: stdout}
	if c.stdin, err = cmd.StdinPipe(); err == nil {
		err = c.launch()
	}
	if err != nil {
		stdout.Close()
		return nil, err
	}
	return c, nil
}

// launch starts the process, with its limits.
func (c *child) launch() (err error) {
	if c.limit, err = newLimit(c.outfit.memory); err != nil {
		return err
	}
	c.limit.prepare(c.cmd)
	reaper.Adopt()
	crashpoint.Before("spawn", "worker")
	if err = startOn(c.outfit.cores, c.cmd); err != nil {
		c.limit.end()
		return err
	}
	c.pid = c.cmd.Process.Pid
	if err = c.limit.impose(c.pid); err != nil {
		killGroup(c.pid, syscall.SIGKILL)
		_ = c.cmd.Wait()
		c.limit.end()
	}
	return err
}

// converse sends the task, reads what comes back, and returns when the process and its group are gone. It gives the reason where
// it ended them.
func (c *child) converse(ctx context.Context, l launch, task []byte, rep *report) *agent.Error {
	exited := make(chan struct{})
	go func() {
		defer close(exited)
		awaitExit(c.pid)
		c.left = reaper.Clear(c.pid, c.mark, grace)
		killGroup(c.pid, syscall.SIGKILL)                   // where Clear can't see; its own number is still taken, so no other group is hit
		_ = c.stdout.SetReadDeadline(time.Now().Add(grace)) // one that could not be ended may hold the pipe open for ever
	}()
	told, cause := make(chan struct{}), make(chan *agent.Error, 1)
	go func() { cause <- guard(ctx, c.pid, l.timeout, told) }()
	l.standby.begin()
	over := sync.OnceFunc(func() { l.standby.end(l.outfit) })
	if _, err := c.stdin.Write(task); err == nil { // else it is gone already, and its exit says why
		rep.read(&remainder{c.stdout, lastReads}, l.secrets, func(f worker.Frame) {
			if f.Measured {
				over()
			}
			l.tell(f)
		})
	}
	over()
	close(told)
	why := <-cause
	linger := time.AfterFunc(grace, func() { killGroup(c.pid, syscall.SIGKILL) })
	<-exited
	linger.Stop()
	_ = c.cmd.Wait() // the state that it leaves says how the process ended
	return why
}

// leftOver gives what outlived the worker, and what the worker ended itself. Where the group was ended with its worker, it is no news
// that somebody was in it.
func (c *child) leftOver(l launch, isEnded bool, result *worker.Result) []journal.LeftOver {
	status, _ := c.cmd.ProcessState.Sys().(syscall.WaitStatus)
	all := slices.DeleteFunc(slices.Clone(c.left), func(p reaper.Process) bool { return p.InGroup && (isEnded || status.Signaled()) })
	if result != nil {
		all = append(all, result.LeftOver...)
	}
	var left []journal.LeftOver
	for _, p := range all {
		left = append(left, journal.LeftOver{PID: p.PID, Command: l.secrets.Text(p.Command), Alive: p.Alive})
	}
	return left
}

// guard ends the group when the time is up or the context ends, first with TERM, and says why it did. It watches until the worker has
// told all it has to tell.
func guard(ctx context.Context, pid int, timeout time.Duration, told <-chan struct{}) *agent.Error {
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	var why *agent.Error
	select {
	case <-told:
		return nil
	case <-timer.C:
		why = &agent.Error{Class: agent.Timeout, Message: fmt.Sprintf("the run took longer than its timeout of %s", timeout)}
	case <-ctx.Done():
		why = causeOf(ctx)
	}
	killGroup(pid, syscall.SIGTERM)
	select {
	case <-told:
	case <-time.After(grace):
		killGroup(pid, syscall.SIGKILL)
	}
	return why
}

// ownGroup starts a process as the leader of its own group, so that it can be ended with all its children, and so that a
// Ctrl-C in the terminal does not reach it.
func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// killGroup signals every process of a group. A group that is gone is no error.
func killGroup(leader int, sig syscall.Signal) { _ = syscall.Kill(-leader, sig) }
