package runner

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"bench/agent/emulator"
	"bench/agent/telemetry"
	"bench/spec"
)

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
