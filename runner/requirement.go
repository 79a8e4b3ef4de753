package runner

import (
	"context"
	"fmt"

	"bench/agent/telemetry"
	"bench/spec"
)

// require checks, before anything is begun, what the targets ask of this machine, that the programs of servers are there, that enough
// files may be open, and that results can be kept.
func (s *sweep) require(todo []int) error {
	seen, checked := map[*setup]bool{}, map[spec.Ref]bool{}
	for _, i := range todo {
		setup := s.section.setupOf(s.section.turns[i])
		if seen[setup] {
			continue
		}
		seen[setup] = true
		if ref := setup.target(); !checked[ref] {
			checked[ref] = true
			if err := meets(s.kill, s.plan.Module.Target(ref), s.folder); err != nil {
				return fmt.Errorf("%s: %w", ref.Address(), err)
			}
		}
		for _, ref := range setup.servers() {
			if err := s.servers.canStart(ref); err != nil {
				return err
			}
		}
	}
	if err := mayOpen(s.atOnce(todo)); err != nil {
		return err
	}
	return s.mayKeep(todo)
}

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
