package templates

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"text/template"
	"text/template/parse"

	"bench/runner/study"
)

// A Report is what a spec's `report` block asks for.
type Report struct {
	Name     string         // of the block
	Title    string         // "" takes that of the first experiment, or "Report" and the name
	Analyses []string       // names in the study, in the order of the report
	Vars     map[string]any // as the spec gives them: strings, numbers, bools, and lists and maps of those

	Calibration string // how well the instrument measures, in a line; "" where nobody says
}

// A Template is parsed and ready to render. It may be used by several goroutines at once.
type Template struct {
	name   string
	digest string // SHA-256 of the source, hexadecimal
	set    *template.Template
}

// maxSource bounds the text of one template, in bytes: the parser recurses with the nesting of its input.
const maxSource = 4 << 20

// Parse compiles a template. The name stands in errors; for a template in a file it is the file's path. Every built-in
// template, with its blocks, is there to be called and overridden. An error is an *Error.
func Parse(name, source string) (*Template, error) {
	t := &Template{name: name, set: template.New(name).Option("missingkey=error").Funcs(functions(nil))}
	for _, builtin := range Builtins() {
		if text, _ := Builtin(builtin); builtin != name {
			if err := t.add(builtin, text); err != nil {
				return nil, err
			}
		}
	}
	if err := t.add(name, source); err != nil {
		return nil, err
	}
	if t.set.Lookup(name) == nil {
		return nil, &Error{File: name, Line: 1, Column: 1, Message: "the template is empty: it has nothing outside of its {{define}} blocks"}
	}
	if err := undefinedTemplate(t.set); err != nil {
		return nil, err
	}
	sum := sha256.Sum256([]byte(source))
	t.digest = hex.EncodeToString(sum[:])
	return t, nil
}

// add parses one source into the set. The trees are rewritten on the way, see instrument.
func (t *Template) add(name, source string) error {
	if len(source) > maxSource {
		return &Error{File: name, Line: 1, Column: 1, Message: fmt.Sprintf("a template may have %d MiB at most", maxSource>>20)}
	}
	trees, err := parse.Parse(name, source, "", "", functions(nil), builtinNames)
	if err != nil {
		return parseError(name, source, err)
	}
	for _, block := range sortedKeys(trees) {
		tree := trees[block]
		if block == name && parse.IsEmptyTree(tree.Root) {
			continue // a file of definitions alone
		}
		instrument(tree)
		if _, err := t.set.AddParseTree(block, tree); err != nil {
			return err
		}
	}
	return nil
}

// Render gives the report in markdown. An error of the template is an *Error.
func (t *Template) Render(report Report, st study.Study) ([]byte, error) {
	return t.render(report, st, &budget{left: maxWork})
}

func (t *Template) render(report Report, st study.Study, work *budget) ([]byte, error) {
	data, err := newData(t, report, st)
	if err != nil {
		return nil, fmt.Errorf("report %s: %w", report.Name, err)
	}
	r := &rendering{data: data, budget: work}
	if r.set, err = t.set.Clone(); err != nil {
		return nil, fmt.Errorf("report %s: %w", report.Name, err)
	}
	r.set.Funcs(functions(r))
	text, err := r.execute(t.name, data)
	if err != nil {
		return nil, err
	}
	return tidy(insertTOC(text)), nil
}

// A rendering is one execution of a template: its data, and what it may still spend.
type rendering struct {
	set    *template.Template
	data   map[string]any
	budget *budget
	depth  int // of includes
}

// execute renders one template of the set.
func (r *rendering) execute(name string, data any) ([]byte, error) {
	var out bytes.Buffer
	err := r.set.ExecuteTemplate(&limitedWriter{&out}, name, data)
	if err == nil {
		return out.Bytes(), nil
	}
	if e := new(Error); errors.As(err, &e) {
		return nil, e // of a template that this one includes
	}
	return nil, execError(name, err, r.data)
}

// tidy takes away trailing blanks and runs of empty lines, which conditional sections leave behind, outside of fenced
// code, and ends the text with one newline.
func tidy(text []byte) []byte {
	var out bytes.Buffer
	fence, blank := "", true
	for line := range bytes.Lines(text) {
		line = bytes.TrimRight(line, " \t\r\n")
		switch mark := fenceOf(line); {
		case fence == "" && mark != "":
			fence = mark
		case fence != "" && len(mark) >= len(fence) && mark[0] == fence[0] && len(bytes.TrimLeft(line, " ")) == len(mark):
			fence = ""
		}
		if fence == "" && len(line) == 0 && blank {
			continue
		}
		blank = len(line) == 0
		out.Write(line)
		out.WriteByte('\n')
	}
	return append(bytes.TrimRight(out.Bytes(), "\n"), '\n')
}

// fenceOf gives the run of backticks or tildes that a line of fenced code begins or ends with, or "".
func fenceOf(line []byte) string {
	line = bytes.TrimLeft(line, " ")
	for _, mark := range []string{"`", "~"} {
		if n := len(line) - len(bytes.TrimLeft(line, mark)); n >= 3 {
			return string(line[:n])
		}
	}
	return ""
}
