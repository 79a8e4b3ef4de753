package journal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"
)

// An Index knows which records of an experiment count. It has read the journal, and opens no record that fits its line there:
// one with the size and the time of modification that it was committed with. Any other it reads, be it copied, altered, restored
// or unknown to the journal, since the record is the truth about what counts. It needs no lock, and may be asked from several
// goroutines.
type Index struct {
	dir   string
	none  bool // there is no folder, so there are no records
	lines map[Place]committed
	cut   bool                   // see CutShort
	torn  bool                   // it has a line that is no whole event
	seals func() (*seals, error) // read when a record does not fit its line

	earlierNS, earlier atomic.Int64 // the durations of counted runs, and how many these are
}

// An Entry is what a plan needs to know of a committed record.
type Entry struct {
	Hash    string
	State   State // counted or warmup
	Attempt int
	Altered bool // its file is another one than was committed; seen only where the size or the time of modification differ
}

// committed is what the journal says of a record.
type committed struct {
	Entry
	address       string
	size, mtimeNS int64 // of the file
	tookNS        int64 // of the process
}

// ReadIndex reads the journal of an experiment: there is nothing in it where there is no folder.
func ReadIndex(dir string) (*Index, error) {
	x := &Index{dir: dir, lines: map[Place]committed{}, seals: sync.OnceValues(func() (*seals, error) { return readSeals(dir) })}
	if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
		x.none = true
		return x, nil
	}
	if err := x.read(filepath.Join(dir, journalFile)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	return x, nil
}

// read goes through the lines of a journal. It takes those that are whole events, and passes over the rest.
func (x *Index) read(path string) error {
	return readLines(path, func(text []byte, _ bool) error {
		l, whole := parseLine(text)
		if whole && string(l.event) == EventStart {
			return nil // half of all lines, and of no use here
		}
		var e Event
		if whole {
			l.seal = nil // who needs it reads all of them
			e = l.asEvent()
		} else {
			e, whole = unmarshalEvent(text)
		}
		switch {
		case !whole:
			x.torn = x.torn || len(text) > 0
		case e.Event == EventBegin || e.Event == EventEnd:
			x.cut = e.Event == EventBegin
		case e.Event == EventFinish && e.State.committed():
			x.note(&e)
		}
		if err := e.check(); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		return nil
	})
}

// note takes a record that was committed. Of a run to which that happened twice, the later line is the one that the record fits.
func (x *Index) note(e *Event) {
	place, ok := e.Place()
	if !ok || !isAttempt(e.Attempt) {
		return
	}
	x.lines[place] = committed{Entry{Hash: e.Hash, State: e.State, Attempt: e.Attempt}, e.Address, e.RecordBytes, e.RecordMtimeNS, e.DurationNS}
	if e.DurationNS > 0 {
		x.took(e.DurationNS)
	}
}

func (x *Index) took(ns int64) {
	x.earlierNS.Add(ns)
	x.earlier.Add(1)
}

// Entry gives the committed record of a run, and whether there is one. A record that is not whole, or is that of another address,
// is an error that names its file.
func (x *Index) Entry(p Place, address string) (e Entry, ok bool, err error) {
	if x.none {
		return Entry{}, false, nil
	}
	path := p.Record(x.dir)
	info, err := os.Lstat(path)
	if errors.Is(err, os.ErrNotExist) {
		return Entry{}, false, nil
	}
	if err != nil {
		return Entry{}, false, err
	}
	if l := x.lines[p]; l.address == address && l.size == info.Size() && l.mtimeNS == info.ModTime().UnixNano() {
		return l.Entry, true, nil
	}
	sealed, err := x.seals()
	if err != nil {
		return Entry{}, false, err
	}
	h, err := sealed.head(p, path)
	if err != nil {
		return Entry{}, false, err
	}
	if h.Address != address {
		return Entry{}, false, broken(path, fmt.Errorf("it says that it is %s", h.Address))
	}
	if _, known := x.lines[p]; !known {
		x.took(h.Process.DurationNS)
	}
	return Entry{h.Hash, h.State, h.Attempt, h.Altered}, true, nil
}

// Identity gives what a committed record was measured with, read from the record.
func (x *Index) Identity(p Place) (map[string]string, error) {
	h, err := readHead(p.Record(x.dir))
	return h.Identity, err
}

// Took gives how long the committed run of a place took, and whether the journal knows it.
func (x *Index) Took(p Place) (time.Duration, bool) {
	ns := x.lines[p].tookNS
	return time.Duration(ns), ns > 0
}

// CutShort says whether the last process that wrote here did not come to its end, or has not yet, or the journal is damaged: there may be
// something to mend.
func (x *Index) CutShort() bool { return x.cut || x.torn }

// Earlier gives the time that the counted runs took, superseded ones too, and how many these are: those of the journal, and those
// that Entry has found beside it.
func (x *Index) Earlier() (total time.Duration, runs int) {
	return time.Duration(x.earlierNS.Load()), int(x.earlier.Load())
}
