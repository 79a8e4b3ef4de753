package main

import (
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

	"bench/spec"
)

func functionsCommand(e *env) *cli.Command {
	return &cli.Command{
		Name: "functions", Usage: "list the functions of the language", ArgsUsage: "[NAME]",
		Description: "With a NAME it explains one of them, with an example.",
		Flags:       []cli.Flag{&cli.BoolFlag{Name: "json", Usage: "JSON on standard output, an object a function"}},
		Action: func(c *cli.Context) error {
			told := spec.Functions()
			switch c.NArg() {
			case 0:
			case 1:
				one, err := spec.FindFunction(c.Args().First())
				if err != nil {
					return fmt.Errorf("functions: %w", err)
				}
				told = []spec.FunctionDoc{one}
			default:
				return errors.New("functions: name one function, or none for all of them")
			}
			switch {
			case c.Bool("json"):
				for _, f := range told {
					if err := e.line(f); err != nil {
						return err
					}
				}
				return nil
			case c.NArg() == 1:
				return functionText(e.out, told[0])
			}
			return functionsText(e.out, told)
		},
	}
}
