package runner

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"bench/agent/telemetry"
	"bench/spec"
)

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
