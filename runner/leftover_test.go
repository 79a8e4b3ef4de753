package runner

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"bench/runner/journal"
	"bench/runner/reaper"
	"bench/spec"
)

// daemons are programs that leave their parents, and write their numbers to a file "child".
var daemons = map[string]string{
	"setsid":             "setsid bash -c 'echo $$ > child; exec sleep 100' & wait_for child",
	"forked twice":       "(setsid bash -c '(echo $BASHPID > child; exec sleep 100) & exit' &) ; wait_for child",
	"deaf to TERM":       `setsid bash -c "trap '' TERM; echo \$\$ > child; while :; do sleep 1; done" & wait_for child`,
	"holds the pipes":    "setsid bash -c 'echo $$ > child; exec sleep 100' <&- & wait_for child",
	"has daemons itself": "setsid bash -c 'setsid bash -c \"echo \\$\\$ > child; exec sleep 100\" & sleep 100' & wait_for child",
	"in the group":       "bash -c 'echo $$ > child; exec sleep 100' & wait_for child",
}

// daemon gives a worker that starts one of the daemons, and then does something else.
func daemon(t *testing.T, script, then string) launch {
	t.Helper()
	l := impostor(t, "wait_for() { while [ ! -s $1 ]; do sleep 0.01; done; }\nread task\n"+script+"\n"+then) // nobody answers before he is asked
	l.mark = markOf("test "+t.Name(), t.TempDir())
	return l
}

// isThere says whether a process has an entry, also one that has ended and that nobody has waited for.
func isThere(pid int) bool { return syscall.Kill(pid, 0) == nil }

// What a worker leaves behind is ended, wherever it went, is told, and nothing of it is left, not even an entry without a process.
func TestNothingIsLeftOfAnAttempt(t *testing.T) {
	for name, script := range daemons {
		for end, then := range map[string]string{"a result": aResult, "a failure": "exit 1", "a kill": "kill -KILL $$"} {
			t.Run(name+", "+end, func(t *testing.T) {
				t.Parallel()
				l := daemon(t, script, then)
				rep := process(t.Context(), l)
				child := l.pid(t, "child")
				if isThere(child) {
					t.Errorf("%d is still there", child)
					_ = syscall.Kill(child, syscall.SIGKILL)
				}
				if (rep.failure == nil) != (end == "a result") {
					t.Errorf("failure: %v", rep.failure)
				}
				told := slices.ContainsFunc(rep.process.LeftOver, func(p journal.LeftOver) bool { return p.PID == child && p.Command != "" && !p.Alive })
				if want := name != "in the group" || end != "a kill"; told != want {
					t.Errorf("left over: %+v, want %d among them: %t", rep.process.LeftOver, child, want)
				}
			})
		}
	}
}

// Another attempt that goes on keeps what it has started, and so does whoever else started a process.
func TestOnlyTheAttemptsOwnIsEnded(t *testing.T) {
	other := daemon(t, daemons["setsid"], "while [ ! -e stop ]; do sleep 0.01; done\n"+aResult)
	ended := make(chan report)
	go func() { ended <- process(t.Context(), other) }()
	child := other.pid(t, "child")
	if rep := process(t.Context(), daemon(t, daemons["setsid"], aResult)); len(rep.process.LeftOver) != 1 {
		t.Errorf("left over: %+v", rep.process.LeftOver)
	}
	if !isAlive(child) {
		t.Error("what another attempt had started was ended")
	}
	write(t, filepath.Dir(other.executable), map[string]string{"stop": ""})
	if rep := <-ended; len(rep.process.LeftOver) != 1 || rep.process.LeftOver[0].PID != child || isThere(child) {
		t.Errorf("left over: %+v, want %d", rep.process.LeftOver, child)
	}
}

// leaver is bench, with a worker that starts a daemon.
func leaver(t *testing.T, then string) string {
	t.Helper()
	return impostor(t, "[ \"$1\" = worker ] || exec "+program+" \"$@\"\nsetsid bash -c 'touch up; exec sleep 1000' &\nwhile [ ! -e up ]; do sleep 0.01; done\nread task\n"+then).executable
}

// applyAsBench applies the spec that is named last. The runs' workers are the program that is named before it.
func applyAsBench() int {
	m, diags := spec.Load(os.Args[2:], spec.Options{})
	p, more, err := NewPlan(m, Scope{})
	if err == nil && !diags.HasErrors() && !more.HasErrors() {
		_, err = Apply(context.Background(), context.Background(), p, Options{Executable: os.Args[1], Version: "test"})
	}
	fmt.Fprintln(os.Stderr, diags, more, err)
	return 1
}

// startAs starts another program than bench.
func startAs(t *testing.T, path string, args ...string) *command {
	t.Helper()
	c := newCommand(args...)
	c.Path, c.Args[0] = path, path
	c.start(t)
	return c
}

// The record and a note say what was left behind; the run counts.
func TestLeftOverIsTold(t *testing.T) {
	sign := mark(t)
	p := plan(t, module(t, quick+quickServer+experiment("x", "  repeats = 1")))
	const empty = `{"result":{"outcome":{"calls":null,"ingests":null,"workflow_total_ns":7},"loaded":["m"]}}`
	got := applier{executable: leaver(t, "echo '"+empty+"'")}.apply(t, p)
	if got.err != nil || got.tally.Counted != 1 {
		t.Fatalf("%+v %v %v", got.tally, got.err, got.of(RunFailed))
	}
	left := counted(t, folder(p))[0].Process.LeftOver
	if len(left) != 1 || !strings.HasSuffix(left[0].Command, "sleep 1000") { // it may not have got as far as that
		t.Fatalf("recorded: %+v", left)
	}
	want := fmt.Sprintf(`experiment.x.config["all"].run[1]#1 left pid %d (%s) behind, which was ended`, left[0].PID, left[0].Command)
	if noted := got.of(Noted); len(noted) != 1 || noted[0].Message != want {
		t.Errorf("noted: %+v, want %s", noted, want)
	}
	alone(t, sign)
}

// Bench and a worker are killed at once, so nobody is left who knows of the worker's daemon: the next apply finds it by its mark, whether
// it has a server to start or not.
func TestLeftOverOfAKilledApplyIsEnded(t *testing.T) {
	x := experiment("x", "  repeats = 1")
	for name, spec := range map[string]string{"a server to start": quickServer + x, "none": inProcess(t, same) + strings.ReplaceAll(x, "emulator", "ollama")} {
		t.Run(name, func(t *testing.T) { leaveBehindAndApply(t, module(t, quick+spec)) })
	}
}

func leaveBehindAndApply(t *testing.T, m *spec.Module) {
	sign := mark(t)
	t.Setenv(standFor, "bench")
	c := startAs(t, os.Args[0], leaver(t, "sleep 1000"), filepath.Join(m.Dir, "experiment.hcl"))
	sleepers := func() (n int) {
		for _, command := range marked(sign, "") {
			if command == "sleep 1000 " {
				n++
			}
		}
		return n
	}
	if !eventually(func() bool { return sleepers() == 2 }) { // the daemon, and what the worker runs
		t.Fatalf("%v\n%s", marked(sign, ""), c.out.String())
	}
	_ = c.Process.Kill()
	for pid := range marked(sign, "worker") {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	_ = c.Wait()
	var lost []int
	if !eventually(func() bool {
		lost = nil
		for pid := range marked(sign, "") {
			lost = append(lost, pid)
		}
		return len(lost) > 0 && len(lost) == sleepers()
	}) {
		t.Fatalf("left: %v", marked(sign, ""))
	}
	stranger := startAs(t, "/bin/sleep", "1000") // with the mark of another folder, and with the sign
	got := apply(t, plan(t, m))
	if got.err != nil || got.tally.Counted != 1 {
		t.Errorf("%+v %v", got.tally, got.err)
	}
	for _, pid := range lost {
		if isAlive(pid) {
			t.Errorf("%d is still there", pid)
		}
		want := fmt.Sprintf(`experiment.x.config["all"].run[1]#1, of an apply that is gone, had left pid %d (sleep 1000) running, which was ended`, pid)
		if !slices.ContainsFunc(got.of(Noted), func(e Event) bool { return e.Message == want }) {
			t.Errorf("noted: %+v, want %s", got.of(Noted), want)
		}
	}
	if !isAlive(stranger.Process.Pid) {
		t.Error("a process without the mark was ended")
	}
}

// Bench, the keeper of a server and the server are killed in one go: what the server had started is ended by the next apply, before the
// server is started again.
func TestServerOfAKilledApplyIsEnded(t *testing.T) {
	sign := mark(t)
	port := freePort(t)
	server := fmt.Sprintf(`["bash", "-c", "setsid sleep 1000 & exec %s emulate -listen 127.0.0.1:%s -ttft 1ms -tokens-per-second 10000"]`, program, port)
	m := module(t, quick+kept("s", port, server)+on("server.ollama.s", "  repeats = 30"))
	c := start(t, "apply", filepath.Join(m.Dir, "experiment.hcl"))
	starts := func(begin string) bool { // a keeper names its server, too
		return slices.ContainsFunc(slices.Collect(maps.Values(marked(sign, ""))), func(command string) bool { return strings.HasPrefix(command, begin) })
	}
	if !eventually(func() bool { return starts("sleep 1000") && starts(program+" emulate -listen") }) {
		t.Fatalf("the server was not started: %v", marked(sign, ""))
	}
	for _, part := range []string{"keep --", "emulate -listen"} { // first stopped: who saw another one die would clear up
		for pid := range marked(sign, part) {
			_ = syscall.Kill(pid, syscall.SIGSTOP)
		}
	}
	_ = c.Process.Kill()
	for _, part := range []string{"keep --", "emulate -listen"} {
		for pid := range marked(sign, part) {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
	_ = c.Wait()
	if !eventually(func() bool { return len(marked(sign, "")) == 1 }) {
		t.Fatalf("left: %v", marked(sign, ""))
	}
	var lost int
	for pid := range marked(sign, "sleep 1000") {
		lost = pid
	}
	if got := apply(t, plan(t, loadModule(t, m.Dir))); got.err != nil || got.tally.Before+got.tally.Counted != 30 {
		t.Errorf("%+v %v", got.tally, got.err)
	} else if want := fmt.Sprintf("server.ollama.s, of an apply that is gone, had left pid %d (sleep 1000) running, which was ended", lost); got.of(Noted)[0].Message != want {
		t.Errorf("noted: %+v, want %s", got.of(Noted), want)
	}
	alone(t, sign)
}

// Bench is killed, and applied again at once: the keeper is left the time to end a daemon without a mark, of which it alone knows.
func TestKeeperOfAKilledApplyMayClearUp(t *testing.T) {
	sign := mark(t)
	port := freePort(t)
	emulate := program + " emulate -listen 127.0.0.1:" + port + " -ttft 1ms -tokens-per-second 10000\n"
	m := module(t, quick+kept("s", port, `["./serve"]`)+on("server.ollama.s", "  repeats = 30"))
	write(t, m.Dir, map[string]string{"serve": "#!/bin/bash\nif mkdir first; then\n  env -i setsid bash -c 'echo $$ > child; exec sleep 1000' &\n  trap '' TERM\n  " +
		emulate + "  exec sleep 1000\nfi\nexec " + emulate})
	c := start(t, "apply", filepath.Join(m.Dir, "experiment.hcl"))
	var daemon int
	if !eventually(func() bool {
		text, err := os.ReadFile(filepath.Join(m.Dir, "child"))
		_, scanErr := fmt.Sscan(string(text), &daemon)
		return err == nil && scanErr == nil && len(marked(sign, "emulate -listen")) == 1 && starts(filepath.Join(m.Dir, "runs", "x")) > 0
	}) {
		t.Fatalf("the server was not started: %v", marked(sign, ""))
	}
	_ = c.Process.Kill()
	_ = c.Wait()
	got := apply(t, plan(t, m))
	if got.err != nil || got.tally.Before+got.tally.Counted != 30 {
		t.Errorf("%+v %v", got.tally, got.err)
	}
	if isAlive(daemon) {
		t.Errorf("the daemon runs on as pid %d", daemon)
		_ = syscall.Kill(daemon, syscall.SIGKILL)
	}
	alone(t, sign)
}

// A keeper that is killed takes its server with it, and the server's daemons, and the next run starts the server again.
func TestKeeperIsKilled(t *testing.T) {
	sign := mark(t)
	port := freePort(t)
	server := fmt.Sprintf(`["bash", "-c", "setsid sleep 1000 & trap '' TERM; %s emulate -listen 127.0.0.1:%s -ttft 1ms -tokens-per-second 10000"]`, program, port)
	m := module(t, quick+kept("s", port, server)+on("server.ollama.s", "  repeats = 3"))
	got := applier{on: func(e Event) {
		if e.Kind == Counted && e.Address.Repeat == 2 {
			for pid := range marked(sign, "keep --") {
				_ = syscall.Kill(pid, syscall.SIGKILL)
			}
			left := func() map[int]string {
				all := marked(sign, "")
				maps.DeleteFunc(all, func(_ int, command string) bool { return command == "bench worker " }) // it waits for the next run
				return all
			}
			if !eventually(func() bool { return len(left()) == 0 }) {
				t.Errorf("left: %v", left())
			}
		}
	}}.apply(t, plan(t, m))
	if got.err != nil || got.tally.Counted != 3 {
		t.Errorf("%+v %v", got.tally, got.err)
	}
	alone(t, sign)
}

// Inputs of a spec, which may be secret, are not for a server.
func TestServerGetsNoInputs(t *testing.T) {
	t.Setenv("BENCH_VAR_key", "hunter2")
	t.Setenv("ELSE", "1")
	env := serverEnvironment(reaper.Mark{Of: "server.ollama.s", Folder: "1:2", By: "3:4"})
	if slices.Contains(env, "BENCH_VAR_key=hunter2") || !slices.Contains(env, "ELSE=1") || !slices.Contains(env, "BENCH_RUN=server.ollama.s in 1:2 by 3:4") {
		t.Errorf("%s", strings.Join(env, "\n"))
	}
}

// What an attempt costs that left nothing behind.
func BenchmarkClearNothing(b *testing.B) {
	m := markOf("nothing", os.TempDir())
	for b.Loop() {
		if left := reaper.Clear(os.Getpid(), m, time.Second); len(left) > 0 {
			b.Fatal(left)
		}
	}
}
