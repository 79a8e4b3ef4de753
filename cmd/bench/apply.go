package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/urfave/cli/v2"

	"bench/runner"
)

func applyCommand(e *env) *cli.Command {
	return &cli.Command{
		Name: "apply", Usage: "plan, run what is missing, analyse, and write the reports", ArgsUsage: "[PATH… | PLANFILE]",
		Description: addresses + "\n" + `Ctrl-C lets the current runs end and keeps them, a second one kills them; the same command then goes on from there.` + "\n" +
			`A PLANFILE, from bench plan -out, is refused where the spec, its files or its records are no longer what they were.`,
		Flags: planFlags(&cli.IntFlag{Name: "parallelism", Usage: "make `N` runs at a time on each target, whatever the spec says"}),
		Action: func(c *cli.Context) error {
			if c.IsSet("parallelism") && c.Int("parallelism") < 1 {
				return fmt.Errorf("-parallelism %d: it takes at least one run at a time", c.Int("parallelism"))
			}
			p, again, err := e.planned(c)
			if err != nil {
				return err
			}
			return e.apply(c, p, again)
		},
	}
}

// planned gives the plan to apply, and the command that goes on where it is interrupted.
func (e *env) planned(c *cli.Context) (p *runner.Plan, again string, err error) {
	if name := planFileAmong(c); name != "" {
		return e.savedPlan(c, name)
	}
	p, err = e.plan(c)
	var vars []string
	for _, v := range c.StringSlice("var") {
		name, _, _ := strings.Cut(v, "=")
		vars = append(vars, name)
	}
	return p, commandLine(c, vars, c.StringSlice("target"), c.Args().Slice()), err
}

func (e *env) apply(c *cli.Context, p *runner.Plan, again string) error {
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
		end.interrupted(tally, again)
		return status(exitInterrupted)
	case err != nil:
		e.complain(err)
		end.broken(tally)
		return status(exitError)
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

// commandLine gives what to type to apply something. Values of variables are left out: they may be secrets.
func commandLine(c *cli.Context, vars, targets, paths []string) string {
	words := []string{"bench apply"}
	for _, name := range vars {
		words = append(words, "-var", name+"=…")
	}
	if c.IsSet("chdir") {
		words = append(words, "-chdir", quoted(c.String("chdir")))
	}
	for _, address := range targets {
		words = append(words, "-target", quoted(address))
	}
	if c.IsSet("parallelism") {
		words = append(words, "-parallelism", strconv.Itoa(c.Int("parallelism")))
	}
	for _, path := range paths {
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
