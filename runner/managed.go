package runner

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"bench/agent/emulator"
	"bench/agent/telemetry"
	"bench/runner/crashpoint"
	"bench/runner/reaper"
	"bench/spec"
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

// patience is how long a server has to end, with its keeper, which gives it 10 s between TERM and KILL, and what it leaves behind 2 s.
const patience = 15 * time.Second

// stop ends the process and waits until it is gone.
func (m *managed) stop() { m.stopWithin(patience) }

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

// startEmulator starts the embedded server in a process of its own, so that the time it takes is not the runner's.
func (s *Servers) startEmulator(ctx context.Context, server *spec.Server, log *os.File) (*managed, error) {
	config, err := json.Marshal(emulatorConfig(server.Emulator))
	if err != nil {
		return nil, err
	}
	out, theirs, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer out.Close()
	mark := markOf(server.Address(), filepath.Dir(log.Name()))
	cmd := &exec.Cmd{
		Path: s.executable, Args: []string{"bench", "emulate", "-config", "-", "-listen", "127.0.0.1:0"},
		Env: serverEnvironment(mark), Stdout: theirs,
	}
	m, err := launchServer(cmd, mark, log, append(config, '\n'))
	theirs.Close()
	if err != nil {
		return nil, err
	}
	defer context.AfterFunc(ctx, m.stop)()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		m.stop()
		return nil, fmt.Errorf("the emulator did not start (%v); %s", m.err, m.lastWords())
	}
	m.url = strings.TrimSpace(line)
	m.processes, _ = telemetry.ServerAt(m.pid) // a worker says why there is none
	return m, nil
}

// errNoProgram says that the program of a server's command can't be started, which no further try mends.
var errNoProgram = errors.New("write the path of another into \"command\"")

// programOf finds the program of a server's command.
func (s *Servers) programOf(server *spec.Server) (string, error) {
	program := server.Command[0]
	if strings.ContainsRune(program, filepath.Separator) && !filepath.IsAbs(program) {
		program = filepath.Join(absolute(s.module.Dir), program) // as every path in the spec
	}
	path, err := exec.LookPath(program)
	switch {
	case err == nil:
		return path, nil
	case errors.Is(err, exec.ErrNotFound):
		return "", fmt.Errorf("there is no program %s in PATH: install it, or %w", program, errNoProgram)
	case errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("there is no program %s: put it there, or %w", program, errNoProgram)
	case errors.Is(err, fs.ErrPermission):
		return "", fmt.Errorf("%s may not be executed: allow it with `chmod +x`, or %w", program, errNoProgram)
	}
	return "", err
}

// canStart says whether the program of a server is there, if it is one to start with a command.
func (s *Servers) canStart(ref spec.Ref) error {
	server := s.module.Server(ref)
	if len(server.Command) == 0 {
		return nil
	}
	if _, err := s.programOf(server); err != nil {
		return fmt.Errorf("%s: %w", ref.Address(), err)
	}
	return nil
}

// startCommand starts a server below a keeper, and waits until it is ready.
func (s *Servers) startCommand(ctx context.Context, server *spec.Server, log *os.File) (*managed, error) {
	program, err := s.programOf(server)
	if err != nil {
		return nil, err
	}
	if s.answers(ctx, server) {
		return nil, fmt.Errorf("something answers at %s already: stop it, or take \"command\" out of the spec to measure it", server.URL)
	}
	args, first, err := keeper(s.secrets, append([]string{program}, server.Command[1:]...))
	if err != nil {
		return nil, err
	}
	mark := markOf(server.Address(), filepath.Dir(log.Name()))
	cmd := &exec.Cmd{
		Path: s.executable, Args: args,
		Dir: s.module.Dir, Env: serverEnvironment(mark), Stdout: log,
	}
	for name, value := range server.Env {
		cmd.Env = append(cmd.Env, fmt.Sprintf("%s=%v", name, value))
	}
	for _, secret := range server.Secrets {
		cmd.Env = append(cmd.Env, secret.Reveal())
	}
	m, err := launchServer(cmd, mark, log, first)
	if err != nil {
		return nil, err
	}
	m.url = server.URL
	if err := s.await(ctx, m, server); err != nil {
		m.stop()
		return nil, fmt.Errorf("%w; %s", err, m.lastWords())
	}
	m.processes, _ = telemetry.FindServer(ctx, m.url, m.pid) // below its keeper; a worker says why there is none
	return m, nil
}

// await returns when a server is ready, or can't be any more.
func (s *Servers) await(ctx context.Context, m *managed, server *spec.Server) error {
	deadline := time.After(server.Ready.Timeout)
	for !s.answers(ctx, server) {
		select {
		case <-m.ended:
			return fmt.Errorf("%s ended before it was ready (%v)", server.Command[0], m.err)
		case <-deadline:
			return fmt.Errorf("%s was not ready at %s%s after %s", server.Command[0], server.URL, server.Ready.Path, server.Ready.Timeout)
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
	return nil
}

// answers says whether a server is ready.
func (s *Servers) answers(ctx context.Context, server *spec.Server) bool {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(server.URL, "/")+server.Ready.Path, nil)
	if err != nil {
		return false
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// emulatorConfig gives the emulator's own form of what the spec plants.
func emulatorConfig(e *spec.Emulator) emulator.Config {
	c := emulator.Config{
		Seed: uint64(e.Seed), LoadTime: e.LoadTime, TTFT: e.TTFT, TokensPerSecond: e.TokensPerSecond, Jitter: e.Jitter,
		OutputTokens: e.OutputTokens, Models: e.Models, Style: emulator.Style(e.Style),
	}
	for _, f := range e.Effects {
		c.Effects = append(c.Effects, emulator.Effect(f))
	}
	for _, f := range e.Faults {
		c.Faults = append(c.Faults, emulator.Fault(f))
	}
	return c
}
