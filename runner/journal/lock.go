package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/gofrs/flock"
)

const lockFile = ".lock"

// A Holder is who writes to an experiment's folder.
type Holder struct {
	Host  string    `json:"host,omitempty"` // a label of the machine
	PID   int       `json:"pid"`
	Since time.Time `json:"since"`
	Boot  string    `json:"boot,omitempty"` // of the machine; "" where it has none
}

func newHolder(host string, now time.Time) Holder {
	return Holder{Host: host, PID: os.Getpid(), Since: now.UTC(), Boot: bootID()}
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

// acquire takes the lock or says who has it. What the file holds is for people: the lock itself is the kernel's.
func acquire(d disk, dir string, holder Holder) (*flock.Flock, error) {
	path := filepath.Join(dir, lockFile)
	lock := flock.New(path, flock.SetPermissions(0o666))
	ok := false
	err := d.do(step{op: "lock", path: path}, func() (err error) {
		ok, err = lock.TryLock()
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("%s can't be locked: %w", dir, err)
	}
	if !ok {
		return nil, &InUseError{dir, signature(path, holder)}
	}
	if err := d.sign(path, holder); err != nil {
		_ = lock.Unlock()
		return nil, fmt.Errorf("%s can't be locked: %w", dir, err)
	}
	return lock, nil
}

// signature reads who has the lock. A holder that is just about to sign stays unnamed, and so does one that can't be it: the name of
// a process that is gone is left in the file, and its number may be that of another one by now.
func signature(path string, here Holder) Holder {
	var h Holder
	data, err := os.ReadFile(path)
	if err != nil || json.Unmarshal(data, &h) != nil {
		return Holder{}
	}
	if h.Host == here.Host && (h.Boot != here.Boot || errors.Is(syscall.Kill(h.PID, 0), syscall.ESRCH)) { // 0 sends nothing
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
// of that name.
func release(d disk, lock *flock.Flock) error {
	if err := d.do(step{op: "truncate", path: lock.Path()}, func() error { return os.Truncate(lock.Path(), 0) }); err != nil {
		_ = lock.Unlock()
		return err
	}
	return lock.Unlock()
}
