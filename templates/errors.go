package templates

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"text/template"

	"github.com/agext/levenshtein"
)

// An Error is a mistake in a template, with the place of it.
type Error struct {
	File         string // as given to Parse; a built-in's name
	Line, Column int    // from 1, in bytes; 0 where the place isn't known
	Message      string // what, and what to do
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return e.File + ": " + e.Message
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Message)
}

var (
	undefinedFunction = pattern(`^function "(.+)" not defined$`)
	quoted            = pattern(`<(.+?)>|"(.+?)"|'(.+?)'|unexpected (\{\{.+?\}\})`)
)

// parseError makes an Error of what package parse says, which knows the line but not the column.
func parseError(name, source string, err error) *Error {
	text := strings.TrimPrefix(err.Error(), "template: "+name+":")
	number, message, _ := strings.Cut(text, ": ")
	line, convErr := strconv.Atoi(number)
	if convErr != nil {
		return &Error{File: name, Message: err.Error()}
	}
	e := &Error{File: name, Line: line, Message: message}
	e.Column = columnOf(lineOf(source, line), message)
	if m := undefinedFunction().FindStringSubmatch(message); m != nil {
		e.Message = noFunction(m[1])
	}
	return e
}

// columnOf finds what a message quotes in its line; where that fails, the column is that of the line's last action.
func columnOf(line, message string) int {
	if m := quoted().FindStringSubmatch(message); m != nil {
		if at := strings.Index(line, strings.Join(m[1:], "")); at >= 0 {
			return at + 1
		}
	}
	return max(strings.LastIndex(line, "{{"), 0) + 1
}

func lineOf(source string, number int) string {
	lines := strings.Split(source, "\n")
	if number < 1 || number > len(lines) {
		return ""
	}
	return lines[number-1]
}

func noFunction(name string) string {
	if reason, ok := absent[name]; ok {
		return fmt.Sprintf("there is no function `%s`: it %s", name, reason)
	}
	return fmt.Sprintf("there is no function `%s`%s", name, suggestion(name, sortedKeys(functions(nil))))
}

var (
	execution = pattern(`(?s)^template: (.*?:\d+:\d+): executing ".*?" at <(.*)>: (.*)$`)
	place     = pattern(`(?s)^(.*):(\d+):(\d+)$`)
	noEntry   = pattern(`^map has no entry for key "(.+)"$`)
	onNull    = pattern(`^nil (?:pointer evaluating .*\.|data; no entry for key ")([^".]+)"?$`)
	onScalar  = pattern(`^can't evaluate field (.+) in type (.+)$`)
	inCall    = pattern(`(?s)^error calling (\w+): (.*)$`)
)

// execError makes an Error of what text/template says when it stops, with the field that was meant.
func execError(name string, err error, data map[string]any) *Error {
	var inner template.ExecError
	if !errors.As(err, &inner) {
		return &Error{File: name, Message: err.Error()}
	}
	m := execution().FindStringSubmatch(inner.Error())
	if m == nil {
		return &Error{File: name, Message: inner.Error()}
	}
	expression, message := m[2], m[3]
	e := errorAt(m[1], message)
	path := func(field string) string { // what stands before the field
		before, _, _ := strings.Cut(expression+".", "."+field+".")
		e.Column += len(before) + 1 - skipped(expression)
		return before
	}
	switch {
	case noEntry().MatchString(message):
		field := noEntry().FindStringSubmatch(message)[1]
		before := path(field)
		e.Message = noField(owner(before), field, fieldsUnder(data, before))
	case onNull().MatchString(message):
		field := onNull().FindStringSubmatch(message)[1]
		e.Message = fmt.Sprintf("%s is null here, so it has no field %q: ask first, with {{with}} or {{if}}", owner(path(field)), field)
	case onScalar().MatchString(message):
		field := onScalar().FindStringSubmatch(message)[1]
		e.Message = fmt.Sprintf("%s is not an object, so it has no field %q", owner(path(field)), field)
	case inCall().MatchString(message):
		call := inCall().FindStringSubmatch(message)
		e.Message = strings.TrimPrefix(fmt.Sprintf("%s: %s", call[1], call[2]), stepName+": ")
	}
	return e
}

// skipped is how far into an expression the place lies that text/template gives for it: of a path of several names it is that of
// the second one.
func skipped(expression string) int {
	if i := strings.Index(strings.TrimPrefix(expression, "."), "."); i >= 0 {
		return i + len(expression) - len(strings.TrimPrefix(expression, "."))
	}
	return 0
}

// errorAt makes an Error of a location as text/template writes it, FILE:LINE:COLUMN with columns from 0.
func errorAt(location, message string) *Error {
	m := place().FindStringSubmatch(location)
	if m == nil {
		return &Error{File: location, Message: message}
	}
	line, _ := strconv.Atoi(m[2]) // the pattern has digits only
	column, _ := strconv.Atoi(m[3])
	return &Error{File: m[1], Line: line, Column: column + 1, Message: message}
}

func noTemplate(name string, known []string) string {
	return fmt.Sprintf("there is no template %q%s", name, suggestion(name, known))
}

// owner names what a field was looked for in.
func owner(path string) string {
	if path == "" {
		return "the value of `.`"
	}
	return path
}

func noField(owner, field string, known []string) string {
	message, has := fmt.Sprintf("%s has no field %q", owner, field), "; it has "
	if meant := suggestion(field, known); meant != "" {
		message, has = message+meant, " It has "
	}
	if len(known) > 0 && len(known) <= 12 {
		message += has + strings.Join(known, ", ")
	}
	return message
}

// suggestion gives the nearest of the known names, if it is near enough to have been meant. Of two that are as near it
// takes the one with the same first letter, else the one that stands first.
func suggestion(name string, known []string) string {
	best, least := "", 2*(1+max(2, len(name)/2))
	for _, candidate := range known {
		distance := 2 * levenshtein.Distance(strings.ToLower(name), strings.ToLower(candidate), nil)
		if candidate != "" && name != "" && candidate[0] != name[0] {
			distance++
		}
		if distance < least {
			best, least = candidate, distance
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}

// fieldsUnder lists the fields of the objects in the data that stand under the last name of a path, wherever that is:
// text/template's error has the path as it is written, and `.` may be anything. Under no name these are all fields, those
// of the root first.
func fieldsUnder(data map[string]any, path string) []string {
	last := path[strings.LastIndex(path, ".")+1:]
	if path == "$" {
		return sortedKeys(data)
	}
	found := map[string]bool{}
	if collect(data, "", last, found); last != "" && len(found) > 0 {
		return sortedKeys(found)
	}
	collect(data, "", "", found)
	return append(sortedKeys(data), sortedKeys(found)...)
}

// collect gathers the fields of each object under the given name, and of the elements of each list there.
func collect(v any, under, wanted string, found map[string]bool) {
	switch v := v.(type) {
	case map[string]any:
		for field, value := range v {
			if wanted == "" || wanted == under {
				found[field] = true
			}
			collect(value, field, wanted, found)
		}
	case []any:
		for _, value := range v {
			collect(value, under, wanted, found)
		}
	}
}
