package reaper

import (
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// patience is how long a process may take to end after KILL. One that waits for a dead disk takes for ever.
const patience = 2 * time.Second

// Adopt makes this process the parent of its orphaned descendants. It costs a system call, and may be repeated.
func Adopt() { _ = unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) } // fails before Linux 3.4 only

// Self names this process, so that it can be told later whether it still runs: by its number and when it started.
func Self() string {
	s, err := statOf(os.Getpid())
	if err != nil {
		return ""
	}
	return strconv.Itoa(os.Getpid()) + ":" + strconv.FormatUint(s.start, 10)
}

// Started gives when a process was started, in clock ticks since the machine was. The error is os.ErrProcessDone where it has ended and
// nobody has asked about it yet.
func Started(pid int) (ticks uint64, err error) {
	s, err := statOf(pid)
	if err == nil && s.isZombie() {
		err = os.ErrProcessDone
	}
	return s.start, err
}

// isGone says whether a process that Self named has ended.
func isGone(name string) bool {
	number, start, _ := strings.Cut(name, ":")
	pid, err := strconv.Atoi(number)
	if err != nil {
		return false
	}
	s, err := statOf(pid)
	return err != nil || s.isZombie() || strconv.FormatUint(s.start, 10) != start
}

// FolderID names a folder in a way that outlives its renaming, by its device and inode; "" where it can't be seen.
func FolderID(dir string) string {
	var s unix.Stat_t
	if err := unix.Stat(dir, &s); err != nil {
		return ""
	}
	return strconv.FormatUint(s.Dev, 10) + ":" + strconv.FormatUint(s.Ino, 10)
}

// Clear ends the adopted children of this process that are in the group of a leader, or that have the mark, and whatever comes to this
// process when they end. Who is in the group gets KILL; who left it gets TERM, and after the grace KILL. It takes their exit status, and that
// of others from foreign sessions that have ended, but not that of the leader. What it gives was alive when it was found. Where there is
// nothing it takes some 10 µs.
func Clear(leader int, mark Mark, grace time.Duration) []Process {
	session, _ := unix.Getsid(0)
	return end(adopted, func(pid int, s stat) (Process, bool) {
		p := Process{PID: pid, InGroup: s.group == leader, grace: grace}
		switch {
		case pid == leader:
			return p, false
		case p.InGroup:
			return p, true
		case s.isZombie(): // it shows no mark any more, and nobody else waits for what left its session
			return p, s.session != session
		}
		m, found := markOf(pid)
		p.Of = m.Of
		return p, found && m == mark
	})
}

// ClearAll ends every child of this process, and whatever comes to it when they end, with TERM and after the grace with KILL. It is for a
// process that is about to end.
func ClearAll(grace time.Duration) []Process {
	return end(children, func(pid int, _ stat) (Process, bool) { return Process{PID: pid, grace: grace}, true })
}

// Reap takes the exit status of every child that has ended, but of one.
func Reap(but int) {
	for _, pid := range children() {
		if s, err := statOf(pid); err == nil && s.isZombie() && pid != but {
			reap(pid)
		}
	}
}

// ClearLost ends the processes that have a mark of the folder, and whose bench is gone, with TERM and after a grace, which follows from
// their arguments, with KILL.
func ClearLost(dir string, grace func(arguments []string) time.Duration) []Process {
	folder := FolderID(dir)
	if folder == "" {
		return nil
	}
	isLost := func(m Mark) bool { return m.Folder == folder && isGone(m.By) }
	return end(func() []int { return marked(isLost) }, func(pid int, s stat) (Process, bool) {
		m, found := markOf(pid)
		return Process{PID: pid, Of: m.Of, grace: grace(argumentsOf(pid))}, found && isLost(m)
	})
}

// end ends what is listed and belongs, round by round, until a round finds nothing, or nothing more can be done.
func end(list func() []int, belongs func(int, stat) (Process, bool)) []Process {
	var found []Process
	signalled := map[int]int{} // where it stands in found, by its number
	started := time.Now()
	for pause := 200 * time.Microsecond; ; pause = min(2*pause, 20*time.Millisecond) {
		waited := time.Since(started)
		left, changed, hopeless := []int{}, false, true
		for _, pid := range list() {
			s, err := statOf(pid)
			if err != nil {
				continue
			}
			p, ours := belongs(pid, s)
			at, again := signalled[pid]
			switch {
			case !ours && !again:
				continue
			case s.isZombie() && reap(pid):
				delete(signalled, pid)
				changed = true
				continue
			case !again:
				at = len(found)
				signalled[pid] = at
				p.Command = commandOf(pid)
				found = append(found, p)
			}
			switch p := found[at]; {
			case p.InGroup || waited >= p.grace:
				signal(pid, s, syscall.SIGKILL)
			case !again:
				signal(pid, s, syscall.SIGTERM)
			}
			left = append(left, at)
			hopeless = hopeless && waited > found[at].grace+patience
		}
		switch {
		case len(left) == 0 && !changed:
			return found
		case len(left) > 0 && hopeless:
			for _, at := range left {
				found[at].Alive = true
			}
			return found
		}
		time.Sleep(pause)
	}
}

// reap takes the exit status of a process that has ended. It is false for one that has not, for all that its first thread has.
func reap(pid int) bool {
	for {
		got, err := unix.Wait4(pid, nil, unix.WNOHANG, nil)
		if err != unix.EINTR {
			return got == pid || err != nil // that of somebody else's child is not ours to take
		}
	}
}

// signal signals a process if it is still the one that was looked at.
func signal(pid int, as stat, sig syscall.Signal) {
	fd, err := unix.PidfdOpen(pid, 0)
	if err == nil {
		defer unix.Close(fd)
	} else if err != unix.ENOSYS { // before Linux 5.3, where a moment is left in which the number may be given away
		return
	}
	if now, gone := statOf(pid); gone != nil || now.start != as.start {
		return
	}
	if err == nil {
		_ = unix.PidfdSendSignal(fd, sig, nil, 0)
	} else {
		_ = syscall.Kill(pid, sig)
	}
}
