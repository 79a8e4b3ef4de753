package load

import "time"

// closed starts the callers of a closed loop.
func (g *generator) closed() {
	p := g.options.Profile
	g.running.Add(p.Concurrency)
	for range p.Concurrency {
		go g.caller()
	}
	if p.Duration > 0 {
		g.running.Go(func() { g.endAfter(p.Warmup + p.Duration + p.Cooldown) })
	}
}

// endAfter ends a load at its time, since all of its callers may be in a call then.
func (g *generator) endAfter(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		g.finish(nil)
	case <-g.over:
	}
}

// caller makes one call after the other. Its first is not kept waiting by anything.
func (g *generator) caller() {
	defer g.running.Done()
	for again := false; ; again = true {
		index := int(g.index.Add(1) - 1)
		request, err := g.request(index)
		if err != nil {
			g.finish(err)
			return
		}
		if again && pause(g.calls, g.options.Profile.ThinkTime) != nil || g.calls.Err() != nil {
			g.finish(nil)
			return
		}
		at := time.Since(g.start)
		part, ok := g.window.admit(at, again)
		if !ok {
			g.finish(nil)
			return
		}
		g.make(Planned{index, at, part}, request)
	}
}
