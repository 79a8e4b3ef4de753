package runner

import (
	"fmt"

	"bench/runner/journal"
)

// What a limit of memory is held by.
const (
	byGroup  = "cgroup" // a control group of version 2: of the worker and all that it starts, together
	byRlimit = "rlimit" // RLIMIT_DATA: of each process for itself
)

// An exhaustion says how far memory was to blame for the end of a worker.
type exhaustion struct {
	limit       journal.Limits
	isCertain   bool  // the kernel says that it ended the group at its limit
	kernelKills int64 // of other processes in reach, for want of memory, while the attempt went on
}

// has says whether there was a limit.
func (e exhaustion) has() bool { return e.limit.By != "" }

// size is the limit in words.
func (e exhaustion) size() string {
	if e.limit.By == byRlimit {
		return mebibytes(e.limit.MemoryBytes) + " for each process"
	}
	return mebibytes(e.limit.MemoryBytes)
}

func mebibytes(n int64) string {
	if n%(1<<20) != 0 {
		return fmt.Sprintf("%d bytes", n)
	}
	return fmt.Sprintf("%d MiB", n>>20)
}
