package agent

import (
	"strings"

	"bench/agent/telemetry"
)

// observedMetrics adds what was observed of a run. What could not be read is absent.
func observedMetrics(m map[string]float64, o Outcome) {
	seen := o.Observed
	if seen.Agent != nil {
		tokens := 0
		for _, c := range o.Calls {
			tokens += c.OutputTokens
		}
		if tokens > 0 {
			m["client_overhead"] = float64(seen.Agent.CPUNS) / float64(tokens)
		}
	}
	if seen.Server != nil {
		m["server_cpu"], m["server_peak_rss"] = float64(seen.Server.CPUNS), float64(seen.Server.PeakRSSBytes)
	}
	for _, domain := range seen.CPUEnergy {
		if strings.HasPrefix(domain.Domain, "package-") && !strings.Contains(domain.Domain, "/") { // the others are parts of these
			m["cpu_energy"] += domain.EnergyJ
		}
	}
	d := seen.Disturbance
	for name, ns := range map[string]*int64{"steal": d.StealNS, "other_cpu": d.OtherCPUNS, "cpu_stall": d.CPUStallNS} {
		if ns != nil {
			m[name] = float64(*ns)
		}
	}
	gpuMetrics(m, seen.GPUs)
}

// gpuMetrics adds those of all GPUs together, each where every GPU tells it.
func gpuMetrics(m map[string]float64, gpus []telemetry.GPUUse) {
	n := float64(len(gpus))
	told := map[string]float64{}
	note := func(name string, value float64) {
		m[name] += value
		told[name]++
	}
	for _, g := range gpus {
		if g.EnergyJ != nil {
			note("gpu_energy", *g.EnergyJ)
		}
		if g.PowerW != nil {
			note("gpu_power", g.PowerW.Mean)
		}
		if g.MemoryPeakBytes != nil {
			note("gpu_peak_memory", float64(*g.MemoryPeakBytes))
		}
		if g.UtilizationPercent != nil {
			note("gpu_utilization", g.UtilizationPercent.Mean/n)
		}
		if g.TemperatureC != nil {
			m["gpu_temperature"] = max(m["gpu_temperature"], g.TemperatureC.Max)
		}
	}
	for name, count := range told {
		if count < n {
			delete(m, name)
		}
	}
}
