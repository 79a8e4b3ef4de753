package main

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"
)

func helpCommand(e *env) *cli.Command {
	return &cli.Command{
		Name: "help", Hidden: true, Usage: "explain a command", ArgsUsage: "[COMMAND]",
		Action: func(c *cli.Context) error {
			if c.NArg() == 0 {
				return cli.ShowAppHelp(c)
			}
			named := c.App.Command(c.Args().First())
			if named == nil {
				return unknownCommand(c.App, c.Args().First())
			}
			_, err := fmt.Fprint(e.out, commandHelp(named))
			return err
		},
	}
}

const appFoot = `
PATH is a spec or a folder of specs; without one it is the folder that you are in. Flags may stand anywhere.
"bench COMMAND -help" explains a command and its flags.

`

// exitCodes lists what a command may end with.
func exitCodes() string {
	return fmt.Sprintf("Exit codes: 0 all is well, %d an error, %d some runs failed or were lost, %d a spec is not in canonical form,\n%d a check failed, %d interrupted.\n",
		exitError, exitIncomplete, exitUnformatted, exitCheck, exitInterrupted)
}

func appHelp(app *cli.App) string {
	var b strings.Builder
	b.WriteString("bench measures LLM agents and inference servers: from one HCL file to a report.\n\nUsage: bench COMMAND [FLAGS] [PATH…]\n\n")
	for _, c := range app.Commands {
		if !c.Hidden {
			fmt.Fprintf(&b, "  %-10s %s\n", c.Name, c.Usage)
		}
	}
	return b.String() + appFoot + exitCodes()
}

func commandHelp(c *cli.Command) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Usage: %s\n\n", strings.TrimSpace("bench "+c.Name+" [FLAGS] "+strings.TrimSpace(c.ArgsUsage)))
	fmt.Fprintf(&b, "bench %s: %s.\n", c.Name, c.Usage)
	if c.Description != "" {
		fmt.Fprintf(&b, "\n%s\n", c.Description)
	}
	b.WriteString("\nFlags\n")
	for _, f := range c.VisibleFlags() {
		if name := f.Names()[0]; name != cli.HelpFlag.Names()[0] {
			flag, usage := "-"+name, usageOf(f)
			if before, rest, ok := strings.Cut(usage, "`"); ok {
				value, after, _ := strings.Cut(rest, "`")
				flag, usage = flag+" "+value, before+value+after
			}
			fmt.Fprintf(&b, "  %-24s %s\n", flag, usage)
		}
	}
	fmt.Fprintf(&b, "  %-24s %s\n", "-help", "this text")
	return b.String()
}

// usageOf gives what a flag is for, and the value that it has when it is left out, if that isn't nothing.
func usageOf(f cli.Flag) string {
	d, ok := f.(cli.DocGenerationFlag)
	if !ok {
		return ""
	}
	usage, value := d.GetUsage(), d.GetDefaultText()
	switch value = strings.Trim(value, `"`); value {
	case "", "0", "0s", "false":
		return usage
	}
	return fmt.Sprintf("%s (%s)", usage, value)
}

// literal makes a template of a text, whatever stands in it.
func literal(text string) string { return strings.ReplaceAll(text, "{{", `{{"{{"}}`) }
