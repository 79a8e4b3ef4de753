package telemetry

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
	"syscall"
)

// rootFS is where /proc and /sys are.
var rootFS = os.DirFS("/")

// tickNS is the unit of /proc/stat and /proc/PID/stat: USER_HZ is 100 wherever Go runs on Linux.
const tickNS = 10_000_000

// A source reads counters that stand in one place, so that they are there or absent together.
type source struct {
	names []string
	read  func(*files) ([]int64, error)
}

// machineSources are the counters that concern the machine, or this process' place on it.
var machineSources = []source{
	{[]string{"steal_ns", busyNS}, cpuTimes},
	{[]string{"cpu_stall_ns"}, stalls("cpu", "some")},
	{[]string{"memory_stall_ns", "memory_full_stall_ns"}, stalls("memory", "some", "full")},
	{[]string{"io_stall_ns", "io_full_stall_ns"}, stalls("io", "some", "full")},
	{[]string{"throttled_periods", "throttled_ns"}, throttling("self")},
	{[]string{"major_faults"}, virtualMemory(1, "pgmajfault")},
	{[]string{"swap_in_bytes", "swap_out_bytes"}, virtualMemory(int64(os.Getpagesize()), "pswpin", "pswpout")},
	{[]string{"oom_kills"}, virtualMemory(1, "oom_kill")},
}

var ownSwitches = source{[]string{"involuntary_switches", "voluntary_switches"}, func(*files) ([]int64, error) {
	self := resources(syscall.RUSAGE_SELF)
	return []int64{int64(self.Nivcsw), int64(self.Nvcsw)}, nil
}}

// cpuTimes gives the time stolen from the machine, and the time that its cores worked. What a guest of
// this machine used is in user and nice already.
func cpuTimes(f *files) ([]int64, error) {
	table, err := f.text("proc/stat")
	if err != nil {
		return nil, err
	}
	line, _, _ := strings.Cut(table, "\n")
	fields := strings.Fields(line)
	const user, nice, system, irq, softirq, steal = 1, 2, 3, 6, 7, 8
	if len(fields) <= steal || fields[0] != "cpu" {
		return nil, fmt.Errorf("/proc/stat begins with %.40q", line)
	}
	ticks := make([]int64, steal+1)
	for i := range steal {
		if ticks[i+1], err = strconv.ParseInt(fields[i+1], 10, 64); err != nil {
			return nil, fmt.Errorf("/proc/stat begins with %.40q", line)
		}
	}
	busy := ticks[user] + ticks[nice] + ticks[system] + ticks[irq] + ticks[softirq]
	return []int64{ticks[steal] * tickNS, busy * tickNS}, nil
}

// stalls reads the totals of pressure, lines like "some avg10=0.00 avg60=0.00 avg300=0.00 total=123" in µs.
func stalls(resource string, kinds ...string) func(*files) ([]int64, error) {
	return func(f *files) ([]int64, error) {
		name := "proc/pressure/" + resource
		table, err := f.text(name)
		if err != nil {
			return nil, err
		}
		totals := make([]int64, len(kinds))
		for i, kind := range kinds {
			_, line, found := strings.Cut("\n"+table, "\n"+kind+" ")
			line, _, _ = strings.Cut(line, "\n")
			_, total, _ := strings.Cut(line, "total=")
			us, err := strconv.ParseInt(total, 10, 64)
			if !found || err != nil {
				return nil, fmt.Errorf("/%s has no total of %q", name, kind)
			}
			totals[i] = us * 1000
		}
		return totals, nil
	}
}

// throttling sums what the control groups of a process, and those above them, counted: periods, and ns.
// The process is a number, or "self".
func throttling(process string) func(*files) ([]int64, error) {
	return func(f *files) ([]int64, error) {
		table, err := f.text("proc/" + process + "/cgroup")
		if err != nil {
			return nil, err
		}
		sums, counted := make([]int64, 2), false
		eachCgroup(table, func(controller, group string) {
			if controller != "" && controller != "cpu" {
				return
			}
			stat, _ := f.text(path.Join("sys/fs/cgroup", controller, group, "cpu.stat")) // a controller need not be in use
			periods, ok := counterOf(stat, "nr_throttled")
			if !ok { // the root counts nothing in version 2
				return
			}
			us, _ := counterOf(stat, "throttled_usec") // version 2
			ns, _ := counterOf(stat, "throttled_time") // version 1
			counted = true
			sums[0] += periods
			sums[1] += us*1000 + ns
		})
		if !counted {
			return nil, errors.New("no control group of this process counts it")
		}
		return sums, nil
	}
}

// thermalThrottles finds the cores' counters once, and sums them up.
func thermalThrottles(root fs.FS) source {
	counts, _ := fs.Glob(root, "sys/devices/system/cpu/cpu[0-9]*/thermal_throttle/*_throttle_count") // the pattern is a good one
	return source{[]string{"thermal_throttles"}, func(f *files) ([]int64, error) {
		if len(counts) == 0 {
			return nil, errors.New("no /sys/devices/system/cpu/cpu*/thermal_throttle")
		}
		var sum int64
		for _, name := range counts {
			text, err := f.text(name)
			if err != nil {
				return nil, err
			}
			count, err := parseCount(name, text)
			if err != nil {
				return nil, err
			}
			sum += count
		}
		return []int64{sum}, nil
	}}
}

// virtualMemory reads counters of /proc/vmstat, which has what the kernel was built with.
func virtualMemory(unit int64, names ...string) func(*files) ([]int64, error) {
	return func(f *files) ([]int64, error) {
		table, err := f.text("proc/vmstat")
		if err != nil {
			return nil, err
		}
		values := make([]int64, len(names))
		for i, name := range names {
			value, ok := counterOf(table, name)
			if !ok {
				return nil, fmt.Errorf("/proc/vmstat has no %s", name)
			}
			values[i] = value * unit
		}
		return values, nil
	}
}

// counterOf gives the number of a line "name 123".
func counterOf(table, name string) (value int64, ok bool) {
	rest, first := strings.CutPrefix(table, name+" ")
	if !first {
		_, rest, _ = strings.Cut(table, "\n"+name+" ")
	}
	number, _, _ := strings.Cut(rest, "\n")
	value, err := strconv.ParseInt(number, 10, 64)
	return value, err == nil
}

func readInt(root fs.FS, name string) (int64, error) {
	s, err := text(root, name)
	if err != nil {
		return 0, err
	}
	return parseCount(name, s)
}

func parseCount(name, text string) (int64, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("/%s reads %.20q", name, text)
	}
	return n, nil
}
