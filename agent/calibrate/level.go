package calibrate

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"bench/agent"
	"bench/agent/emulator"
	"bench/agent/telemetry"
)

// level has streams of chunks come at once, each at a rate in chunks/s, and compares what the client says of them with what the
// emulator recorded.
func (o Options) level(ctx context.Context, streams int, rate float64) (Level, error) {
	chunks := max(int(o.Each.Seconds()*rate), 2)
	url, stop, err := o.Emulate(ctx, emulator.Config{TokensPerSecond: rate, SentKept: 2 * streams * (chunks + 2)})
	if err != nil {
		return Level{}, err
	}
	defer stop()
	client, err := agent.NewClient(agent.Endpoint{Kind: "emulator", URL: url, BothClocks: true})
	if err != nil {
		return Level{}, err
	}
	defer client.Close()
	warm(ctx, client, streams)
	before, began := telemetry.Usage().CPUNS, time.Now()
	calls := together(streams, func(i int) agent.Call {
		time.Sleep(time.Duration(float64(i) / float64(streams) / rate * 1e9)) // so that not all chunks are due at one moment
		return client.Generate(ctx, request(name(i), chunks))
	})
	took, used := time.Since(began), telemetry.Usage().CPUNS-before
	if err := ctx.Err(); err != nil {
		return Level{}, context.Cause(ctx)
	}
	sent, err := sentTimes(ctx, url)
	if err != nil {
		return Level{}, err
	}
	l := compare(calls, sent)
	l.Streams, l.Rate, l.Fed = streams, rate*float64(streams), float64(l.Chunks)/took.Seconds()
	if l.Chunks > 0 {
		l.CPUPerChunk = float64(used) / float64(l.Chunks)
	}
	return l, nil
}

func name(stream int) string { return fmt.Sprint("stream ", stream) }

// warm opens the connections, and has the kernel begin to stamp: it does so a moment after it was first asked.
func warm(ctx context.Context, client *agent.Client, streams int) {
	for range 2 {
		together(streams, func(i int) agent.Call { return client.Generate(ctx, request(fmt.Sprint("warm ", i), 1)) })
	}
}

// together makes calls at once.
func together(n int, call func(i int) agent.Call) []agent.Call {
	calls := make([]agent.Call, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { calls[i] = call(i) })
	}
	all.Wait()
	return calls
}

// sentTimes asks the emulator when it sent each chunk that has text, by the wall clock in ns, by the calls' names.
func sentTimes(ctx context.Context, url string) (map[string][]int64, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/emulator/sent", nil)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, fmt.Errorf("the emulator does not say what it sent: %w", err)
	}
	defer resp.Body.Close()
	times := map[string][]int64{}
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		var s emulator.SentRecord
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			return nil, fmt.Errorf("the emulator does not say what it sent: %w", err)
		}
		if s.Tokens > 0 {
			times[s.ID] = append(times[s.ID], s.RealtimeNS)
		}
	}
	return times, lines.Err()
}

// compare holds what the client says of calls, the i-th of which is called name(i), against the times at which their chunks were sent.
func compare(calls []agent.Call, sent map[string][]int64) Level {
	var l Level
	kernel, read := &comparison{}, &comparison{}
	stamped := true
	for i, c := range calls {
		times := sent[name(i)]
		if c.Error != nil || len(c.ChunkNS) == 0 || len(times) != len(c.ChunkNS) || len(c.ReadNS) != len(times) {
			l.Failed++
			continue
		}
		l.Chunks += len(times)
		l.Coalesced += c.Coalesced
		stamped = stamped && c.Clock == "kernel"
		kernel.add(c.StartedAt, c.ChunkNS, times)
		read.add(c.StartedAt, c.ReadNS, times)
	}
	l.Read = read.errors()
	if stamped && l.Chunks > 0 {
		l.Kernel = new(kernel.errors())
	}
	return l
}

// A comparison gathers errors, in ns.
type comparison struct{ ttft, arrival, gap []float64 }

// add takes a call whose chunks came at some times since its start, and were sent at others by the wall clock.
func (c *comparison) add(start time.Time, came, sent []int64) {
	origin := start.UnixNano()
	for i := range came {
		late := float64(origin + came[i] - sent[i])
		c.arrival = append(c.arrival, late)
		if i == 0 {
			c.ttft = append(c.ttft, late)
			continue
		}
		c.gap = append(c.gap, float64((came[i]-came[i-1])-(sent[i]-sent[i-1])))
	}
}

func (c *comparison) errors() Errors {
	return Errors{TTFT: distribution(c.ttft), Arrival: distribution(c.arrival), Gap: distribution(c.gap)}
}
