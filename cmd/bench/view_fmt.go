package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/urfave/cli/v2"
)

// Rules of this output: a line a file, its name and nothing else. With -diff the difference follows, as gofmt shows it; green and
// red are for a terminal alone.

// A changedFile is one that a command wrote, or with -check would write, as -json prints it.
type changedFile struct {
	File string `json:"file"`
}

// A formattedInput is standard input in canonical form, as `bench fmt -json -` prints it.
type formattedInput struct {
	File string `json:"file"`
	Text string `json:"text"`
}

func (e *env) formatText(c *cli.Context, name string, src, formatted []byte) error {
	var err error
	if c.Bool("json") {
		err = e.line(changedFile{name})
	} else {
		_, err = fmt.Fprintln(e.out, name)
	}
	if err != nil || !c.Bool("diff") {
		return err
	}
	w := e.stdout
	if c.Bool("json") {
		w = e.stderr
	}
	text := visible(string(diff.Diff(name+".orig", src, name, formatted)))
	if colored(c, w) {
		text = colorDiff(text)
	}
	_, err = io.WriteString(w, text)
	return err
}

// colorDiff marks the lines of a unified diff.
func colorDiff(text string) string {
	var b strings.Builder
	inside := false // of a hunk: before it, --- and +++ name the files
	for line := range strings.Lines(text) {
		color := ""
		switch {
		case strings.HasPrefix(line, "@@"):
			color, inside = "\x1b[36m", true
		case !inside:
			color = "\x1b[1m"
		case line[0] == '+':
			color = "\x1b[32m"
		case line[0] == '-':
			color = "\x1b[31m"
		}
		if content := strings.TrimSuffix(line, "\n"); color != "" {
			line = color + content + reset + line[len(content):]
		}
		b.WriteString(line)
	}
	return b.String()
}
