package main

import (
	"cmp"

	"github.com/urfave/cli/v2"

	"bench/runner/study"
)

func checkCommand(e *env) *cli.Command {
	return &cli.Command{
		Name: "check", Usage: "hold checks and claims against the records, without running anything", ArgsUsage: "[PATH…]", Flags: moduleFlags(),
		Description: "It exits with 4 where a check of severity error fails. What the records can't tell has failed. It exits with 1 where a condition can't be evaluated with them; the others are held against them all the same.",
		Action: func(c *cli.Context) error {
			m, s, err := e.recorded(c)
			if err != nil {
				return err
			}
			if c.Bool("json") {
				err = e.line(map[string]any{"checks": s.Checks, "claims": s.Claims})
			} else {
				width, _ := isTerminal(e.stdout)
				err = checkText(e.out, width, m, s)
			}
			return cmp.Or(err, mistaken(s), checked(s))
		},
	}
}

// checked gives the exit code that the checks ask for.
func checked(s study.Study) error {
	for _, c := range s.Checks {
		if c.Fails() {
			return status(exitCheck)
		}
	}
	return nil
}
