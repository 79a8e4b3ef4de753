package runner

import (
	"context"
	"fmt"
	"slices"

	"golang.org/x/sys/unix"

	"bench/agent/telemetry"
	"bench/spec"
)

// meets says what a target lacks of what it requires.
func meets(ctx context.Context, t *spec.Target, folder string) error {
	if t.CPUs != "" {
		if err := hasCores(t.CPUs); err != nil {
			return err
		}
	}
	if t.RequireDisk > 0 {
		free, _, err := diskFree(folder)
		if err != nil {
			return err
		}
		if free < t.RequireDisk {
			return fmt.Errorf("%d MiB of disk are free and %d MiB are required: make room, or lower require.disk", free>>20, t.RequireDisk>>20)
		}
	}
	if t.RequireGPU == 0 {
		return nil
	}
	env := telemetry.Host(ctx)
	largest := int64(0)
	for _, g := range env.GPUs {
		if g.MemoryBytes != nil {
			largest = max(largest, *g.MemoryBytes)
		}
	}
	if largest < t.RequireGPU {
		if why := env.Absent["gpus"]; why != "" && len(env.GPUs) == 0 {
			return fmt.Errorf("a GPU with %d MiB is required, and none was seen (%s)", t.RequireGPU>>20, why)
		}
		return fmt.Errorf("a GPU with %d MiB is required, and the largest has %d MiB", t.RequireGPU>>20, largest>>20)
	}
	return nil
}

// The most files that bench has open at a time: its own, and those of a run with its process.
const (
	ownFiles = 32
	runFiles = 10

	leastFiles = 16 // without any run
)

// MayOpen refuses to do anything where this process may open so few files that everything would fail, each time with another error.
func MayOpen() error {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil || limit.Cur >= leastFiles {
		return nil
	}
	need := ownFiles + runFiles
	return fmt.Errorf("too few files may be open: %d, and bench needs up to %d: raise the limit (ulimit -n %d)", limit.Cur, need, need)
}

// mayOpen refuses so many runs at a time where this process may not open the files for them: results would be lost.
func mayOpen(runs int) error {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return nil // then the limit is met where it is reached
	}
	need := ownFiles + runs*runFiles
	if limit.Cur >= uint64(need) {
		return nil
	}
	if runs == 1 {
		return fmt.Errorf("a run needs up to %d open files, and this process may open %d: raise the limit (ulimit -n %d)", need, limit.Cur, need)
	}
	return fmt.Errorf("%d runs at a time need up to %d open files, and this process may open %d: raise the limit (ulimit -n %d), or lower the parallelism",
		runs, need, limit.Cur, need)
}

// hasCores says which of the cores a process may not use here: a run would silently get others, or none.
func hasCores(list string) error {
	wanted, err := spec.ParseCPUs(list)
	if err != nil {
		return err
	}
	allowed, err := allowedCores()
	if err != nil {
		return err
	}
	for _, c := range wanted {
		if !slices.Contains(allowed, c) {
			return fmt.Errorf("cpus = %q asks for core %d, and this process may use %v", list, c, allowed)
		}
	}
	return nil
}
