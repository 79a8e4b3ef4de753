package agent_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"bench/agent"
	"bench/agent/emulator"
)

// BenchmarkAgainstCapture holds the times of chunks against those of a packet capture, which knows nothing of this instrument: tcpdump on
// the loopback device. It needs the right to capture. The distance of both is reported, in µs.
func BenchmarkAgainstCapture(b *testing.B) {
	tcpdump, err := exec.LookPath("tcpdump")
	if err != nil {
		b.Skip("there is no tcpdump")
	}
	s, err := emulator.New(emulator.Config{TokensPerSecond: 100})
	if err != nil {
		b.Fatal(err)
	}
	server := httptest.NewServer(s)
	defer server.Close()
	c := client(b, agent.Endpoint{Kind: "emulator", URL: server.URL})
	var distances []float64
	for b.Loop() {
		packets, stop := capture(b, tcpdump, server.URL)
		req := request
		req.MaxTokens = 100
		c.Generate(b.Context(), request) // the kernel stamps from a moment after it was first asked to
		call := c.Generate(b.Context(), req)
		stop()
		if call.Error != nil || call.Clock != "kernel" {
			b.Fatalf("clock %s, %v", call.Clock, call.Error)
		}
		at := packets()
		for _, ns := range call.ChunkNS {
			arrived := call.StartedAt.UnixNano() + ns
			i, _ := slices.BinarySearch(at, arrived)
			nearest := int64(math.MaxInt64)
			for _, near := range at[max(i-1, 0):min(i+1, len(at))] {
				nearest = min(nearest, max(near-arrived, arrived-near))
			}
			distances = append(distances, float64(nearest)/1e3)
		}
	}
	slices.Sort(distances)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(agent.Quantile(distances, 0.5), "p50-µs")
	b.ReportMetric(agent.Quantile(distances, 0.99), "p99-µs")
	b.ReportMetric(distances[len(distances)-1], "max-µs")
}

// capture begins to capture what a server sends. Packets gives the times of those that brought something, in ns since 1970.
func capture(b *testing.B, tcpdump, server string) (packets func() []int64, stop func()) {
	b.Helper()
	u, err := url.Parse(server)
	if err != nil {
		b.Fatal(err)
	}
	path := filepath.Join(b.TempDir(), "packets")
	cmd := exec.Command(tcpdump, "-i", "lo", "-U", "--immediate-mode", "-w", path, "--time-stamp-precision=nano", fmt.Sprintf("tcp src port %s and greater 80", u.Port()))
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	time.Sleep(time.Second) // it says that it listens before it does
	if cmd.ProcessState != nil || bytes.Contains(said.Bytes(), []byte("permission")) {
		b.Skipf("tcpdump may not capture: %s", &said)
	}
	stop = func() {
		time.Sleep(500 * time.Millisecond)
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	}
	return func() []int64 { return packetTimes(b, path) }, stop
}

// packetTimes reads a capture in pcap's format with nanoseconds.
func packetTimes(b *testing.B, path string) []int64 {
	b.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		b.Fatal(err)
	}
	const fileHeader, packetHeader, nanoseconds = 24, 16, 0xa1b23c4d
	if len(raw) < fileHeader || binary.LittleEndian.Uint32(raw) != nanoseconds {
		b.Fatalf("%d bytes are no capture with nanoseconds", len(raw))
	}
	var times []int64
	for raw = raw[fileHeader:]; len(raw) >= packetHeader; {
		times = append(times, int64(binary.LittleEndian.Uint32(raw))*1e9+int64(binary.LittleEndian.Uint32(raw[4:])))
		length := packetHeader + int(binary.LittleEndian.Uint32(raw[8:]))
		raw = raw[min(length, len(raw)):]
	}
	return times
}
