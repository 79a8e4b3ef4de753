package telemetry

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// Lines as drivers 550 and 470 write them, and as a device without most of it.
func TestParseGPURow(t *testing.T) {
	at := time.Date(2026, 11, 25, 13, 7, 12, 345e6, time.UTC)
	nan := math.NaN()
	for line, want := range map[string]gpuRow{
		"2026/11/25 13:07:12.345, 0, 97, 41, 40960, 512.34, 63, 1980, 2619, 0x0000000000000004": {at, 0, [gpuValues]float64{97, 41, 40960, 512.34, 63, 1980, 2619}, 4},
		"2026/11/25 13:07:12.345, 1, 0, 0, 1, 25.50, 30, 210, 405, 0x0000000000000001":          {at, 1, [gpuValues]float64{0, 0, 1, 25.5, 30, 210, 405}, 1},
		"2026/11/25 13:07:12.345, 2, [N/A], [Not Supported], [N/A], [Unknown Error], 41, -1, inf, [N/A]": {
			at, 2, [gpuValues]float64{nan, nan, nan, nan, 41, nan, nan}, 0,
		},
	} {
		got, err := parseGPURow(line)
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(gpuRow{}), cmpopts.EquateNaNs()); diff != "" || err != nil {
			t.Error(err, diff)
		}
	}
	for _, bad := range []string{
		"", "No devices were found",
		"2026/11/25 13:07:12.345, 0, 97, 41, 40960, 512.34, 63, 1980, 2619",
		"yesterday, 0, 97, 41, 40960, 512.34, 63, 1980, 2619, 0x4",
		"2026/11/25 13:07:12.345, -1, 97, 41, 40960, 512.34, 63, 1980, 2619, 0x4",
	} {
		if got, err := parseGPURow(bad); err == nil {
			t.Errorf("%q gives %+v", bad, got)
		}
	}
}

// watts feeds a meter with samples of a power, at seconds relative to the begin of a run.
func watts(m *gpuMeter, begin time.Time, samples ...[2]float64) {
	for _, s := range samples {
		row := gpuRow{at: begin.Add(time.Duration(s[0] * float64(time.Second)))}
		row.values[gpuPower] = s[1]
		m.add(row)
	}
}

func TestGPUEnergy(t *testing.T) {
	begin := time.Now().Round(0)
	for name, test := range map[string]struct {
		samples [][2]float64 // those before 0 come before the run
		seconds float64
		want    float64 // J; NaN for none
	}{
		"a ramp":                     {[][2]float64{{0, 100}, {1, 200}, {2, 200}}, 2, 150 + 200},
		"from before the run":        {[][2]float64{{-1, 0}, {1, 200}}, 1, 150},
		"what comes before is left":  {[][2]float64{{-3, 900}, {-1, 900}, {0, 100}, {1, 100}}, 1, 100},
		"held to the end":            {[][2]float64{{0, 100}, {1, 100}}, 1.5, 150},
		"held from the first sample": {[][2]float64{{0.5, 100}, {1, 100}}, 1, 100},
		"two in the wrong order":     {[][2]float64{{0, 100}, {1, 100}, {0.5, 900}}, 1, 100},
		"a gap":                      {[][2]float64{{0, 100}, {1, 100}, {9, 100}, {10, 100}}, 10, math.NaN()},
		"a child that died":          {[][2]float64{{0, 100}, {1, 100}}, 60, math.NaN()},
		"a device without power":     {[][2]float64{{0, math.NaN()}, {1, math.NaN()}}, 1, math.NaN()},
	} {
		t.Run(name, func(t *testing.T) {
			m := &gpuMeter{}
			for _, s := range test.samples {
				if s[0] >= 0 {
					m.begin = begin
				}
				watts(m, begin, s)
			}
			use := m.use(begin.Add(time.Duration(test.seconds * float64(time.Second))))
			switch {
			case math.IsNaN(test.want) && (use.EnergyJ != nil || use.Absent["energy_j"] == ""):
				t.Errorf("%+v", use)
			case !math.IsNaN(test.want) && (use.EnergyJ == nil || math.Abs(*use.EnergyJ-test.want) > 1e-6):
				t.Errorf("%v J, want %v; %v", use.EnergyJ, test.want, use.Absent)
			}
		})
	}
}

func TestGPUUse(t *testing.T) {
	begin := time.Date(2026, 11, 25, 13, 7, 12, 0, time.UTC)
	var all gpuMeters
	add := func(line string) {
		t.Helper()
		row, err := parseGPURow(strings.TrimSpace(line))
		if err != nil {
			t.Fatal(err)
		}
		all.add(row)
	}
	add("2026/11/25 13:07:11.800, 0, 3, 3, 99999, 100, 99, 9, 9, 0xff")
	all.start(begin)
	add("2026/11/25 13:07:12.000, 0, 50, 10, 1000, 100, 60, 1000, 2000, 0x1")
	add("2026/11/25 13:07:12.000, 1, [N/A], [N/A], [N/A], [N/A], [N/A], [N/A], [N/A], [N/A]")
	add("2026/11/25 13:07:13.000, 0, 100, 30, 3000, 300, 70, 1500, 2000, 0x44")
	want := GPUUse{
		Index: 0, Samples: 2, UtilizationPercent: &Range{50, 75, 100}, MemoryUtilizationPercent: &Range{10, 20, 30},
		MemoryPeakBytes: new(int64(3000 << 20)), PowerW: &Range{100, 200, 300}, EnergyJ: new(200.0),
		TemperatureC: &Range{60, 65, 70}, SMClockMHz: &Range{1000, 1250, 1500}, MemoryClockMHz: &Range{2000, 2000, 2000},
		Throttled: map[string]float64{"sw_power_cap": 0.5, "hw_thermal_slowdown": 0.5}, Absent: map[string]string{},
	}
	if diff := cmp.Diff(want, all.meters[0].use(begin.Add(time.Second))); diff != "" {
		t.Error(diff)
	}
	bare := all.meters[1].use(begin.Add(time.Second))
	if len(bare.Absent) != 8 || bare.PowerW != nil || bare.MemoryPeakBytes != nil {
		t.Errorf("%+v", bare)
	}
}
