package calibrate

import (
	"context"
	"net/http/httptest"
	"testing"
	"time"

	"bench/agent"
	"bench/agent/emulator"
)

// within runs an emulator in this process, which is enough where no figure matters.
func within(t *testing.T) func(context.Context, emulator.Config) (string, func(), error) {
	return func(_ context.Context, c emulator.Config) (string, func(), error) {
		s, err := emulator.New(c)
		if err != nil {
			return "", nil, err
		}
		server := httptest.NewServer(s)
		return server.URL, server.Close, nil
	}
}

// Every chunk is compared with the time at which it was sent, under every load.
func TestRun(t *testing.T) {
	o := Options{Streams: []int{1, 3}, Rate: 200, Rates: []float64{640, 1280}, Schedule: []float64{100}, Each: 200 * time.Millisecond, Emulate: within(t)}
	var told []string
	o.Tell = func(what string) { told = append(told, what) }
	r, err := Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Levels) != 2 || len(r.Rates) == 0 || len(r.Schedule) != 1 || len(told) != 2+len(r.Rates)+1 {
		t.Fatalf("%+v, told %q", r, told)
	}
	for i, l := range r.Levels {
		if n := o.Streams[i]; l.Streams != n || l.Failed > 0 || l.Chunks != n*40 || l.Read.Gap.Count != n*39 || l.Read.TTFT.Count != n || l.CPUPerChunk <= 0 {
			t.Errorf("%d streams: %+v", n, l)
		}
	}
	if s := r.Schedule[0]; s.Calls != 20 || s.P50 < 0 {
		t.Errorf("%+v", s)
	}
}

// calls are two streams of three chunks, with the times at which their chunks were sent.
func calls() ([]agent.Call, map[string][]int64) {
	start := time.Unix(1000, 0)
	sent := map[string][]int64{}
	var all []agent.Call
	for i := range 2 {
		c := agent.Call{StartedAt: start, Clock: "kernel"}
		for n := range int64(3) {
			at := (n + 1) * 1e7
			sent[name(i)] = append(sent[name(i)], start.UnixNano()+at)
			c.ChunkNS, c.ReadNS = append(c.ChunkNS, at+2000), append(c.ReadNS, at+90_000)
		}
		all = append(all, c)
	}
	return all, sent
}

func TestCompare(t *testing.T) {
	l := compare(calls())
	if l.Chunks != 6 || l.Failed != 0 || l.Kernel == nil {
		t.Fatalf("%+v", l)
	}
	if k, r := l.Kernel.Arrival, l.Read.Arrival; k.P50 != 2000 || k.Bias != 2000 || r.P99 != 90_000 || l.Kernel.Gap.Max != 0 || l.Kernel.TTFT.Count != 2 {
		t.Errorf("%+v, %+v", k, r)
	}
}

// An error of 1 ms that is planted into the client's times is found, as that: in all of them, in one of them, early or late.
func TestPlantedErrorIsFound(t *testing.T) {
	const planted = int64(time.Millisecond)
	late, sent := calls()
	for _, c := range late {
		for i := range c.ChunkNS {
			c.ChunkNS[i] += planted
		}
	}
	if a := compare(late, sent).Kernel; a.Arrival.Bias != 2000+float64(planted) || a.TTFT.P50 != 2000+float64(planted) || a.Gap.Max != 0 {
		t.Errorf("all are late: %+v", a)
	}
	one, sent := calls()
	one[1].ChunkNS[1] -= planted
	if a := compare(one, sent).Kernel; a.Arrival.Max != float64(planted)-2000 || a.Gap.Max != float64(planted) || a.Arrival.Bias != 2000 {
		t.Errorf("one is early: %+v", a)
	}
}

// A stream that is not whole is not compared, and counted; one without the kernel's stamps leaves the other clock alone.
func TestStreamsThatCanNotBeCompared(t *testing.T) {
	all, sent := calls()
	all[0].ChunkNS = all[0].ChunkNS[:2]
	if l := compare(all, sent); l.Failed != 1 || l.Chunks != 3 {
		t.Errorf("%+v", l)
	}
	all, sent = calls()
	all[1].Clock = "read"
	if l := compare(all, sent); l.Kernel != nil || l.Read.Arrival.Count != 6 {
		t.Errorf("%+v", l)
	}
}

// The limit is that of the last rate at which the error was small.
func TestEmulatorIsTheLimit(t *testing.T) {
	o := Options{Rates: []float64{640, 4e6}, Each: 20 * time.Millisecond, Emulate: within(t)}
	r := &Result{}
	if err := o.rates(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if r.Limit.Reason == "untried" || r.Limit.Rate >= 4e6 {
		t.Errorf("%+v", r.Limit)
	}
}
