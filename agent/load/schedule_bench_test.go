package load

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"syscall"
	"testing"
	"time"

	"bench/agent"
)

// quick answers at once with two tokens.
func quick(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	w.Header().Set("Content-Type", "application/x-ndjson")
	_, _ = io.WriteString(w, `{"response":"a","done":false}`+"\n"+`{"response":"b","done":false}`+"\n"+`{"response":"","done":true,"eval_count":2}`+"\n")
}

func generateAt(t testing.TB, h http.HandlerFunc) func(context.Context, agent.Request) agent.Call {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return generateBy(t, server.URL)
}

func generateBy(t testing.TB, url string) func(context.Context, agent.Request) agent.Call {
	t.Helper()
	client, err := agent.NewClient(agent.Endpoint{Kind: "ollama", URL: url})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client.Generate
}

// BenchmarkScheduleError shows how late calls of an open loop are sent on this machine, from the time of the schedule to t0, as the
// median and p99 in µs over all calls, and what share of a core it takes: with calls that do nothing, and with HTTP calls whose server is in the same process. An
// operation is a call.
func BenchmarkScheduleError(b *testing.B) {
	nothing := func(context.Context, agent.Request) agent.Call { return agent.Call{StartedAt: time.Now()} }
	for _, kind := range []struct {
		name string
		call func(context.Context, agent.Request) agent.Call
	}{{"nothing", nothing}, {"http", generateAt(b, quick)}} {
		for _, rate := range []float64{100, 500, 2000} {
			b.Run(fmt.Sprintf("%s/%.0f", kind.name, rate), func(b *testing.B) {
				before := cpu()
				s, err := Run(b.Context(), Options{
					Profile: Profile{Arrival: Constant, Rate: rate, Requests: b.N},
					Call:    kind.call,
					Request: func(int) (agent.Request, error) {
						return agent.Request{Model: "m", Prompt: "Say something.", MaxTokens: 2}, nil
					},
				})
				if err != nil || s.Measured.Sent() != b.N {
					b.Fatal(err, s.Measured)
				}
				delay := s.Metrics[ScheduleDelay]
				b.ReportMetric(float64(cpu()-before)/float64(s.EndNS)*100, "cpu-%")
				b.ReportMetric(delay.P50/1e3, "p50-µs")
				b.ReportMetric(delay.P99/1e3, "p99-µs")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}

// cpu is what this process has used, in ns.
func cpu() int64 {
	var usage syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return usage.Utime.Nano() + usage.Stime.Nano()
}
