package runner

import (
	"context"
	"errors"
	"fmt"
	"os"
)

// Options are what an apply is made with.
type Options struct {
	Executable  string      // of bench: started as worker, emulator and keeper of servers
	Version     string      // of bench, for the records
	Parallelism int         // runs at the same time on each target; 0: as the target says
	FillDisk    bool        // begin runs also when the disk is almost full
	Servers     *Servers    // of the module, which go on after Apply; nil: it has its own
	Forecast    *Forecast   // of the plan, which is told of every event before Tell is; nil: none is made
	Tell        func(Event) // called from several goroutines, one at a time
}

// ErrStopped says that an apply ended before its plan did, because it was asked to.
var ErrStopped = errors.New("stopped on request")

// Apply makes the runs of the plan that are not up to date. When stop ends, no run is begun any more and those that go on are
// finished; when kill ends, they are killed. A run that fails is no error of Apply: it stands in the tally. An error is
// something that kept an experiment from going on; the experiments after it are tried all the same, since their server and
// their folder may be others. Runs that were left since their server is gone, or all before them failed alike, are noted, and stay
// waiting. Whatever the error, what counted goes on counting.
func Apply(stop, kill context.Context, p *Plan, o Options) (Tally, error) {
	stop, halt := context.WithCancel(stop)
	defer halt()
	defer context.AfterFunc(kill, halt)()
	pool := o.Servers
	if pool == nil {
		pool = NewServers(p.Module, o.Executable)
		defer pool.Stop()
	}
	breaker := newBreaker()
	var total Tally
	var broken []error
	var stopped error
	for _, section := range p.sections {
		e := section.experiment
		s := &sweep{plan: p, section: section, experiment: e, options: o, servers: pool, breaker: breaker, stop: stop, kill: kill}
		err := s.make()
		switch {
		case errors.Is(err, ErrStopped):
			stopped = ErrStopped
		case err != nil:
			broken = append(broken, fmt.Errorf("%s: %w", e.Address(), Advise(err)))
		}
		total = total.Add(s.tally)
	}
	return total, errors.Join(append(broken, stopped)...)
}

// Executable gives the running program, for Options. On Linux it is what runs now, even where its file was replaced since: a
// sweep that takes hours must not go on with another version.
func Executable() (string, error) {
	const self = "/proc/self/exe"
	if _, err := os.Stat(self); err == nil {
		return self, nil
	}
	return os.Executable()
}
