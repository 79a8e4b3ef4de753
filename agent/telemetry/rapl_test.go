package telemetry

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func raplTree(packageUJ, coreUJ string) map[string]string {
	const class = "sys/class/powercap/intel-rapl:"
	return map[string]string{
		class + "0/name": "package-0\n", class + "0/max_energy_range_uj": "1000000\n", class + "0/energy_uj": packageUJ,
		class + "0:0/name": "core\n", class + "0:0/max_energy_range_uj": "1000000\n", class + "0:0/energy_uj": coreUJ,
	}
}

func set(m fstest.MapFS, files map[string]string) {
	for name, file := range tree(files) {
		m[name] = file
	}
}

// The counter runs round between the beginning and a sample, and again before the end.
func TestRAPL(t *testing.T) {
	root, now := tree(raplTree("900000", "10")), time.Now()
	m := &raplMeter{root: root}
	if err := m.begin(now); err != nil {
		t.Fatal(err)
	}
	set(root, raplTree("500000", "20"))
	m.sample(now.Add(raplInterval))
	set(root, raplTree("400000", "30"))
	m.sample(now.Add(raplInterval + 1)) // too early: it is not read
	got, err := m.end(now.Add(2 * raplInterval))
	want := []CPUEnergy{{"package-0", 1.5}, {"package-0/core", 20e-6}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(err, diff)
	}
}

func TestRAPLAbsent(t *testing.T) {
	root, now := tree(raplTree("1", "1")), time.Now()
	m := &raplMeter{root: root}
	if err := m.begin(now); err != nil {
		t.Fatal(err)
	}
	set(root, raplTree("1", "none"))
	if got, err := m.end(now); err == nil || !strings.Contains(err.Error(), "package-0/core") {
		t.Error(got, err)
	}
	for reason, files := range map[string]map[string]string{
		"no /sys/class/powercap": {},
		"reads":                  raplTree("x", "y"),
	} {
		m := &raplMeter{root: tree(files)}
		if err := m.begin(now); err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%v, want %q", err, reason)
		}
	}
}
