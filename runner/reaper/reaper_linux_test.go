package reaper

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"
)

// run starts a program with more in its environment.
func run(t *testing.T, env []string, args ...string) *exec.Cmd {
	t.Helper()
	c := exec.Command(args[0], args[1:]...)
	c.Env = append(os.Environ(), env...)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Kill(c.Process.Pid, syscall.SIGKILL) })
	return c
}

// sleeper is a process that sleeps already.
func sleeper(t *testing.T, env ...string) int {
	t.Helper()
	c := run(t, env, "sleep", "1000")
	eventually(t, func() bool { return commandOf(c.Process.Pid) == "sleep 1000" })
	return c.Process.Pid
}

func eventually(t *testing.T, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !condition(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it does not come")
		}
	}
}

// runs says whether a process runs; one that has ended and was not waited for does not.
func runs(pid int) bool {
	s, err := statOf(pid)
	return err == nil && !s.isZombie()
}

// A process may have any name: it can't feign another state, group or age.
func TestStatOfAnyName(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a) Z 1 1 (b")
	if err := os.Symlink("/bin/sleep", path); err != nil {
		t.Fatal(err)
	}
	c := run(t, nil, path, "1000")
	eventually(t, func() bool {
		name, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", c.Process.Pid))
		return string(name) == "a) Z 1 1 (b\n"
	})
	self, err := statOf(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	s, err := statOf(c.Process.Pid)
	if err != nil || s.isZombie() || s.group != self.group || s.session != self.session || s.start < self.start {
		t.Errorf("%+v %v; this process is %+v", s, err, self)
	}
}

// A number that was given to another process is not signalled.
func TestSignalMeansTheProcessThatWasLookedAt(t *testing.T) {
	pid := sleeper(t)
	s, err := statOf(pid)
	if err != nil {
		t.Fatal(err)
	}
	other := s
	other.start--
	signal(pid, other, syscall.SIGKILL)
	time.Sleep(50 * time.Millisecond)
	if !runs(pid) {
		t.Error("another process was signalled")
	}
	signal(pid, s, syscall.SIGKILL)
	eventually(t, func() bool { return !runs(pid) })
}

func TestIsGone(t *testing.T) {
	zombie := run(t, nil, "true").Process.Pid
	eventually(t, func() bool { return !runs(zombie) })
	s, err := statOf(zombie)
	if err != nil {
		t.Fatal(err)
	}
	self := Self()
	for name, want := range map[string]bool{
		self:                                  false,
		self + "0":                            true, // the number was given away
		fmt.Sprintf("%d:%d", zombie, s.start): true,
		"4194304:1":                           true, // no number is as high
		"":                                    false,
		"x:1":                                 false,
	} {
		if got := isGone(name); got != want {
			t.Errorf("%q is gone: %t", name, got)
		}
	}
}

// Of all processes, those are lost that have a mark of the folder and whose bench is gone. The folder may have another name by now.
func TestClearLost(t *testing.T) {
	parent := t.TempDir()
	dir, other, moved := filepath.Join(parent, "a"), filepath.Join(parent, "b"), filepath.Join(parent, "c")
	for _, d := range []string{dir, other} {
		if err := os.Mkdir(d, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	const gone = "4194304:1"
	env := func(dir, by string) string { return Mark{"run#1", FolderID(dir), by}.Env() }
	lost := sleeper(t, env(dir, gone))
	deaf := run(t, []string{env(dir, gone)}, "sh", "-c", "trap '' TERM; while :; do sleep 0.1; done").Process.Pid
	kept := map[string]int{
		"of a bench that runs": sleeper(t, env(dir, Self())),
		"of another folder":    sleeper(t, env(other, gone)),
		"without a mark":       sleeper(t),
		"with a strange mark":  sleeper(t, Variable+"=run#1 in "+FolderID(dir)+" by nobody"),
	}
	if err := os.Rename(dir, moved); err != nil {
		t.Fatal(err)
	}
	brief := func([]string) time.Duration { return 100 * time.Millisecond }
	found := ClearLost(moved, brief)
	for _, pid := range []int{lost, deaf} {
		if !slices.ContainsFunc(found, func(p Process) bool { return p.PID == pid && p.Of == "run#1" && !p.Alive }) || runs(pid) {
			t.Errorf("%d runs: %t; found %+v", pid, runs(pid), found)
		}
	}
	for name, pid := range kept {
		if !runs(pid) {
			t.Errorf("the process %s was ended", name)
		}
	}
	if found := ClearLost(filepath.Join(parent, "no"), brief); len(found) > 0 {
		t.Errorf("of no folder: %+v", found)
	}
}

// All children end, those that are deaf to TERM too, and those that come to this process when theirs end.
func TestClearAll(t *testing.T) {
	Adopt()
	ClearAll(0) // what other tests have left
	up := filepath.Join(t.TempDir(), "up")
	run(t, nil, "sh", "-c", "setsid sh -c \"trap '' TERM; touch "+up+"; while :; do sleep 0.1; done\" & sleep 1000")
	sleeper(t)
	eventually(t, func() bool {
		_, err := os.Stat(up)
		return err == nil
	})
	found := ClearAll(100 * time.Millisecond)
	if len(found) < 3 || len(children()) > 0 {
		t.Errorf("found %+v, left %v", found, children())
	}
	if found := ClearAll(time.Second); len(found) > 0 {
		t.Errorf("of nothing: %+v", found)
	}
}

// The exit status of one is left to whoever waits for it.
func TestReap(t *testing.T) {
	mine, other := run(t, nil, "sh", "-c", "exit 7"), run(t, nil, "true")
	eventually(t, func() bool { return !runs(mine.Process.Pid) && !runs(other.Process.Pid) })
	Reap(mine.Process.Pid)
	if _, err := statOf(other.Process.Pid); err == nil {
		t.Error("the entry of a process that ended is still there")
	}
	if _ = mine.Wait(); mine.ProcessState.ExitCode() != 7 {
		t.Errorf("what was to be left has %v", mine.ProcessState)
	}
}
