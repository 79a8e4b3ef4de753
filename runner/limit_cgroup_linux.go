package runner

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// groupPrefix begins the name of every control group that bench makes; the number of its process follows.
const groupPrefix = "bench-"

// A cgroup is a control group of version 2 that holds the processes of one attempt.
type cgroup struct {
	dir string
	fd  *os.File // of the folder, for a start inside of it
}

// findGroupParent finds the control group nearest to this process in which others with a limit of memory may be made, which is tried; ""
// where there is none. Root is "/". What limits this process itself is never left: the search ends with a group that has a limit.
func findGroupParent(root string, try func(dir string) bool) string {
	own, top, err := ownGroupDir(root)
	if err != nil {
		return ""
	}
	for dir := own; ; dir = filepath.Dir(dir) {
		if offersMemory(dir) && try(dir) {
			return dir
		}
		if dir == top || limits(dir) {
			return ""
		}
	}
}

// ownGroupDir gives the folders of this process' control group of version 2, and of the one at the top of what is mounted.
func ownGroupDir(root string) (own, top string, err error) {
	table, err := os.ReadFile(filepath.Join(root, "proc/self/cgroup"))
	if err != nil {
		return "", "", err
	}
	_, path, found := strings.Cut("\n"+string(table), "\n0::")
	if !found {
		return "", "", errors.New("this process is in no control group of version 2")
	}
	path, _, _ = strings.Cut(path, "\n")
	if strings.HasPrefix(path, "/..") {
		return "", "", errors.New("the control group of this process lies outside of what it may see")
	}
	mounts, err := os.ReadFile(filepath.Join(root, "proc/self/mountinfo"))
	if err != nil {
		return "", "", err
	}
	for line := range strings.Lines(string(mounts)) {
		fields, kind, _ := strings.Cut(line, " - ") // proc_pid_mountinfo(5): … root, mount point, options … - type, source, options
		parts := strings.Fields(fields)
		if len(parts) < 5 || !strings.HasPrefix(kind, "cgroup2 ") {
			continue
		}
		below, err := filepath.Rel(parts[3], path)
		if err == nil && !strings.HasPrefix(below, "..") {
			top = filepath.Join(root, parts[4])
			return filepath.Join(top, below), top, nil
		}
	}
	return "", "", errors.New("no file system with the control groups of version 2 is mounted")
}

// offersMemory says whether groups below one have a limit of memory, and sees to it where it may.
func offersMemory(dir string) bool {
	if slices.Contains(strings.Fields(line(dir, "cgroup.subtree_control")), "memory") {
		return true
	}
	return slices.Contains(strings.Fields(line(dir, "cgroup.controllers")), "memory") &&
		put(dir, "cgroup.subtree_control", "+memory") == nil // not where it holds processes itself, or belongs to somebody else
}

// tryGroup makes a group with a limit, and removes it. It removes those of processes that are gone, too.
func tryGroup(parent string) bool {
	g, err := newCgroup(parent, groupPrefix+strconv.Itoa(os.Getpid())+"-0")
	if err != nil {
		return false
	}
	defer g.remove()
	removeStale(parent)
	return g.limit(1<<30) == nil
}

// limits says whether a group keeps who is in it from something.
func limits(dir string) bool {
	isSet := func(file string) bool {
		value := line(dir, file)
		return value != "" && value != "max" && !strings.HasPrefix(value, "max ")
	}
	return slices.ContainsFunc([]string{"memory.max", "memory.high", "memory.swap.max", "cpu.max", "cpuset.cpus", "pids.max"}, isSet)
}

// removeStale removes the groups of processes that are gone.
func removeStale(parent string) {
	dirs, _ := filepath.Glob(filepath.Join(parent, groupPrefix+"*"))
	for _, dir := range dirs {
		number, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(dir), groupPrefix), "-")
		if pid, err := strconv.Atoi(number); err == nil && syscall.Kill(pid, 0) == syscall.ESRCH {
			_ = os.Remove(dir) // in vain where somebody is in it still
		}
	}
}

// newCgroup makes a group without a limit.
func newCgroup(parent, name string) (*cgroup, error) {
	g := &cgroup{dir: filepath.Join(parent, name)}
	err := os.Mkdir(g.dir, 0o755)
	if err != nil {
		return nil, err
	}
	if g.fd, err = os.Open(g.dir); err != nil {
		g.remove()
		return nil, err
	}
	return g, nil
}

// limit sets how many bytes the group may use. At the limit the kernel ends all that is in it: a run without one of its processes would
// go on to be measured, and be another one.
func (g *cgroup) limit(bytes int64) error {
	if err := put(g.dir, "memory.max", strconv.FormatInt(bytes, 10)); err != nil {
		return err
	}
	for _, optional := range []struct{ file, value string }{
		{"memory.swap.max", "0"}, // absent where the kernel keeps no account of swap
		{"memory.oom.group", "1"},
	} {
		if err := put(g.dir, optional.file, optional.value); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

// kills gives how many processes of the group the kernel has ended for want of memory.
func (g *cgroup) kills() int64 {
	n, _ := oomKills(filepath.Join(g.dir, "memory.events"))
	return n
}

// peak gives the most bytes that were in use at a time; 0 where the kernel does not say, which it does from 5.19 on.
func (g *cgroup) peak() int64 {
	n, _ := strconv.ParseInt(line(g.dir, "memory.peak"), 10, 64)
	return n
}

// remove ends whoever is in the group, and removes it. A group that is not empty in time is left to the next apply.
func (g *cgroup) remove() {
	_ = g.fd.Close()
	_ = put(g.dir, "cgroup.kill", "1")
	for deadline := time.Now().Add(grace); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if err := os.Remove(g.dir); err == nil || errors.Is(err, os.ErrNotExist) {
			return
		}
	}
}

// line gives the text of a file of a group, or "" where there is none.
func line(dir, file string) string {
	text, _ := os.ReadFile(filepath.Join(dir, file))
	return strings.TrimSpace(string(text))
}

// put writes to a file of a group. It makes none: a group has the files that it has.
func put(dir, file, value string) error {
	f, err := os.OpenFile(filepath.Join(dir, file), os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.WriteString(value); err != nil {
		return fmt.Errorf("%s for %s: %w", value, f.Name(), errors.Unwrap(err))
	}
	return nil
}

// valueOf finds a number in lines of "name value".
func valueOf(text, name string) (value int64, found bool) {
	for l := range strings.Lines(text) {
		if rest, is := strings.CutPrefix(l, name+" "); is {
			n, err := strconv.ParseInt(strings.TrimSpace(rest), 10, 64)
			return n, err == nil
		}
	}
	return 0, false
}
