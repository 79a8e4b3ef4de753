package main

import (
	"github.com/urfave/cli/v2"
)

func analyzeCommand(e *env) *cli.Command {
	return &cli.Command{
		Name: "analyze", Usage: "say what the records show, without running anything", ArgsUsage: "[PATH…]", Flags: moduleFlags(),
		Action: func(c *cli.Context) error {
			p, err := e.plan(c)
			if err != nil {
				return err
			}
			s, err := e.study(c, p)
			if err != nil {
				return err
			}
			if err := staleText(e.notes, p); err != nil {
				return err
			}
			if c.Bool("json") {
				return e.line(s)
			}
			width, _ := isTerminal(e.stdout)
			return analyzeText(e.out, width, p.Module, s)
		},
	}
}
