package telemetry

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strconv"
	"strings"
)

// An Environment is the machine on which a run was measured. A field that could not be read has its
// zero value, and its JSON name stands in Absent.
type Environment struct {
	OS           string            `json:"os"`   // GOOS
	Arch         string            `json:"arch"` // GOARCH
	Kernel       string            `json:"kernel,omitempty"`
	CPU          string            `json:"cpu,omitempty"` // model name of the first core
	Governor     string            `json:"governor,omitempty"`
	Cores        int               `json:"cores,omitempty"` // logical, online
	CoresAllowed int               `json:"cores_allowed"`   // by the affinity of this process
	MemoryBytes  int64             `json:"memory_bytes,omitempty"`
	Load         []float64         `json:"load,omitempty"`      // averages over 1, 5 and 15 minutes
	Cgroup       *Cgroup           `json:"cgroup,omitempty"`    // nil where nothing limits this process
	Container    string            `json:"container,omitempty"` // what it runs in: docker, podman, kubernetes, lxc …; "" for none seen
	VM           string            `json:"vm,omitempty"`        // vendor or kind of the hypervisor; "" for none seen
	GPUs         []GPU             `json:"gpus,omitempty"`
	Absent       map[string]string `json:"absent,omitempty"` // what could not be read, and why
}

// A Cgroup is the tightest limit on the way from this process' control group to the root.
type Cgroup struct {
	MemoryBytes int64   `json:"memory_bytes,omitempty"` // 0: no limit
	CPUs        float64 `json:"cpus,omitempty"`         // quota / period; 0: no limit
}

// Host reads the environment of this machine. It takes milliseconds, or up to 2 s where nvidia-smi is slow.
func Host(ctx context.Context) Environment {
	env := host(os.DirFS("/"))
	env.OS, env.Arch, env.CoresAllowed = runtime.GOOS, runtime.GOARCH, runtime.NumCPU()
	env.GPUs = gpus(ctx, env.Absent)
	return env
}

// ReadLoad reads the load averages anew.
func (e *Environment) ReadLoad() {
	if load, err := loadAverage(os.DirFS("/")); err == nil {
		e.Load = load
	}
}

// host reads what the file system says; root is "/".
func host(root fs.FS) Environment {
	env := Environment{Absent: map[string]string{}}
	note := func(field string, err error) {
		if err != nil {
			env.Absent[field] = reason(err)
		}
	}
	var err error
	env.Kernel, err = text(root, "proc/sys/kernel/osrelease")
	note("kernel", err)
	env.CPU, err = cpuModel(root)
	note("cpu", err)
	env.Governor, err = text(root, "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
	note("governor", err)
	env.Cores, err = onlineCores(root)
	note("cores", err)
	env.MemoryBytes, err = memTotal(root)
	note("memory_bytes", err)
	env.Load, err = loadAverage(root)
	note("load", err)
	env.Cgroup, err = cgroupLimits(root)
	note("cgroup", err)
	env.Container, env.VM = container(root), hypervisor(root)
	return env
}

// reason leaves out of a message what the field's name already says.
func reason(err error) string {
	if errors.Is(err, fs.ErrNotExist) {
		if p, ok := errors.AsType[*fs.PathError](err); ok {
			return "no /" + p.Path
		}
	}
	return err.Error()
}

func text(root fs.FS, name string) (string, error) {
	raw, err := fs.ReadFile(root, name)
	return strings.TrimSpace(string(raw)), err
}

func cpuModel(root fs.FS) (string, error) {
	info, err := text(root, "proc/cpuinfo")
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(info) {
		key, value, _ := strings.Cut(line, ":")
		if strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value), nil
		}
	}
	return "", fmt.Errorf("/proc/cpuinfo names no model")
}

// onlineCores counts a list like "0-3,8".
func onlineCores(root fs.FS) (int, error) {
	list, err := text(root, "sys/devices/system/cpu/online")
	if err != nil {
		return 0, err
	}
	n := 0
	for part := range strings.SplitSeq(list, ",") {
		first, last, isRange := strings.Cut(part, "-")
		if !isRange {
			last = first
		}
		from, err := strconv.Atoi(first)
		if err != nil {
			return 0, err
		}
		to, err := strconv.Atoi(last)
		if err != nil {
			return 0, err
		}
		n += to - from + 1
	}
	return n, nil
}

func memTotal(root fs.FS) (int64, error) {
	raw, err := fs.ReadFile(root, "proc/meminfo")
	if err != nil {
		return 0, err
	}
	if n := kibField(raw, "MemTotal"); n > 0 {
		return n, nil
	}
	return 0, fmt.Errorf("/proc/meminfo has no MemTotal")
}

func loadAverage(root fs.FS) ([]float64, error) {
	raw, err := text(root, "proc/loadavg")
	if err != nil {
		return nil, err
	}
	fields := strings.Fields(raw)
	if len(fields) < 3 {
		return nil, fmt.Errorf("/proc/loadavg reads %q", raw)
	}
	load := make([]float64, 3)
	for i := range load {
		if load[i], err = strconv.ParseFloat(fields[i], 64); err != nil {
			return nil, err
		}
	}
	return load, nil
}

// container looks for what the usual runtimes leave in sight; it can miss one.
func container(root fs.FS) string {
	if kind, err := text(root, "run/systemd/container"); err == nil && kind != "" {
		return kind
	}
	for _, mark := range []struct{ file, kind string }{
		{"run/secrets/kubernetes.io", "kubernetes"},
		{"run/.containerenv", "podman"},
		{".dockerenv", "docker"},
	} {
		if _, err := fs.Stat(root, mark.file); err == nil {
			return mark.kind
		}
	}
	groups, _ := text(root, "proc/1/cgroup")
	for _, kind := range []string{"kubepods", "docker", "libpod", "lxc"} {
		if strings.Contains(groups, "/"+kind) {
			return kind
		}
	}
	return ""
}

// hypervisor prefers the vendor that the firmware names to the bare fact, which the CPU's flags give.
func hypervisor(root fs.FS) string {
	info, _ := text(root, "proc/cpuinfo")
	if !strings.Contains(info, " hypervisor") {
		return ""
	}
	for _, name := range []string{"sys/hypervisor/type", "sys/class/dmi/id/sys_vendor"} {
		if vendor, err := text(root, name); err == nil && vendor != "" {
			return vendor
		}
	}
	return "unknown"
}
