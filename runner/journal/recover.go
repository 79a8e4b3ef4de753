package journal

import (
	"errors"
	"fmt"
	"os"
	"slices"
)

// A recovery is the work of Open. What it knows of attempts that have ended is needed for no longer.
type recovery struct {
	*Journal
	ended  map[key]State // the state that each attempt ended in
	sealed func() (*seals, error)
}

// recover brings the folder to the state that doc.go promises, whatever moment the last process was cut short at. It can be
// cut short itself, at any step, and be run again.
func (j *recovery) recover() error {
	if err := j.replay(); err != nil {
		return err
	}
	for f, err := range scan(j.dir) {
		if err != nil {
			return err
		}
		for _, temp := range f.temps {
			if err := j.disk.remove(temp); err != nil {
				return err
			}
		}
		for _, run := range f.runs {
			if err := j.mend(run); err != nil && !isRecordError(err) { // what is no record is left alone: who plans its run tells of it
				return err
			}
		}
	}
	return nil
}

// replay reads the journal, sets aside what is no whole line, and opens it at its end.
func (j *recovery) replay() error {
	path := j.path(journalFile)
	tidy := true
	err := readLines(path, func(text []byte, ended bool) error {
		e, whole := decodeEvent(text)
		tidy = tidy && whole && ended
		if !whole {
			return nil
		}
		j.size += int64(len(text)) + 1
		return j.replayed(e)
	})
	absent := errors.Is(err, os.ErrNotExist)
	if err != nil && !absent {
		return err
	}
	if !tidy {
		if err := j.tidy(path); err != nil {
			return err
		}
	}
	err = j.disk.do(step{op: "create", path: path}, func() (err error) {
		j.file, err = os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o666)
		return err
	})
	if err == nil && absent {
		err = j.disk.syncDir(j.dir)
	}
	return err
}

// replayed takes an event that was written by an earlier process.
func (j *recovery) replayed(e Event) error {
	if err := e.check(); err != nil {
		return fmt.Errorf("%s: %w", j.path(journalFile), err)
	}
	j.note(e)
	j.cut = e.Event == EventBegin || j.cut && e.Event != EventEnd
	if place, ok := e.Place(); ok && e.Event == EventFinish {
		j.ended[key{place, e.Attempt}] = e.State
	}
	return nil
}

// tidy leaves the whole lines of the journal, and sets aside what there is else.
func (j *recovery) tidy(path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	s := sift(data)
	if len(s.rest) > 0 {
		if err := j.setAside(s.rest); err != nil {
			return err
		}
	}
	return j.disk.replace(path, s.whole)
}

// setAside keeps what was no whole line, under the first number that is free.
func (j *recovery) setAside(rest []byte) error {
	for n := 1; ; n++ {
		path := j.path(fmt.Sprintf("%s.bad-%d", journalFile, n))
		if _, err := os.Lstat(path); errors.Is(err, os.ErrNotExist) {
			j.damage.set(path, rest)
			return j.disk.replace(path, rest)
		} else if err != nil {
			return err
		}
	}
}

// mend finishes what was begun for one run. Where nothing was, it reads no file.
func (j *recovery) mend(run files) error {
	p := run.place
	j.last[p] = max(j.last[p], slices.Max(append(append([]int{0}, run.evidence...), run.logs...)))
	counts := 0
	switch {
	case run.record && j.inDoubt(run):
		var err error
		if counts, err = j.mendRecord(run); err != nil {
			return err
		}
	case !run.record && run.table: // derived from nothing
		if err := j.disk.remove(p.file(j.dir, ".csv")); err != nil {
			return err
		}
	}
	return j.mendEvidence(run, counts)
}

// mendRecord finishes what was begun for a committed record, and gives its attempt. One that was altered is left as it is: nothing that
// is made from it may pass for what was measured. Its attempt is 0.
func (j *recovery) mendRecord(run files) (attempt int, err error) {
	path := run.place.Record(j.dir)
	sealed, err := j.sealed()
	if err != nil {
		return 0, err
	}
	h, err := sealed.head(run.place, path)
	if h.Altered || err != nil {
		return 0, err
	}
	if !j.ended[key{run.place, h.Attempt}].committed() {
		e := h.finish(run.place)
		e.describe(path, h.Process)
		data, err := os.ReadFile(path)
		if err != nil {
			return 0, err
		}
		e.RecordSHA256 = sealOf(data).String()
		if j.damage.file != "" {
			j.damage.records = append(j.damage.records, h.Address)
		}
		if err := j.append(e); err != nil {
			return 0, err
		}
	}
	return h.Attempt, j.restore(run, h.Attempt)
}

// inDoubt says whether something of a committed record may be missing or left over.
func (j *recovery) inDoubt(run files) bool {
	return !run.table || !run.log && len(run.logs) > 0 || j.running(key{run.place, j.last[run.place]}) ||
		slices.ContainsFunc(run.evidence, func(n int) bool { return !j.ended[key{run.place, n}].kept() })
}

// restore gives a committed record the log and the table that belong to it.
func (j *recovery) restore(run files, attempt int) error {
	p := run.place
	if !run.log && slices.Contains(run.logs, attempt) {
		if err := j.disk.move(p.attemptFile(j.dir, attempt, ".log"), p.file(j.dir, ".log")); err != nil {
			return err
		}
	}
	if run.table {
		return nil
	}
	r, err := Read(p.Record(j.dir))
	if err != nil {
		return err
	}
	table, err := tabulate(r)
	if err != nil {
		return err
	}
	return j.disk.replace(p.file(j.dir, ".csv"), table)
}

// mendEvidence removes the copy of a record that counts after all, and notes the end of attempts that the journal takes
// for unfinished.
func (j *recovery) mendEvidence(run files, counts int) error {
	for _, n := range run.evidence {
		path := run.place.attemptFile(j.dir, n, ".json")
		if j.ended[key{run.place, n}].kept() {
			continue
		}
		if n == counts {
			if err := j.disk.remove(path); err != nil {
				return err
			}
			continue
		}
		h, err := readHead(path)
		if isRecordError(err) {
			continue
		}
		if err != nil {
			return err
		}
		if h.State.committed() { // moved here by hand
			h.State = Superseded
		}
		if err := j.append(h.finish(run.place)); err != nil {
			return err
		}
	}
	return nil
}

// finish is the line that the journal lacks.
func (h head) finish(p Place) Event {
	e := Attempt{Place: p, Address: h.Address, Hash: h.Hash, Number: h.Attempt}.event(EventFinish)
	e.State, e.Message = h.State, "found by the next apply"
	return e
}

// isRecordError says whether an error is that a file is not the record that should be there.
func isRecordError(err error) bool {
	_, ok := errors.AsType[*RecordError](err)
	return ok
}
