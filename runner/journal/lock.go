package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"bench/runner/reaper"
)

const lockFile = ".lock"

// A Holder is who writes to an experiment's folder.
type Holder struct {
	Host  string    `json:"host,omitempty"` // a label of the machine
	PID   int       `json:"pid"`
	Since time.Time `json:"since"`
	Boot  string    `json:"boot,omitempty"`  // of the machine; "" where it has none
	Start uint64    `json:"start,omitempty"` // of the process, in clock ticks since the machine was started; 0 where that is not known
}

func newHolder(host string, now time.Time) Holder {
	start, _ := reaper.Started(os.Getpid()) // 0 where the system does not say
	return Holder{Host: host, PID: os.Getpid(), Since: now.UTC(), Boot: bootID(), Start: start}
}

// bootID gives what the kernel calls the time since it was started; "" where it does not.
func bootID() string {
	id, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(id))
}

// An InUseError says that another process writes to the folder.
type InUseError struct {
	Dir    string
	Holder Holder // PID is 0 where the holder has not said yet who it is
}

func (e *InUseError) Error() string {
	if e.Holder.PID == 0 {
		return fmt.Sprintf("%s is in use by another process; wait or stop it", e.Dir)
	}
	who := fmt.Sprintf("pid %d", e.Holder.PID)
	if e.Holder.Host != "" {
		who += " on " + e.Holder.Host
	}
	return fmt.Sprintf("%s is in use by %s since %s; wait or stop it", e.Dir, who, e.Holder.Since.Local().Format(time.DateTime))
}

// A LostError says that the file that this process has locked is no longer the one of its name. The kernel's lock is on the file, and all
// else in the folder is written by its name: so another process may have the lock, and what is written here may go among what it writes.
type LostError struct{ Path string }

func (e *LostError) Error() string {
	return e.Path + " is not the file any more that this process has locked: it was removed or its folder was moved, and another apply may write there; " +
		"nothing more is made, and what counts stays where it is. Leave the folder in its place, and apply again"
}

// A hold is a lock that is held.
type hold struct {
	*flock.Flock
	file os.FileInfo // what is locked
}

// check gives a *LostError where the lock keeps nobody out of the folder any more.
func (h *hold) check() error {
	if is, err := os.Lstat(h.Path()); err != nil || !os.SameFile(is, h.file) {
		return &LostError{h.Path()}
	}
	return nil
}

// acquire takes the lock or says who has it. What the file holds is for people: the lock itself is the kernel's.
func acquire(d disk, dir string, holder Holder) (*hold, error) {
	path := filepath.Join(dir, lockFile)
	lock := &hold{Flock: flock.New(path, flock.SetPermissions(0o666))}
	ok := false
	err := d.do(step{op: "lock", path: path}, func() (err error) {
		if err := regular(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		ok, err = lock.TryLock()
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("%s can't be locked: %w", dir, err)
	}
	if !ok {
		return nil, &InUseError{dir, signature(path, holder.Host)}
	}
	if lock.file, err = lock.Stat(); err == nil {
		err = d.sign(path, holder)
	}
	if err != nil {
		_ = lock.Unlock()
		return nil, fmt.Errorf("%s can't be locked: %w", dir, err)
	}
	return lock, nil
}

// signature reads who has the lock. A holder that is just about to sign stays unnamed, and so does one that can't be it: the name of
// a process that is gone is left in the file, and its number may be that of another one by now.
func signature(path, host string) Holder {
	var h Holder
	data, err := os.ReadFile(path)
	if err != nil || json.Unmarshal(data, &h) != nil {
		return Holder{}
	}
	if h.presence(host) == Gone {
		return Holder{}
	}
	return h
}

// sign writes into the lock's file who has it.
func (d disk) sign(path string, holder Holder) error {
	data, err := json.Marshal(holder)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_TRUNC, 0)
	if err != nil {
		return err
	}
	return errors.Join(d.write(f, append(data, '\n')), f.Close())
}

// Hold takes the lock of an experiment's folder and looks at nothing in it: where there is no folder, nobody has it. The error is an
// *InUseError where another process has the lock.
func Hold(dir, host string) (letGo func(), err error) {
	if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
		return func() {}, nil
	}
	lock, err := acquire(disk{}, dir, newHolder(host, time.Now()))
	if err != nil {
		return nil, err
	}
	return func() { _ = release(disk{}, lock) }, nil // it is taken again, or not needed any more
}

// release empties the file and gives the lock back. The file stays: to remove it would let two processes lock two files
// of that name. One that is lost may be signed by another process.
func release(d disk, lock *hold) error {
	if lock.check() != nil {
		return lock.Unlock()
	}
	if err := d.do(step{op: "truncate", path: lock.Path()}, func() error { return os.Truncate(lock.Path(), 0) }); err != nil {
		_ = lock.Unlock()
		return err
	}
	return lock.Unlock()
}
