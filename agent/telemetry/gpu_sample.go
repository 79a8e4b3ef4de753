package telemetry

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A GPUUse is what one GPU did during a run, from samples by nvidia-smi. What the device does not
// tell is nil, and its JSON name stands in Absent.
//
// The driver itself averages. A utilisation is the share of the last 1/6 s to 1 s, by the device, in which some kernel ran, and not how
// much of the device it filled (NVML's nvmlUtilization_t). A power is a mean of 1 s on most devices since Ampere
// (nvmlDeviceGetPowerUsage), and some, such as the A100 and the H100, look at it for a quarter of the time only ("Accurate and Convenient
// Energy Measurements for GPUs", SC24).
type GPUUse struct {
	Index   int `json:"index"`
	Samples int `json:"samples"` // within the run

	UtilizationPercent       *Range   `json:"utilization_percent,omitempty"`
	MemoryUtilizationPercent *Range   `json:"memory_utilization_percent,omitempty"` // share of the time in which memory was read or written
	MemoryPeakBytes          *int64   `json:"memory_peak_bytes,omitempty"`          // of all processes on the device
	PowerW                   *Range   `json:"power_w,omitempty"`
	EnergyJ                  *float64 `json:"energy_j,omitempty"` // integral of the power over the run, by trapezoids
	TemperatureC             *Range   `json:"temperature_c,omitempty"`
	SMClockMHz               *Range   `json:"sm_clock_mhz,omitempty"`
	MemoryClockMHz           *Range   `json:"memory_clock_mhz,omitempty"`

	// Share of the samples in which each reason held the clocks down, by its name in NVML.
	Throttled map[string]float64 `json:"throttled,omitempty"`

	Absent map[string]string `json:"absent,omitempty"`
}

// A Range is what the samples of a value span.
type Range struct {
	Min  float64 `json:"min"`
	Mean float64 `json:"mean"`
	Max  float64 `json:"max"`
}

// gpuFields are what nvidia-smi is asked for; the last field has two names, see [smiReasons].
const gpuFields = "timestamp,index,utilization.gpu,utilization.memory,memory.used,power.draw,temperature.gpu,clocks.sm,clocks.mem,"

// smiReasons are the names of the last field: the driver renamed it in version 535.
var smiReasons = []string{"clocks_event_reasons.active", "clocks_throttle_reasons.active"}

// Places in gpuRow.values.
const (
	gpuUtilization = iota
	gpuMemoryUtilization
	gpuMemoryMiB
	gpuPower
	gpuTemperature
	gpuSMClock
	gpuMemoryClock
	gpuValues
)

// A gpuRow is one line of nvidia-smi.
type gpuRow struct {
	at      time.Time // by the child's wall clock, read as UTC
	index   int
	values  [gpuValues]float64 // NaN for what the device does not have
	reasons uint64             // NVML's bits
}

// parseGPURow reads a line of the fields above.
func parseGPURow(line string) (row gpuRow, err error) {
	fields := strings.Split(line, ",")
	for i := range fields {
		fields[i] = strings.TrimSpace(fields[i])
	}
	if len(fields) != gpuValues+3 {
		return row, fmt.Errorf("%.80q is not a sample", line)
	}
	if row.at, err = time.Parse("2006/01/02 15:04:05.000", fields[0]); err != nil {
		return row, fmt.Errorf("%.80q does not begin with a time", line)
	}
	if row.index, err = strconv.Atoi(fields[1]); err != nil || row.index < 0 {
		return row, fmt.Errorf("%.80q has no index", line)
	}
	for i := range row.values {
		value, err := strconv.ParseFloat(fields[i+2], 64)
		if err != nil || math.IsInf(value, 0) || value < 0 { // "[N/A]", "[Not Supported]", "[GPU requires reset]"
			value = math.NaN()
		}
		row.values[i] = value
	}
	row.reasons, _ = strconv.ParseUint(strings.TrimPrefix(fields[gpuValues+2], "0x"), 16, 64)
	return row, nil
}

// throttleReasons are NVML's bits that say what held the clocks down (nvmlClocksEventReason…), but for the
// lowest: an idle device's clocks are low for want of work.
var throttleReasons = []struct {
	bit  uint64
	name string
}{
	{0x2, "applications_clocks_setting"},
	{0x4, "sw_power_cap"},
	{0x8, "hw_slowdown"},
	{0x10, "sync_boost"},
	{0x20, "sw_thermal_slowdown"},
	{0x40, "hw_thermal_slowdown"},
	{0x80, "hw_power_brake_slowdown"},
	{0x100, "display_clock_setting"},
}

// span collects a Range.
type span struct {
	Range
	n   int
	sum float64
}

func (s *span) add(value float64) {
	if math.IsNaN(value) {
		return
	}
	if s.n == 0 {
		s.Min, s.Max = value, value
	}
	s.n++
	s.sum += value
	s.Min, s.Max = min(s.Min, value), max(s.Max, value)
}

func (s *span) result() *Range {
	if s.n == 0 {
		return nil
	}
	s.Mean = s.sum / float64(s.n)
	return &s.Range
}

// gpuGap is the longest time between two samples over which the power is taken to be known.
const gpuGap = 2 * time.Second

// A gpuMeter adds up the samples of one device as they come: a run of a day has half a million.
type gpuMeter struct {
	index   int
	begin   time.Time // of the run; zero before it
	samples int
	spans   [gpuValues]span
	reasons [9]int // how often each bit was set

	lastAt  time.Time // of the last sample with a power, before the run or in it
	lastW   float64
	energyJ float64
	covered time.Duration // of the run, over which the power is known
}

func (m *gpuMeter) add(row gpuRow) {
	m.addPower(row.at, row.values[gpuPower])
	if m.begin.IsZero() || row.at.Before(m.begin) {
		return
	}
	m.samples++
	for i, value := range row.values {
		m.spans[i].add(value)
	}
	for i, reason := range throttleReasons {
		if row.reasons&reason.bit != 0 {
			m.reasons[i]++
		}
	}
}

// addPower adds the trapezoid between the last sample and this one, of which only what lies in the run.
func (m *gpuMeter) addPower(at time.Time, watts float64) {
	if math.IsNaN(watts) || at.Before(m.lastAt) {
		return
	}
	fromAt, fromW := m.lastAt, m.lastW
	m.lastAt, m.lastW = at, watts
	if m.begin.IsZero() || !at.After(m.begin) {
		return
	}
	if fromAt.IsZero() { // nothing is known of the time before
		fromAt, fromW = m.begin, watts
	}
	step := at.Sub(fromAt)
	if step > gpuGap {
		return
	}
	if fromAt.Before(m.begin) {
		fromW += (watts - fromW) * float64(m.begin.Sub(fromAt)) / float64(step)
		fromAt = m.begin
	}
	m.energyJ += at.Sub(fromAt).Seconds() * (fromW + watts) / 2
	m.covered += at.Sub(fromAt)
}

// coverage is the least share of a run over which the power must be known for its energy to be told.
const coverage = 0.95

// use sums up at the end of the run. The time since the last sample has its power.
func (m *gpuMeter) use(end time.Time) GPUUse {
	if !m.lastAt.IsZero() && end.After(m.lastAt) {
		m.addPower(end, m.lastW)
	}
	use := GPUUse{
		Index: m.index, Samples: m.samples, Absent: map[string]string{},
		UtilizationPercent:       m.spans[gpuUtilization].result(),
		MemoryUtilizationPercent: m.spans[gpuMemoryUtilization].result(),
		PowerW:                   m.spans[gpuPower].result(),
		TemperatureC:             m.spans[gpuTemperature].result(),
		SMClockMHz:               m.spans[gpuSMClock].result(),
		MemoryClockMHz:           m.spans[gpuMemoryClock].result(),
	}
	if memory := m.spans[gpuMemoryMiB].result(); memory != nil {
		use.MemoryPeakBytes = new(int64(memory.Max) << 20)
	}
	took := end.Sub(m.begin)
	switch {
	case use.PowerW == nil:
		use.Absent["energy_j"] = "the device tells no power"
	case float64(m.covered) < coverage*float64(took):
		use.Absent["energy_j"] = fmt.Sprintf("the samples cover %v of %v", m.covered.Round(time.Millisecond), took.Round(time.Millisecond))
	default:
		use.EnergyJ = new(m.energyJ)
	}
	use.note()
	for i, reason := range throttleReasons {
		if m.reasons[i] > 0 {
			if use.Throttled == nil {
				use.Throttled = map[string]float64{}
			}
			use.Throttled[reason.name] = float64(m.reasons[i]) / float64(m.samples)
		}
	}
	return use
}

// note names what the device does not tell.
func (u *GPUUse) note() {
	for name, missing := range map[string]bool{
		"utilization_percent":        u.UtilizationPercent == nil,
		"memory_utilization_percent": u.MemoryUtilizationPercent == nil,
		"memory_peak_bytes":          u.MemoryPeakBytes == nil,
		"power_w":                    u.PowerW == nil,
		"temperature_c":              u.TemperatureC == nil,
		"sm_clock_mhz":               u.SMClockMHz == nil,
		"memory_clock_mhz":           u.MemoryClockMHz == nil,
	} {
		if missing {
			u.Absent[name] = "the device does not tell it"
		}
	}
}

// gpuMeters adds up the samples of all devices.
type gpuMeters struct {
	begin  time.Time
	meters []*gpuMeter
}

func (all *gpuMeters) add(row gpuRow) {
	i := slices.IndexFunc(all.meters, func(m *gpuMeter) bool { return m.index == row.index })
	if i < 0 {
		i = len(all.meters)
		all.meters = append(all.meters, &gpuMeter{index: row.index, begin: all.begin})
	}
	all.meters[i].add(row)
}

func (all *gpuMeters) start(at time.Time) {
	all.begin = at
	for _, m := range all.meters {
		m.begin = at
	}
}
