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
			`A PLANFILE, from bench plan -out, is refused where the spec, its files or its records are no longer what they were.` + "\n" +
			`bench status tells in another terminal how far it is.`,
		Flags: planFlags(
			&cli.IntFlag{Name: "parallelism", Usage: "make `N` runs at a time on each target, whatever the spec says"},
			refreshFlag("ask the servers for their versions and models, even where nothing is to run"),
			&cli.BoolFlag{Name: "locked", Usage: "run nothing where a server, a model or data are not as experiment.lock.hcl says"},
			logLevelFlag(),
		),
		Action: func(c *cli.Context) error {
			end := newClosing(e.human(c), c.IsSet("replace"))
			err := e.apply(c, end)
			code := e.ended(err, c.Bool("json"))
			e.tellOutcome(c, end, err, code)
			return exit(code)
		},
	}
}

// apply does what the command is for.
func (e *env) apply(c *cli.Context, end *closing) error {
	if c.IsSet("parallelism") && c.Int("parallelism") < 1 {
		return fmt.Errorf("-parallelism %d: it takes at least one run at a time", c.Int("parallelism"))
	}
	if err := checkLevel(c); err != nil {
		return err
	}
	saved := planFileAmong(c)
	p, again, err := e.planned(c, saved)
	if err != nil {
		return err
	}
	end.plan(p)
	e.tellPlan(c, p)
	made, err := e.carryOut(c, p, end, saved)
	switch {
	case errors.Is(err, runner.ErrStopped):
		e.complain(err)
		flags, repeated := replaceWords(c, made, end.made)
		end.interrupted(again+flags, repeated)
		return status(exitInterrupted)
	case made == nil:
		return err
	case err != nil:
		e.complain(err)
		end.errors = append(end.errors, err.Error())
		end.broken()
		return status(exitError)
	}
	end.done()
	return e.concludeApply(c, made, end.tally)
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

// carryOut brings the lock up to date, and makes the runs. It gives the plan whose runs it made or tried to make; none where it did
// not come so far.
func (e *env) carryOut(c *cli.Context, p *runner.Plan, end *closing, saved string) (*runner.Plan, error) {
	executable, err := runner.Executable()
	if err != nil {
		return nil, err
	}
	servers := runner.NewServers(p.Module, executable)
	defer servers.Stop()
	servers.Tell = e.tellServer(c)
	locked, err := e.lock(c, p, servers, saved)
	switch {
	case errors.Is(err, runner.ErrStopped):
		return p, err
	case err != nil:
		return nil, err
	case locked.Sum() != p.Sum(): // what was found out makes runs stale
		end.plan(locked)
		e.tellPlan(c, locked)
	}
	p = locked
	end.tally, err = e.makeRuns(c, p, end, runner.Options{Executable: executable, Version: Version, Parallelism: c.Int("parallelism"), Servers: servers})
	return p, err
}

// tellServer shows that a server is started before any run, to be asked.
func (e *env) tellServer(c *cli.Context) func(runner.Event) {
	if c.Bool("json") {
		return func(ev runner.Event) { _ = e.line(lineOf(ev, time.Now())) }
	}
	return (&plainView{w: e.notes, level: levelFlag(c)}).event
}

// makeRuns makes the runs of a plan, and shows them. The first interrupt lets the current runs end, the second kills them.
func (e *env) makeRuns(c *cli.Context, p *runner.Plan, end *closing, o runner.Options) (runner.Tally, error) {
	o.Forecast = runner.NewForecast(p, o.Parallelism)
	view := e.newApplyView(c, p, o.Forecast)
	defer view.close()
	o.Tell = func(ev runner.Event) { end.note(ev); view.event(ev) }
	stop, stopNow := context.WithCancel(c.Context)
	kill, killNow := context.WithCancel(c.Context)
	defer stopNow()
	defer killNow()
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // who set it to be ignored (nohup) wants to outlive the terminal
		signal.Notify(signals, syscall.SIGHUP)
	}
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

// concludeApply analyses what is there now, and gives the exit code.
func (e *env) concludeApply(c *cli.Context, made *runner.Plan, t runner.Tally) error {
	p, err := e.replan(c, made.Module, runner.Scope{})
	if err != nil {
		return err
	}
	s, err := e.conclude(c, p)
	switch {
	case err != nil:
		return err
	case t.Failed+t.Lost+t.Waiting > 0:
		return status(exitIncomplete)
	}
	return checked(s)
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
