package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"bench/agent"
)

// A Journal writes to the folder of one experiment. Its methods may be called from several goroutines.
type Journal struct {
	dir    string
	disk   disk
	now    func() time.Time
	holder Holder
	lock   *hold
	damage damage                 // what was found when it was opened
	sealed func() (*seals, error) // read when a record is superseded

	mu      sync.Mutex
	file    *os.File
	size    int64          // of the file, all of it whole lines
	begun   bool           // this process has written its begin
	cut     bool           // the process before it has not written its end
	broken  error          // why nothing more can be written; nil while it can
	open    map[key]opened // the attempts that something may still come back of
	last    map[Place]int  // the highest attempt of each run, but of those whose record was committed here: that has it
	largest int64          // bytes, of the records that were committed
	writer  *Holder        // the process whose events are noted
}

// An Attempt is one start of a run.
type Attempt struct {
	Place
	Address string
	Hash    string // of the identity
	Number  int    // from 1, rising with each start of the run
}

type key struct {
	place  Place
	number int
}

// An opened attempt was started and has not ended, or was given up.
type opened struct {
	Attempt
	by   *Holder // the process that started it
	lost bool    // it was given up; should it come back all the same, it can be kept
}

func (a Attempt) key() key { return key{a.Place, a.Number} }

// ErrOutdated says that an attempt can't be committed: it was never started, has ended already, or a later one has been
// started since. What it measured can be kept as superseded.
var ErrOutdated = errors.New("this attempt can no longer count")

// Open makes the folder where there is none, takes its lock, and mends what a process that was cut short left behind. Host
// is a label of this machine, for a second process that wants the lock; it may be empty. The error is an *InUseError where
// another process has the lock.
func Open(dir, host string) (*Journal, error) {
	return open(dir, host, disk{}, time.Now)
}

func open(dir, host string, d disk, now func() time.Time) (*Journal, error) {
	if err := d.mkdir(dir); err != nil {
		return nil, err
	}
	holder := newHolder(host, now())
	lock, err := acquire(d, dir, holder)
	if err != nil {
		return nil, err
	}
	j := &Journal{
		dir: dir, disk: d, now: now, holder: holder, lock: lock,
		open: map[key]opened{}, last: map[Place]int{},
	}
	readSeals := func() (*seals, error) { return readSeals(dir) }
	if err := (&recovery{j, map[key]State{}, sync.OnceValues(readSeals)}).recover(); err != nil {
		j.abandon()
		return nil, err
	}
	j.sealed = sync.OnceValues(readSeals)
	return j, nil
}

// abandon lets go of the folder and writes nothing more.
func (j *Journal) abandon() {
	if j.file != nil {
		_ = j.file.Close()
	}
	_ = release(j.disk, j.lock)
}

// Close writes the end, where there was a begin, of this process or of one that was cut short, and gives the lock back. The journal
// may not be used any more.
func (j *Journal) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	var err error
	if (j.begun || j.cut) && j.broken == nil {
		err = j.append(Event{Event: EventEnd})
	}
	return errors.Join(err, j.file.Close(), release(j.disk, j.lock))
}

// Start gives the run its next attempt and makes it durable. Only then may the caller act. It, Commit and Keep give a *LostError where
// somebody took away the lock or moved the folder: nothing may be written there any more.
func (j *Journal) Start(place Place, address, hash string) (Attempt, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	a, err := j.start(Attempt{Place: place, Address: address, Hash: hash})
	if err != nil {
		return Attempt{}, fmt.Errorf("%s can't start: %w", address, err)
	}
	return a, nil
}

func (j *Journal) start(a Attempt) (Attempt, error) {
	if err := a.Place.check(); err != nil {
		return a, err
	}
	if a.Address == "" || a.Hash == "" {
		return a, fmt.Errorf("it has no address or no hash")
	}
	if err := j.lock.check(); err != nil {
		return a, err
	}
	counts, err := j.counting(a.Place)
	if err != nil {
		return a, err
	}
	if err := j.disk.mkdir(a.attempts(j.dir)); err != nil {
		return a, err
	}
	if a.Number = max(j.last[a.Place], counts.Attempt) + 1; !isAttempt(a.Number) {
		return a, fmt.Errorf("its last attempt says that it is the %dth, and there is none after that: move %s and what lies in %s away", maxAttempt, a.Record(j.dir), a.attempts(j.dir))
	}
	return a, j.append(a.event(EventStart))
}

// counting gives the head of the run's committed record, an empty one where there is none.
func (j *Journal) counting(p Place) (head, error) {
	h, err := readHead(p.Record(j.dir))
	if errors.Is(err, os.ErrNotExist) {
		return head{}, nil
	}
	return h, err
}

// LogPath is where the standard error of an attempt that was started goes. Its folder is there.
func (j *Journal) LogPath(a Attempt) string { return a.attemptFile(j.dir, a.Number, ".log") }

// Retry notes why another attempt will follow, and after which delay.
func (j *Journal) Retry(a Attempt, why *agent.Error, delay time.Duration) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	e := a.event(EventRetry)
	e.Error, e.DelayNS = why, int64(delay)
	return j.append(e)
}

// Lose notes that nothing will come back from an attempt, and why.
func (j *Journal) Lose(a Attempt, why string) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if !j.running(a.key()) {
		return fmt.Errorf("%s attempt %d is not under way", a.Address, a.Number)
	}
	e := a.event(EventFinish)
	e.State, e.Message = Lost, why
	return j.append(e)
}

// Unfinished lists the attempts that were started and have not ended, by place and number. After Open they are those of
// processes that are gone.
func (j *Journal) Unfinished() []Attempt {
	j.mu.Lock()
	defer j.mu.Unlock()
	var open []Attempt
	for _, o := range j.open {
		if !o.lost {
			open = append(open, o.Attempt)
		}
	}
	slices.SortFunc(open, func(a, b Attempt) int {
		if c := a.compare(b.Place); c != 0 {
			return c
		}
		return a.Number - b.Number
	})
	return open
}

// LargestRecord gives the size in bytes of the largest record that was ever committed here; 0 where there is none.
func (j *Journal) LargestRecord() int64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.largest
}

// Fate says what became of the process that had started an attempt of Unfinished: it had the lock, so it is gone. Its number says
// nothing any more, least of all after the machine was started again.
func (j *Journal) Fate(a Attempt) string {
	j.mu.Lock()
	defer j.mu.Unlock()
	by := j.open[a.key()].by
	switch {
	case by == nil || by.PID == 0:
		return "the process that made it is gone"
	case by.Host != j.holder.Host:
		return fmt.Sprintf("the process that made it, pid %d on %s, is gone", by.PID, by.Host)
	case by.Boot != "" && j.holder.Boot != "" && by.Boot != j.holder.Boot:
		return "the machine was restarted since"
	}
	return fmt.Sprintf("the process that made it, pid %d, is gone", by.PID)
}

func (j *Journal) running(k key) bool {
	o, ok := j.open[k]
	return ok && !o.lost
}

func (a Attempt) event(name string) Event {
	return Event{Event: name, Address: a.Address, Configuration: a.Configuration, Name: a.Name(), Attempt: a.Number, Hash: a.Hash}
}

// append makes events durable, and then takes note of them. Nothing is left of events that could not be written.
func (j *Journal) append(events ...Event) error {
	if j.broken != nil {
		return fmt.Errorf("%s takes nothing more after an earlier failure, apply again: %w", j.file.Name(), j.broken)
	}
	if !j.begun {
		begin := Event{Event: EventBegin, Schema: Schema, Host: j.holder.Host, PID: j.holder.PID, Boot: j.holder.Boot}
		events = append([]Event{begin}, events...)
	}
	var lines bytes.Buffer
	enc := json.NewEncoder(&lines)
	enc.SetEscapeHTML(false)
	for _, e := range events {
		e.T = j.now().UTC()
		if err := enc.Encode(e); err != nil {
			return err
		}
	}
	if err := j.disk.write(j.file, lines.Bytes()); err != nil {
		j.broken = j.disk.truncate(j.file, j.size)
		return err
	}
	if err := j.disk.sync(j.file); err != nil {
		j.broken = err
		return err
	}
	j.size += int64(lines.Len())
	j.begun = true
	for _, e := range events {
		j.note(e)
	}
	return nil
}

// note keeps account of the attempts. A sweep may have 100 000, so what has ended and left a record is not kept.
func (j *Journal) note(e Event) {
	if e.Event == EventBegin {
		j.writer = &Holder{Host: e.Host, PID: e.PID, Since: e.T, Boot: e.Boot}
	}
	place, ok := e.Place()
	if !ok || !isAttempt(e.Attempt) {
		return
	}
	k := key{place, e.Attempt}
	j.last[place] = max(j.last[place], e.Attempt)
	switch e.Event {
	case EventStart:
		j.open[k] = opened{Attempt: Attempt{Place: place, Address: e.Address, Hash: e.Hash, Number: e.Attempt}, by: j.writer}
	case EventFinish:
		j.largest = max(j.largest, e.RecordBytes)
		if o, ok := j.open[k]; ok && e.State == Lost {
			o.lost = true
			j.open[k] = o
		} else {
			delete(j.open, k)
		}
	}
}

func (j *Journal) path(name string) string { return filepath.Join(j.dir, name) }
