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
	"bench/spec"
)

func applyCommand(e *env) *cli.Command {
	return &cli.Command{
		Name: "apply", Usage: "plan, run what is missing, analyse, and write the reports", ArgsUsage: "[PATH… | PLANFILE]",
		Description: addresses + "\n" + `Ctrl-C lets the current runs end and keeps them, a second one kills them; the same command then goes on from there.` + "\n" +
			`A PLANFILE, from bench plan -out, is refused where the spec, its files or its records are no longer what they were.`,
		Flags: planFlags(
			&cli.IntFlag{Name: "parallelism", Usage: "make `N` runs at a time on each target, whatever the spec says"},
			refreshFlag("ask the servers for their versions and models, even where nothing is to run"),
			&cli.BoolFlag{Name: "locked", Usage: "run nothing where a server, a model or data are not as experiment.lock.hcl says"},
		),
		Action: func(c *cli.Context) error {
			if c.IsSet("parallelism") && c.Int("parallelism") < 1 {
				return fmt.Errorf("-parallelism %d: it takes at least one run at a time", c.Int("parallelism"))
			}
			saved := planFileAmong(c)
			p, again, err := e.planned(c, saved)
			if err != nil {
				return err
			}
			return e.apply(c, p, again, saved)
		},
	}
}

// planned gives the plan to apply, and the command that goes on where it is interrupted.
func (e *env) planned(c *cli.Context, saved string) (p *runner.Plan, again string, err error) {
	if saved != "" {
		return e.savedPlan(c, saved)
	}
	inputs, err := inputsOf(c)
	if err != nil {
		return nil, "", err
	}
	p, err = e.plan(c)
	return p, commandLine(c, inputs, c.StringSlice("target"), c.Args().Slice()), err
}

func (e *env) apply(c *cli.Context, p *runner.Plan, again, saved string) error {
	// Who reads may go away (head, a pager): without this the next write would end the process, and the runs with it.
	pipe := make(chan os.Signal, 1)
	signal.Notify(pipe, syscall.SIGPIPE)
	defer signal.Stop(pipe)

	executable, err := runner.Executable()
	if err != nil {
		return err
	}
	servers := runner.NewServers(p.Module, executable)
	defer servers.Stop()
	started := time.Now()
	p, err = e.lock(c, p, servers, saved)
	if err != nil && !errors.Is(err, runner.ErrStopped) {
		return err
	}
	end, tally := newClosing(e.human(c), p), p.Sum().Tally()
	if err == nil {
		tally, err = e.makeRuns(c, p, end, runner.Options{Executable: executable, Version: Version, Parallelism: c.Int("parallelism"), Servers: servers})
	}
	servers.Stop()
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
	s, err := e.conclude(c, p)
	switch {
	case err != nil:
		return err
	case tally.Failed+tally.Lost+tally.Waiting > 0:
		return status(exitIncomplete)
	}
	return checked(s)
}

// makeRuns makes the runs of a plan, and shows them. The first interrupt lets the current runs end, the second kills them.
func (e *env) makeRuns(c *cli.Context, p *runner.Plan, end *closing, o runner.Options) (runner.Tally, error) {
	view := e.newApplyView(c, p)
	defer view.close()
	o.Tell = func(ev runner.Event) { end.note(ev); view.event(ev) }
	stop, stopNow := context.WithCancel(c.Context)
	kill, killNow := context.WithCancel(c.Context)
	defer stopNow()
	defer killNow()
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	go func() {
		for _, act := range []func(){func() { view.stopping(); stopNow() }, killNow} {
			select {
			case <-signals:
				act()
			case <-kill.Done():
				return
			}
		}
	}()
	return runner.Apply(stop, kill, p, o)
}

// commandLine gives what to type to apply something. Values of variables are left out: they may be secrets.
func commandLine(c *cli.Context, inputs []spec.Input, targets, paths []string) string {
	words := append([]string{"bench apply"}, inputWords(inputs)...)
	if c.IsSet("chdir") {
		words = append(words, "-chdir", quoted(c.String("chdir")))
	}
	for _, address := range targets {
		words = append(words, "-target", quoted(address))
	}
	if c.Bool("locked") {
		words = append(words, "-locked")
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
