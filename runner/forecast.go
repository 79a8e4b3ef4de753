package runner

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"bench/spec"
)

// A Forecast says how long the rest of an apply will take. It knows at every moment which runs are still to be made, and takes of each
// what its configuration took in this apply, failures and retries included; where it has taken nothing yet, what its record that
// was there took; else what is typical of its experiment. Its methods may be called from several goroutines.
type Forecast struct {
	mu    sync.Mutex
	parts []*part       // of which something is left
	last  time.Duration // what was typical of the experiment that ended last
}

// A part is the runs of one experiment.
type part struct {
	section *section
	lanes   map[spec.Ref]*lane // by target
	cells   [2][]cell          // by config: of runs, of warm-ups
	numbers map[string]int     // by the configuration, once somebody asks
	running map[spec.Address]*under
	recent  [2]recent     // of runs, of warm-ups
	before  time.Duration // what a run took earlier; 0: none was made
	pause   time.Duration // after each run
}

// A lane is the runs of one target.
type lane struct {
	slots   int
	left    int           // runs that have not begun
	unknown [2]int        // of these, runs and warm-ups of cells without a mean
	work    time.Duration // what the others will take
}

// A cell is the runs of one configuration, or its warm-ups.
type cell struct {
	lane  *lane
	left  int // that have not begun
	mean  time.Duration
	known bool // the mean is
	made  int  // runs of this apply; 0: the mean is from earlier
}

// under is a run under way.
type under struct {
	cell  *cell
	kind  int
	since time.Time // it has begun, less what its server took to start
}

// NewForecast makes the forecast of a plan of which nothing is made yet. Parallelism is that of Options.
func NewForecast(p *Plan, parallelism int) *Forecast {
	f := &Forecast{}
	var all history
	for _, s := range p.sections {
		all.total, all.runs = all.total+s.earlier.total, all.runs+s.earlier.runs
	}
	for _, s := range p.sections {
		before := s.earlier.mean()
		if s.earlier.runs == 0 {
			before = all.mean()
		}
		if todo := s.todo(); len(todo) > 0 {
			f.parts = append(f.parts, newPart(s, todo, before, parallelism))
		}
	}
	return f
}

func newPart(s *section, todo []int, before time.Duration, parallelism int) *part {
	p := &part{
		section: s, lanes: map[spec.Ref]*lane{}, running: map[spec.Address]*under{}, before: before, pause: s.experiment.Isolation.Cooldown,
		cells: [2][]cell{make([]cell, len(s.configs)), make([]cell, len(s.configs))},
	}
	for _, i := range todo {
		t := s.turns[i]
		target := s.setupOf(t).target()
		l := p.lanes[target]
		if l == nil {
			l = &lane{slots: s.plan.slots(target, parallelism)}
			p.lanes[target] = l
		}
		c := &p.cells[kindOf(t.warmup)][t.config]
		if c.lane == nil {
			c.lane = l
			c.mean, c.known = s.took(t.config)
		}
		c.left++
		l.add(c, kindOf(t.warmup), 1)
	}
	return p
}

// kindOf is 0 for runs, and 1 for warm-ups.
func kindOf(warmup bool) int {
	if warmup {
		return 1
	}
	return 0
}

// add takes runs of a cell into the account of what has not begun, or out of it.
func (l *lane) add(c *cell, kind, runs int) {
	l.left += runs
	if c.known {
		l.work += time.Duration(runs) * c.mean
	} else {
		l.unknown[kind] += runs
	}
}

// Note takes what happened.
func (f *Forecast) Note(e Event, now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	at := slices.IndexFunc(f.parts, func(p *part) bool { return p.section.at("").Contains(e.Address) })
	if at < 0 {
		return
	}
	p := f.parts[at]
	switch {
	case e.Kind == Ended: // what it left will not be made now
		f.last = cmp.Or(p.typical(0), f.last)
		f.parts = slices.Delete(f.parts, at, at+1)
	case e.Kind == Started && p.running[e.Address] == nil:
		p.begin(e.Address, now)
	case e.Kind == Serving && p.running[e.Address] != nil:
		u := p.running[e.Address]
		u.since = u.since.Add(e.Took)
	case e.Kind.EndsRun() && p.running[e.Address] != nil:
		p.end(e.Address, now.Sub(p.running[e.Address].since), e.Kind == Counted)
	}
}

// cell gives that of a run.
func (p *part) cell(a spec.Address) *cell {
	if p.numbers == nil {
		p.numbers = make(map[string]int, len(p.section.configs))
		for i, m := range p.section.configs {
			p.numbers[m.name] = i
		}
	}
	return &p.cells[kindOf(a.Warmup)][p.numbers[a.Configuration]]
}

func (p *part) begin(a spec.Address, now time.Time) {
	c, kind := p.cell(a), kindOf(a.Warmup)
	if c.left == 0 {
		return // another apply has taken the record away since the plan was made
	}
	p.running[a] = &under{c, kind, now}
	c.left--
	c.lane.add(c, kind, -1)
}

func (p *part) end(a spec.Address, took time.Duration, counted bool) {
	delete(p.running, a)
	c, kind := p.cell(a), kindOf(a.Warmup)
	c.lane.add(c, kind, -c.left)
	c.made++
	if c.made == 1 {
		c.mean = took
	} else {
		c.mean += (took - c.mean) / time.Duration(c.made)
	}
	c.known = true
	c.lane.add(c, kind, c.left)
	p.recent[kind].note(took, counted)
}

// typical is what a run takes of which nothing else is known; 0 where nothing is.
func (p *part) typical(kind int) time.Duration {
	for _, k := range []int{kind, 1 - kind} {
		if d := p.recent[k].median(); d > 0 {
			return d
		}
	}
	return p.before
}

// Left says how long the rest will take, and whether that is known: not before a run has ended or where none was made earlier.
func (f *Forecast) Left(now time.Time) (left time.Duration, known bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	typical := f.last // of an experiment of which nothing is known: as of one before it
	for _, p := range f.parts {
		own := [2]time.Duration{p.typical(0), p.typical(1)}
		for kind := range own {
			if own[kind] == 0 {
				own[kind] = typical
			}
		}
		took, ok := p.left(now, own)
		if !ok {
			return 0, false
		}
		left, typical = left+took, cmp.Or(own[0], typical)
	}
	return left, true
}

// left adds the lanes up: targets work at the same time but where the order takes one configuration after the other.
func (p *part) left(now time.Time, typical [2]time.Duration) (time.Duration, bool) {
	var longest, sum time.Duration
	for _, l := range p.lanes {
		for kind, n := range l.unknown {
			if n > 0 && typical[kind] == 0 {
				return 0, false
			}
		}
		work := l.work + time.Duration(l.unknown[0])*typical[0] + time.Duration(l.unknown[1])*typical[1] + time.Duration(l.left)*p.pause
		var last time.Duration
		for _, u := range p.running {
			if u.cell.lane != l {
				continue
			}
			rest, ok := u.rest(now, typical)
			if !ok {
				return 0, false
			}
			work, last = work+rest, max(last, rest)
		}
		took := max(last, work/time.Duration(l.slots))
		longest, sum = max(longest, took), sum+took
	}
	if p.section.inTurn() {
		return sum, true
	}
	return longest, true
}

// overdue is which part of the time that a run has taken so far it is given once more, where it takes longer than expected.
const overdue = 4

func (u *under) rest(now time.Time, typical [2]time.Duration) (rest time.Duration, known bool) {
	expected := u.cell.mean
	if !u.cell.known {
		expected = typical[u.kind]
	}
	elapsed := max(0, now.Sub(u.since))
	return max(expected-elapsed, elapsed/overdue), u.cell.known || expected > 0
}

// recent keeps what the last runs took: those that counted, or as long as none did those that failed.
type recent struct {
	last    []time.Duration
	next    int
	counted bool
}

// remembered is how many runs these are.
const remembered = 31

func (r *recent) note(took time.Duration, counted bool) {
	if counted != r.counted {
		if r.counted {
			return
		}
		*r = recent{counted: true}
	}
	if len(r.last) < remembered {
		r.last = append(r.last, took)
		return
	}
	r.last[r.next] = took
	r.next = (r.next + 1) % remembered
}

// median gives the middle of what is remembered: a first run that loads a model is not typical. It is 0 where nothing is.
func (r *recent) median() time.Duration {
	if len(r.last) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(r.last))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}
