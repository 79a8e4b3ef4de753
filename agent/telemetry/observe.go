package telemetry

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"sync"
	"time"
)

// A Subject is what is observed over a run, beside the machine and this process.
type Subject struct {
	ServerURL string        // where the server listens; "" for none
	Server    *Server       // its processes, where somebody knows them; where they are nil, or gone, they are searched for by the URL
	Metrics   Scrape        // gets the server's page of metrics; nil for none
	Interval  time.Duration // between two samples of the processes; 0 is a second
}

// Observed is what was seen of a run. What could not be had is nil, and its JSON name stands in Absent.
type Observed struct {
	Disturbance   Disturbance    `json:"disturbance"`
	Agent         *ProcessUse    `json:"agent,omitempty"`  // this process and what it started, but for what samples
	Server        *ProcessUse    `json:"server,omitempty"` // the process that listens, and what it started
	GPUs          []GPUUse       `json:"gpus,omitempty"`
	CPUEnergy     []CPUEnergy    `json:"cpu_energy,omitempty"`
	ServerMetrics *MetricsChange `json:"server_metrics,omitempty"`
	Sampling      Sampling       `json:"sampling"`

	Absent map[string]string `json:"absent,omitempty"` // what could not be had, or only in part, and why
}

// Sampling is what the observing itself took.
type Sampling struct {
	Samples  int   `json:"samples"`              // of the processes, after the one at the beginning; that at the end among them
	SampleNS int64 `json:"sample_ns"`            // mean time of one: wall-clock time, so at least its CPU time
	GPUCPUNS int64 `json:"gpu_cpu_ns,omitempty"` // CPU time of nvidia-smi, which the agent's does not hold
}

// An Observation watches one run. Its methods are called in order, from one goroutine.
type Observation struct {
	root          fs.FS
	interval      time.Duration
	agent, server *group // nil where it cannot be followed
	serverApart   bool   // it uses none of this machine's CPU time, or the agent's
	energy        *raplMeter
	gpus          *gpuSampler
	gpuWaited     int64
	metrics       Scrape
	hosts         hostNumbers
	page          map[string]metricSample
	counters      *files
	sources       []source // of counters, beside those of the machine
	before        reading
	tasks         map[string]taskSwitches // of the server, before the run
	absent        map[string]string

	mu       sync.Mutex  // of what samples
	timer    *time.Timer // of the next sample; nil before the run
	ended    bool
	samples  int
	sampling time.Duration
}

// Observe prepares to watch a run: it finds the server's process, gets its metrics and starts nvidia-smi.
// It takes a millisecond or less where the server's processes are known, some where they are searched for, and up to 3 s where the
// server is slow to answer. Whoever calls it calls [Observation.End], whatever happens.
func Observe(ctx context.Context, s Subject) *Observation {
	return observe(ctx, rootFS, s)
}

func observe(ctx context.Context, root fs.FS, s Subject) *Observation {
	o := &Observation{
		root: root, interval: s.Interval, metrics: s.Metrics,
		hosts: hostNumbers{}, absent: map[string]string{},
		agent:    &group{root: root, roots: []int{os.Getpid()}, exclude: isSampler, ownCPU: cpuTime, childless: isChildless},
		counters: newFiles(root),
	}
	if o.interval <= 0 {
		o.interval = time.Second
	}
	var err error
	if o.gpus, err = startGPUs(); err != nil {
		o.note("gpus", err)
	}
	o.findServer(ctx, s)
	if s.Metrics == nil {
		o.absent["server_metrics"] = "nobody says where they are"
	} else if o.page, err = s.Metrics.samples(ctx, o.hosts); err != nil {
		o.note("server_metrics", err)
	}
	return o
}

func (o *Observation) findServer(ctx context.Context, s Subject) {
	found, err := s.processes(ctx, o.root)
	if err == nil {
		// Either can have started the other; neither counts as the other's.
		pids, own := found.pids(), os.Getpid()
		o.server = &group{root: o.root, roots: pids, exclude: func(p process) bool { return p.pid == own }, ownCPU: cpuTime}
		if found.Childless {
			o.server.childless = func() bool { return true }
		}
		o.agent.exclude = func(p process) bool { return isSampler(p) || slices.Contains(pids, p.pid) }
	}
	o.note("server", err)
	o.serverApart = errors.Is(err, errNoServer) || errors.Is(err, errElsewhere) || errors.Is(err, errInside)
}

// note says why something is absent, if it is.
func (o *Observation) note(name string, err error) {
	if err != nil {
		o.absent[name] = reason(err)
	}
}

// Begin takes the state from which differences count, right before the run. It takes a millisecond or
// less, but for what the looks for processes take where the kernel lists no children.
func (o *Observation) Begin() {
	now := time.Now()
	if o.server != nil {
		if err := o.server.begin(now); err != nil {
			o.note("server", err)
			o.server = nil
		} else {
			o.tasks, _ = switches(o.counters, o.server.pids())
		}
	}
	o.energy = &raplMeter{root: o.root}
	if err := o.energy.begin(now); err != nil {
		o.note("cpu_energy", err)
		o.energy = nil
	}
	o.sources = o.beside()
	o.before = take(o.counters, o.sources...)
	if o.gpus != nil {
		o.gpuWaited = o.gpus.waitedCPU()
		o.gpus.begin(now)
	}
	if err := o.agent.begin(time.Now()); err != nil { // last, since what goes before is the agent's as well
		o.note("agent", err)
		o.agent = nil
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.timer = time.AfterFunc(o.interval, o.tick)
}

// beside gives the counters beside those that are read in one place on every machine.
func (o *Observation) beside() []source {
	list := []source{ownSwitches, thermalThrottles(o.root)}
	if o.server != nil {
		list = append(list, source{[]string{"server_throttled_periods", "server_throttled_ns"}, throttling(strconv.Itoa(o.server.roots[0]))})
	}
	return list
}

// tick samples, and has the timer come again. A run that is shorter than the interval costs no goroutine.
func (o *Observation) tick() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.ended {
		return
	}
	o.sample(time.Now())
	o.timer.Reset(o.interval)
}

// stop ends the sampling.
func (o *Observation) stop() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.ended = true
	o.timer.Stop()
}

func (o *Observation) sample(now time.Time) {
	start := time.Now()
	for _, g := range []*group{o.agent, o.server} {
		if g != nil {
			g.sample(now)
		}
	}
	if o.energy != nil {
		o.energy.sample(now)
	}
	o.samples++
	o.sampling += time.Since(start)
}

// End takes the last samples and tells what was seen. What samples is gone then, but for an nvidia-smi
// that cannot be killed. It takes a few milliseconds, up to a second for such a one, and up to 2 s where
// the server is slow to answer. Without a Begin it only clears up.
func (o *Observation) End(ctx context.Context) Observed {
	defer o.counters.close()
	if o.timer == nil {
		if o.gpus != nil {
			o.gpus.close()
		}
		return Observed{Absent: map[string]string{"disturbance": "the run did not begin"}}
	}
	own, end := cpuTime(), time.Now()
	after := take(o.counters, o.sources...)
	o.stop()
	seen := Observed{Absent: o.absent}
	o.endProcesses(&seen, end, own)
	o.disturbance(&seen, after)
	if o.energy != nil {
		var err error
		seen.CPUEnergy, err = o.energy.end(end)
		o.note("cpu_energy", err)
	}
	if o.gpus != nil {
		var err error
		seen.GPUs, seen.Sampling.GPUCPUNS, err = o.gpus.end(end)
		o.note("gpus", err)
	}
	if o.page != nil {
		page, err := o.metrics.samples(ctx, o.hosts)
		if o.note("server_metrics", err); err == nil {
			seen.ServerMetrics = metricsChange(o.page, page)
		}
	}
	return seen
}

// endProcesses tells what the agent and the server used; own is the CPU time of this process at the end.
func (o *Observation) endProcesses(seen *Observed, end time.Time, own int64) {
	start := time.Now()
	if o.agent != nil {
		o.agent.ownCPU = func() int64 { return own }
		use := o.agent.end(end)
		if o.gpus != nil {
			use.CPUNS = max(0, use.CPUNS-(o.gpus.waitedCPU()-o.gpuWaited))
		}
		seen.Agent = &use
	}
	if o.server != nil {
		seen.Server = new(o.server.end(end))
	}
	o.samples++
	o.sampling += time.Since(start)
	seen.Sampling.Samples = o.samples
	seen.Sampling.SampleNS = o.sampling.Nanoseconds() / int64(o.samples)
}

// disturbance fills in what the processes have to do with it.
func (o *Observation) disturbance(seen *Observed, after reading) {
	var known int64
	var why string
	switch {
	case seen.Agent == nil:
		why = "the agent's own is not known: " + o.absent["agent"]
	case seen.Server == nil && !o.serverApart:
		why = "the server's own is not known: " + o.absent["server"]
	default:
		known = seen.Agent.CPUNS
		if seen.Server != nil {
			known += seen.Server.CPUNS
		}
	}
	seen.Disturbance = after.since(o.before, known, why)
	d := &seen.Disturbance
	if o.server == nil {
		return
	}
	tasks, err := switches(o.counters, o.server.pids())
	if err != nil || o.tasks == nil {
		d.Absent["server_voluntary_switches"] = "its tasks cannot be read"
		d.Absent["server_involuntary_switches"] = "its tasks cannot be read"
		return
	}
	var sum taskSwitches
	for name, now := range tasks {
		was := o.tasks[name]
		sum.voluntary += max(0, now.voluntary-was.voluntary)
		sum.involuntary += max(0, now.involuntary-was.involuntary)
	}
	d.ServerVoluntarySwitches, d.ServerInvoluntarySwitches = &sum.voluntary, &sum.involuntary
}
