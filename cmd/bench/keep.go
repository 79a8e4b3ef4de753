package main

import (
	"github.com/urfave/cli/v2"

	"bench/runner/worker"
)

// keepCommand is the parent of a server that the runner started.
func keepCommand(e *env) *cli.Command {
	return &cli.Command{
		Name: "keep", Hidden: true, Usage: "run a command as long as standard input is open", ArgsUsage: "-- COMMAND…",
		Flags: []cli.Flag{&cli.BoolFlag{Name: "secrets", Usage: "take out of what it writes the texts of a JSON list that standard input begins with"}},
		Action: func(c *cli.Context) error {
			keep := worker.Keep
			if c.Bool("secrets") {
				keep = worker.KeepSecrets
			}
			return exit(keep(c.Args().Slice(), e.stdin, e.stderr))
		},
	}
}

func exit(code int) error {
	if code == 0 {
		return nil
	}
	return status(code)
}
