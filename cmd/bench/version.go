package main

import (
	"fmt"
	"runtime"

	"github.com/urfave/cli/v2"

	"bench/runner"
)

func versionCommand(e *env) *cli.Command {
	return &cli.Command{
		Name: "version", Usage: "print the version",
		Flags:  []cli.Flag{&cli.BoolFlag{Name: "json", Usage: "as a JSON object"}},
		Action: func(c *cli.Context) error { return e.version(c.Bool("json")) },
	}
}

func (e *env) version(asJSON bool) error {
	platform := runtime.GOOS + "/" + runtime.GOARCH
	if asJSON {
		return e.line(map[string]string{"version": Version, "instrument": runner.Instrument, "go": runtime.Version(), "platform": platform})
	}
	_, err := fmt.Fprintf(e.out, "bench %s (instrument %s, %s, %s)\n", Version, runner.Instrument, runtime.Version(), platform)
	return err
}
