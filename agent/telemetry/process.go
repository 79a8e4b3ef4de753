package telemetry

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
)

// A process is what /proc/PID/stat says of one.
type process struct {
	pid, parent int
	name        string // of the program, up to 15 bytes; it never holds a path
	startTicks  int64  // since boot: tells a process from a later one of the same number
	cpuNS       int64  // user and system time, that of its waited-for children included
	rssBytes    int64
	threads     int64
}

// readProcess reads one process' line. The buffer is used for reading and may be used again.
func readProcess(root fs.FS, pid int, buffer []byte) (process, error) {
	name := "proc/" + strconv.Itoa(pid) + "/stat"
	line, err := readInto(root, name, buffer)
	if err != nil {
		return process{}, err
	}
	p := process{pid: pid}
	open, closing := strings.IndexByte(line, '('), strings.LastIndexByte(line, ')') // a name may hold both
	if open < 0 || closing < open {
		return process{}, fmt.Errorf("/%s reads %.40q", name, line)
	}
	p.name = line[open+1 : closing]
	// Numbers as in proc(5), of which the first two are the pid and the name.
	const parent, utime, cstime, threads, start, rss = 4, 14, 17, 20, 22, 24
	number := 2
	for field := range strings.FieldsSeq(line[closing+1:]) {
		number++
		if number == 3 { // the state, a letter
			continue
		}
		if number > rss {
			break
		}
		value, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return process{}, fmt.Errorf("/%s reads %.40q", name, line)
		}
		switch {
		case number == parent:
			p.parent = int(value)
		case number >= utime && number <= cstime:
			p.cpuNS += value * tickNS
		case number == threads:
			p.threads = value
		case number == start:
			p.startTicks = value
		case number == rss:
			p.rssBytes = value * int64(os.Getpagesize())
		}
	}
	if number <= rss {
		return process{}, fmt.Errorf("/%s ends early: %.40q", name, line)
	}
	return p, nil
}

// readInto reads the head of a file that fits into the buffer. It spares fs.ReadFile's growing buffers
// where a file is read again and again.
func readInto(root fs.FS, name string, buffer []byte) (string, error) {
	file, err := root.Open(name)
	if err != nil {
		return "", err
	}
	defer file.Close()
	n, err := file.Read(buffer)
	if n == 0 && err != nil {
		return "", err
	}
	return string(buffer[:n]), nil
}

// processes lists the numbers of all processes in sight.
func processes(root fs.FS) ([]int, error) {
	entries, err := fs.ReadDir(root, "proc")
	if err != nil {
		return nil, err
	}
	var pids []int
	for _, e := range entries {
		if pid, err := strconv.Atoi(e.Name()); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids, nil
}

// peakRSS gives the largest resident set that a process ever had, or 0.
func peakRSS(root fs.FS, pid int, buffer []byte) int64 {
	status, err := readInto(root, "proc/"+strconv.Itoa(pid)+"/status", buffer)
	if err != nil {
		return 0
	}
	kib, _ := strconv.ParseInt(statusField(status, "VmHWM"), 10, 64)
	return kib << 10
}

// taskSwitches are those of one task.
type taskSwitches struct{ involuntary, voluntary int64 }

// switches reads the switches of every task of the processes; /proc/PID/status has those of the first
// thread only.
func switches(f *files, pids []int) (map[string]taskSwitches, error) {
	tasks := map[string]taskSwitches{}
	for _, pid := range pids {
		dir := "proc/" + strconv.Itoa(pid) + "/task"
		threads, _ := fs.ReadDir(f.root, dir) // none of one that ended
		for _, thread := range threads {
			name := dir + "/" + thread.Name() + "/status"
			raw, err := f.read(name)
			if err != nil {
				continue // it ended meanwhile
			}
			status := string(raw)
			voluntary, _ := strconv.ParseInt(statusField(status, "voluntary_ctxt_switches"), 10, 64)
			involuntary, _ := strconv.ParseInt(statusField(status, "nonvoluntary_ctxt_switches"), 10, 64)
			tasks[name] = taskSwitches{involuntary, voluntary}
		}
	}
	if len(tasks) == 0 {
		return nil, errors.New("none of its tasks can be read")
	}
	return tasks, nil
}
