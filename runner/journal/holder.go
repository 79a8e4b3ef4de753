package journal

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"syscall"

	"bench/runner/reaper"
)

// A Presence says whether a holder is still there.
type Presence string

// What can be known of a holder without touching its lock.
const (
	Present Presence = "present" // it runs
	Gone    Presence = "gone"    // it was cut short: killed, or its machine was restarted
	Away    Presence = "away"    // it is on another machine, which can't be asked
)

// HeldBy says who writes to an experiment's folder, by what its lock file says, and whether that process is still there; nil where
// nobody does. It takes no lock, not even for a moment: an apply that began just then would find the folder in use. Host is the label
// of this machine.
func HeldBy(dir, host string) (*Holder, Presence, error) {
	data, err := readRegular(filepath.Join(dir, lockFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil, "", nil
	}
	if err != nil {
		return nil, "", err
	}
	var h Holder
	if json.Unmarshal(data, &h) != nil || h.PID <= 0 {
		return nil, "", nil // nobody does, or it is just being written
	}
	return &h, h.presence(host), nil
}

// presence looks for the process. One that has its number and was started at another time is another one. The clock of the wall is not
// asked: it may have been set meanwhile.
func (h *Holder) presence(host string) Presence {
	boot := bootID()
	switch {
	case h.Boot != "" && boot != "" && h.Boot != boot && h.Host == host:
		return Gone
	case h.Host != host:
		return Away
	case errors.Is(syscall.Kill(h.PID, 0), syscall.ESRCH):
		return Gone
	}
	start, err := reaper.Started(h.PID)
	if errors.Is(err, os.ErrProcessDone) || err == nil && h.Start != 0 && h.Start != start {
		return Gone
	}
	return Present
}
