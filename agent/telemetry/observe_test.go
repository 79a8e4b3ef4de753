package telemetry

import (
	"context"
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// burn uses CPU time of this process.
func burn(d time.Duration) {
	for start := cpuTime(); cpuTime()-start < d.Nanoseconds(); { // ends only if the figure rises with use
	}
}

// serve starts this program as a server in a process of its own, and gives its address and number. It uses CPU time when it is
// connected to, and closes then.
func serve(t testing.TB) (addr string, pid int) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	file, err := listener.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"=serve")
	cmd.ExtraFiles = []*os.File{file}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGKILL)
		_ = cmd.Wait()
	})
	return listener.Addr().String(), cmd.Process.Pid
}

const serverBurns = 200 * time.Millisecond

// serveInherited is the server's main function.
func serveInherited() {
	listener, err := net.FileListener(os.NewFile(3, "listener"))
	if err != nil {
		os.Exit(1)
	}
	for {
		conn, err := listener.Accept()
		if err != nil {
			os.Exit(1)
		}
		burn(serverBurns)
		_ = conn.Close()
	}
}

// connect has the server work once.
func connect(t *testing.T, addr string) {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_, _ = conn.Read(make([]byte, 1)) // returns when the server closes
}

func TestObserve(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("processes are followed in Linux' /proc only")
	}
	addr, _ := serve(t)
	fakeSMI(t, "while :; do "+sampleLine+"; sleep 0.05; done")
	var pages atomic.Int64
	metrics := func(context.Context) ([]byte, error) {
		return []byte("# TYPE n counter\nn " + []string{"3", "5"}[min(pages.Add(1)-1, 1)] + "\n"), nil
	}
	o := Observe(t.Context(), Subject{ServerURL: "http://" + addr, Metrics: metrics, Interval: 10 * time.Millisecond})
	connect(t, addr) // before the run: it does not count
	o.Begin()
	await(t, "a sample is there", func() bool { return o.gpus.counted() > 2 })
	connect(t, addr)
	burn(serverBurns / 2)
	seen := o.End(t.Context())

	if seen.Agent == nil || seen.Agent.CPUNS < (serverBurns/2).Nanoseconds() || seen.Agent.PeakRSSBytes < 1<<20 {
		t.Errorf("agent: %+v", seen.Agent)
	}
	if seen.Agent != nil && seen.Agent.Processes != 1 {
		t.Errorf("%d processes of the agent: what samples is none of them", seen.Agent.Processes)
	}
	if s := seen.Server; s == nil || s.CPUNS < (serverBurns-50*time.Millisecond).Nanoseconds() || s.CPUNS > (2*serverBurns-50*time.Millisecond).Nanoseconds() || s.RSSBytes.Peak < 1<<20 {
		t.Errorf("server: %+v, %s", s, seen.Absent["server"])
	}
	if len(seen.GPUs) != 1 || seen.GPUs[0].PowerW == nil {
		t.Errorf("GPUs: %+v, %s", seen.GPUs, seen.Absent["gpus"])
	}
	if seen.ServerMetrics == nil || seen.ServerMetrics.Counters["n"] != 2 {
		t.Errorf("metrics: %+v, %s", seen.ServerMetrics, seen.Absent["server_metrics"])
	}
	if d := seen.Disturbance; d.OtherCPUNS == nil || d.ServerVoluntarySwitches == nil || d.InvoluntarySwitches == nil || *d.VoluntarySwitches == 0 {
		t.Errorf("disturbance: %+v", d)
	}
	if seen.Sampling.Samples < 2 || seen.Sampling.SampleNS <= 0 {
		t.Errorf("sampling: %+v", seen.Sampling)
	}
}

// The server's child is the server's, but for this process, which a server may have started.
func TestObserveServersChildren(t *testing.T) {
	self := os.Getpid()
	root := tree(map[string]string{
		"proc/net/tcp":                   sockets("0100007F:1F90", 0, "55"),
		"proc/10/cgroup":                 "0::/service\n",
		"sys/fs/cgroup/service/cpu.stat": "nr_throttled 1\nthrottled_usec 5\n",
		"proc/10/task/10/status":         "voluntary_ctxt_switches:\t3\nnonvoluntary_ctxt_switches:\t4\n",
	})
	root["proc/10/fd/3"] = link("socket:[55]")
	put(root, 10, stat(10, "ollama", 1, 100, 0, 1, 1, 1), hwm(1))
	put(root, 11, stat(11, "runner", 10, 100, 0, 1, 1, 10), hwm(1))
	put(root, self, stat(self, "agent", 10, 100, 0, 1, 1, 100), hwm(1))
	o := observe(t.Context(), root, Subject{ServerURL: "http://127.0.0.1:8080", Interval: time.Hour})
	o.Begin()
	put(root, 11, stat(11, "runner", 10, 130, 0, 1, 1, 10), hwm(1))
	set(root, map[string]string{
		"sys/fs/cgroup/service/cpu.stat": "nr_throttled 3\nthrottled_usec 9\n",
		"proc/10/task/10/status":         "voluntary_ctxt_switches:\t5\nnonvoluntary_ctxt_switches:\t8\n",
		"proc/10/task/12/status":         "voluntary_ctxt_switches:\t1\nnonvoluntary_ctxt_switches:\t1\n",
	})
	seen := o.End(t.Context())
	if seen.Server == nil || seen.Server.RSSBytes.Peak != 11*page || seen.Server.CPUNS != 30*tickNS || seen.Server.Name != "ollama" {
		t.Errorf("server: %+v, %v", seen.Server, seen.Absent)
	}
	if seen.Agent == nil || seen.Agent.RSSBytes.Peak != 100*page {
		t.Errorf("agent: %+v, %v", seen.Agent, seen.Absent)
	}
	d := seen.Disturbance
	got := []int64{*d.ServerThrottledPeriods, *d.ServerThrottledNS, *d.ServerVoluntarySwitches, *d.ServerInvoluntarySwitches}
	if diff := cmp.Diff([]int64{2, 4000, 3, 5}, got); diff != "" {
		t.Error(diff)
	}
}

// What nvidia-smi uses is not the agent's, not even where it ends in the run and is waited for.
func TestObserveAgentWithoutSampler(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("processes are followed in Linux' /proc only")
	}
	dir := fakeSMI(t, "while [ ! -f go ]; do sleep 0.01; done; i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; exit 1")
	o := Observe(t.Context(), Subject{Interval: time.Hour})
	o.Begin()
	if err := os.WriteFile(dir+"/go", nil, 0o644); err != nil {
		t.Fatal(err)
	}
	<-o.gpus.done
	seen := o.End(t.Context())
	if child := seen.Sampling.GPUCPUNS; child <= 0 || seen.Agent == nil || seen.Agent.CPUNS >= child {
		t.Errorf("nvidia-smi used %d ns, the agent %+v", child, seen.Agent)
	}
}

// Whatever machine this is: each field of the JSON is read or its absence explained, and no name of this
// machine is in it.
func TestObservedLeavesNoGap(t *testing.T) {
	o := Observe(t.Context(), Subject{})
	o.Begin()
	raw, err := json.Marshal(o.End(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	var seen, disturbance map[string]any
	if err := json.Unmarshal(raw, &seen); err != nil {
		t.Fatal(err)
	}
	disturbance = seen["disturbance"].(map[string]any)
	check := func(what map[string]any, fields ...string) {
		t.Helper()
		absent, _ := what["absent"].(map[string]any)
		for _, field := range fields {
			_, read := what[field]
			if _, explained := absent[field]; read == explained {
				t.Errorf("%s: read %t, explained %t", field, read, explained)
			}
		}
	}
	check(seen, "agent", "server", "gpus", "cpu_energy", "server_metrics")
	for name := range new(Disturbance).fields() {
		if !strings.HasPrefix(name, "server_") {
			check(disturbance, name)
		}
	}
	if host, err := os.Hostname(); err == nil && strings.Contains(string(raw), `"`+host+`"`) {
		t.Errorf("%s is named in %s", host, raw)
	}
}

// A server elsewhere takes nothing of this machine, one inside is the agent's, and one that cannot be seen
// leaves open what others used.
func TestObserveServer(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("sockets are found in Linux' /proc only")
	}
	inside, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer inside.Close()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	for _, test := range []struct {
		url, saying string
		others      bool
	}{
		{"http://192.0.2.1:80", "not on this machine", true},
		{inside.Addr().String(), "in the agent's own process", true},
		{closed.Addr().String(), "nothing in sight listens", false},
	} {
		o := Observe(t.Context(), Subject{ServerURL: test.url})
		o.Begin()
		seen := o.End(t.Context())
		if seen.Server != nil || !strings.Contains(seen.Absent["server"], test.saying) || (seen.Disturbance.OtherCPUNS != nil) != test.others {
			t.Errorf("%s: %q, others %v, %q", test.url, seen.Absent["server"], seen.Disturbance.OtherCPUNS, seen.Disturbance.Absent["other_cpu_ns"])
		}
	}
}

// A run that never begins leaves nothing behind.
func TestObserveWithoutBegin(t *testing.T) {
	dir := fakeSMI(t, "echo $$ > pid\nexec sleep 600")
	o := Observe(t.Context(), Subject{})
	child := written(t, dir+"/pid")
	if seen := o.End(t.Context()); seen.Absent["disturbance"] == "" {
		t.Errorf("%+v", seen)
	}
	await(t, "the child is gone", func() bool { return !alive(child) })
}

// Samples are taken again and again, and none once the run has ended.
func TestObserveSamples(t *testing.T) {
	o := observe(t.Context(), served(), Subject{Interval: time.Millisecond})
	samples := func() int {
		o.mu.Lock()
		defer o.mu.Unlock()
		return o.samples
	}
	o.Begin()
	await(t, "samples are taken", func() bool { return samples() > 2 })
	o.End(t.Context())
	before := samples()
	o.tick() // that of a timer that went off just before the end
	if after := samples(); after != before {
		t.Errorf("%d samples after the end, %d before", after, before)
	}
}

func BenchmarkSample(b *testing.B) {
	o := Observe(b.Context(), Subject{Interval: time.Hour})
	o.Begin()
	b.ReportAllocs()
	for b.Loop() {
		o.sample(time.Now())
	}
	b.StopTimer()
	o.End(b.Context())
}

func BenchmarkBeginEnd(b *testing.B) {
	for b.Loop() {
		o := Observe(b.Context(), Subject{Interval: time.Hour})
		o.Begin()
		o.End(b.Context())
	}
}
