package telemetry

import (
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// machine is a tree of a machine on which everything can be read, after some tenths of work.
func machine(tenths string) map[string]string {
	return map[string]string{
		"proc/stat":            "cpu  10" + tenths + " 20 30 400 50 1 2 " + tenths + " 7 0\ncpu0 1 2 3\n",
		"proc/pressure/cpu":    "some avg10=0.00 avg60=0.00 avg300=0.00 total=10" + tenths + "\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n",
		"proc/pressure/memory": "some avg10=0.00 avg60=0.00 avg300=0.00 total=20" + tenths + "\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=21" + tenths + "\n",
		"proc/pressure/io":     "some avg10=0.00 avg60=0.00 avg300=0.00 total=30" + tenths + "\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=31" + tenths + "\n",
		"proc/self/cgroup":     "0::/a/b\n",
		// The root of version 2 counts no throttling.
		"sys/fs/cgroup/cpu.stat":     "usage_usec 5\n",
		"sys/fs/cgroup/a/cpu.stat":   "nr_periods 9\nnr_throttled " + tenths + "\nthrottled_usec 1" + tenths + "\n",
		"sys/fs/cgroup/a/b/cpu.stat": "nr_periods 9\nnr_throttled " + tenths + "\nthrottled_usec 2" + tenths + "\n",
		"sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count":    tenths + "\n",
		"sys/devices/system/cpu/cpu1/thermal_throttle/package_throttle_count": tenths + "\n",
		"proc/vmstat": "pgmajfault 4" + tenths + "\npswpin " + tenths + "\npswpout 1" + tenths + "\noom_kill 0\n",
	}
}

// takeTree reads a tree as if it were this machine.
func takeTree(files map[string]string, more ...source) reading {
	root := tree(files)
	return take(newFiles(root), append(more, thermalThrottles(root))...)
}

func TestDisturbance(t *testing.T) {
	switched := source{[]string{"voluntary_switches", "involuntary_switches"}, func(*files) ([]int64, error) { return []int64{1, 2}, nil }}
	before := takeTree(machine("10"), switched)
	after := takeTree(machine("25"), switched)
	got := after.since(before, 40_000_000, "")
	page := int64(os.Getpagesize())
	want := Disturbance{
		DurationNS: got.DurationNS,
		StealNS:    new(int64(15 * tickNS)), OtherCPUNS: new(int64(15*tickNS - 40_000_000)),
		CPUStallNS: new(int64(15_000)), MemoryStallNS: new(int64(15_000)), MemoryFullStallNS: new(int64(15_000)),
		IOStallNS: new(int64(15_000)), IOFullStallNS: new(int64(15_000)),
		VoluntarySwitches: new(int64(0)), InvoluntarySwitches: new(int64(0)),
		ThrottledPeriods: new(int64(30)), ThrottledNS: new(int64(30_000)), ThermalThrottles: new(int64(30)),
		MajorFaults: new(int64(15)), SwapInBytes: new(15 * page), SwapOutBytes: new(15 * page), OOMKills: new(int64(0)),
		Absent: map[string]string{},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if d := after.since(before, 1<<60, ""); *d.OtherCPUNS != 0 {
		t.Errorf("others used %d ns", *d.OtherCPUNS)
	}
	if d := after.since(before, 0, "who knows"); d.OtherCPUNS != nil || d.Absent["other_cpu_ns"] != "who knows" {
		t.Errorf("%+v", d)
	}
}

// What cannot be read is absent with its reason, and does not take its neighbours with it.
func TestDisturbanceAbsent(t *testing.T) {
	files := machine("10")
	delete(files, "proc/pressure/io")
	delete(files, "sys/fs/cgroup/a/cpu.stat")
	delete(files, "sys/fs/cgroup/a/b/cpu.stat")
	files["proc/vmstat"] = "pgmajfault 1\n"
	files["proc/stat"] = "intr 5\n"
	files["proc/pressure/memory"] = "some avg10=0.00\n"
	files["sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count"] = "many"
	before, after := takeTree(files), takeTree(files)
	want := map[string]string{
		"steal_ns":             `/proc/stat begins with "intr 5"`,
		"other_cpu_ns":         `/proc/stat begins with "intr 5"`,
		"memory_stall_ns":      `/proc/pressure/memory has no total of "some"`,
		"memory_full_stall_ns": `/proc/pressure/memory has no total of "some"`,
		"io_stall_ns":          "no /proc/pressure/io",
		"io_full_stall_ns":     "no /proc/pressure/io",
		"throttled_periods":    "no control group of this process counts it",
		"throttled_ns":         "no control group of this process counts it",
		"thermal_throttles":    `/sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count reads "many"`,
		"swap_in_bytes":        "/proc/vmstat has no pswpin",
		"swap_out_bytes":       "/proc/vmstat has no pswpin",
		"oom_kills":            "/proc/vmstat has no oom_kill",
	}
	got := after.since(before, 0, "")
	if diff := cmp.Diff(want, got.Absent); diff != "" {
		t.Error(diff)
	}
	if got.MajorFaults == nil || got.CPUStallNS == nil {
		t.Errorf("%+v", got)
	}
}

// A counter that runs backwards gives no negative difference, and one that comes or goes none at all.
func TestDisturbanceBackwards(t *testing.T) {
	back := takeTree(machine("10")).since(takeTree(machine("25")), 0, "")
	if back.StealNS != nil || !strings.Contains(back.Absent["steal_ns"], "backwards") || back.OtherCPUNS != nil {
		t.Errorf("%+v", back)
	}
	gone := source{[]string{"oom_kills"}, func(*files) ([]int64, error) { return nil, errors.New("hidden") }}
	if d := takeTree(machine("25"), gone).since(takeTree(machine("10")), 0, ""); d.OOMKills != nil || d.Absent["oom_kills"] != "hidden" {
		t.Errorf("%+v", d)
	}
}

func TestThrottlingVersion1(t *testing.T) {
	got, err := throttling("7")(newFiles(tree(map[string]string{
		"proc/7/cgroup":                  "2:cpu,cpuacct:/job\n0::/\n",
		"sys/fs/cgroup/cpu/cpu.stat":     "nr_throttled 0\nthrottled_time 0\n",
		"sys/fs/cgroup/cpu/job/cpu.stat": "nr_throttled 3\nthrottled_time 5000\n",
	})))
	if diff := cmp.Diff([]int64{3, 5000}, got); diff != "" || err != nil {
		t.Error(err, diff)
	}
}

// Each counter stands under its JSON name, and no field is forgotten.
func TestDisturbanceFields(t *testing.T) {
	var d Disturbance
	fields, counters := d.fields(), 0
	for _, f := range reflect.VisibleFields(reflect.TypeFor[Disturbance]()) {
		if f.Type != reflect.TypeFor[*int64]() {
			continue
		}
		counters++
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if fields[name] != reflect.ValueOf(&d).Elem().FieldByIndex(f.Index).Addr().Interface() {
			t.Errorf("%s is not at %q", f.Name, name)
		}
	}
	if counters != len(fields) {
		t.Errorf("%d counters, %d names", counters, len(fields))
	}
}

func BenchmarkTake(b *testing.B) {
	f := newFiles(rootFS)
	defer f.close()
	b.ReportAllocs()
	for b.Loop() {
		take(f, ownSwitches)
	}
}
