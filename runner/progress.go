package runner

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"bench/spec"
)

// progressFile is where an apply that works on an experiment says what it does. It is no record: it is written when there is time, not
// synced, removed at the end, and a reader may find none.
const progressFile = ".progress"

// A Progress is what an apply under way says of itself to who looks from another process.
type Progress struct {
	At     time.Time      `json:"at"` // of the last event in it
	PID    int            `json:"pid"`
	LeftNS *int64         `json:"left_ns"` // of the whole apply, then; null where it is not known
	Slots  []SlotProgress `json:"slots"`   // those in which something goes on
}

// A SlotProgress is what goes on in one slot.
type SlotProgress struct {
	Slot    int       `json:"slot"`
	Address string    `json:"address"` // of the run
	Attempt int       `json:"attempt"`
	Doing   string    `json:"doing"` // the kind of the last event
	What    string    `json:"what"`  // the step, the server, the state of the model, or the class of error that it is about
	Since   time.Time `json:"since"` // it does so
}

// readProgress reads what an apply says; nil where it says nothing.
func readProgress(folder string) *Progress {
	text, err := os.ReadFile(filepath.Join(folder, progressFile))
	var p Progress
	if err != nil || json.Unmarshal(text, &p) != nil {
		return nil
	}
	return &p
}

// every is how often a file of progress is written at most.
const every = 250 * time.Millisecond

// A progressWriter writes what happens in one experiment.
type progressWriter struct {
	path     string
	forecast *Forecast

	mu     sync.Mutex
	slots  map[int]SlotProgress
	at     time.Time
	timer  *time.Timer // of the next writing; nil where nothing is to be written
	closed bool
}

func newProgressWriter(folder string, f *Forecast) *progressWriter {
	return &progressWriter{path: filepath.Join(folder, progressFile), forecast: f, slots: map[int]SlotProgress{}}
}

// note takes what happened.
func (w *progressWriter) note(e Event, now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case e.Slot == 0:
		return
	case e.Kind.EndsRun():
		delete(w.slots, e.Slot)
	default:
		w.slots[e.Slot] = SlotProgress{e.Slot, e.Address.String(), e.Attempt, string(e.Kind), what(e), now.UTC()}
	}
	w.at = now.UTC()
	if w.timer == nil && !w.closed {
		w.timer = time.AfterFunc(every, w.write)
	}
}

// what tells what an event is about.
func what(e Event) string {
	switch {
	case e.Server != (spec.Ref{}):
		return e.Server.Address()
	case e.Error != nil:
		return string(e.Error.Class)
	case e.Step != "":
		return strings.TrimSpace(e.Member + " " + e.Step)
	}
	return e.Isolation
}

// write replaces the file. Where it can't be, who looks sees less; the runs go on.
func (w *progressWriter) write() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.timer = nil
	if w.closed {
		return
	}
	p := Progress{At: w.at, PID: os.Getpid(), Slots: slices.SortedFunc(maps.Values(w.slots), func(a, b SlotProgress) int { return a.Slot - b.Slot })}
	if w.forecast != nil {
		if left, known := w.forecast.Left(w.at); known {
			p.LeftNS = new(left.Nanoseconds())
		}
	}
	text, err := json.Marshal(p)
	if err != nil {
		return
	}
	next := w.path + ".tmp" // the journal removes what is left of that name
	if os.WriteFile(next, append(text, '\n'), 0o666) != nil || os.Rename(next, w.path) != nil {
		_ = os.Remove(next)
	}
}

// close removes the file.
func (w *progressWriter) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	if w.timer != nil {
		w.timer.Stop()
	}
	_ = os.Remove(w.path) // it may never have been written; one that is left over is known by the number of its process
}
