package telemetry

import (
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// stat is a line of /proc/PID/stat; CPU time in ticks, memory in pages.
func stat(pid int, name string, parent, utime, cstime, threads, start, rss int) string {
	return fmt.Sprintf("%d (%s) S %d 1 1 0 -1 4194304 100 0 3 0 %d 0 0 %d 20 0 %d 0 %d 3133440 %d 18446744073709551615 0 0\n",
		pid, name, parent, utime, cstime, threads, start, rss)
}

// put makes or changes a process of a tree.
func put(m fstest.MapFS, pid int, line, status string) {
	dir := "proc/" + strconv.Itoa(pid) + "/"
	set(m, map[string]string{dir + "stat": line, dir + "status": status})
}

// end takes a process out of a tree.
func end(m fstest.MapFS, pid int) {
	for name := range m {
		if strings.HasPrefix(name, "proc/"+strconv.Itoa(pid)+"/") {
			delete(m, name)
		}
	}
}

func hwm(kib int) string { return fmt.Sprintf("Name:\tx\nVmHWM:\t%d kB\n", kib) }

var page = int64(os.Getpagesize())

func none(process) bool { return false }

func TestReadProcess(t *testing.T) {
	root := fstest.MapFS{}
	put(root, 7, stat(7, "a) (b", 3, 5, 2, 9, 77, 10), "")
	got, err := readProcess(root, 7, make([]byte, 1024))
	want := process{pid: 7, parent: 3, name: "a) (b", startTicks: 77, cpuNS: 7 * tickNS, rssBytes: 10 * page, threads: 9}
	if got != want || err != nil {
		t.Errorf("%+v, %v", got, err)
	}
	for _, bad := range []string{"", "7", "7 (a", "7 (a) S 1", "7 (a) S x y z", ")("} {
		put(root, 7, bad, "")
		if got, err := readProcess(root, 7, make([]byte, 1024)); err == nil {
			t.Errorf("%q gives %+v", bad, got)
		}
	}
}

// A server with a child that ends and is waited for, one that comes in the run, and a stranger.
func TestGroup(t *testing.T) {
	root, now := fstest.MapFS{}, time.Now()
	put(root, 10, stat(10, "ollama", 1, 100, 50, 4, 1, 10), hwm(40))
	put(root, 11, stat(11, "runner", 10, 200, 0, 2, 2, 20), hwm(80))
	put(root, 12, stat(12, "stranger", 1, 999, 0, 1, 3, 99), hwm(400))
	g := &group{root: root, roots: []int{10}, exclude: func(p process) bool { return p.name == "self" }, ownCPU: cpuTime}
	if err := g.begin(now); err != nil {
		t.Fatal(err)
	}
	end(root, 11) // its 250 ticks go to its parent, with 30 of its own since
	put(root, 10, stat(10, "ollama", 1, 110, 300, 4, 1, 10), hwm(40))
	put(root, 9, stat(9, "runner", 10, 70, 0, 3, 4, 50), hwm(999))
	put(root, 8, stat(8, "child", 9, 5, 0, 1, 5, 1), hwm(4))
	put(root, 13, stat(13, "self", 10, 500, 0, 1, 6, 500), hwm(4))
	put(root, 14, stat(14, "below", 13, 500, 0, 1, 7, 500), hwm(4))
	g.sample(now.Add(rescan))
	put(root, 9, stat(9, "runner", 10, 80, 0, 3, 4, 30), hwm(999))
	got := g.end(now.Add(rescan + 5*time.Second))
	want := ProcessUse{
		Name: "ollama", Processes: 3, CPUNS: (10 + 50 + 80 + 5) * tickNS, CoresMean: 0.145, CoresPeak: 0.27,
		RSSBytes:     Series{First: 30 * page, Last: 41 * page, Mean: float64(44 * page), Peak: 61 * page},
		Threads:      Series{First: 6, Last: 8, Mean: 22.0 / 3, Peak: 8},
		PeakRSSBytes: max(61*page, 999<<10), PeakFrom: "samples",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// A member that ends with nobody here to wait for it takes its CPU time with it, which was used all the same.
func TestGroupOrphan(t *testing.T) {
	root, now := fstest.MapFS{}, time.Now()
	put(root, 10, stat(10, "server", 1, 100, 0, 4, 1, 10), hwm(40))
	put(root, 11, stat(11, "child", 10, 100, 0, 4, 1, 10), hwm(40))
	g := &group{root: root, roots: []int{10}, exclude: none, ownCPU: cpuTime}
	if err := g.begin(now); err != nil {
		t.Fatal(err)
	}
	put(root, 10, stat(10, "server", 1, 150, 0, 4, 1, 10), hwm(40))
	g.sample(now.Add(time.Second))
	end(root, 10)
	put(root, 11, stat(11, "child", 1, 110, 0, 4, 1, 10), hwm(40))
	if got := g.end(now.Add(2 * time.Second)); got.CPUNS != 60*tickNS {
		t.Errorf("%d ns, want %d", got.CPUNS, 60*tickNS)
	}
}

// The number of a process that ended is another's now: neither its CPU time nor its memory count.
func TestGroupReusedNumber(t *testing.T) {
	root, now := fstest.MapFS{}, time.Now()
	put(root, 10, stat(10, "server", 1, 100, 0, 4, 1, 10), hwm(40))
	g := &group{root: root, roots: []int{10}, exclude: none, ownCPU: cpuTime}
	if err := g.begin(now); err != nil {
		t.Fatal(err)
	}
	put(root, 10, stat(10, "another", 1, 900, 0, 4, 2, 99), hwm(400))
	got := g.end(now.Add(time.Second))
	if got.CPUNS != 0 || got.RSSBytes.Peak != 10*page || got.PeakRSSBytes != 10*page {
		t.Errorf("%+v", got)
	}
}

// A process alone whose peak rose in the run has the kernel's figure, which no sample saw.
func TestGroupPeak(t *testing.T) {
	for from, after := range map[string]int{"kernel": 5000, "samples": 4000} {
		root, now := fstest.MapFS{}, time.Now()
		put(root, 10, stat(10, "server", 1, 0, 0, 4, 1, 10), hwm(4000))
		g := &group{root: root, roots: []int{10}, exclude: none, ownCPU: cpuTime}
		if err := g.begin(now); err != nil {
			t.Fatal(err)
		}
		put(root, 10, stat(10, "server", 1, 0, 0, 4, 1, 10), hwm(after))
		got := g.end(now.Add(time.Second))
		if want := map[string]int64{"kernel": 5000 << 10, "samples": 10 * page}[from]; got.PeakFrom != from || got.PeakRSSBytes != want {
			t.Errorf("%s: %d from %s", from, got.PeakRSSBytes, got.PeakFrom)
		}
	}
}

// As long as no number was given to a new process, nobody looks for one.
func TestGroupScansWhenNeeded(t *testing.T) {
	root, now := fstest.MapFS{}, time.Now()
	set(root, map[string]string{"proc/loadavg": "0 0 0 1/2 10\n"})
	put(root, 10, stat(10, "server", 1, 0, 0, 1, 1, 1), "")
	g := &group{root: root, roots: []int{10}, exclude: none, ownCPU: cpuTime}
	if err := g.begin(now); err != nil {
		t.Fatal(err)
	}
	put(root, 11, stat(11, "child", 10, 0, 0, 1, 2, 1), "")
	if g.sample(now.Add(rescan)); len(g.members) != 1 {
		t.Error("a scan for nothing")
	}
	set(root, map[string]string{"proc/loadavg": "0 0 0 1/2 11\n"})
	if g.sample(now.Add(rescan + 1)); len(g.members) != 1 {
		t.Error("a scan too early")
	}
	if g.sample(now.Add(2 * rescan)); len(g.members) != 2 {
		t.Error("the child is not found")
	}
}

// Where the kernel lists the children of each thread, nobody looks at every process.
func TestGroupDescends(t *testing.T) {
	root := tree(map[string]string{
		"proc/10/task/10/children": "11 12 13 \n",
		"proc/10/task/17/children": "14 \n", // of another thread
		"proc/14/task/14/children": "15 99 \n",
		"proc/13/task/13/children": "18 \n",
	})
	put(root, 10, stat(10, "server", 1, 0, 0, 2, 1, 1), "")
	put(root, 11, stat(11, "child", 10, 0, 0, 1, 2, 1), "")
	put(root, 12, stat(12, "its number's next", 1, 0, 0, 1, 2, 1), "")
	put(root, 13, stat(13, "excluded", 10, 0, 0, 1, 2, 1), "")
	put(root, 14, stat(14, "child", 10, 0, 0, 1, 2, 1), "")
	put(root, 15, stat(15, "grandchild", 14, 0, 0, 1, 2, 1), "")
	put(root, 18, stat(18, "below", 13, 0, 0, 1, 2, 1), "")
	put(root, 20, stat(20, "in no list", 10, 0, 0, 1, 2, 1), "")
	g := &group{root: root, roots: []int{10}, exclude: func(p process) bool { return p.name == "excluded" }, ownCPU: cpuTime}
	if err := g.begin(time.Now()); err != nil {
		t.Fatal(err)
	}
	got := g.pids()
	slices.Sort(got)
	if diff := cmp.Diff([]int{10, 11, 14, 15}, got); diff != "" {
		t.Error(diff)
	}
}

// Nobody looks for what a childless process has started, as long as it is one.
func TestGroupChildless(t *testing.T) {
	root, childless, now := fstest.MapFS{}, true, time.Now()
	put(root, 10, stat(10, "agent", 1, 0, 0, 1, 1, 1), "")
	put(root, 11, stat(11, "child", 10, 0, 0, 1, 2, 1), "")
	g := &group{root: root, roots: []int{10}, exclude: none, ownCPU: cpuTime, childless: func() bool { return childless }}
	if err := g.begin(now); err != nil {
		t.Fatal(err)
	}
	if len(g.members) != 1 {
		t.Error("a look for nothing")
	}
	childless = false
	if g.sample(now.Add(rescan)); len(g.members) != 2 {
		t.Error("the child is not found")
	}
}

// A process has a child from its start until it was waited for.
func TestIsChildless(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux says it")
	}
	cmd := exec.Command(os.Args[0]) // this process may have children of other tests
	cmd.Env = append(os.Environ(), childVariable+"=childless")
	out, err := cmd.Output()
	if got, want := string(out), "true false false true "; got != want || err != nil {
		t.Errorf("%q, want %q: %v", got, want, err)
	}
}

// sayChildless is the main function of a process that has no child, then one that runs, then one that ended, then none.
func sayChildless() {
	say := func() { fmt.Print(isChildless(), " ") }
	say()
	child := exec.Command("cat")
	in, err := child.StdinPipe()
	if err != nil || child.Start() != nil {
		os.Exit(1)
	}
	say()
	_ = in.Close()
	for alive(child.Process.Pid) {
		time.Sleep(time.Millisecond)
	}
	say()
	if child.Wait() != nil {
		os.Exit(1)
	}
	say()
	os.Exit(0)
}

func TestSwitches(t *testing.T) {
	root := tree(map[string]string{
		"proc/5/task/5/status": "voluntary_ctxt_switches:\t3\nnonvoluntary_ctxt_switches:\t4\n",
		"proc/5/task/6/status": "voluntary_ctxt_switches:\t1\nnonvoluntary_ctxt_switches:\t2\n",
	})
	got, err := switches(newFiles(root), []int{5, 99})
	want := map[string]taskSwitches{"proc/5/task/5/status": {4, 3}, "proc/5/task/6/status": {2, 1}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(taskSwitches{})); diff != "" || err != nil {
		t.Error(err, diff)
	}
	if _, err := switches(newFiles(root), []int{99}); err == nil {
		t.Error("switches of nothing")
	}
}

// sockets is /proc/net/tcp with one socket that listens, and one connection from the same port.
func sockets(local string, uid int, inode string) string {
	return "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n" +
		"   0: " + local + " 00000000:0000 0A 00000000:00000000 00:00000000 00000000     " + strconv.Itoa(uid) + "        0 " + inode + " 1 0000\n" +
		"   1: " + local + " 0100007F:9999 01 00000000:00000000 00:00000000 00000000     0        0 4711 1 0000\n"
}

func link(target string) *fstest.MapFile {
	return &fstest.MapFile{Data: []byte(target), Mode: fs.ModeSymlink}
}

func TestServerProcesses(t *testing.T) {
	const loopback, every, every6, other = "0100007F:1F90", "00000000:1F90", "00000000000000000000000000000000:1F90", "0200000A:1F90"
	addr := netip.MustParseAddrPort("127.0.0.1:8080")
	for name, test := range map[string]struct {
		files  map[string]string
		pids   []int
		saying string
	}{
		"on loopback":      {map[string]string{"proc/net/tcp": sockets(loopback, 0, "55")}, []int{9, 10}, ""},
		"on every address": {map[string]string{"proc/net/tcp": sockets(every, 0, "55")}, []int{9, 10}, ""},
		"on every IPv6":    {map[string]string{"proc/net/tcp": "", "proc/net/tcp6": sockets(every6, 0, "55")}, []int{9, 10}, ""},
		"loopback's goes first": {map[string]string{
			"proc/net/tcp": sockets(every, 0, "66"), "proc/net/tcp6": sockets("00000000000000000000000001000000:1F90", 0, "55"),
		}, []int{9, 10}, ""},
		"the first process's too": {map[string]string{"proc/net/tcp": sockets(loopback, 0, "77")}, []int{11}, ""},
		"another address":         {map[string]string{"proc/net/tcp": sockets(other, 0, "55")}, nil, "nothing in sight listens on port 8080"},
		"a connection":            {map[string]string{"proc/net/tcp": "0: 0100007F:1F90 0100007F:9999 01 0 0 0 0 0 55 1\n"}, nil, "nothing in sight"},
		"garbage":                 {map[string]string{"proc/net/tcp": "x y z 0A 1 2 3 4 5 6\nx 01:1 z 0A 1 2 3 4 5 6\n"}, nil, "nothing in sight"},
		"nobody's":                {map[string]string{"proc/net/tcp": sockets(loopback, 0, "99")}, nil, "no process in sight"},
		"forwarded":               {map[string]string{"proc/net/tcp": sockets(loopback, 0, "66")}, nil, "forwarded by docker-proxy"},
		"no table":                {map[string]string{}, nil, "no /proc/net/tcp"},
	} {
		t.Run(name, func(t *testing.T) {
			root := tree(test.files)
			for pid, inode := range map[int]string{10: "55", 9: "55", 12: "66", 1: "77", 11: "77"} {
				put(root, pid, stat(pid, map[bool]string{true: "docker-proxy", false: "server"}[pid == 12], 1, 0, 0, 1, 1, 1), "")
				root["proc/"+strconv.Itoa(pid)+"/fd/3"] = link("socket:[" + inode + "]")
				root["proc/"+strconv.Itoa(pid)+"/fd/0"] = link("/dev/null")
			}
			got, err := serverProcesses(root, addr)
			if diff := cmp.Diff(test.pids, got); diff != "" || (err == nil) != (test.saying == "") || err != nil && !strings.Contains(err.Error(), test.saying) {
				t.Error(err, diff)
			}
		})
	}
}

// The sockets that listen stand before the connections, which can be thousands and are not read.
func TestListenersEndAtConnections(t *testing.T) {
	const (
		listens  = "0: 0100007F:1F90 00000000:0000 0A 0 0 0 5 0 55 1\n"
		begins   = "1: 0100007F:1F91 0100007F:9999 03 0 0 0 0 0 0 1\n"
		connects = "2: 0100007F:1F90 0100007F:9999 01 0 0 0 0 0 56 1\n"
	)
	count := func(table string) (n int) {
		if err := eachListener(tree(map[string]string{"proc/net/tcp": table}), "proc/net/tcp", func(listener) { n++ }); err != nil {
			t.Error(err)
		}
		return n
	}
	const head = "  sl  local_address rem_address   st tx_queue\n"
	if n := count(head + listens + begins + listens + connects + listens); n != 2 {
		t.Errorf("%d sockets", n)
	}
}

// denied is a tree in which the open files of processes are hidden, as from anyone but root.
type denied struct{ fstest.MapFS }

func (d denied) ReadDir(name string) ([]fs.DirEntry, error) {
	if strings.HasSuffix(name, "/fd") {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return d.MapFS.ReadDir(name)
}

// A service that has a user for itself is found by its user where its files are hidden.
func TestServerOfAnotherUser(t *testing.T) {
	addr := netip.MustParseAddrPort("127.0.0.1:8080")
	owned := func(uid, parent int) string {
		return fmt.Sprintf("Name:\tx\nPPid:\t%d\nUid:\t%d\t0\t0\t0\n", parent, uid)
	}
	root := tree(map[string]string{"proc/net/tcp": sockets("0100007F:1F90", 987654, "55")})
	put(root, 10, stat(10, "ollama", 1, 0, 0, 1, 1, 1), owned(987654, 1))
	put(root, 11, stat(11, "runner", 10, 0, 0, 1, 1, 1), owned(987654, 10))
	put(root, 12, stat(12, "sh", 1, 0, 0, 1, 1, 1), owned(5, 1))
	got, err := serverProcesses(denied{root}, addr)
	if diff := cmp.Diff([]int{10}, got); diff != "" || err != nil {
		t.Error(err, diff)
	}
	put(root, 13, stat(13, "ollama", 1, 0, 0, 1, 1, 1), owned(987654, 1))
	if got, err := serverProcesses(denied{root}, addr); err == nil || !strings.Contains(err.Error(), "another user") {
		t.Error("a guess between two:", got, err)
	}
	end(root, 13)
	for _, uid := range []int{0, os.Getuid()} {
		put(root, 10, stat(10, "init", 0, 0, 0, 1, 1, 1), owned(uid, 0))
		if got := onlyTreeOf(root, strconv.Itoa(uid)); got != nil {
			t.Errorf("a guess from user %d: %v", uid, got)
		}
	}
}

func TestLocalAddress(t *testing.T) {
	for url, want := range map[string]string{
		"http://127.0.0.1:11434":  "127.0.0.1:11434",
		"127.0.0.1:11434":         "127.0.0.1:11434",
		"http://localhost/prefix": "127.0.0.1:80",
		"https://[::1]":           "[::1]:443",
		"http://192.0.2.1:8080":   "", // an address for documentation, which no machine has
		"http://127.0.0.1:bad":    "",
		"http://127.0.0.1:99999":  "",
	} {
		got, err := localAddress(t.Context(), url)
		if (err == nil) != (want != "") || err == nil && got.String() != want {
			t.Errorf("%s: %v, %v", url, got, err)
		}
	}
}
