package load

import (
	"time"

	"bench/agent"
)

const (
	ahead = 64                    // requests that are made before their time
	lead  = 20 * time.Millisecond // to the start, for the first of them
)

// A due call is one that is planned, with what it sends.
type due struct {
	Planned
	request agent.Request
}

// open starts an open loop, which goes on by itself.
func (g *generator) open() {
	if n := g.options.Profile.Concurrency; n > 0 {
		g.slots = make(chan struct{}, n)
	}
	g.start = time.Now().Add(lead)
	planned := make(chan due, ahead)
	g.running.Add(2)
	go g.prepare(planned)
	go g.lead(planned)
}

// prepare makes requests ahead of their time, until the schedule ends.
func (g *generator) prepare(planned chan<- due) {
	defer g.running.Done()
	defer close(planned)
	for p := range g.options.Profile.schedule(g.options.Seed, g.window) {
		request, err := g.request(p.Index)
		if err != nil {
			g.finish(err)
			return
		}
		select {
		case planned <- due{p, request}:
		case <-g.calls.Done():
			return
		}
	}
	g.window.end(never) // a trace has no call after its last
}

// lead waits for the next call's time, starts the next leader, and makes the call.
func (g *generator) lead(planned <-chan due) {
	defer g.running.Done()
	next, more := <-planned
	if !more || g.wait(g.calls, g.start.Add(next.At)) != nil {
		g.finish(nil)
		return
	}
	g.running.Add(1)
	go g.lead(planned)
	g.make(next.Planned, next.request)
}
