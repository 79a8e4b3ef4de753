package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/urfave/cli/v2"

	"bench/runner"
)

func applyCommand(e *env) *cli.Command {
	return &cli.Command{
		Name: "apply", Usage: "plan, run what is missing, analyse, and write the reports", ArgsUsage: "[PATH…]",
		Description: addresses + "\n" + `Ctrl-C lets the current runs end and keeps them, a second one kills them; the same command then goes on from there.`,
		Flags:       planFlags(&cli.IntFlag{Name: "parallelism", Usage: "make `N` runs at a time on each target, whatever the spec says"}),
		Action: func(c *cli.Context) error {
			if c.IsSet("parallelism") && c.Int("parallelism") < 1 {
				return fmt.Errorf("-parallelism %d: it takes at least one run at a time", c.Int("parallelism"))
			}
			p, err := e.plan(c)
			if err != nil {
				return err
			}
			return e.apply(c, p)
		},
	}
}

func (e *env) apply(c *cli.Context, p *runner.Plan) error {
	// Who reads may go away (head, a pager): without this the next write would end the process, and the runs with it.
	pipe := make(chan os.Signal, 1)
	signal.Notify(pipe, syscall.SIGPIPE)
	defer signal.Stop(pipe)

	end := newClosing(e.human(c), p)
	view := e.newApplyView(c, p)
	started := time.Now()
	tally, err := e.makeRuns(c, p, func(ev runner.Event) { end.note(ev); view.event(ev) }, view.stopping)
	view.close()
	switch {
	case errors.Is(err, runner.ErrStopped):
		e.complain(err)
		end.interrupted(tally, commandLine(c))
		return status(exitInterrupted)
	case err != nil:
		end.broken(tally)
		return err
	}
	end.done(tally, time.Since(started))
	if p, err = e.replan(c, p.Module, runner.Scope{}); err != nil {
		return err
	}
	if err := e.conclude(c, p); err != nil {
		return err
	}
	if tally.Failed+tally.Lost+tally.Waiting > 0 {
		return status(exitIncomplete)
	}
	return nil
}

// makeRuns makes the runs of a plan. The first interrupt lets the current runs end, the second kills them.
func (e *env) makeRuns(c *cli.Context, p *runner.Plan, tell func(runner.Event), stopping func()) (runner.Tally, error) {
	executable, err := runner.Executable()
	if err != nil {
		return runner.Tally{}, err
	}
	stop, stopNow := context.WithCancel(c.Context)
	kill, killNow := context.WithCancel(c.Context)
	defer stopNow()
	defer killNow()
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	go func() {
		for _, act := range []func(){func() { stopping(); stopNow() }, killNow} {
			select {
			case <-signals:
				act()
			case <-kill.Done():
				return
			}
		}
	}()
	return runner.Apply(stop, kill, p, runner.Options{
		Executable: executable, Version: Version, Parallelism: c.Int("parallelism"), Tell: tell,
	})
}

// commandLine gives what to type to go on. Values of variables are left out: they may be secrets.
func commandLine(c *cli.Context) string {
	words := []string{"bench apply"}
	for _, v := range c.StringSlice("var") {
		name, _, _ := strings.Cut(v, "=")
		words = append(words, "-var", name+"=…")
	}
	for _, flag := range []string{"chdir", "target", "parallelism"} {
		values := c.StringSlice(flag)
		if flag != "target" && c.IsSet(flag) {
			values = []string{fmt.Sprint(c.Value(flag))}
		}
		for _, v := range values {
			words = append(words, "-"+flag, quoted(v))
		}
	}
	for _, path := range c.Args().Slice() {
		words = append(words, quoted(path))
	}
	return strings.Join(words, " ")
}

// quoted is a word for a shell.
func quoted(word string) string {
	if word != "" && strings.Trim(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./,:=@%+") == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
