package runner

import (
	"cmp"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// inParallel does something for each number below n, with all processors. It does the rest after an error too, so that who
// mends by hand is told of everything at once.
func inParallel(n int, do func(i int) error) error {
	const chunk = 256 // numbers that a goroutine takes at a time
	var next atomic.Int64
	var failed failures
	var group sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), (n+chunk-1)/chunk) {
		group.Go(func() {
			for from := int(next.Add(chunk)) - chunk; from < n; from = int(next.Add(chunk)) - chunk {
				for i := from; i < min(n, from+chunk); i++ {
					if err := do(i); err != nil {
						failed.note(i, err)
					}
				}
			}
		})
	}
	group.Wait()
	return failed.joined()
}

// failures are the errors of some numbers.
type failures struct {
	mu  sync.Mutex
	all []failure
}

type failure struct {
	i   int
	err error
}

func (f *failures) note(i int, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.all = append(f.all, failure{i, err})
}

// joined gives the errors in the order of their numbers; of many, the first.
func (f *failures) joined() error {
	const told = 20
	slices.SortFunc(f.all, func(a, b failure) int { return cmp.Compare(a.i, b.i) })
	var errs []error
	for _, x := range f.all[:min(told, len(f.all))] {
		errs = append(errs, x.err)
	}
	if more := len(f.all) - len(errs); more > 0 {
		errs = append(errs, fmt.Errorf("and %d more", more))
	}
	return errors.Join(errs...)
}
