package worker

import (
	"context"
	"fmt"
	"io"
	"os/exec"
	"os/signal"
	"syscall"
	"time"
)

// keepGrace is how long a kept server has between TERM and KILL.
const keepGrace = 10 * time.Second

// Keep runs a command, in a process group of its own, as long as in is open, and gives the exit code. So a server that the
// runner started ends with the runner, even one that is killed. A TERM signal to the keeper ends the server as well.
func Keep(args []string, in io.Reader, out, log io.Writer) int {
	return keep(args, in, out, log, keepGrace)
}

func keep(args []string, in io.Reader, out, log io.Writer, grace time.Duration) int {
	if len(args) == 0 {
		fmt.Fprintln(log, "keep: no command")
		return exitUsage
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	defer stop()
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdout, cmd.Stderr = out, log
	cmd.SysProcAttr, cmd.WaitDelay = &syscall.SysProcAttr{Setpgid: true}, grace
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
	_ = cmd.Wait() // the exit code says how it ended
	close(ended)
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // what it left behind
	return cmd.ProcessState.ExitCode()
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
