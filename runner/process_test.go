package runner

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"bench/agent"
	"bench/runner/worker"
)

const aResult = `echo '{"result":{"outcome":{"calls":null,"workflow_total_ns":7},"loaded":["m"]}}'`

// impostor makes a program that is started in place of a worker.
func impostor(t *testing.T, script string) launch {
	t.Helper()
	dir := t.TempDir()
	syscall.ForkLock.RLock() // a fork at this moment would keep the file open for writing: "text file busy"
	defer syscall.ForkLock.RUnlock()
	write(t, dir, map[string]string{"worker": "#!/bin/bash\ncd " + dir + "\n" + script + "\n"})
	return launch{executable: filepath.Join(dir, "worker"), log: filepath.Join(dir, "log"), timeout: time.Minute, tell: func(worker.Frame) {}}
}

func (l launch) file(name string) string { return filepath.Join(filepath.Dir(l.executable), name) }

// pid reads a number that the impostor wrote, and waits for it.
func (l launch) pid(t *testing.T, name string) int {
	t.Helper()
	var pid int
	if !eventually(func() bool {
		text, _ := os.ReadFile(l.file(name))
		pid, _ = strconv.Atoi(strings.TrimSpace(string(text)))
		return pid > 0
	}) {
		t.Fatalf("%s was not written", name)
	}
	return pid
}

// isAlive says whether a process runs; one that only waits to be reaped by its parent does not.
func isAlive(pid int) bool {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	return err == nil && !strings.Contains(string(status), "State:\tZ")
}

func TestProcessFailures(t *testing.T) {
	for name, test := range map[string]struct {
		script  string
		timeout time.Duration
		class   agent.Class
		message string
	}{
		"exit code":          {"exit 3", 0, agent.AgentError, "the worker ended without a result (exit status 3); its log says why"},
		"exit code 0":        {"exit 0", 0, agent.AgentError, "the worker ended without a result (exit status 0); its log says why"},
		"signal":             {"kill -SEGV $$", 0, agent.AgentError, "the worker ended without a result (signal: segmentation fault"},
		"killed":             {"kill -KILL $$", 0, agent.Infrastructure, "the worker was killed from outside (signal 9)"},
		"ended":              {"kill -HUP $$", 0, agent.Infrastructure, "the worker was ended from outside (signal: hangup)"},
		"garbage":            {"echo hello; sleep 100", 0, agent.AgentError, `the worker wrote what is no frame: "hello\n"`},
		"half a line":        {`printf '{"resu'; exit 1`, 0, agent.AgentError, "the worker ended without a result (exit status 1)"},
		"endless line":       {"head -c 100000000 /dev/zero; sleep 100", 0, agent.AgentError, "the worker wrote more than 64 MiB"},
		"endless lines":      {`yes "{\"step\":\"$(head -c 10000 /dev/zero | tr '\0' x)\"}"`, 0, agent.AgentError, "the worker wrote more than 64 MiB"},
		"timeout":            {"sleep 100", 100 * time.Millisecond, agent.Timeout, "the run took longer than its timeout of 100ms"},
		"deaf at its end":    {"trap '' TERM; sleep 100 & wait; wait", 100 * time.Millisecond, agent.Timeout, "the run took longer than its timeout of 100ms"},
		"result too late":    {`trap "echo '{\"result\":{}}'; exit" TERM; sleep 100 & wait`, 100 * time.Millisecond, agent.Timeout, "the run took longer"},
		"timeout with error": {`trap "echo '{\"result\":{\"error\":{\"class\":\"infrastructure\",\"message\":\"interrupted\"}}}'; exit" TERM; sleep 100 & wait`, 100 * time.Millisecond, agent.Timeout, "the run took longer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := impostor(t, test.script)
			if test.timeout > 0 {
				l.timeout = test.timeout
			}
			rep := process(t.Context(), l)
			if rep.failure == nil || rep.failure.Class != test.class || !strings.HasPrefix(rep.failure.Message, test.message) {
				t.Errorf("got %v, want %s: %s…", rep.failure, test.class, test.message)
			}
			if strings.Contains(rep.failure.Message, "\n") {
				t.Errorf("more than one line: %q", rep.failure.Message)
			}
			if pid := rep.process.PID; pid == 0 || isAlive(pid) {
				t.Errorf("pid %d is still there", pid)
			}
		})
	}
}

func TestProcessCanNotBegin(t *testing.T) {
	l := impostor(t, "exit 0")
	l.log = l.file("no/log")
	if rep := process(t.Context(), l); rep.failure == nil || !strings.HasPrefix(rep.failure.Message, "the log can't be written: ") || rep.failure.Class != agent.Infrastructure {
		t.Error(rep.failure)
	}
	l = impostor(t, "exit 0")
	l.executable = l.file("nothing")
	if rep := process(t.Context(), l); rep.failure == nil || !strings.HasPrefix(rep.failure.Message, "the worker can't be started: ") || rep.failure.Class != agent.Infrastructure {
		t.Error(rep.failure)
	}
}

func TestProcessIsKilledOnRequest(t *testing.T) {
	t.Parallel()
	kill, now := context.WithCancel(t.Context())
	l := impostor(t, `echo '{"step":"one"}'; sleep 100`)
	l.tell = func(worker.Frame) { now() }
	rep := process(kill, l)
	if rep.failure == nil || *rep.failure != *killed() || rep.process.Signal != "terminated" {
		t.Errorf("%v, %q", rep.failure, rep.process.Signal)
	}
}

// A result that was told counts, whatever the worker does after it. It is not waited for for long, and then killed; the timeout,
// which is one of the measuring, is no more in force.
func TestProcessHangsAfterItsResult(t *testing.T) {
	t.Parallel()
	l := impostor(t, aResult+"\nsleep 100")
	l.timeout = 1500 * time.Millisecond
	rep := process(t.Context(), l)
	if rep.failure != nil || rep.result == nil || rep.result.Outcome.WorkflowTotalNS != 7 || rep.process.Signal != "killed" {
		t.Errorf("failure %v, result %+v, signal %q", rep.failure, rep.result, rep.process.Signal)
	}
}

// The whole group ends with its worker: also a child that does not listen to TERM, and holds the pipes open.
func TestProcessLeavesNoChild(t *testing.T) {
	for name, script := range map[string]string{
		"timeout":     "sleep 100",
		"its own end": "exit 1",
		"its result":  aResult,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := impostor(t, "(trap '' TERM; echo $BASHPID > child; while :; do sleep 1; done) &\nwhile [ ! -s child ]; do sleep 0.01; done\n"+script)
			l.timeout = 500 * time.Millisecond
			process(t.Context(), l)
			if child := l.pid(t, "child"); !eventually(func() bool { return !isAlive(child) }) {
				t.Error("the child is still there")
				_ = syscall.Kill(child, syscall.SIGKILL)
			}
		})
	}
}

// A child that left the group can't be ended, but it does not hold up the sweep either.
func TestProcessDoesNotWaitForWhoLeft(t *testing.T) {
	t.Parallel()
	l := impostor(t, "setsid bash -c 'echo $$ > child; exec sleep 100' &\nwhile [ ! -s child ]; do sleep 0.01; done\nexit 1")
	defer func() { _ = syscall.Kill(l.pid(t, "child"), syscall.SIGKILL) }()
	if rep := process(t.Context(), l); rep.failure == nil || !strings.Contains(rep.failure.Message, "exit status 1") {
		t.Error(rep.failure)
	}
}

// A worker that does not read its task, which is larger than a pipe, does not hold up the sweep.
func TestProcessDoesNotRead(t *testing.T) {
	t.Parallel()
	l := impostor(t, "sleep 100")
	l.task.Dir, l.timeout = strings.Repeat("x", 1<<20), 100*time.Millisecond
	if rep := process(t.Context(), l); rep.failure == nil || rep.failure.Class != agent.Timeout {
		t.Error(rep.failure)
	}
}

func TestLogIsCapped(t *testing.T) {
	t.Parallel()
	l := impostor(t, "echo first >&2; head -c 20000000 /dev/zero | tr '\\0' x >&2; echo last >&2\n"+aResult)
	if rep := process(t.Context(), l); rep.failure != nil {
		t.Fatal(rep.failure)
	}
	text, err := os.ReadFile(l.log)
	if err != nil {
		t.Fatal(err)
	}
	const note = "\nbench: the log was longer than 8 MiB; the rest is left out\n"
	if !strings.HasPrefix(string(text), "first\nxxx") || !strings.HasSuffix(string(text), "xxx"+note) || len(text) != maxLog+len(note) {
		t.Errorf("%d bytes: %.20q … %q", len(text), text, text[max(0, len(text)-80):])
	}
}

// What the user's shell holds does not reach a worker, but what a program needs does.
func TestEnvironmentIsAnAllowList(t *testing.T) {
	t.Setenv("BENCH_SECRET", "1")
	t.Setenv("LANG", "C.UTF-8")
	l := impostor(t, "env > env\n"+aResult)
	process(t.Context(), l)
	text, err := os.ReadFile(l.file("env"))
	if err != nil {
		t.Fatal(err)
	}
	env := strings.Split(string(text), "\n")
	if slices.Contains(env, "BENCH_SECRET=1") || !slices.Contains(env, "LANG=C.UTF-8") {
		t.Errorf("%s", text)
	}
}

func TestCores(t *testing.T) {
	allowed := func(cores []int) string {
		l := impostor(t, "grep Cpus_allowed_list /proc/self/status > cores\n"+aResult)
		l.cores = cores
		process(t.Context(), l)
		text, err := os.ReadFile(l.file("cores"))
		if err != nil {
			t.Fatal(err)
		}
		_, list, _ := strings.Cut(strings.TrimSpace(string(text)), "\t")
		return list
	}
	all := allowed(nil)
	if got := allowed([]int{0}); got != "0" {
		t.Errorf("with core 0 it may use %s", got)
	}
	for range 20 { // on whichever thread it is started
		if got := allowed(nil); got != all {
			t.Fatalf("without cores it may use %s, and %s before", got, all)
		}
	}
}
