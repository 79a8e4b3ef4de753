package main

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
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
			missing := runner.Unsupported(m)
			for _, d := range missing {
				d.Severity = hcl.DiagWarning // the spec is right; plan and apply refuse it
			}
			if err := e.diagnose(c, m.Files, missing); err != nil {
				return err
			}
			text := "The spec is valid."
			if len(missing) > 0 {
				text = "The spec is valid, and this version of bench can't run it."
			} else if _, err := e.replan(c, m, runner.Scope{}); err != nil {
				return err
			}
			if c.Bool("json") {
				return nil
			}
			_, err = fmt.Fprintln(e.out, text)
			return err
		},
	}
}
