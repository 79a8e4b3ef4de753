package runner

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"

	"bench/agent"
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
	executable string
	task       worker.Task
	cores      []int         // that it may use; none: all
	log        string        // path, for its standard error
	timeout    time.Duration // from its start to its result
	tell       func(worker.Frame)
}

// process makes one attempt in a fresh process, and always ends with the process and its whole group gone.
func process(ctx context.Context, l launch) report {
	rep := report{started: time.Now().UTC()}
	task, err := json.Marshal(l.task)
	if err != nil {
		return rep.fail(agent.InvalidSpec, "the run can't be sent to a worker: %v", err)
	}
	log, err := os.Create(l.log)
	if err != nil {
		return rep.fail(agent.Infrastructure, "the log can't be written: %v", err)
	}
	defer log.Close()
	c, err := l.start(&cappedLog{to: log, left: maxLog})
	if err != nil {
		return rep.fail(agent.Infrastructure, "the worker can't be started: %v", err)
	}
	defer c.stdout.Close()
	rep.process.PID = c.pid
	why := c.converse(ctx, l, append(task, '\n'), &rep)
	rep.process.DurationNS = time.Since(rep.started).Nanoseconds()
	rep.end(c.cmd.ProcessState, why)
	return rep
}

// A child is a worker that was started.
type child struct {
	cmd    *exec.Cmd
	pid    int
	stdin  io.Writer // open as long as the runner lives
	stdout *os.File
}

func (l launch) start(log io.Writer) (*child, error) {
	stdout, theirs, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer theirs.Close()
	cmd := &exec.Cmd{
		Path: l.executable, Args: []string{"bench", "worker"}, Env: environment(), SysProcAttr: ownGroup(),
		Stdout: theirs, Stderr: log, WaitDelay: grace,
	}
	stdin, err := cmd.StdinPipe()
	if err == nil {
		err = startOn(l.cores, cmd)
	}
	if err != nil {
		stdout.Close()
		return nil, err
	}
	return &child{cmd, cmd.Process.Pid, stdin, stdout}, nil
}

// converse sends the task, reads what comes back, and returns when the process and its group are gone. It gives the reason where
// it ended them.
func (c *child) converse(ctx context.Context, l launch, task []byte, rep *report) *agent.Error {
	exited := make(chan struct{})
	go func() {
		defer close(exited)
		awaitExit(c.pid)
		killGroup(c.pid, syscall.SIGKILL)                   // what it left behind; its own number is still taken, so no other group is hit
		_ = c.stdout.SetReadDeadline(time.Now().Add(grace)) // a child that left the group may hold the pipe open for ever
	}()
	told, cause := make(chan struct{}), make(chan *agent.Error, 1)
	go func() { cause <- guard(ctx, c.pid, l.timeout, told) }()
	if _, err := c.stdin.Write(task); err == nil { // else it is gone already, and its exit says why
		rep.read(c.stdout, l.tell)
	}
	close(told)
	why := <-cause
	linger := time.AfterFunc(grace, func() { killGroup(c.pid, syscall.SIGKILL) })
	<-exited
	linger.Stop()
	_ = c.cmd.Wait() // the state that it leaves says how the process ended
	return why
}

// guard ends the group when the time is up or the apply is told to kill, first with TERM, and says why it did. It watches until
// the worker has told all it has to tell.
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
		why = killed()
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
