package load

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"bench/agent"
)

// DefaultDrain is how long calls under way at the end are waited for.
const DefaultDrain = 30 * time.Second

// Options say what is sent, and how often.
type Options struct {
	Profile Profile
	Seed    uint64 // of the arrivals

	// Call makes one call, as [agent.Client.Generate] does. It must return soon after its context ends. It is the caller's choice
	// whether connections are reused.
	Call func(context.Context, agent.Request) agent.Call

	// Request gives what the call of an index sends, the same whenever it is asked. Several goroutines ask at once. An error ends the load.
	Request func(index int) (agent.Request, error)

	SLO   *SLO          // nil: no goodput
	Drain time.Duration // how long calls under way at the end are waited for; 0: DefaultDrain
	Rows  int           // the first so many calls are kept one by one; 0: none
}

// errDrained is the cause with which calls end that were waited for long enough.
var errDrained = errors.New("the load is over, and the call was still under way")

// Run makes a load, and returns when its last call has ended. Where the context ends first, calls are cancelled, and the summary of
// what was is given with the context's cause. The profile's mistakes come before anything is sent. Calls that fail are no
// error: they are counted.
func Run(ctx context.Context, o Options) (*Summary, error) {
	return run(ctx, o, waitUntil)
}

// run waits for the times of an open loop by the function that it is given.
func run(ctx context.Context, o Options, wait func(context.Context, time.Time) error) (*Summary, error) {
	if err := o.Profile.Validate(); err != nil {
		return nil, fmt.Errorf("load: %w", err)
	}
	calls, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	g := &generator{options: o, calls: calls, wait: wait, window: newWindow(o.Profile), over: make(chan struct{}), start: time.Now()}
	g.tally = newTally(g.window, o)
	if o.Profile.Open() {
		g.open()
	} else {
		g.closed()
	}
	g.drain(cancel)
	fault, end := context.Cause(ctx), time.Since(g.start)
	if g.fault != nil {
		fault = fmt.Errorf("load: %w", g.fault)
	}
	if fault != nil {
		g.window.cut(end)
	}
	g.window.end(end)
	return g.tally.summary(o.Profile, end), fault
}

// A generator is a load on its way.
type generator struct {
	options Options
	calls   context.Context // of the calls: it ends with the drain
	wait    func(context.Context, time.Time) error
	window  *window
	tally   *tally
	start   time.Time
	slots   chan struct{} // one for each call under way, where there is a limit
	running sync.WaitGroup
	index   atomic.Int64 // of the next call of a closed loop

	over  chan struct{} // closed when nothing more will be sent
	once  sync.Once
	fault error // why a request could not be made; written before over is closed
}

// finish says that nothing more will be sent.
func (g *generator) finish(fault error) {
	g.once.Do(func() {
		g.fault = fault
		close(g.over)
	})
}

// drain waits until nothing more is sent and the last call has ended, and cancels those that take too long.
func (g *generator) drain(cancel context.CancelCauseFunc) {
	<-g.over
	if g.fault != nil {
		cancel(g.fault)
	}
	limit := time.AfterFunc(cmp.Or(g.options.Drain, DefaultDrain), func() { cancel(errDrained) })
	defer limit.Stop()
	g.running.Wait()
}

// request makes what a call sends.
func (g *generator) request(index int) (agent.Request, error) {
	request, err := g.options.Request(index)
	if err != nil {
		return request, fmt.Errorf("the request of call %d: %w", index+1, err)
	}
	return request, nil
}

// make makes a call that is due, and waits for its answer.
func (g *generator) make(p Planned, request agent.Request) {
	if g.slots != nil {
		select {
		case g.slots <- struct{}{}:
		case <-g.calls.Done():
			g.tally.unsent(p)
			return
		}
	}
	g.tally.begin()
	handed := time.Now()
	call := g.options.Call(g.calls, request)
	g.tally.end()
	if g.slots != nil {
		<-g.slots // before it is counted, which takes a while
	}
	sent := call.StartedAt
	if sent.Before(handed) { // a call that was refused before its start may have none
		sent = handed
	}
	g.tally.ended(p, sent.Sub(g.start), call, g.calls.Err() != nil)
}
