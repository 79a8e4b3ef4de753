package reaper

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// A stat is what /proc says of a process.
type stat struct {
	state          byte
	group, session int
	start          uint64 // clock ticks since the machine started
}

func (s stat) isZombie() bool { return s.state == 'Z' || s.state == 'X' }

// statOf reads /proc/PID/stat (proc_pid_stat(5)). The name in it may hold anything, brackets and spaces too.
func statOf(pid int) (stat, error) {
	data, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return stat{}, err
	}
	fields := bytes.Fields(data[bytes.LastIndexByte(data, ')')+1:]) // from the third on
	if len(fields) < 20 {
		return stat{}, fmt.Errorf("/proc/%d/stat is short", pid)
	}
	s := stat{state: fields[0][0]}
	if s.group, err = strconv.Atoi(string(fields[2])); err != nil {
		return stat{}, err
	}
	if s.session, err = strconv.Atoi(string(fields[3])); err != nil {
		return stat{}, err
	}
	s.start, err = strconv.ParseUint(string(fields[19]), 10, 64)
	return s, err
}

// adopted lists the children that the first thread has: the kernel gives orphans to the first thread that lives, and that of a Go
// program lives as long as the program. Some of them may be commands that this process started.
func adopted() []int { return childrenOf("self", strconv.Itoa(os.Getpid())) }

// children lists the children of all threads.
func children() []int {
	tasks, _ := os.ReadDir("/proc/self/task")
	var all []int
	for _, t := range tasks {
		all = append(all, childrenOf("self", t.Name())...)
	}
	return all
}

// childrenOf reads a list that the kernel keeps where it was built with CONFIG_PROC_CHILDREN, as those of all distributions are.
func childrenOf(process, thread string) []int {
	data, _ := os.ReadFile("/proc/" + process + "/task/" + thread + "/children")
	var list []int
	for _, field := range strings.Fields(string(data)) {
		if pid, err := strconv.Atoi(field); err == nil {
			list = append(list, pid)
		}
	}
	return list
}

// marked lists the processes of this user with a mark that is looked for. Those of others are not touched: to read the memory of one
// that hangs can hang, too.
func marked(wanted func(Mark) bool) []int {
	dirs, _ := filepath.Glob("/proc/[0-9]*")
	var list []int
	for _, dir := range dirs {
		info, err := os.Lstat(dir)
		if err != nil || int(info.Sys().(*syscall.Stat_t).Uid) != os.Geteuid() {
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(dir))
		if err != nil {
			continue
		}
		if m, found := markOf(pid); found && wanted(m) {
			list = append(list, pid)
		}
	}
	return list
}

// markOf gives the mark in the environment that a process was started with.
func markOf(pid int) (Mark, bool) {
	data, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/environ")
	if err != nil || !bytes.Contains(data, []byte(Variable+"=")) {
		return Mark{}, false
	}
	return markIn(string(data))
}

// argumentsOf gives the arguments of a process, its name first; none of one that shows none.
func argumentsOf(pid int) []string {
	line, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cmdline")
	if err != nil {
		return nil
	}
	return strings.Split(strings.TrimSuffix(string(line), "\x00"), "\x00")
}

func commandOf(pid int) string {
	dir := "/proc/" + strconv.Itoa(pid)
	if line, err := os.ReadFile(dir + "/cmdline"); err == nil && len(line) > 0 {
		return oneLine(string(line))
	}
	name, _ := os.ReadFile(dir + "/comm")
	return "[" + oneLine(string(name)) + "]"
}

// oneLine makes a command line fit for a message: on one line, of printable text, not too long.
func oneLine(arguments string) string {
	const most = 120 // bytes
	text := strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f {
			return ' '
		}
		return c
	}, strings.ToValidUTF8(arguments, "\uFFFD"))
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}
