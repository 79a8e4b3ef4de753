package telemetry

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"testing"
)

// subjectVariable tells a child that observes once of which server, as JSON.
const subjectVariable = "BENCH_TELEMETRY_TEST_SUBJECT"

// observeOnce is the main function of such a child: it writes what CPU time an observation takes in a process that has made none
// before, in ns.
func observeOnce() {
	var s subject
	if err := json.Unmarshal([]byte(os.Getenv(subjectVariable)), &s); err != nil {
		os.Exit(1)
	}
	fmt.Print(s.observed(context.Background()))
	os.Exit(0)
}

// A subject is the part of a Subject that can be handed to a child.
type subject struct {
	URL    string
	Server *Server
}

// observed gives the CPU time of one observation in ns.
func (s subject) observed(ctx context.Context) int64 {
	before := cpuTime()
	o := Observe(ctx, Subject{ServerURL: s.URL, Server: s.Server})
	o.Begin()
	o.End(ctx)
	return cpuTime() - before
}

// BenchmarkObserve gives the CPU time of an observation, in µs, as the median: of one of many in this process, and of the first in a
// process, as each worker makes it.
func BenchmarkObserve(b *testing.B) {
	addr, pid := serve(b)
	alone, err := ServerAt(pid)
	if err != nil {
		b.Skip("processes are followed in Linux' /proc only:", err)
	}
	others := *alone
	others.Childless = false
	for _, of := range []struct {
		name string
		subject
	}{
		{"none", subject{}},
		{"known", subject{addr, alone}},
		{"known_with_children", subject{addr, &others}},
		{"searched", subject{addr, nil}},
	} {
		b.Run(of.name, func(b *testing.B) {
			text, err := json.Marshal(of.subject)
			if err != nil {
				b.Fatal(err)
			}
			var warm, first []float64
			for b.Loop() {
				warm = append(warm, float64(of.observed(b.Context()))/1e3)
				cmd := exec.Command(os.Args[0])
				cmd.Env = append(os.Environ(), childVariable+"=observe", subjectVariable+"="+string(text))
				out, err := cmd.Output()
				if err != nil {
					b.Fatal(err)
				}
				ns, err := strconv.ParseFloat(string(out), 64)
				if err != nil {
					b.Fatal(err)
				}
				first = append(first, ns/1e3)
			}
			b.ReportMetric(0, "ns/op") // most of a round is the start of the process
			for unit, took := range map[string][]float64{"µs": warm, "first-µs": first} {
				slices.Sort(took)
				b.ReportMetric(took[len(took)/2], unit)
			}
		})
	}
}
