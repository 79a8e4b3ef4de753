package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/urfave/cli/v2"

	"bench/agent/calibrate"
	"bench/agent/emulator"
	"bench/runner"
)

func calibrateCommand(e *env) *cli.Command {
	return &cli.Command{
		Name: "calibrate", Usage: "measure this machine's measuring error",
		Description: "It streams from the embedded server, in a process of its own, and holds the times that the client takes against those at which each chunk was sent. Let nothing else run meanwhile, or what you would have run.",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "json", Usage: "as a JSON object"},
			&cli.DurationFlag{Name: "each", Value: calibrate.Default().Each, Usage: "`TIME` that each load goes on"},
		},
		Action: func(c *cli.Context) error {
			if c.NArg() > 0 {
				return fmt.Errorf("calibrate: it takes no %q", c.Args().First())
			}
			ctx, stop := signal.NotifyContext(c.Context, os.Interrupt, syscall.SIGTERM)
			defer stop()
			o := calibrate.Default()
			if o.Each = c.Duration("each"); o.Each < 100*time.Millisecond {
				return fmt.Errorf("calibrate: -each is %v, and under 100ms there is nothing to see", o.Each)
			}
			o.Emulate, o.Tell = emulateApart, func(what string) { fmt.Fprintln(e.notes, what) }
			result, err := calibrate.Run(ctx, o)
			switch {
			case ctx.Err() != nil:
				return status(exitInterrupted)
			case err != nil:
				return fmt.Errorf("calibrate: %w", err)
			case c.Bool("json"):
				return e.json(result, "  ")
			}
			return calibrationText(e.out, result)
		},
	}
}

// emulateApart starts an emulator in a process of its own, which ends with the context, or with this process.
func emulateApart(ctx context.Context, config emulator.Config) (url string, stop func(), err error) {
	program, err := runner.Executable()
	if err != nil {
		return "", nil, err
	}
	line, err := json.Marshal(config)
	if err != nil {
		return "", nil, err
	}
	cmd := exec.CommandContext(ctx, program, "emulate", "-config", "-", "-listen", "127.0.0.1:0")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe() // it lives as long as this is open
	if err != nil {
		return "", nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	stop = func() {
		in.Close()
		_ = cmd.Wait()
	}
	if _, err = in.Write(append(line, '\n')); err == nil {
		url, err = bufio.NewReader(out).ReadString('\n')
	}
	if err != nil {
		stop()
		return "", nil, fmt.Errorf("the emulator did not start: %w", err)
	}
	return strings.TrimSpace(url), stop, nil
}
