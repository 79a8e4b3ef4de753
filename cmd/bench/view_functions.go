package main

import (
	"fmt"
	"io"
	"strings"

	"bench/spec"
)

// Rules of this output: 80 columns, whatever the terminal, so that it reads the same in a pipe. The list has names alone, grouped as
// the language's reference is; how a function is called, and an example, are told of one at a time.

const page = 80 // columns

func functionsText(w io.Writer, functions []spec.FunctionDoc) error {
	var b strings.Builder
	longest := 0
	for _, f := range functions {
		longest = max(longest, len(f.Name))
	}
	category := ""
	for _, f := range functions {
		if f.Category != category {
			if category != "" {
				b.WriteByte('\n')
			}
			category = f.Category
			fmt.Fprintf(&b, "%s%s\n", strings.ToUpper(category[:1]), category[1:])
		}
		indent := 2 + longest + 2
		text := strings.Join(wrap(f.Doc, page-indent), "\n"+strings.Repeat(" ", indent))
		fmt.Fprintf(&b, "  %-*s  %s\n", longest, f.Name, text)
	}
	b.WriteString("\n\"bench functions NAME\" explains one, with an example.\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func functionText(w io.Writer, f spec.FunctionDoc) error {
	_, err := fmt.Fprintf(w, "%s\n\n%s\n\n  > %s\n  %s\n", f.Signature, strings.Join(wrap(f.Doc, page), "\n"), f.Example, f.Result)
	return err
}

// wrap breaks a text into lines of at most width columns, where its words allow it.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		switch {
		case line == "":
			line = word
		case columns(line)+1+columns(word) <= width:
			line += " " + word
		default:
			lines = append(lines, line)
			line = word
		}
	}
	return append(lines, line)
}
