package worker

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"
	"time"

	"bench/runner/reaper"
)

// How long they have between TERM and KILL.
const (
	keepGrace   = 10 * time.Second // a kept server
	orphanGrace = 2 * time.Second  // what it leaves behind outside its group
)

// Keep runs a command, in a process group of its own, as long as in is open, and gives the exit code. So a server that the
// runner started ends with the runner, even one that is killed. A TERM signal to the keeper ends the server as well, and where the
// keeper is killed the kernel gives the server a TERM (on Linux). What the command writes goes to log, as much of it as caplog keeps.
// The code of a command that a signal ended is 128 and the signal's number, as a shell has it.
func Keep(args []string, in io.Reader, log io.Writer) int { return keepLogged(args, in, log, nil) }

func keep(args []string, in io.Reader, out, log io.Writer, grace time.Duration) int {
	if len(args) == 0 {
		fmt.Fprintln(log, "keep: no command")
		return exitUsage
	}
	signalled, ignore := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	defer ignore()
	ctx, stop := context.WithCancel(signalled) // while it ends the server, a signal must not end it
	defer stop()
	noCore()
	reaper.Adopt()
	runtime.LockOSThread() // the kernel tells of the end of a parent when the thread ends that started the child
	defer runtime.UnlockOSThread()
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdout, cmd.Stderr = out, log
	cmd.SysProcAttr, cmd.WaitDelay = ownSession(), grace
	if err := cmd.Start(); err != nil {
		fmt.Fprintln(log, "keep:", err)
		return exitUsage
	}
	go func() {
		_, _ = io.Copy(io.Discard, in)
		stop()
	}()
	ended := make(chan struct{})
	go end(ctx, cmd.Process.Pid, grace, ended)
	go reap(cmd.Process.Pid, ended)
	_ = cmd.Wait() // the exit code says how it ended
	close(ended)
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // what it left behind in its group, and what left the group:
	reaper.ClearAll(min(grace, orphanGrace))
	return exitCode(cmd.ProcessState)
}

func exitCode(state *os.ProcessState) int {
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return state.ExitCode()
}

// end ends a process group once the context has ended: with TERM, and after the grace with KILL.
func end(ctx context.Context, leader int, grace time.Duration, ended <-chan struct{}) {
	select {
	case <-ended:
		return
	case <-ctx.Done():
	}
	_ = syscall.Kill(-leader, syscall.SIGTERM)
	select {
	case <-ended:
	case <-time.After(grace):
		_ = syscall.Kill(-leader, syscall.SIGKILL)
	}
}

// reap takes the exit status of what the server leaves to its keeper while it runs.
func reap(server int, ended <-chan struct{}) {
	children := make(chan os.Signal, 1)
	signal.Notify(children, syscall.SIGCHLD)
	defer signal.Stop(children)
	for {
		select {
		case <-ended:
			return
		case <-children:
			reaper.Reap(server)
		}
	}
}

// noCore keeps this process and all that it starts from writing core dumps: one of a server with its model fills a disk.
func noCore() { _ = syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{}) } // less is always allowed
