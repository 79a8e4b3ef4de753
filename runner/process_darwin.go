package runner

import (
	"errors"
	"os/exec"

	"golang.org/x/sys/unix"
)

// awaitExit returns when the process has ended, and leaves it to be waited for, so that its number is not given away.
func awaitExit(pid int) {
	queue, err := unix.Kqueue()
	if err != nil {
		return
	}
	defer unix.Close(queue)
	wanted := make([]unix.Kevent_t, 1)
	unix.SetKevent(&wanted[0], pid, unix.EVFILT_PROC, unix.EV_ADD|unix.EV_ONESHOT)
	wanted[0].Fflags = unix.NOTE_EXIT
	seen := make([]unix.Kevent_t, 1)
	for {
		if _, err := unix.Kevent(queue, wanted, seen, nil); err != unix.EINTR { // ESRCH: it has ended already
			return
		}
	}
}

// startOn starts a process. Cores can be chosen on Linux only.
func startOn(cores []int, cmd *exec.Cmd) error {
	if len(cores) > 0 {
		return errors.New("cpus can't be set on macOS: take it out of the target")
	}
	return cmd.Start()
}

func allowedCores() ([]int, error) { return nil, errors.New("cpus can't be set on macOS") }

// hasEnded does not know.
func (c *child) hasEnded() bool { return false }
