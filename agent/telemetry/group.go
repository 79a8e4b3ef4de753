package telemetry

import (
	"cmp"
	"io/fs"
	"os"
	"time"
)

// ProcessUse is what a set of processes used during a run: the agent, which is this process, or the
// server, each with all that they started.
type ProcessUse struct {
	Name      string `json:"name"`      // of the first process
	Processes int    `json:"processes"` // the most at one time
	CPUNS     int64  `json:"cpu_ns"`    // user and system time; of others than this process in ticks of 10 ms

	CoresMean float64 `json:"cores_mean"` // CPU time over time: 1.5 is one core and a half at work
	CoresPeak float64 `json:"cores_peak"` // of the busiest interval between two samples

	RSSBytes Series `json:"rss_bytes"` // sum of the resident sets; what is shared counts once for each
	Threads  Series `json:"threads"`

	PeakRSSBytes int64  `json:"peak_rss_bytes"`
	PeakFrom     string `json:"peak_from"` // "kernel": exact; "samples": what lies between two of them can be higher
}

// A Series is a value over time. The mean is that of the samples.
type Series struct {
	First int64   `json:"first"`
	Last  int64   `json:"last"`
	Mean  float64 `json:"mean"`
	Peak  int64   `json:"peak"`
}

// series collects a Series.
type series struct {
	Series
	n, sum int64
}

func (s *series) add(value int64) {
	if s.n == 0 {
		s.First, s.Peak = value, value
	}
	s.n++
	s.sum += value
	s.Last, s.Peak = value, max(s.Peak, value)
}

func (s *series) result() Series {
	if s.n > 0 {
		s.Mean = float64(s.sum) / float64(s.n)
	}
	return s.Series
}

// rescan is how long a new process of a group may go unnoticed. Its CPU time and, where it is alone, its
// peak are counted from its start all the same; the look for it is what costs most.
const rescan = 5 * time.Second

// A group is a set of processes that is followed.
type group struct {
	root    fs.FS
	roots   []int
	exclude func(process) bool // what is not counted, with all below it
	ownCPU  func() int64       // of this process
	buffer  []byte

	childless func() bool // says for certain that no member has started another process; nil: that is never certain

	name    string // of the first root
	members map[int]*member
	scanned time.Time
	lastPID string // when it was scanned: no process began while it stays

	startCPU, lastCPU, goneCPU int64
	start, last                time.Time
	coresPeak                  float64
	most                       int
	rss, threads               series
}

// A member is a process of a group, as it was seen last.
type member struct {
	process
	peakBefore int64 // of its resident set before the run; 0 for one that began in it
}

// begin takes the state from which differences count. Its error is that no process of the group is in sight.
func (g *group) begin(now time.Time) error {
	g.buffer, g.members = make([]byte, 4<<10), map[int]*member{}
	var first error
	for _, pid := range g.roots {
		p, err := readProcess(g.root, pid, g.buffer)
		if err != nil {
			first = err
			continue
		}
		g.members[pid] = &member{process: p}
		g.name = cmp.Or(g.name, p.name)
	}
	if len(g.members) == 0 {
		return first
	}
	g.scan(now)
	for _, m := range g.members {
		m.peakBefore = peakRSS(g.root, m.pid, g.buffer)
	}
	g.add(now)
	g.startCPU, g.start, g.coresPeak = g.lastCPU, now, 0
	return nil
}

// sample reads every member once.
func (g *group) sample(now time.Time) {
	if now.Sub(g.scanned) >= rescan {
		g.scan(now)
	}
	for pid, m := range g.members {
		p, err := readProcess(g.root, pid, g.buffer)
		if err != nil || p.startTicks != m.startTicks {
			g.lose(m)
			continue
		}
		m.process = p
	}
	g.add(now)
}

// add adds the members as they were read last.
func (g *group) add(now time.Time) {
	cpu, rss, threads := g.goneCPU, int64(0), int64(0)
	for _, m := range g.members {
		cpu, rss, threads = cpu+g.cpu(m), rss+m.rssBytes, threads+m.threads
	}
	if step := now.Sub(g.last); !g.last.IsZero() && step >= minStep {
		g.coresPeak = max(g.coresPeak, float64(cpu-g.lastCPU)/float64(step))
	}
	g.lastCPU, g.last = cpu, now
	if len(g.members) > 0 {
		g.rss.add(rss)
		g.threads.add(threads)
		g.most = max(g.most, len(g.members))
	}
}

// minStep is the shortest time over which a load is told: a tick would be a large part of a shorter one.
const minStep = 200 * time.Millisecond

// cpu gives the CPU time of a process and of its children that were waited for. For this process there
// is a finer clock than ticks.
func (g *group) cpu(m *member) int64 {
	if m.pid == os.Getpid() {
		return g.ownCPU()
	}
	return m.cpuNS
}

// lose forgets a member that ended. A parent that waited for it has its time now; if none is here who
// could have, the time is kept, since it was used.
func (g *group) lose(m *member) {
	delete(g.members, m.pid)
	if g.members[m.parent] == nil {
		g.goneCPU += m.cpuNS
	}
}

// pids lists the members.
func (g *group) pids() []int {
	pids := make([]int, 0, len(g.members))
	for pid := range g.members {
		pids = append(pids, pid)
	}
	return pids
}

// end takes the last sample and sums up.
func (g *group) end(now time.Time) ProcessUse {
	g.scan(now)
	g.sample(now)
	use := ProcessUse{
		Name: g.name, Processes: g.most, CPUNS: max(0, g.lastCPU-g.startCPU), CoresPeak: g.coresPeak,
		RSSBytes: g.rss.result(), Threads: g.threads.result(),
	}
	if took := now.Sub(g.start); took > 0 {
		use.CoresMean = float64(use.CPUNS) / float64(took)
		use.CoresPeak = max(use.CoresPeak, use.CoresMean)
	}
	use.PeakRSSBytes, use.PeakFrom = g.rss.Peak, "samples"
	for _, m := range g.members {
		peak := peakRSS(g.root, m.pid, g.buffer)
		if peak <= m.peakBefore { // it was reached before the run
			continue
		}
		use.PeakRSSBytes = max(use.PeakRSSBytes, peak)
		if g.most == 1 {
			use.PeakFrom = "kernel"
		}
	}
	return use
}
