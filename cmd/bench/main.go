package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/urfave/cli/v2"

	"bench/runner"
	"bench/runner/worker"
	"bench/spec"
)

// Version of the tool.
const Version = "0.1.0"

// Exit codes of every command.
const (
	exitError       = 1   // the command could not do what it was asked to
	exitIncomplete  = 2   // some runs failed; with plan -detailed-exitcode: something is to run
	exitUnformatted = 3   // fmt -check: something is to be formatted
	exitCheck       = 4   // a check of severity error failed
	exitInterrupted = 130 // stopped by a signal
)

func main() {
	if len(os.Args) == 2 && os.Args[1] == "worker" { // every run is one: it does without a command line
		os.Exit(worker.Main(os.Stdin, os.Stdout, os.Stderr))
	}
	outliveReaders()
	os.Exit(run(os.Args, os.Stdin, written(os.Stdout), written(os.Stderr)))
}

// A status ends a command with an exit code, after its view has told everything.
type status int

func (s status) Error() string { return fmt.Sprintf("exit code %d", int(s)) }

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	e := newEnv(stdin, stdout, stderr)
	if err := runner.MayOpen(); err != nil {
		return e.ended(err, asJSON(args))
	}
	app := newApp(e)
	return e.ended(app.RunContext(context.Background(), permute(app, args)), asJSON(args))
}

// ended gives the exit code of a command, and tells why it failed, where its view has not.
func (e *env) ended(err error, json bool) int {
	var s status
	switch {
	case err == nil:
		return 0
	case errors.As(err, &s):
		return int(s)
	}
	e.complain(err)
	if json {
		_ = e.line(diagnostic{Severity: "error", Summary: "Command failed", Detail: err.Error()})
	}
	return exitError
}

// asJSON says whether JSON is asked for, even where the arguments can't be understood.
func asJSON(args []string) bool {
	for _, arg := range args[1:] {
		switch strings.TrimLeft(arg, "-") {
		case "json", "json=true":
			return arg[0] == '-'
		case "":
			return false // what follows are paths
		}
	}
	return false
}

// complain writes an error, or each of those that were joined, on a line of its own.
func (e *env) complain(err error) {
	all := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		all = joined.Unwrap()
	}
	for _, err := range all {
		if !errors.Is(err, runner.ErrStopped) { // who asked to stop is told by the view
			fmt.Fprintln(e.notes, "bench:", err)
		}
	}
}

func newApp(e *env) *cli.App {
	app := &cli.App{
		Name: "bench", Version: Version, HideVersion: true, HideHelpCommand: true,
		Reader: e.stdin, Writer: e.out, ErrWriter: e.notes,
		DisableSliceFlagSeparator: true,                         // -var 'k=[1,2]' is one value
		ExitErrHandler:            func(*cli.Context, error) {}, // run decides
		OnUsageError:              usageError,
		Flags:                     []cli.Flag{&cli.BoolFlag{Name: "version", Aliases: []string{"v"}}, cli.HelpFlag},
		Commands: []*cli.Command{
			initCommand(e), fmtCommand(e), validateCommand(e), planCommand(e), applyCommand(e), analyzeCommand(e), reportCommand(e), checkCommand(e), runsCommand(e), showCommand(e), statusCommand(e), graphCommand(e),
			functionsCommand(e), consoleCommand(e), calibrateCommand(e), emulateCommand(e), versionCommand(e), helpCommand(e), keepCommand(e),
		},
	}
	app.CustomAppHelpTemplate = literal(appHelp(app))
	for _, c := range app.Commands {
		c.CustomHelpTemplate, c.HideHelpCommand, c.OnUsageError = literal(commandHelp(c)), true, usageError
	}
	app.Action = func(c *cli.Context) error {
		switch {
		case c.Bool("version"):
			return e.version(false)
		case c.NArg() > 0:
			return unknownCommand(app, c.Args().First())
		}
		return cli.ShowAppHelp(c)
	}
	return app
}

func unknownCommand(app *cli.App, name string) error {
	var names []string
	for _, c := range app.VisibleCommands() {
		names = append(names, c.Name)
	}
	return fmt.Errorf("there is no command %q.%s `bench -help` lists them", name, spec.DidYouMean(name, names))
}

// usageError names the flag that was probably meant.
func usageError(c *cli.Context, err error, _ bool) error {
	given, unknown := strings.CutPrefix(err.Error(), "flag provided but not defined: ")
	if !unknown {
		return fmt.Errorf("%s: %w", c.Command.Name, err)
	}
	var names []string
	for _, f := range c.Command.VisibleFlags() {
		names = append(names, "-"+f.Names()[0])
	}
	return fmt.Errorf("%s has no flag %s.%s", c.Command.Name, given, spec.DidYouMean(given, names))
}
