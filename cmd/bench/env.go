package main

import (
	"encoding/json"
	"io"
	"os"

	"github.com/mattn/go-runewidth"
	"github.com/urfave/cli/v2"
	"golang.org/x/term"
)

// env is where a command reads and writes.
type env struct {
	stdin          io.Reader
	stdout, stderr io.Writer // as they are: for frames between processes, and for what draws on a terminal
	out, notes     io.Writer // the same two, for text and JSON: see screen
	environ        []string  // as os.Environ gives it: for specs
}

func newEnv(stdin io.Reader, stdout, stderr io.Writer) *env {
	return &env{stdin: stdin, stdout: stdout, stderr: stderr, out: &screen{w: stdout}, notes: &screen{w: stderr}, environ: os.Environ()}
}

// human is where text for people goes: with -json standard output holds nothing but objects.
func (e *env) human(c *cli.Context) io.Writer {
	if c.Bool("json") {
		return e.notes
	}
	return e.out
}

// line writes one JSON object on standard output.
func (e *env) line(v any) error { return e.json(v, "") }

func (e *env) json(v any, indent string) error {
	enc := json.NewEncoder(e.out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	return enc.Encode(v)
}

// isTerminal says whether a writer is one, and how wide it is.
func isTerminal(w io.Writer) (width int, ok bool) {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0, false
	}
	width, _, err := term.GetSize(int(f.Fd()))
	return width, err == nil
}

// colored says whether text for people may have colours there.
func colored(c *cli.Context, w io.Writer) bool {
	_, terminal := isTerminal(w)
	return terminal && !c.Bool("no-color") && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// columns is how many columns of a terminal a text takes.
func columns(text string) int { return runewidth.StringWidth(text) }
