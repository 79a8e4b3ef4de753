package runner

import (
	"fmt"

	"golang.org/x/sys/unix"

	"bench/spec"
)

// The most files that bench has open at a time: its own, and those of an agent of a run, with its process.
const (
	ownFiles   = 32
	agentFiles = 10

	leastFiles = 16 // without any run
)

// MayOpen refuses to do anything where this process may open so few files that everything would fail, each time with another error.
func MayOpen() error {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil || limit.Cur >= leastFiles {
		return nil
	}
	need := ownFiles + agentFiles
	return fmt.Errorf("too few files may be open: %d, and bench needs up to %d: raise the limit (ulimit -n %d)", limit.Cur, need, need)
}

// mayOpen refuses so many runs at a time, with so many agents in all, where this process may not open the files for them: results would
// be lost.
func mayOpen(runs, agents int) error {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return nil // then the limit is met where it is reached
	}
	need := ownFiles + agents*agentFiles
	if limit.Cur >= uint64(need) {
		return nil
	}
	who, remedy := "a run needs", ""
	switch {
	case runs > 1 && agents > runs:
		who = fmt.Sprintf("%d runs at a time, with %d agents in all, need", runs, agents)
	case runs > 1:
		who = fmt.Sprintf("%d runs at a time need", runs)
	case agents > 1:
		who = fmt.Sprintf("a run with %d agents needs", agents)
	}
	if runs > 1 {
		remedy = ", or lower the parallelism"
	}
	return fmt.Errorf("%s up to %d open files, and this process may open %d: raise the limit (ulimit -n %d)%s", who, need, limit.Cur, need, remedy)
}

// atOnce gives how many of the runs go on at a time, at most, and how many agents they have.
func (s *sweep) atOnce(todo []int) (runs, agents int) {
	waiting, most := map[spec.Ref]int{}, map[spec.Ref]int{}
	for _, i := range todo {
		setup := s.section.setupOf(s.section.turns[i])
		ref := setup.target()
		waiting[ref]++
		most[ref] = max(most[ref], len(setup.members))
	}
	for ref, n := range waiting {
		n = min(n, s.plan.slots(ref, s.options.Parallelism))
		runs += n
		agents += n * most[ref]
	}
	return runs, agents
}
