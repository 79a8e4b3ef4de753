package runner

import (
	"fmt"
	"slices"

	"bench/spec"
)

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
