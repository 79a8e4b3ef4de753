package runner

import (
	"context"
	"fmt"
	"slices"

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
		free, err := diskFree(folder)
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
