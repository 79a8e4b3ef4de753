package runner

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"bench/agent"
	"bench/runner/caplog"
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
	return launch{outfit: outfit{executable: filepath.Join(dir, "worker")}, log: filepath.Join(dir, "log"), timeout: time.Minute, tell: func(worker.Frame) {}}
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
		"exit code":          {"exit 3", 0, agent.AgentError, "the worker ended without a result, with exit code 3; its log is empty"},
		"exit code 0":        {"exit 0", 0, agent.AgentError, "the worker ended without a result, with exit code 0, as if all were well; its log is empty"},
		"its log":            {"echo one >&2; echo two >&2; exit 3", 0, agent.AgentError, `the worker ended without a result, with exit code 3; its log ends with "one / two"`},
		"its log is binary":  {`printf '\x1b[31mred\x1b[0m \xff\xfe\a\r\n' >&2; exit 3`, 0, agent.AgentError, `the worker ended without a result, with exit code 3; its log ends with "red ` + "\uFFFD" + `"`},
		"panic":              {"printf 'panic: boom\n\ngoroutine 1 [running]:\nmain.main()\n' >&2; exit 2", 0, agent.AgentError, `the worker ended without a result, with exit code 2; its log ends with "panic: boom"`},
		"not executable":     {"/etc/passwd", 0, agent.AgentError, "the worker ended without a result, with exit code 126: a program that it was to start may not be executed (`chmod +x`), or is none; its log ends with "},
		"not found":          {"no-such-program", 0, agent.AgentError, "the worker ended without a result, with exit code 127: a program that it was to start, or a library of one, was not found (PATH, LD_LIBRARY_PATH); its log ends with "},
		"a child's signal":   {"sh -c 'kill -SEGV $$'; exit $?", 0, agent.AgentError, "the worker ended without a result, with exit code 139, which is a shell's word for SIGSEGV (signal 11): it used memory"},
		"a high exit code":   {"exit 255", 0, agent.AgentError, "the worker ended without a result, with exit code 255; its log is empty"},
		"SEGV":               {"kill -SEGV $$", 0, agent.AgentError, "the worker ended without a result, with SIGSEGV (signal 11): it used memory that is not its own, "},
		"ABRT":               {"kill -ABRT $$", 0, agent.AgentError, "the worker ended without a result, with SIGABRT (signal 6): it gave up by itself, "},
		"BUS":                {"kill -BUS $$", 0, agent.AgentError, "the worker ended without a result, with SIGBUS (signal 7): a file that it had mapped was cut short, "},
		"ILL":                {"kill -ILL $$", 0, agent.AgentError, "the worker ended without a result, with SIGILL (signal 4): it has an instruction that "},
		"FPE":                {"kill -FPE $$", 0, agent.AgentError, "the worker ended without a result, with SIGFPE (signal 8): it divided by zero"},
		"PIPE":               {"kill -PIPE $$", 0, agent.AgentError, "the worker ended without a result, with SIGPIPE (signal 13): it wrote to somebody who had gone"},
		"XCPU":               {"kill -XCPU $$", 0, agent.AgentError, "the worker ended without a result, with SIGXCPU (signal 24): its limit of processor time was over"},
		"USR1":               {"kill -USR1 $$", 0, agent.AgentError, "the worker ended without a result, with SIGUSR1 (signal 10); its log is empty"},
		"KILL":               {"kill -KILL $$", 0, agent.Infrastructure, "the worker was killed from outside, with SIGKILL (signal 9): somebody killed it by hand, or the kernel for want of memory"},
		"HUP":                {"kill -HUP $$", 0, agent.Infrastructure, "the worker was ended from outside, with SIGHUP (signal 1)"},
		"no memory":          {"echo 'fatal error: runtime: out of memory' >&2; exit 2", 0, agent.OutOfMemory, "the run got no more memory: other programs have it, or a limit from outside holds it back, as `ulimit` or a container (exit code 2)"},
		"no memory of a GPU": {"echo 'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB' >&2; exit 1", 0, agent.OutOfMemory, "the run got no more memory of the GPU: "},
		"garbage":            {"echo hello; sleep 100", 0, agent.AgentError, `the worker wrote what is no frame: "hello\n"`},
		"half a line":        {`printf '{"resu'; exit 1`, 0, agent.AgentError, "the worker ended without a result, with exit code 1"},
		"endless line":       {"head -c 100000000 /dev/zero; sleep 100", 0, agent.AgentError, "the worker wrote more than 64 MiB"},
		"endless lines":      {`yes "{\"step\":\"$(head -c 10000 /dev/zero | tr '\0' x)\"}"`, 0, agent.AgentError, "the worker wrote more than 64 MiB"},
		"timeout":            {"sleep 100", 100 * time.Millisecond, agent.Timeout, "the run took longer than its timeout of 100ms"},
		"deaf at its end":    {"trap '' TERM; sleep 100 & wait; wait", 100 * time.Millisecond, agent.Timeout, "the run took longer than its timeout of 100ms"},
		"result too late":    {`trap "echo '{\"result\":{}}'; exit" TERM; sleep 100 & wait`, 100 * time.Millisecond, agent.Timeout, "the run took longer"},
		"timeout with error": {`trap "echo '{\"result\":{\"error\":{\"class\":\"infrastructure\",\"message\":\"interrupted\"}}}'; exit" TERM; sleep 100 & wait`, 100 * time.Millisecond, agent.Timeout, "the run took longer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := impostor(t, "read task\n"+test.script)
			if test.timeout > 0 {
				l.timeout = test.timeout
			}
			rep := ended(t, l)
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

// ended makes an attempt that is ended long before what it starts would end by itself.
func ended(t *testing.T, l launch) report {
	t.Helper()
	reports := make(chan report, 1)
	go func() { reports <- process(t.Context(), l) }()
	select {
	case rep := <-reports:
		return rep
	case <-time.After(time.Minute):
		t.Fatal("the worker was not ended")
	}
	return report{}
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

// A result that was there in time counts, though bench was held up and came to read it after the timer. One that came late does not.
func TestResultThatIsReadLate(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		endNS int64
		want  *agent.Error
	}{
		"in time": {worker.Monotonic(), nil},
		"late":    {math.MaxInt64, &agent.Error{Class: agent.Timeout, Message: "the run took longer than its timeout of 2s"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			script := fmt.Sprintf(`trap '' TERM; read -r task; echo '{"step":"one"}'; echo '{"result":{"outcome":{"calls":null,"ingests":null,"workflow_total_ns":7},"end_ns":%d}}'`, test.endNS)
			heldUp := func(l launch) launch {
				began := time.Now()
				l.timeout = 2 * time.Second
				l.tell = func(f worker.Frame) {
					if f.Step != "" {
						time.Sleep(time.Until(began.Add(l.timeout + 500*time.Millisecond)))
					}
				}
				return l
			}
			if rep := process(t.Context(), heldUp(impostor(t, script))); fmt.Sprint(rep.failure) != fmt.Sprint(test.want) {
				t.Errorf("alone: %v, want %v", rep.failure, test.want)
			}
			reports, _, first := together(t.Context(), 2*time.Second, []string{"a", "b"}, []launch{heldUp(impostor(t, script)), heldUp(impostor(t, script))})
			if isFailed := first >= 0; isFailed != (test.want != nil) {
				t.Errorf("together: %d is to blame: %v, %v", first, reports[0].failure, reports[1].failure)
			}
		})
	}
}

// A result that was told counts, whatever the worker does after it. It is not waited for for long, and then killed; the timeout,
// which is one of the measuring, is no more in force.
func TestProcessHangsAfterItsResult(t *testing.T) {
	t.Parallel()
	l := impostor(t, "read task\n"+aResult+"\nsleep 100")
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

// A worker that does not read its task, which is larger than a pipe, does not hold up the sweep.
func TestProcessDoesNotRead(t *testing.T) {
	t.Parallel()
	l := impostor(t, "sleep 100")
	l.task.Dir, l.timeout = strings.Repeat("x", 1<<20), 100*time.Millisecond
	if rep := process(t.Context(), l); rep.failure == nil || rep.failure.Class != agent.Timeout {
		t.Error(rep.failure)
	}
}

// The beginning of an endless log is kept, and its end, which says why it ended.
func TestLogIsCapped(t *testing.T) {
	t.Parallel()
	const between = 200 << 20
	l := impostor(t, fmt.Sprintf("echo first >&2; head -c %d /dev/zero | tr '\\0' x >&2; echo >&2; echo last >&2; exit 1", between))
	rep := process(t.Context(), l)
	if rep.failure == nil || !strings.HasSuffix(rep.failure.Message, `x / last"`) {
		t.Errorf("%.200v", rep.failure)
	}
	text, err := os.ReadFile(l.log)
	if err != nil {
		t.Fatal(err)
	}
	note := fmt.Sprintf("x\nbench: the log is longer than 8 MiB; %d bytes are left out here\nx", between+len("first\n\nlast\n")-caplog.MaxBegin-caplog.MaxEnd)
	if !strings.HasPrefix(string(text), "first\nxxx") || !strings.Contains(string(text), note) || !strings.HasSuffix(string(text), "xxx\nlast\n") {
		t.Errorf("%d bytes: %.20q … %q", len(text), text, text[max(0, len(text)-80):])
	}
}

// A log that is a little too long loses nothing.
func TestLogIsALittleLonger(t *testing.T) {
	var out strings.Builder
	log := caplog.New(&out)
	want := strings.Repeat("0123456789", caplog.MaxBegin/10+100)
	for rest := want; rest != ""; {
		n := min(len(rest), 4099)
		_, _ = log.Write([]byte(rest[:n]))
		rest = rest[n:]
	}
	log.End()
	if out.String() != want {
		t.Errorf("%d bytes of %d: … %q", out.Len(), len(want), out.String()[out.Len()-80:])
	}
}

// What the user's shell holds does not reach a worker, but what a program needs does.
func TestEnvironmentIsAnAllowList(t *testing.T) {
	t.Setenv("BENCH_SECRET", "1")
	t.Setenv("LANG", "C.UTF-8")
	l := impostor(t, "read task\nenv > env\n"+aResult)
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
		l := impostor(t, "read task\ngrep Cpus_allowed_list /proc/self/status > cores\n"+aResult)
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
