package runner

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"

	"bench/agent/telemetry"
	"bench/runner/crashpoint"
	"bench/runner/reaper"
)

// A managed server is one that the runner started.
type managed struct {
	url   string
	log   string // path
	from  int64  // offset in the log at which this start of it begins
	users int    // runs under way; under the lock of servers
	pid   int
	stdin io.Closer
	ended chan struct{} // closed when the process is gone
	err   error         // how it ended; may be read once ended is closed

	processes *telemetry.Server // nil where they are not in sight
}

func (m *managed) hasEnded() bool {
	select {
	case <-m.ended:
		return true
	default:
		return false
	}
}

// serverPatience is how long a server has to end, with its keeper, which gives it 10 s between TERM and KILL, and what it leaves behind 2 s.
const serverPatience = 15 * time.Second

// stop ends the process and waits until it is gone.
func (m *managed) stop() { m.stopWithin(serverPatience) }

// stopWithin ends by KILL what does not end by itself: it hangs, or somebody has stopped it.
func (m *managed) stopWithin(patience time.Duration) {
	_ = m.stdin.Close() // it may have ended by itself
	select {
	case <-m.ended:
	case <-time.After(patience):
		killGroup(m.pid, syscall.SIGKILL)
		<-m.ended
	}
}

// launchServer starts a process in a group of its own, which lives as long as its standard input is open. What it leaves behind, as it does
// where it is killed, ends with it.
func launchServer(cmd *exec.Cmd, mark reaper.Mark, log *os.File, first []byte) (*managed, error) {
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	cmd.Stderr, cmd.SysProcAttr = log, ownGroup()
	reaper.Adopt()
	from, err := log.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, err
	}
	crashpoint.Before("spawn", cmd.Args[1])
	if err := cmd.Start(); err != nil {
		return nil, Advise(err)
	}
	m := &managed{log: log.Name(), from: from, pid: cmd.Process.Pid, stdin: stdin, ended: make(chan struct{})}
	go func() {
		_ = cmd.Wait() // the state that it leaves says how the process ended
		if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok {
			m.err = errors.New(ending(status))
		}
		reaper.Clear(0, mark, grace)
		close(m.ended)
	}()
	if _, err := stdin.Write(first); err != nil {
		m.stop()
		return nil, err
	}
	return m, nil
}

// lastWords tells where the log of a server is, and what this start of it wrote last. It is for one that has ended.
func (m *managed) lastWords() string { return quoted(m.log, endOfLog(m.log, m.from)) }
