package runner

import (
	"context"
	"slices"
	"strings"
	"sync"

	"bench/spec"
)

// An exclusion keeps runs from disturbing the state of a server's memory that another one was given: while a run that asks for a cold or a
// warm model goes on, no other one unloads or loads a model there.
type exclusion struct {
	mu   sync.Mutex
	free map[spec.Ref]chan struct{} // holds one where nobody has the server
}

// take waits until nobody else has any of the servers, and gives what to call when the run is over. Waited says whether somebody had.
// The error is that of the context.
func (x *exclusion) take(ctx context.Context, servers []spec.Ref) (done func(), waited bool, err error) {
	servers = slices.Clone(servers)
	slices.SortFunc(servers, func(a, b spec.Ref) int { return strings.Compare(a.Address(), b.Address()) }) // in one order, so that no two wait for each other
	var taken []chan struct{}
	done = func() {
		for _, c := range taken {
			c <- struct{}{}
		}
	}
	for _, server := range slices.Compact(servers) {
		c := x.of(server)
		select {
		case <-c:
		default:
			waited = true
			select {
			case <-c:
			case <-ctx.Done():
				done()
				return nil, waited, ctx.Err()
			}
		}
		taken = append(taken, c)
	}
	return done, waited, nil
}

func (x *exclusion) of(server spec.Ref) chan struct{} {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.free == nil {
		x.free = map[spec.Ref]chan struct{}{}
	}
	c, ok := x.free[server]
	if !ok {
		c = make(chan struct{}, 1)
		c <- struct{}{}
		x.free[server] = c
	}
	return c
}
