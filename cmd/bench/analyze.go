package main

import (
	"cmp"

	"github.com/urfave/cli/v2"
)

func analyzeCommand(e *env) *cli.Command {
	return &cli.Command{
		Name: "analyze", Usage: "say what the records show, without running anything", ArgsUsage: "[PATH…]", Flags: moduleFlags(),
		Action: func(c *cli.Context) error {
			m, s, err := e.recorded(c)
			if err != nil {
				return err
			}
			if c.Bool("json") {
				err = e.line(s)
			} else {
				width, _ := isTerminal(e.stdout)
				err = analyzeText(e.out, width, m, s)
			}
			return cmp.Or(err, mistaken(s))
		},
	}
}
