package journal

import (
	"errors"
	"fmt"
	"os"
)

// Commit makes a record count: that of a run in state counted, or of a warm-up. A record that counted before is kept as
// superseded. The error is ErrOutdated where the attempt may not count any more. An error that says that the record is
// committed comes from a later step, which the next Open makes up for.
func (j *Journal) Commit(r Record) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.commit(r); err != nil {
		return fmt.Errorf("%s attempt %d: %w", r.Address, r.Attempt, err)
	}
	return nil
}

func (j *Journal) commit(r Record) error {
	if !r.State.committed() {
		return fmt.Errorf("a record in state %q does not count, keep it", r.State)
	}
	if err := r.check(); err != nil {
		return err
	}
	place := r.Place()
	a := Attempt{Place: place, Address: r.Address, Hash: r.Hash, Number: r.Attempt}
	if !j.running(a.key()) || j.last[place] != r.Attempt {
		return ErrOutdated
	}
	if j.open[a.key()].Attempt != a {
		return fmt.Errorf("it was started with another address or hash")
	}
	data, err := encode(r)
	if err != nil {
		return err
	}
	if err := j.lock.check(); err != nil {
		return err
	}
	earlier, err := j.place(r, data)
	if err != nil {
		return err
	}
	counted := a.event(EventFinish)
	counted.State, counted.RecordSHA256 = r.State, sealOf(data).String()
	delete(j.open, a.key())
	err = j.settle(a, counted, r.Process, earlier)
	delete(j.last, place)
	if err != nil {
		return fmt.Errorf("the record is committed, but: %w", err)
	}
	return nil
}

// settle does what follows from a record that has taken its name, and appends the line of it.
func (j *Journal) settle(a Attempt, counted Event, p Process, earlier head) error {
	if err := j.disk.syncDir(a.folder(j.dir)); err != nil {
		return err
	}
	if err := j.disk.move(j.LogPath(a), a.file(j.dir, ".log")); err != nil {
		return err
	}
	table := a.file(j.dir, ".csv")
	if err := j.disk.rename(tempName(table), table); err != nil {
		return err
	}
	counted.describe(a.Record(j.dir), p)
	if earlier.Attempt == 0 {
		return j.append(counted)
	}
	superseded := a.event(EventFinish)
	superseded.Attempt, superseded.Hash, superseded.State = earlier.Attempt, earlier.Hash, Superseded
	if earlier.Altered {
		superseded.Message = "its file was not as it was measured"
	}
	return j.append(superseded, counted)
}

// describe adds what an Index tells a committed record by. One that can't be looked at goes without: it is read then.
func (e *Event) describe(path string, p Process) {
	e.DurationNS = p.DurationNS
	if info, err := os.Lstat(path); err == nil {
		e.RecordBytes, e.RecordMtimeNS = info.Size(), info.ModTime().UnixNano()
	}
}

// place puts a record, encoded, where it counts. All that needs room on the disk is done first, and the rename last.
// It gives the head of the record that counted before, an empty one if none did.
func (j *Journal) place(r Record, data []byte) (earlier head, err error) {
	table, err := tabulate(r)
	if err != nil {
		return head{}, err
	}
	place := r.Place()
	path := place.Record(j.dir)
	var staged []string
	defer func() {
		if err != nil {
			j.disk.discard(staged...)
		}
	}()
	if err := j.disk.syncFile(place.attemptFile(j.dir, r.Attempt, ".log")); err != nil {
		return head{}, err
	}
	for _, f := range []struct {
		path string
		data []byte
	}{{path, data}, {place.file(j.dir, ".csv"), table}} {
		temp, err := j.disk.stage(f.path, f.data)
		if err != nil {
			return head{}, err
		}
		staged = append(staged, temp)
	}
	if earlier, err = j.retire(place); err != nil {
		return head{}, err
	}
	return earlier, j.disk.rename(tempName(path), path)
}

// retire copies the record that counts to the evidence, marked where it was altered, and takes away what belongs to it alone. The record
// itself stays until another takes its name. It may be called again after it failed.
func (j *Journal) retire(p Place) (was head, err error) {
	path := p.Record(j.dir)
	if _, err := os.Lstat(path); errors.Is(err, os.ErrNotExist) {
		return head{}, nil
	}
	sealed, err := j.sealed()
	if err != nil {
		return head{}, err
	}
	if was, err = sealed.replaced(p, path); err != nil {
		return head{}, err
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return head{}, err
	}
	if data, err = supersede(data, was.Attempt, was.Altered); err != nil {
		return head{}, broken(path, err)
	}
	if err := j.disk.replace(p.attemptFile(j.dir, was.Attempt, ".json"), data); err != nil {
		return head{}, err
	}
	if err := j.disk.move(p.file(j.dir, ".log"), p.attemptFile(j.dir, was.Attempt, ".log")); err != nil {
		return head{}, err
	}
	if err := j.disk.remove(p.file(j.dir, ".csv")); err != nil {
		return head{}, err
	}
	return was, j.disk.syncDir(p.folder(j.dir))
}

// Keep stores what does not count as evidence: an attempt that failed, that was invalid, or that came back too late
// (superseded).
func (j *Journal) Keep(r Record) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.keep(r); err != nil {
		return fmt.Errorf("%s attempt %d: %w", r.Address, r.Attempt, err)
	}
	return nil
}

func (j *Journal) keep(r Record) error {
	if !r.State.kept() {
		return fmt.Errorf("a record in state %q is no evidence", r.State)
	}
	if err := r.check(); err != nil {
		return err
	}
	place := r.Place()
	k := key{place, r.Attempt}
	o, ok := j.open[k]
	if !ok || o.lost && r.State != Superseded {
		return fmt.Errorf("it was never started, or has ended already")
	}
	data, err := encode(r)
	if err != nil {
		return err
	}
	if err := j.lock.check(); err != nil {
		return err
	}
	if err := j.disk.syncFile(place.attemptFile(j.dir, r.Attempt, ".log")); err != nil {
		return err
	}
	if err := j.disk.replace(place.attemptFile(j.dir, r.Attempt, ".json"), data); err != nil {
		return err
	}
	e := o.event(EventFinish)
	e.State, e.Error = r.State, r.Error
	return j.append(e)
}
