package main

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"bench/runner"
)

// Rules of this output: a line a change, as old → new, beside those of the runs; of a lock that is new the file stands for all.

// A lockLine is the line of a change, or of what could not be found out.
type lockLine struct {
	Event   string `json:"event"` // locked, unresolved
	Address string `json:"address"`
	Model   string `json:"model,omitempty"` // of the server at the address
	Old     string `json:"old,omitempty"`
	New     string `json:"new,omitempty"`
	Message string `json:"message,omitempty"`
}

// resolved tells what was found out.
func (e *env) resolved(c *cli.Context, isNew bool, found *runner.Resolution) {
	for _, u := range found.Unresolved {
		message := oneLine(u.Err.Error())
		line := lockLine{Event: "unresolved", Address: u.Fact.Of.Address(), Model: u.Fact.Model, Message: message}
		e.tellLock(c, line, fmt.Sprintf("note    %s can't be found out: %s", u.Fact, message))
	}
	for _, change := range found.Changes {
		text := "lock    " + change.String()
		if isNew && !c.Bool("locked") {
			text = ""
		}
		e.tellLock(c, lockLine{Event: "locked", Address: change.Fact.Of.Address(), Model: change.Fact.Model, Old: change.Old, New: change.New}, text)
	}
}

func (e *env) lockIsNew(c *cli.Context, path string) {
	if !c.Bool("json") {
		fmt.Fprintf(e.notes, "lock    %s is new: keep it in git, beside the spec\n", path)
	}
}

// tellLock writes a line. Who reads may have gone; what was asked for is done all the same.
func (e *env) tellLock(c *cli.Context, line lockLine, text string) {
	switch {
	case c.Bool("json"):
		_ = e.line(line)
	case text != "":
		fmt.Fprintln(e.notes, text)
	}
}
