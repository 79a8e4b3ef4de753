package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

const lockFile = ".lock"

// A Holder is who writes to an experiment's folder.
type Holder struct {
	Host  string    `json:"host,omitempty"` // a label of the machine
	PID   int       `json:"pid"`
	Since time.Time `json:"since"`
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
func acquire(dir string, holder Holder) (*flock.Flock, error) {
	path := filepath.Join(dir, lockFile)
	lock := flock.New(path, flock.SetPermissions(0o666))
	ok, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("%s can't be locked: %w", dir, err)
	}
	if !ok {
		inUse := &InUseError{Dir: dir}
		if data, err := os.ReadFile(path); err == nil {
			_ = json.Unmarshal(data, &inUse.Holder) // a holder that is just writing it stays unnamed
		}
		return nil, inUse
	}
	data, err := json.Marshal(holder)
	if err == nil {
		err = os.WriteFile(path, append(data, '\n'), 0o666)
	}
	if err != nil {
		_ = lock.Unlock()
		return nil, fmt.Errorf("%s can't be locked: %w", dir, err)
	}
	return lock, nil
}

// Hold takes the lock of an experiment's folder and looks at nothing in it: where there is no folder, nobody has it. The error is an
// *InUseError where another process has the lock.
func Hold(dir, host string) (letGo func(), err error) {
	if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
		return func() {}, nil
	}
	lock, err := acquire(dir, Holder{Host: host, PID: os.Getpid(), Since: time.Now().UTC()})
	if err != nil {
		return nil, err
	}
	return func() { _ = release(lock) }, nil // it is taken again, or not needed any more
}

// release empties the file and gives the lock back. The file stays: to remove it would let two processes lock two files
// of that name.
func release(lock *flock.Flock) error {
	if err := os.Truncate(lock.Path(), 0); err != nil {
		_ = lock.Unlock()
		return err
	}
	return lock.Unlock()
}
