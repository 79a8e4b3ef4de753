package load

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"bench/agent"
)

// serverMode has the test binary serve slow answers until its standard input ends, so that what the client takes can be told from
// what the server takes.
const serverMode = "LOAD_TEST_SERVER"

func TestMain(m *testing.M) {
	if os.Getenv(serverMode) != "" {
		server := httptest.NewServer(http.HandlerFunc(slow))
		fmt.Println(server.URL)
		_, _ = io.Copy(io.Discard, os.Stdin)
		return
	}
	os.Exit(m.Run())
}

// slow answers with a token each half second, 12 in all.
func slow(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	for range 12 {
		_, _ = io.WriteString(w, `{"model":"m","created_at":"2026-01-01T00:00:00.000000000Z","response":"a","done":false}`+"\n")
		_ = http.NewResponseController(w).Flush()
		time.Sleep(500 * time.Millisecond)
	}
	_, _ = io.WriteString(w, `{"response":"","done":true,"eval_count":12}`+"\n")
}

// BenchmarkStreams shows what memory 2000 streams at once take, in kB each and in the client alone: the largest sum of heap and stacks
// in use, above that before. "load" is this package's part, with calls that only wait; "http" is all of it. Run it with -benchtime 1x.
func BenchmarkStreams(b *testing.B) {
	waits := func(ctx context.Context, _ agent.Request) agent.Call {
		_ = pause(ctx, 3*time.Second)
		return agent.Call{EndNS: 1}
	}
	b.Run("load", func(b *testing.B) { streamsAtOnce(b, waits) })
	b.Run("http", func(b *testing.B) { streamsAtOnce(b, generateBy(b, slowServer(b))) })
}

func streamsAtOnce(b *testing.B, call func(context.Context, agent.Request) agent.Call) {
	b.Helper()
	const streams = 2000
	for b.Loop() {
		before := inUse()
		ctx, cancel := context.WithCancel(b.Context())
		peak := make(chan uint64)
		go func() { peak <- peakInUse(ctx) }()
		s, err := Run(b.Context(), Options{
			Profile: Profile{Arrival: Closed, Concurrency: streams, Requests: streams},
			Call:    call,
			Request: Requests(agent.Request{Model: "m", MaxTokens: 128}, Synthetic{Input: Lengths{Shape: "constant", A: 256}}),
		})
		cancel()
		if err != nil || s.Measured.Sent() != streams || s.PeakConcurrency != streams {
			b.Fatal(err, s.Measured, s.PeakConcurrency)
		}
		b.ReportMetric(float64(<-peak-before)/1e3/streams, "kB/stream")
		b.ReportMetric(0, "ns/op")
	}
}

func slowServer(b *testing.B) string {
	b.Helper()
	cmd := exec.CommandContext(b.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), serverMode+"=1")
	if _, err := cmd.StdinPipe(); err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = cmd.Wait() }) // its standard input ends with the benchmark's context
	url, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	return strings.TrimSpace(url)
}

func inUse() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}

func peakInUse(ctx context.Context) (peak uint64) {
	for ctx.Err() == nil {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		peak = max(peak, m.HeapInuse+m.StackInuse)
		_ = pause(ctx, 100*time.Millisecond)
	}
	return peak
}
