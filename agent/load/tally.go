package load

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"bench/agent"
)

// A tally counts calls as they end. Of a call it keeps nothing but rows that are asked for.
type tally struct {
	window *window
	slo    *SLO
	open   bool
	limit  int // of rows

	underWay, peak atomic.Int64 // apart from the lock, which nothing that sends may wait for

	mu         sync.Mutex
	parts      map[Part]*Counts
	histograms map[string]*Histogram
	good       int
	rows       []Row
	leftOut    int

	newConnections  int
	coalesced       int
	busy            time.Duration // of all calls, in the window
	sentIn, endedIn int           // in the window
	tokensIn        float64       // in the window
}

func newTally(w *window, o Options) *tally {
	return &tally{
		window: w, slo: o.SLO, open: o.Profile.Open(), limit: o.Rows,
		parts:      map[Part]*Counts{Warmup: {}, Measured: {}, Cooldown: {}},
		histograms: map[string]*Histogram{},
	}
}

// unsent counts a call that waited for a place in vain.
func (t *tally) unsent(p Planned) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.parts[p.Part].Scheduled++
	t.parts[p.Part].Unsent++
	t.keep(Row{Index: p.Index, Part: p.Part, ScheduledNS: int64(p.At), Cancelled: true})
}

// begin notes that a call is under way.
func (t *tally) begin() {
	n := t.underWay.Add(1)
	for peak := t.peak.Load(); n > peak && !t.peak.CompareAndSwap(peak, n); peak = t.peak.Load() {
	}
}

// end notes that it is no more.
func (t *tally) end() { t.underWay.Add(-1) }

// ended counts a call that was sent. It is cancelled if it failed after the load was given up.
func (t *tally) ended(p Planned, sent time.Duration, call agent.Call, givenUp bool) {
	metrics := agent.CallMetrics(call)
	t.mu.Lock()
	defer t.mu.Unlock()
	if call.Conn == "new" {
		t.newConnections++
	}
	cancelled := call.Error != nil && givenUp
	counts := t.parts[p.Part]
	counts.Scheduled++
	switch {
	case call.Error == nil:
		counts.OK++
	case cancelled:
		counts.Cancelled++
	default:
		counts.fail(call.Error.Class)
	}
	t.inWindow(sent, call, cancelled)
	if p.Part == Measured {
		t.measure(sent-p.At, call, metrics)
	}
	call.Response, call.Thinking = "", ""
	t.keep(Row{Index: p.Index, Part: p.Part, ScheduledNS: int64(p.At), SentNS: new(int64(sent)), Cancelled: cancelled, Call: call})
}

func (c *Counts) fail(class agent.Class) {
	c.Failed++
	if c.ByClass == nil {
		c.ByClass = map[agent.Class]int{}
	}
	c.ByClass[class]++
}

// inWindow counts what of a call happened while the window was open. Where its end isn't known yet, it lies behind all of the call.
func (t *tally) inWindow(sent time.Duration, call agent.Call, cancelled bool) {
	from, to := t.window.bounds()
	holds := func(at time.Duration) bool { return from <= at && at < to }
	end := sent + time.Duration(call.EndNS)
	t.busy += max(0, min(end, to)-max(sent, from))
	if holds(sent) {
		t.sentIn++
	}
	if call.Error == nil && holds(end) {
		t.endedIn++
	}
	if call.Error != nil && !cancelled {
		return
	}
	perChunk := call.TokensPerChunk()
	for _, ns := range call.ChunkNS {
		if holds(sent + time.Duration(ns)) {
			t.tokensIn += perChunk
		}
	}
}

// measure takes a call that counts into the distributions.
func (t *tally) measure(delay time.Duration, call agent.Call, metrics map[string]float64) {
	if t.open {
		t.add(ScheduleDelay, float64(delay))
	} else {
		delay = 0
	}
	if call.Error != nil {
		return
	}
	for name, v := range metrics {
		t.add(name, v)
	}
	if _, more := metrics["itl_max"]; more {
		perChunk, itl := call.TokensPerChunk(), t.histogram(ITL)
		for i, ns := range call.ChunkNS[1:] {
			itl.Add(float64(ns-call.ChunkNS[i]) / perChunk)
		}
		t.coalesced += call.Coalesced
	}
	if t.open {
		t.add(E2EFromSchedule, metrics["e2e"]+float64(delay))
		if ttft, ok := metrics["ttft"]; ok {
			t.add(TTFTFromSchedule, ttft+float64(delay))
		}
	}
	if t.slo != nil && t.slo.good(metrics, delay) {
		t.good++
	}
}

func (t *tally) add(name string, v float64) { t.histogram(name).Add(v) }

func (t *tally) histogram(name string) *Histogram {
	h := t.histograms[name]
	if h == nil {
		h = &Histogram{}
		t.histograms[name] = h
	}
	return h
}

func (t *tally) keep(r Row) {
	if r.Index < t.limit {
		t.rows = append(t.rows, r)
	} else if t.limit > 0 {
		t.leftOut++
	}
}

// summary is taken once no call is under way.
func (t *tally) summary(p Profile, end time.Duration) *Summary {
	t.mu.Lock()
	defer t.mu.Unlock()
	from, to := t.window.bounds()
	length := to - from
	s := &Summary{
		Arrival: p.Arrival, FromNS: int64(from), ToNS: int64(to), EndNS: int64(end),
		Warmup: *t.parts[Warmup], Measured: *t.parts[Measured], Cooldown: *t.parts[Cooldown],
		PeakConcurrency: int(t.peak.Load()), NewConnections: t.newConnections, Coalesced: t.coalesced,
		SentRate: perSecond(float64(t.sentIn), length), CompletedRate: perSecond(float64(t.endedIn), length), OutputTokenRate: perSecond(t.tokensIn, length),
		Metrics: map[string]Distribution{},
		Rows:    t.rows, RowsLeftOut: t.leftOut,
	}
	slices.SortFunc(s.Rows, func(a, b Row) int { return cmp.Compare(a.Index, b.Index) })
	if length > 0 {
		s.MeanConcurrency = float64(t.busy) / float64(length)
	}
	if t.slo != nil {
		s.Goodput = &Goodput{Good: t.good, Of: s.Measured.Scheduled, Rate: perSecond(float64(t.good), length)}
		if s.Goodput.Of > 0 {
			s.Goodput.Share = float64(t.good) / float64(s.Goodput.Of)
		}
	}
	units := units()
	for name, h := range t.histograms {
		s.Metrics[name] = newDistribution(units[name], h)
	}
	return s
}

// units are those of all distributions.
func units() map[string]string {
	units := map[string]string{}
	for _, m := range slices.Concat(agent.Metrics(), Metrics()) {
		units[m.Name] = m.Unit
	}
	return units
}
