package journal

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
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
	RecordMtimeNS int64 `json:"record_mtime_ns,omitempty"` // when it was last modified, since 1970; the file is taken for this one while both are the same

	RecordSHA256 string `json:"record_sha256,omitempty"` // of the file, hexadecimal: whether what is read for a study is what was measured
}

// Place says which run the event is of, and whether it is of one.
func (e *Event) Place() (Place, bool) { return parseName(e.Configuration, e.Name) }

// History goes through the journal of an experiment, event by event; none where there is no folder. An error ends it. It needs no
// lock: a line that is being written, or that the next Open will set aside, is left out.
func History(dir string) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		path := filepath.Join(dir, journalFile)
		err := readLines(path, func(text []byte, _ bool) error {
			e, whole := decodeEvent(text)
			if !whole {
				return nil
			}
			if err := e.check(); err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
			if !yield(e, nil) {
				return io.EOF
			}
			return nil
		})
		if err != nil && err != io.EOF && !errors.Is(err, os.ErrNotExist) {
			yield(Event{}, err)
		}
	}
}

// Events collects History.
func Events(dir string) ([]Event, error) {
	var all []Event
	for e, err := range History(dir) {
		if err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, nil
}

// check refuses the begin of a journal that a later version wrote.
func (e *Event) check() error {
	if e.Event == EventBegin && e.Schema > Schema {
		return checkSchema(e.Schema)
	}
	return nil
}

// readLines goes through a file line by line, until do gives an error. It says of each line whether it has its break; the text
// is without, and is overwritten by the next.
func readLines(path string, do func(text []byte, ended bool) error) error {
	f, err := openRegular(path)
	if _, other := errors.AsType[kindError](err); other {
		return fmt.Errorf("%w: move it away", err)
	}
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(make([]byte, 1<<16), 1<<30)
	lines.Split(func(data []byte, atEnd bool) (int, []byte, error) {
		if i := bytes.IndexByte(data, '\n'); i >= 0 {
			return i + 1, data[:i+1], nil
		}
		if atEnd && len(data) > 0 {
			return len(data), data, nil
		}
		return 0, nil, nil
	})
	for lines.Scan() {
		text, ended := bytes.CutSuffix(lines.Bytes(), []byte("\n"))
		if err := do(text, ended); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// sifted is what a journal holds.
type sifted struct {
	events int
	whole  []byte // their lines
	rest   []byte // lines that are none
}

// sift tells the whole lines of a journal from what is left of broken ones.
func sift(data []byte) sifted {
	var s sifted
	for len(data) > 0 {
		line, after, _ := bytes.Cut(data, []byte("\n"))
		data = after
		switch _, whole := decodeEvent(line); {
		case whole:
			s.events++
			s.whole = append(append(s.whole, line...), '\n')
		case len(line) > 0:
			s.rest = append(append(s.rest, line...), '\n')
		}
	}
	return s
}
