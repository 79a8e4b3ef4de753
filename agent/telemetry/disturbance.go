package telemetry

import (
	"errors"
	"fmt"
	"time"
)

// A Disturbance is what happened on a machine during a run that can bend the run's figures, each as the
// difference over the run. So an odd run can be explained by its cause instead of dropped. A field that
// could not be read is nil, and its JSON name stands in Absent.
//
// CPU time of the machine is counted in ticks of 10 ms, and summed over its cores.
type Disturbance struct {
	DurationNS int64 `json:"duration_ns"`

	StealNS    *int64 `json:"steal_ns,omitempty"`     // CPU time that the hypervisor gave to others while a core here was ready
	OtherCPUNS *int64 `json:"other_cpu_ns,omitempty"` // CPU time of the machine less that of the agent and of the server

	// Time in which some task, or every task that was not idle, waited for the resource.
	CPUStallNS        *int64 `json:"cpu_stall_ns,omitempty"`
	MemoryStallNS     *int64 `json:"memory_stall_ns,omitempty"`
	MemoryFullStallNS *int64 `json:"memory_full_stall_ns,omitempty"`
	IOStallNS         *int64 `json:"io_stall_ns,omitempty"`
	IOFullStallNS     *int64 `json:"io_full_stall_ns,omitempty"`

	// Switches of tasks: away from one that could have gone on, and away from one that waited. The agent's
	// are those of this process, with all its threads; the server's those of its threads that were there
	// at the end, so a lower bound.
	InvoluntarySwitches       *int64 `json:"involuntary_switches,omitempty"`
	VoluntarySwitches         *int64 `json:"voluntary_switches,omitempty"`
	ServerInvoluntarySwitches *int64 `json:"server_involuntary_switches,omitempty"`
	ServerVoluntarySwitches   *int64 `json:"server_voluntary_switches,omitempty"`

	// Periods in which a control group had used up its quota of CPU, and how long its tasks then waited,
	// summed over cores and over the groups on the way to the root.
	ThrottledPeriods       *int64 `json:"throttled_periods,omitempty"`
	ThrottledNS            *int64 `json:"throttled_ns,omitempty"`
	ServerThrottledPeriods *int64 `json:"server_throttled_periods,omitempty"`
	ServerThrottledNS      *int64 `json:"server_throttled_ns,omitempty"`

	ThermalThrottles *int64 `json:"thermal_throttles,omitempty"` // as the logical cores count them: what heats a package counts once a core

	// Of the whole machine.
	MajorFaults  *int64 `json:"major_faults,omitempty"` // page faults that had to wait for a disk
	SwapInBytes  *int64 `json:"swap_in_bytes,omitempty"`
	SwapOutBytes *int64 `json:"swap_out_bytes,omitempty"`
	OOMKills     *int64 `json:"oom_kills,omitempty"`

	Absent map[string]string `json:"absent,omitempty"` // what could not be read, and why
}

// fields gives the counters by their JSON names.
func (d *Disturbance) fields() map[string]**int64 {
	return map[string]**int64{
		"steal_ns":                    &d.StealNS,
		"other_cpu_ns":                &d.OtherCPUNS,
		"cpu_stall_ns":                &d.CPUStallNS,
		"memory_stall_ns":             &d.MemoryStallNS,
		"memory_full_stall_ns":        &d.MemoryFullStallNS,
		"io_stall_ns":                 &d.IOStallNS,
		"io_full_stall_ns":            &d.IOFullStallNS,
		"involuntary_switches":        &d.InvoluntarySwitches,
		"voluntary_switches":          &d.VoluntarySwitches,
		"server_involuntary_switches": &d.ServerInvoluntarySwitches,
		"server_voluntary_switches":   &d.ServerVoluntarySwitches,
		"throttled_periods":           &d.ThrottledPeriods,
		"throttled_ns":                &d.ThrottledNS,
		"server_throttled_periods":    &d.ServerThrottledPeriods,
		"server_throttled_ns":         &d.ServerThrottledNS,
		"thermal_throttles":           &d.ThermalThrottles,
		"major_faults":                &d.MajorFaults,
		"swap_in_bytes":               &d.SwapInBytes,
		"swap_out_bytes":              &d.SwapOutBytes,
		"oom_kills":                   &d.OOMKills,
	}
}

const (
	busyNS     = "busy_ns" // no field: the CPU time of the machine, of which others have a part
	otherCPUNS = "other_cpu_ns"
)

// A reading is where the counters of a machine stand, before a run or after it.
type reading struct {
	at     time.Time
	values map[string]int64
	absent map[string]string
}

// take reads the counters of the machine, and those that the sources add.
func take(f *files, more ...source) reading {
	f.moment()
	r := reading{at: time.Now(), values: map[string]int64{}, absent: map[string]string{}}
	for _, s := range machineSources {
		r.add(f, s)
	}
	for _, s := range more {
		r.add(f, s)
	}
	return r
}

func (r *reading) add(f *files, s source) {
	values, err := s.read(f)
	for i, name := range s.names {
		switch {
		case err != nil:
			r.absent[name] = reason(err)
		default:
			r.values[name] = values[i]
		}
	}
}

// since gives what happened between two readings. The CPU time of the agent and the server in ns is
// taken off that of the machine; why is not empty if one of them is not known, and says so.
func (r reading) since(before reading, ownCPUNS int64, why string) Disturbance {
	d := Disturbance{DurationNS: r.at.Sub(before.at).Nanoseconds(), Absent: map[string]string{}}
	fields := d.fields()
	for name, field := range fields {
		if n, err := r.difference(before, name); err == nil {
			*field = &n
		} else if name != otherCPUNS && err != errNotRead {
			d.Absent[name] = err.Error()
		}
	}
	busy, err := r.difference(before, busyNS)
	switch {
	case err != nil:
		d.Absent[otherCPUNS] = err.Error()
	case why != "":
		d.Absent[otherCPUNS] = why
	default:
		d.OtherCPUNS = new(max(0, busy-ownCPUNS)) // below 0 by the ticks' rounding
	}
	return d
}

// errNotRead is that of a counter that neither reading knows: nobody asked for it.
var errNotRead = errors.New("not asked for")

func (r reading) difference(before reading, name string) (int64, error) {
	for _, side := range []reading{before, r} {
		if why := side.absent[name]; why != "" {
			return 0, errors.New(why)
		}
	}
	from, first := before.values[name]
	to, second := r.values[name]
	switch {
	case !first && !second:
		return 0, errNotRead
	case !first || !second:
		return 0, errors.New("it was read once only")
	case to < from: // a core went offline, or the kernel corrected itself
		return 0, fmt.Errorf("it ran backwards, from %d to %d", from, to)
	}
	return to - from, nil
}
