package main

import (
	"strings"

	"github.com/urfave/cli/v2"
)

// permute puts a command's flags before its paths, wherever they were written, since the flag parser stops at the first path.
// Flags before the command go behind it, where the command knows them. What follows "--" stays as it is.
func permute(app *cli.App, args []string) []string {
	takesValue := map[string]bool{}
	for _, c := range app.Commands {
		for _, f := range c.Flags {
			_, isBool := f.(*cli.BoolFlag)
			for _, name := range f.Names() {
				takesValue[name] = !isBool
			}
		}
	}
	var command, flags, paths []string
	for rest := args[1:]; len(rest) > 0; rest = rest[1:] {
		arg := rest[0]
		if arg == "--" {
			paths = append(paths, rest...)
			break
		}
		switch {
		case len(arg) > 1 && arg[0] == '-':
			flags = append(flags, arg)
			if takesValue[strings.TrimLeft(arg, "-")] && len(rest) > 1 {
				rest = rest[1:]
				flags = append(flags, rest[0])
			}
		case len(command) == 0:
			command = []string{arg}
		default:
			paths = append(paths, arg)
		}
	}
	out := append([]string{args[0]}, command...)
	return append(append(out, flags...), paths...)
}
