package agent

import (
	"runtime/debug"

	"bench/agent/telemetry"
)

// Used gives what this process has used since it started. It stops the process for a moment to read the
// collector's figures, so it is called after the last call, never between.
func Used() Resources {
	use := telemetry.Usage()
	var gc debug.GCStats
	debug.ReadGCStats(&gc)
	return Resources{CPUNS: use.CPUNS, PeakRSSBytes: use.PeakRSSBytes, GCCount: int(gc.NumGC), GCPauseNS: int64(gc.PauseTotal)}
}
