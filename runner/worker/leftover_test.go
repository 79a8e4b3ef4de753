package worker

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"bench/runner/reaper"
)

// leave puts a program in the place of one that a worker runs, which leaves a daemon behind: in a session of its own, without a mark,
// and as deaf as is told. It gives the variable that finds it, and the file with the daemon's number.
func leave(t *testing.T, deaf string) (path, pid string) {
	t.Helper()
	dir := t.TempDir()
	pid = filepath.Join(dir, "pid")
	script := fmt.Sprintf("#!/bin/bash\nenv -i setsid bash -c \"%s echo \\$\\$ > %s; while :; do sleep 0.1; done\" <&- >&- 2>&- &\nwhile [ ! -s %[2]s ]; do sleep 0.01; done\n", deaf, pid)
	syscall.ForkLock.RLock() // a fork at this moment would keep the file open for writing: "text file busy"
	defer syscall.ForkLock.RUnlock()
	if err := os.WriteFile(filepath.Join(dir, "nvidia-smi"), []byte(script), 0o777); err != nil {
		t.Fatal(err)
	}
	return "PATH=" + dir + ":" + os.Getenv("PATH"), pid
}

// A worker ends what its run has left behind, whatever that hides from, and tells of it; it does so as well when its runner is gone.
func TestWorkerLeavesNothingBehind(t *testing.T) {
	for name, test := range map[string]struct {
		deaf    string
		goes    bool // the runner, in the middle of a call
		message bool
	}{
		"result":               {message: true},
		"result, deaf":         {deaf: "trap '' TERM;", message: true},
		"runner is gone":       {goes: true},
		"runner is gone, deaf": {deaf: "trap '' TERM;", goes: true},
	} {
		t.Run(name, func(t *testing.T) {
			called := make(chan bool, 9)
			job := task(t, twoSteps, func(h http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.URL.Path == "/api/generate" && test.goes {
						_, _ = io.Copy(io.Discard, r.Body)
						called <- true
						<-r.Context().Done()
						return
					}
					h.ServeHTTP(w, r)
				})
			})
			path, file := leave(t, test.deaf)
			c := exec.Command(os.Args[0])
			c.Env = append(os.Environ(), "BE_A=worker", path)
			var out strings.Builder
			c.Stdout, c.Stderr = &out, os.Stderr
			in, err := c.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			if err := json.NewEncoder(in).Encode(job); err != nil {
				t.Fatal(err)
			}
			if test.goes {
				<-called
				_ = in.Close()
			}
			_ = c.Wait()
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			pid, _ := strconv.Atoi(strings.TrimSpace(string(text)))
			if isAlive(pid) {
				t.Errorf("%d is still there", pid)
				_ = syscall.Kill(pid, syscall.SIGKILL)
			}
			if !test.message {
				return
			}
			lines := strings.Split(strings.TrimSpace(out.String()), "\n")
			var last Frame
			if err := json.Unmarshal([]byte(lines[len(lines)-1]), &last); err != nil || last.Result == nil {
				t.Fatalf("%v: %s", err, lines[len(lines)-1])
			}
			if !slices.ContainsFunc(last.Result.LeftOver, func(p reaper.Process) bool { return p.PID == pid && strings.HasPrefix(p.Command, "bash -c ") }) {
				t.Errorf("told: %+v", last.Result.LeftOver)
			}
		})
	}
}

// kept starts a keeper in a process of its own, and reads the first line of its server: a number.
func kept(t *testing.T, script string) (keeper *exec.Cmd, server int) {
	t.Helper()
	keeper = exec.Command(os.Args[0], "bash", "-c", script)
	keeper.Env = append(os.Environ(), "BE_A=keeper")
	if _, err := keeper.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := keeper.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := keeper.Start(); err != nil {
		t.Fatal(err)
	}
	return keeper, number(t, bufio.NewReader(out))
}

// A keeper that is killed takes its server with it, though nobody is left to see to that.
func TestKilledKeeperTakesItsServer(t *testing.T) {
	if _, err := os.Stat("/proc/self/task"); err != nil {
		t.Skip(err) // only Linux tells a child of the end of its parent
	}
	keeper, server := kept(t, "echo $$; exec sleep 1000")
	_ = keeper.Process.Kill()
	_ = keeper.Wait()
	mustEnd(t, server)
}

// What a server leaves to its keeper ends with it, wherever it went, and while the server runs no entries pile up of those that ended.
func TestKeeperTakesCareOfOrphans(t *testing.T) {
	if _, err := os.Stat("/proc/self/task"); err != nil {
		t.Skip(err)
	}
	keeper, daemon := kept(t, "for i in 1 2 3; do (setsid true &); done; (setsid bash -c 'echo $$; exec sleep 1000' &); exec sleep 1000")
	children := func() (all []string) {
		files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", keeper.Process.Pid))
		for _, file := range files {
			text, _ := os.ReadFile(file)
			all = append(all, strings.Fields(string(text))...)
		}
		return all
	}
	for deadline := time.Now().Add(20 * time.Second); len(children()) != 2; time.Sleep(5 * time.Millisecond) { // the server and the daemon
		if time.Now().After(deadline) {
			t.Fatalf("children of the keeper: %v", children())
		}
	}
	_ = keeper.Process.Signal(syscall.SIGTERM)
	_ = keeper.Wait()
	if isAlive(daemon) {
		t.Errorf("%d is still there", daemon)
	}
}
