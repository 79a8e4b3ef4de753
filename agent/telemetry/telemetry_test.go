package telemetry

import (
	"encoding/json"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func tree(files map[string]string) fstest.MapFS {
	m := fstest.MapFS{}
	for name, content := range files {
		m[name] = &fstest.MapFile{Data: []byte(content)}
	}
	return m
}

func TestHost(t *testing.T) {
	for name, test := range map[string]struct {
		files map[string]string
		want  Environment
	}{
		"a workstation": {
			files: map[string]string{
				"proc/sys/kernel/osrelease": "6.8.0-45-generic\n",
				"proc/cpuinfo":              "processor\t: 0\nmodel name\t: AMD Ryzen 9 7950X\nflags\t\t: fpu sse\n",
				"sys/devices/system/cpu/cpu0/cpufreq/scaling_governor": "performance\n",
				"sys/devices/system/cpu/online":                        "0-15,24-31\n",
				"proc/meminfo":                                         "MemTotal:       65536 kB\nMemFree:        1 kB\n",
				"proc/loadavg":                                         "0.25 1.50 2.00 1/234 5678\n",
				"proc/self/cgroup":                                     "0::/user.slice/session-1.scope\n",
				"sys/fs/cgroup/user.slice/memory.max":                  "max\n",
			},
			want: Environment{
				Kernel: "6.8.0-45-generic", CPU: "AMD Ryzen 9 7950X", Governor: "performance", Cores: 24,
				MemoryBytes: 64 << 20, Load: []float64{0.25, 1.5, 2}, Absent: map[string]string{},
			},
		},
		"a container with limits on two levels": {
			files: map[string]string{
				"proc/sys/kernel/osrelease":     "6.8",
				"proc/cpuinfo":                  "model name : x\nflags : fpu hypervisor\n",
				"sys/class/dmi/id/sys_vendor":   "QEMU\n",
				"sys/devices/system/cpu/online": "0\n",
				"proc/meminfo":                  "MemTotal: 4 kB\n",
				"proc/loadavg":                  "0 0 0 1/2 3",
				".dockerenv":                    "",
				"proc/self/cgroup":              "0::/a/b\n",
				"sys/fs/cgroup/a/memory.max":    "2048\n",
				"sys/fs/cgroup/a/b/memory.max":  "4096\n",
				"sys/fs/cgroup/a/b/cpu.max":     "150000 100000\n",
				"sys/fs/cgroup/a/cpu.max":       "max 100000\n",
			},
			want: Environment{
				Kernel: "6.8", CPU: "x", Cores: 1, MemoryBytes: 4096, Load: []float64{0, 0, 0},
				Cgroup: &Cgroup{MemoryBytes: 2048, CPUs: 1.5}, Container: "docker", VM: "QEMU",
				Absent: map[string]string{"governor": "no /sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"},
			},
		},
		"nothing, or nothing readable": {
			files: map[string]string{
				"proc/cpuinfo":                  "Features : fp asimd\n",
				"sys/devices/system/cpu/online": "all\n",
				"proc/meminfo":                  "MemFree: 4 kB\n",
				"proc/loadavg":                  "0.1\n",
			},
			want: Environment{Absent: map[string]string{
				"kernel":       "no /proc/sys/kernel/osrelease",
				"cpu":          "/proc/cpuinfo names no model",
				"governor":     "no /sys/devices/system/cpu/cpu0/cpufreq/scaling_governor",
				"cores":        `strconv.Atoi: parsing "all": invalid syntax`,
				"memory_bytes": "/proc/meminfo has no MemTotal",
				"load":         `/proc/loadavg reads "0.1"`,
				"cgroup":       "no /proc/self/cgroup",
			}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, host(tree(test.files))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCgroupVersion1(t *testing.T) {
	got, err := cgroupLimits(tree(map[string]string{
		"proc/self/cgroup":                               "4:memory:/job\n1:cpu,cpuacct:/job\n0::/\n",
		"sys/fs/cgroup/memory/memory.limit_in_bytes":     "9223372036854771712\n",
		"sys/fs/cgroup/memory/job/memory.limit_in_bytes": "1073741824\n",
		"sys/fs/cgroup/cpu/job/cpu.cfs_quota_us":         "50000\n",
		"sys/fs/cgroup/cpu/job/cpu.cfs_period_us":        "100000\n",
		"sys/fs/cgroup/cpu/cpu.cfs_quota_us":             "-1\n",
		"sys/fs/cgroup/cpu/cpu.cfs_period_us":            "100000\n",
	}))
	if diff := cmp.Diff(&Cgroup{MemoryBytes: 1 << 30, CPUs: 0.5}, got); diff != "" || err != nil {
		t.Error(err, diff)
	}
}

func TestContainer(t *testing.T) {
	for want, files := range map[string]map[string]string{
		"":           {},
		"podman":     {"run/.containerenv": ""},
		"kubernetes": {"run/secrets/kubernetes.io/token": "", ".dockerenv": ""},
		"lxc":        {"run/systemd/container": "lxc\n"},
		"kubepods":   {"proc/1/cgroup": "0::/kubepods/pod1\n"},
	} {
		if got := container(tree(files)); got != want {
			t.Errorf("container = %q, want %q", got, want)
		}
	}
}

// Whatever machine this is: each field of the JSON is read or its absence explained.
func TestHostLeavesNoGap(t *testing.T) {
	env := Host(t.Context())
	raw, err := json.Marshal(env)
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	if err := json.Unmarshal(raw, &fields); err != nil {
		t.Fatal(err)
	}
	for _, field := range []string{"kernel", "cpu", "governor", "cores", "memory_bytes", "load", "gpus"} {
		_, read := fields[field]
		if reason := env.Absent[field]; read == (reason != "") {
			t.Errorf("%s: read %v, reason %q", field, read, reason)
		}
	}
	if env.OS != runtime.GOOS || env.CoresAllowed < 1 {
		t.Errorf("%+v", env)
	}
}

const childVariable = "BENCH_TELEMETRY_TEST_CHILD"

func TestMain(m *testing.M) {
	switch os.Getenv(childVariable) {
	case "sample":
		_, _ = startGPUs()
		time.Sleep(time.Hour)
	case "serve":
		serveInherited()
	case "childless":
		sayChildless()
	case "observe":
		observeOnce()
	case "usage":
		_, _ = os.Stdout.WriteString(strconv.FormatInt(Usage().PeakRSSBytes, 10))
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// The peak is the process' own: Linux hands ru_maxrss of a large parent on to what it starts.
func TestPeakIsNotTheParents(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("a behaviour of Linux")
	}
	const large = 128 << 20
	ballast := make([]byte, large)
	for i := 0; i < len(ballast); i += 4096 {
		ballast[i] = 1
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"=usage")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	child, err := strconv.ParseInt(string(out), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	if own := Usage().PeakRSSBytes; own < large {
		t.Errorf("peak %d with %d bytes touched", own, large)
	}
	if child <= 0 || child >= large {
		t.Errorf("the child's peak is %d", child)
	}
	runtime.KeepAlive(ballast)
}

func TestUsageCountsCPU(t *testing.T) {
	before := Usage().CPUNS
	for Usage().CPUNS <= before { // ends only if the figure rises with use
	}
}

func BenchmarkHost(b *testing.B) {
	for b.Loop() {
		Host(b.Context())
	}
}
