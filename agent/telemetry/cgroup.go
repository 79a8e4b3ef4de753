package telemetry

import (
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// unlimited is the least value that version 1 of control groups shows where there is no limit of memory
// (it rounds 2^63-1 down to a page).
const unlimited = 1 << 62

// cgroupLimits finds the limits of this process' control groups, of either version. A hierarchy that
// cannot be seen under /sys/fs/cgroup, as from inside a container, counts from its visible root.
func cgroupLimits(root fs.FS) (*Cgroup, error) {
	table, err := text(root, "proc/self/cgroup")
	if err != nil {
		return nil, err
	}
	var limits Cgroup
	eachCgroup(table, func(controller, dir string) { limits.read(root, controller, dir) })
	if limits == (Cgroup{}) {
		return nil, nil
	}
	return &limits, nil
}

// eachCgroup visits the control groups that /proc/PID/cgroup lists, each with those above it up to the
// root, once for each controller of its hierarchy. The controller of version 2 is "".
func eachCgroup(table string, visit func(controller, dir string)) {
	for line := range strings.Lines(table) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3) // hierarchy:controllers:path
		if len(parts) != 3 {
			continue
		}
		for dir := path.Clean("/" + parts[2]); ; dir = path.Dir(dir) {
			for _, controller := range strings.Split(parts[1], ",") {
				visit(controller, strings.Trim(dir, "/"))
			}
			if dir == "/" {
				break
			}
		}
	}
}

// read tightens the limits by those of one group; the controller is "" for version 2.
func (c *Cgroup) read(root fs.FS, controller, dir string) {
	group := path.Join("sys/fs/cgroup", controller, dir)
	switch controller {
	case "":
		c.limitMemory(root, path.Join(group, "memory.max"))
		if quota, period, ok := strings.Cut(content(root, path.Join(group, "cpu.max")), " "); ok {
			c.limitCPUs(quota, period)
		}
	case "memory":
		c.limitMemory(root, path.Join(group, "memory.limit_in_bytes"))
	case "cpu":
		c.limitCPUs(content(root, path.Join(group, "cpu.cfs_quota_us")), content(root, path.Join(group, "cpu.cfs_period_us")))
	}
}

func (c *Cgroup) limitMemory(root fs.FS, name string) {
	n, err := strconv.ParseInt(content(root, name), 10, 64) // "max" is no number
	if err == nil && n > 0 && n < unlimited && (c.MemoryBytes == 0 || n < c.MemoryBytes) {
		c.MemoryBytes = n
	}
}

func (c *Cgroup) limitCPUs(quota, period string) {
	q, err := strconv.ParseFloat(quota, 64) // "max" or -1 where there is no limit
	p, errPeriod := strconv.ParseFloat(period, 64)
	if err == nil && errPeriod == nil && q > 0 && p > 0 && (c.CPUs == 0 || q/p < c.CPUs) {
		c.CPUs = q / p
	}
}

// content gives a file's text, or "" where there is no such file: a controller need not be in use.
func content(root fs.FS, name string) string {
	s, _ := text(root, name)
	return s
}
