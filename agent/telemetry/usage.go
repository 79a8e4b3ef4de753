package telemetry

import (
	"bufio"
	"bytes"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// Used is what a process has used since it started.
type Used struct {
	CPUNS        int64 // user and system time, waited-for children included
	PeakRSSBytes int64 // largest resident set of the process itself
}

// Usage gives the figures of this process.
//
// The peak is VmHWM of /proc/self/status where there is one. On Linux ru_maxrss is kept over exec: a
// worker that was just started would report the peak of the larger process that started it.
func Usage() Used {
	use := Used{CPUNS: cpuTime()}
	if status, err := os.ReadFile("/proc/self/status"); err == nil {
		use.PeakRSSBytes = kibField(status, "VmHWM")
	} else {
		use.PeakRSSBytes = resources(syscall.RUSAGE_SELF).Maxrss // bytes on Darwin, the one other system this is built for
	}
	return use
}

// cpuTime gives the CPU time of this process and of its children that were waited for.
func cpuTime() int64 {
	self, children := resources(syscall.RUSAGE_SELF), resources(syscall.RUSAGE_CHILDREN)
	return self.Utime.Nano() + self.Stime.Nano() + children.Utime.Nano() + children.Stime.Nano()
}

func resources(who int) (use syscall.Rusage) {
	_ = syscall.Getrusage(who, &use) // fails for no argument that is given here
	return use
}

// kibField gives the value in bytes of a line "name: 123 kB", or 0.
func kibField(table []byte, name string) int64 {
	for lines := bufio.NewScanner(bytes.NewReader(table)); lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), name+":"); ok {
			kib, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return kib << 10
		}
	}
	return 0
}
