package main

import (
	"cmp"
	"errors"
	"io"
	"strings"

	"github.com/urfave/cli/v2"
	"github.com/zclconf/go-cty/cty"

	"bench/spec"
)

// typed is what the input of the console is called in diagnostics.
const typed = "<console>"

func consoleCommand(e *env) *cli.Command {
	return &cli.Command{
		Name: "console", Usage: "evaluate expressions with what a spec declares", ArgsUsage: "[PATH…]",
		Description: "It reads an expression a line, and further lines while a bracket is open; exit or Ctrl-D ends it.\n" +
			"Where there is no spec in the folder and none is named, it knows the functions of the language alone.\n" +
			"All lines are evaluated; the exit code is 1 where one of them has a mistake.",
		Flags: moduleFlags(),
		Action: func(c *cli.Context) error {
			m, err := e.consoleModule(c)
			if err != nil {
				return err
			}
			return e.converse(c, m)
		},
	}
}

// consoleModule reads the spec, or makes do without one where none is named.
func (e *env) consoleModule(c *cli.Context) (*spec.Module, error) {
	if c.NArg() > 0 || spec.HasSpec(cmp.Or(c.String("chdir"), ".")) {
		return e.module(c, c.Args().Slice())
	}
	if err := changeFolder(c); err != nil {
		return nil, err
	}
	inputs, err := inputsOf(c)
	if err != nil {
		return nil, err
	}
	m, diags := spec.Bare(".", e.specOptions(inputs))
	return m, e.diagnose(c, m.Files, diags)
}

// converse answers each expression of the input.
func (e *env) converse(c *cli.Context, m *spec.Module) error {
	input := &expressions{lines: e.lines()}
	mistaken := false
	for {
		text, line, err := input.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		v, diags := m.Evaluate(text, typed, line)
		if diags.HasErrors() {
			mistaken = true
			err = e.mistakes(c, m, mistake{text, line, diags})
		} else {
			err = e.answer(c, line, v)
		}
		if err != nil {
			return err
		}
	}
	if mistaken {
		return status(exitError)
	}
	return nil
}

// An answer is the value of an expression, as -json prints it.
type answer struct {
	Line int `json:"line"` // of the input, on which the expression begins
	spec.JSONValue
}

func (e *env) answer(c *cli.Context, line int, v cty.Value) error {
	if c.Bool("json") {
		return e.line(answer{line, spec.NewJSONValue(v)})
	}
	_, err := io.WriteString(e.out, spec.FormatValue(v)+"\n")
	return err
}

// expressions takes the input apart: an expression a line, and the lines that follow while it has something open.
type expressions struct {
	lines lines
	line  int // read so far
}

// next gives an expression and the line on which it begins. One that is too long is cut, so that it is told as such.
func (x *expressions) next() (text string, line int, err error) {
	var o open
	for {
		prompt := "> "
		if line > 0 {
			prompt = ": "
		}
		read, err := x.lines.next(prompt)
		if err != nil {
			if line > 0 && errors.Is(err, io.EOF) {
				err = nil // what is missing is told
			}
			return text, line, err
		}
		x.line++
		bare := strings.TrimSpace(read)
		switch {
		case line > 0:
		case bare == "" || strings.HasPrefix(bare, "#") || strings.HasPrefix(bare, "//"):
			continue
		case bare == "exit":
			return "", 0, io.EOF
		default:
			line = x.line
		}
		if len(text) <= spec.MaxExpression {
			text += read + "\n"
		}
		if o.after(read); !o.isOpen() {
			return strings.TrimSuffix(text, "\n"), line, nil
		}
	}
}
