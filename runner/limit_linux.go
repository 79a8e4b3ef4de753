package runner

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"bench/runner/journal"
)

// groupParent is where this process may make control groups with a limit of memory; "" where it may not.
var groupParent = sync.OnceValue(func() string { return findGroupParent("/", tryGroup) })

// oomFile is the file with the kernel's count of processes that it ended for want of memory: of this process' own control group where
// it is in one that counts, else of the machine.
var oomFile = sync.OnceValue(func() string {
	table, _ := os.ReadFile("/proc/self/cgroup")
	for _, path := range oomFiles(string(table)) {
		if _, found := oomKills(path); found {
			return path
		}
	}
	return ""
})

// oomFiles lists the files to try, of either version of control groups.
func oomFiles(table string) []string {
	var files []string
	for line := range strings.Lines(table) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3) // hierarchy:controllers:path
		switch {
		case len(parts) != 3:
		case parts[1] == "":
			files = append(files, "/sys/fs/cgroup"+parts[2]+"/memory.events")
		case parts[1] == "memory":
			files = append(files, "/sys/fs/cgroup/memory"+parts[2]+"/memory.oom_control")
		}
	}
	return append(files, "/proc/vmstat")
}

// oomKills reads the count from a file of lines "name value".
func oomKills(path string) (count int64, found bool) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, false
	}
	return valueOf(string(text), "oom_kill")
}

// groupNumber tells the groups of this process apart.
var groupNumber atomic.Int64

// A limit is what holds the memory of an attempt within bounds, and what tells afterwards whether want of memory ended it.
type limit struct {
	bytes int64   // 0: none is asked for
	by    string  // byGroup, byRlimit; "" where none is asked for
	group *cgroup // where it is held by one
	kills int64   // that the kernel had made for want of memory in this process' own control group, before the attempt
}

// newLimit prepares a limit of so many bytes; 0 is none.
func newLimit(bytes int64) (*limit, error) {
	l := &limit{bytes: bytes}
	l.kills, _ = oomKills(oomFile())
	if bytes == 0 {
		return l, nil
	}
	l.by = byRlimit
	if parent := groupParent(); parent != "" {
		g, err := newCgroup(parent, fmt.Sprintf("%s%d-%d", groupPrefix, os.Getpid(), groupNumber.Add(1)))
		if err != nil {
			return nil, fmt.Errorf("the memory can't be limited: %w", err)
		}
		l.by, l.group = byGroup, g
		if err := g.limit(bytes); err != nil {
			g.remove()
			return nil, fmt.Errorf("the memory can't be limited: %w", err)
		}
	}
	return l, nil
}

// prepare has a command start inside of its group, so that not a page of it is outside.
func (l *limit) prepare(cmd *exec.Cmd) {
	if l.group != nil {
		cmd.SysProcAttr.UseCgroupFD, cmd.SysProcAttr.CgroupFD = true, int(l.group.fd.Fd())
	}
}

// impose limits a process that was started and has not begun to work: it waits for its task.
func (l *limit) impose(pid int) error {
	if l.by != byRlimit {
		return nil
	}
	var now unix.Rlimit
	if err := unix.Prlimit(pid, unix.RLIMIT_DATA, nil, &now); err != nil {
		return fmt.Errorf("the memory can't be limited: %w", err)
	}
	most := min(uint64(l.bytes), now.Max)
	if err := unix.Prlimit(pid, unix.RLIMIT_DATA, &unix.Rlimit{Cur: most, Max: most}, nil); err != nil {
		return fmt.Errorf("the memory can't be limited: %w", err)
	}
	return nil
}

// end says what the memory did to an attempt that has ended, and removes its group with whoever is left in it.
func (l *limit) end() exhaustion {
	e := exhaustion{limit: journal.Limits{MemoryBytes: l.bytes, By: l.by}}
	if l.group != nil {
		e.isCertain, e.limit.PeakBytes = l.group.kills() > 0, l.group.peak()
		l.group.remove()
	}
	if now, found := oomKills(oomFile()); found {
		e.kernelKills = now - l.kills
	}
	return e
}
