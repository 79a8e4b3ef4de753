package journal

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"bench/agent"
)

const journalFile = "journal.jsonl"

// The events of a journal. A reader ignores those that it does not know.
const (
	EventBegin  = "begin"  // a process is about to write its first event
	EventStart  = "start"  // an attempt is about to start
	EventRetry  = "retry"  // another attempt will follow, after the delay
	EventFinish = "finish" // an attempt ended in this state; a later one for the same attempt takes its place
	EventEnd    = "end"    // the process that began is done
)

// An Event is one line of the journal.
type Event struct {
	T             time.Time    `json:"t"` // UTC
	Event         string       `json:"event"`
	Schema        int          `json:"schema,omitempty"` // of begin
	Host          string       `json:"host,omitempty"`   // of begin
	PID           int          `json:"pid,omitempty"`    // of begin
	Boot          string       `json:"boot,omitempty"`   // of begin: what the kernel calls the time since the machine was started
	Address       string       `json:"address,omitempty"`
	Configuration string       `json:"configuration,omitempty"`
	Name          string       `json:"name,omitempty"` // run_1
	Attempt       int          `json:"attempt,omitempty"`
	Hash          string       `json:"hash,omitempty"`
	State         State        `json:"state,omitempty"` // of finish
	Error         *agent.Error `json:"error,omitempty"`
	DelayNS       int64        `json:"delay_ns,omitempty"` // of retry
	Message       string       `json:"message,omitempty"`

	// Of finish, where the attempt counts: what an Index knows of its record without opening it.
	DurationNS    int64 `json:"duration_ns,omitempty"`     // of the process
	RecordBytes   int64 `json:"record_bytes,omitempty"`    // size of the file
	RecordMtimeNS int64 `json:"record_mtime_ns,omitempty"` // when it was last modified, since 1970; the file is still this one while both are the same
}

// Events reads the journal of an experiment; none where there is no folder. It needs no lock: a line that is being
// written, or that the next Open will set aside, is left out.
func Events(dir string) ([]Event, error) {
	path := filepath.Join(dir, journalFile)
	data, err := os.ReadFile(path)
	if err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return nil, nil
		}
		return nil, err
	}
	s := sift(data)
	return s.events, s.check(path)
}

// sifted is what a journal holds.
type sifted struct {
	events []Event
	whole  []byte // their lines
	rest   []byte // lines that are none
}

// sift tells the whole lines of a journal from what is left of broken ones.
func sift(data []byte) sifted {
	var s sifted
	for len(data) > 0 {
		line, after, _ := bytes.Cut(data, []byte("\n"))
		data = after
		switch e, whole := decodeEvent(line); {
		case whole:
			s.events = append(s.events, e)
			s.whole = append(append(s.whole, line...), '\n')
		case len(line) > 0:
			s.rest = append(append(s.rest, line...), '\n')
		}
	}
	return s
}

// check refuses a journal that a later version wrote.
func (s sifted) check(path string) error {
	for _, e := range s.events {
		if e.Event == EventBegin && e.Schema > Schema {
			return fmt.Errorf("%s: %w", path, checkSchema(e.Schema))
		}
	}
	return nil
}
