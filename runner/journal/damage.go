package journal

import (
	"bytes"
	"fmt"
	"strings"
)

// A damage is what Open found wrong with a journal: lines that are no whole events.
type damage struct {
	file    string   // where they were set aside; "" for none
	lines   int      // how many these are
	records []string // the addresses of records that the journal knew nothing of, and that were sealed as they are
}

// set notes the lines that were set aside.
func (d *damage) set(file string, rest []byte) {
	d.file, d.lines = file, bytes.Count(rest, []byte("\n"))
}

// Damage says which lines of the journal were set aside when it was opened, and what of them can't be made up for; "" where none were.
func (j *Journal) Damage() string {
	d := &j.damage
	if d.file == "" {
		return ""
	}
	text := fmt.Sprintf("%s had %d lines that are no whole events; they are set aside in %s", j.path(journalFile), d.lines, d.file)
	if d.lines == 1 {
		text = fmt.Sprintf("%s had a line that is no whole event; it is set aside in %s", j.path(journalFile), d.file)
	}
	if len(d.records) == 0 {
		return text
	}
	const most = 5 // addresses
	which := strings.Join(d.records[:min(most, len(d.records))], ", ")
	if more := len(d.records) - most; more > 0 {
		which += fmt.Sprintf(" and %d more", more)
	}
	return text + ". Whether a record was altered can't be told without its line, so these are taken as they are: " + which
}
