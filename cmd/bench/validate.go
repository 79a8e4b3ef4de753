package main

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"bench/runner"
)

func validateCommand(e *env) *cli.Command {
	return &cli.Command{
		Name: "validate", Usage: "check everything that can be known without running", ArgsUsage: "[PATH…]", Flags: moduleFlags(),
		Action: func(c *cli.Context) error {
			m, err := e.module(c, c.Args().Slice())
			if err != nil {
				return err
			}
			if _, err := e.replan(c, m, runner.Scope{}); err != nil {
				return err
			}
			if c.Bool("json") {
				return nil
			}
			_, err = fmt.Fprintln(e.out, "The spec is valid.")
			return err
		},
	}
}
