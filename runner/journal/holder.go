package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
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
	data, err := os.ReadFile(filepath.Join(dir, lockFile))
	if errors.Is(err, os.ErrNotExist) || len(data) == 0 {
		return nil, "", nil
	}
	if err != nil {
		return nil, "", err
	}
	var h Holder
	if json.Unmarshal(data, &h) != nil || h.PID <= 0 {
		return nil, "", nil // it is just being written
	}
	return &h, h.presence(host), nil
}

// presence looks for the process. One that has its number and was started later is another one.
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
	const slack = 2 * time.Second // clocks of the kernel and of the wall
	if state, began, err := processOf(h.PID); err == nil && (state == "Z" || began.After(h.Since.Add(slack))) {
		return Gone
	}
	return Present
}

// processOf gives the state of a process, Z for one that has ended and that nobody has asked about yet, and when it was started. It
// knows that on Linux.
func processOf(pid int) (state string, began time.Time, err error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return "", time.Time{}, err
	}
	uptime, err := os.ReadFile("/proc/uptime")
	if err != nil {
		return "", time.Time{}, err
	}
	const start, ticks = 19, 100 // the field that it is, counted after the name in parentheses, and its unit (USER_HZ)
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(fields) <= start {
		return "", time.Time{}, errors.New("it has no time of start")
	}
	after, err1 := strconv.ParseFloat(fields[start], 64)
	up, err2 := strconv.ParseFloat(strings.Fields(string(uptime) + " 0")[0], 64)
	age := time.Duration((up - after/ticks) * float64(time.Second))
	return fields[0], time.Now().Add(-age), errors.Join(err1, err2)
}
