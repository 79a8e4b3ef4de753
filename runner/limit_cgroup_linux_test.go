package runner

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// Where groups may be made, on systems of several kinds; each is a folder that stands for "/".
func TestFindGroupParent(t *testing.T) {
	const mount = "25 30 0:22 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
	for name, test := range map[string]struct {
		own, mounts string
		files       map[string]string // of groups, below the mount
		refused     []string          // groups that none may be made in, for all that they offer
		want        string
	}{
		"own group": {
			own: "/a/b", mounts: mount, files: map[string]string{"a/b/cgroup.subtree_control": "cpu memory pids\n"}, want: "a/b",
		},
		"own group, once it is asked": {
			own: "/a/b", mounts: mount, files: map[string]string{"a/b/cgroup.controllers": "memory\n", "a/b/cgroup.subtree_control": "\n"}, want: "a/b",
		},
		"one above": { // as in a user's session, where processes are in the leaves only
			own: "/user/app/shell", mounts: mount, files: map[string]string{
				"user/app/shell/cgroup.controllers": "memory\n", "user/app/cgroup.subtree_control": "memory\n",
			}, want: "user/app",
		},
		"top": {own: "/", mounts: mount, files: map[string]string{"cgroup.subtree_control": "memory\n"}, want: "."},
		"one above, but for the own limit": {
			own: "/job/step", mounts: mount, files: map[string]string{"job/step/memory.max": "1073741824\n", "job/cgroup.subtree_control": "memory\n"},
		},
		"one above, but for the own cores": {
			own: "/job/step", mounts: mount, files: map[string]string{"job/step/cpuset.cpus": "0-3\n", "job/cgroup.subtree_control": "memory\n"},
		},
		"one above, but for the own quota": {
			own: "/job/step", mounts: mount, files: map[string]string{"job/step/cpu.max": "50000 100000\n", "job/cgroup.subtree_control": "memory\n"},
		},
		"no limit is set": {
			own: "/job/step", mounts: mount, files: map[string]string{
				"job/step/memory.max": "max\n", "job/step/cpu.max": "max 100000\n", "job/step/cpuset.cpus": "\n", "job/cgroup.subtree_control": "memory\n",
			}, want: "job",
		},
		"refused": {
			own: "/a/b", mounts: mount, refused: []string{"a/b"},
			files: map[string]string{"a/b/cgroup.subtree_control": "memory\n", "cgroup.subtree_control": "memory\n"}, want: ".",
		},
		"no memory": {own: "/a", mounts: mount, files: map[string]string{"a/cgroup.controllers": "cpu\n", "cgroup.subtree_control": "cpu\n"}},
		"part of the tree": { // as seen from a container without a namespace of its own
			own: "/docker/1f/x", mounts: "25 30 0:22 /docker/1f /sys/fs/cgroup ro - cgroup2 cgroup2 ro\n",
			files: map[string]string{"x/cgroup.subtree_control": "memory\n"}, want: "x",
		},
		"out of sight":    {own: "/../other", mounts: mount, files: map[string]string{"cgroup.subtree_control": "memory\n"}},
		"another part":    {own: "/other", mounts: "25 30 0:22 /docker /sys/fs/cgroup ro - cgroup2 cgroup2 ro\n", files: map[string]string{"cgroup.subtree_control": "memory\n"}},
		"version 1":       {own: "", mounts: "25 30 0:22 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"},
		"nothing mounted": {own: "/", mounts: "25 30 0:22 / / rw - ext4 /dev/vda rw\n"},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			table := "4:memory:/v1\n"
			if test.own != "" {
				table += "0::" + test.own + "\n"
			}
			write(t, root, map[string]string{"proc/self/cgroup": table, "proc/self/mountinfo": test.mounts})
			top := filepath.Join(root, "sys/fs/cgroup")
			for file, text := range test.files {
				write(t, top, map[string]string{file: text})
			}
			got := findGroupParent(root, func(dir string) bool {
				for _, refused := range test.refused {
					if dir == filepath.Join(top, refused) {
						return false
					}
				}
				return true
			})
			want := ""
			if test.want != "" {
				want = filepath.Join(top, test.want)
			}
			if got != want {
				t.Errorf("got %q, want %q", got, want)
			}
			if name == "own group, once it is asked" {
				if control := line(got, "cgroup.subtree_control"); control != "+memory" {
					t.Errorf("asked for %q", control)
				}
			}
		})
	}
}

// What is written to a group, and read from it.
func TestGroupFiles(t *testing.T) {
	dir := t.TempDir()
	g := &cgroup{dir: dir}
	if err := g.limit(1 << 28); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a group without the controller: %v", err)
	}
	write(t, dir, map[string]string{"memory.max": "max", "memory.oom.group": "0"}) // and no memory.swap.max
	if err := g.limit(1 << 28); err != nil {
		t.Fatal(err)
	}
	if line(dir, "memory.max") != "268435456" || line(dir, "memory.oom.group") != "1" || exists(filepath.Join(dir, "memory.swap.max")) {
		t.Errorf("memory.max holds %q, memory.oom.group %q", line(dir, "memory.max"), line(dir, "memory.oom.group"))
	}
	if g.kills() != 0 || g.peak() != 0 {
		t.Errorf("of nothing: %d kills, peak %d", g.kills(), g.peak())
	}
	write(t, dir, map[string]string{"memory.events": "low 0\nhigh 0\nmax 12\noom 1\noom_kill 3\noom_group_kill 1\n", "memory.peak": "268435456\n"})
	if g.kills() != 3 || g.peak() != 1<<28 {
		t.Errorf("%d kills, peak %d", g.kills(), g.peak())
	}
}

func TestCountOfKills(t *testing.T) {
	got := oomFiles("4:memory:/a/b\n1:cpu,cpuacct:/c\n0::/d\n")
	if want := "/sys/fs/cgroup/memory/a/b/memory.oom_control /sys/fs/cgroup/d/memory.events /proc/vmstat"; strings.Join(got, " ") != want {
		t.Errorf("%s, want %s", got, want)
	}
	for text, want := range map[string]int64{"oom_kill_disable 0\nunder_oom 0\noom_kill 2\n": 2, "oom 4\noom_kill 5": 5, "oom_kill x": -1, "": -1} {
		path := filepath.Join(t.TempDir(), "file")
		write(t, filepath.Dir(path), map[string]string{"file": text})
		n, found := oomKills(path)
		if !found {
			n = -1
		}
		if n != want {
			t.Errorf("%q: %d, want %d", text, n, want)
		}
	}
}

// A process begins inside of its group, and is ended with it, wherever its session went. It needs no controller.
func TestGroupHoldsItsProcesses(t *testing.T) {
	_, top, err := ownGroupDir("/")
	if err != nil {
		required(t, "control groups of version 2", err)
	}
	g, err := newCgroup(top, fmt.Sprintf("%s%d-test", groupPrefix, os.Getpid()))
	if err != nil {
		required(t, "control groups of version 2", err)
	}
	defer g.remove()
	c := exec.Command("bash", "-c", "setsid sleep 1000 & exec sleep 1000")
	c.SysProcAttr = ownGroup()
	(&limit{by: byGroup, group: g}).prepare(c)
	if err := c.Start(); err != nil {
		required(t, "a start inside of a control group", err)
	}
	if !eventually(func() bool { return strings.Count(line(g.dir, "cgroup.procs"), "\n") == 1 }) {
		t.Errorf("in the group: %s", line(g.dir, "cgroup.procs"))
	}
	g.remove()
	if err := c.Wait(); err == nil || err.Error() != "signal: killed" {
		t.Error(err)
	}
	if exists(g.dir) {
		t.Error("the group is still there")
	}
}

// Groups of processes that are gone are removed, those of others are not.
func TestStaleGroupsAreRemoved(t *testing.T) {
	gone := exec.Command("true")
	if err := gone.Run(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	stale, own, other := fmt.Sprintf("bench-%d-3", gone.Process.Pid), fmt.Sprintf("bench-%d-1", os.Getpid()), "bench-x"
	for _, name := range []string{stale, own, other} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	removeStale(dir)
	if exists(filepath.Join(dir, stale)) || !exists(filepath.Join(dir, own)) || !exists(filepath.Join(dir, other)) {
		t.Errorf("left: %v", must(os.ReadDir(dir)))
	}
}

// The kernel ends a worker for want of memory, in the group that bench itself is in: that is told from a kill by hand.
func TestKernelEndsAWorkerForWantOfMemory(t *testing.T) {
	dir, limit := smallGroup(t)
	c := exec.Command("bash", "-c", `echo $$ > "$1"/cgroup.procs && shift && exec env `+standFor+`=controller "$@"`, "bash", dir, os.Args[0], glutton(t).executable)
	out, err := c.Output()
	if err != nil {
		t.Fatal(err)
	}
	const want = "out_of_memory: the worker was killed, and the kernel's count of processes that it ended for want of memory rose by 1 meanwhile: free memory, or give the run less to do"
	if !strings.HasPrefix(string(out), want) {
		t.Errorf("under %s it says %q, want %s…", limit, out, want)
	}
}

// smallGroup makes a control group, of either version, that a test can be in and that a glutton can't.
func smallGroup(t *testing.T) (dir, limit string) {
	t.Helper()
	limit = strconv.Itoa(300 << 20)
	parent, file := groupParent(), "memory.max"
	if parent == "" {
		parent, file = "/sys/fs/cgroup/memory", "memory.limit_in_bytes"
	}
	dir = filepath.Join(parent, fmt.Sprintf("%s%d-small", groupPrefix, os.Getpid()))
	if err := os.Mkdir(dir, 0o755); err != nil {
		required(t, "control groups for memory", err)
	}
	t.Cleanup(func() { eventually(func() bool { return syscall.Rmdir(dir) == nil }) })
	if err := put(dir, file, limit); err != nil {
		required(t, "control groups for memory", err)
	}
	return dir, limit
}
