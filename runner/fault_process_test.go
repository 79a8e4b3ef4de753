package runner

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"bench/runner/journal"
)

// six is a sweep of 6 runs on a server that answers at once.
const six = quick + quickServer + `
experiment "x" {
  server   = server.emulator.s
  workload = workload.w
  model    = "m"
  repeats  = 3

  matrix {
    num_ctx = [256, 512]
  }
  options = matrix
}
`

// shell runs bench through a shell, where a test needs what only that has: limits, pipes, closed descriptors.
func shell(t *testing.T, script string, spec string) (out string, code int) {
	t.Helper()
	c := exec.Command("bash", "-c", script, "bash", program, spec)
	text, err := c.CombinedOutput()
	if c.ProcessState == nil {
		t.Fatal(err)
	}
	return string(text), c.ProcessState.ExitCode()
}

// Too few files may be open: that is told before anything runs, with the number that is wanted; fewer runs at a time are made.
func TestTooManyOpenFiles(t *testing.T) {
	m := module(t, six)
	spec := filepath.Join(m.Dir, "experiment.hcl")
	for script, want := range map[string]string{
		`ulimit -n 64; exec "$1" apply -parallelism 5 "$2"`: "bench: experiment.x: 5 runs at a time need up to 82 open files, and this process may open 64: raise the limit (ulimit -n 82), or lower the parallelism\n",
		`ulimit -n 40; exec "$1" apply "$2"`:                "bench: experiment.x: a run needs up to 42 open files, and this process may open 40: raise the limit (ulimit -n 42)\n",
		`ulimit -n 10; exec "$1" apply "$2"`:                "bench: too few files may be open: 10, and bench needs up to 42: raise the limit (ulimit -n 42)\n",
		`ulimit -n 6; exec "$1" validate "$2"`:              "bench: too few files may be open: 6, and bench needs up to 42: raise the limit (ulimit -n 42)\n",
	} {
		out, code := shell(t, script, spec)
		if code != 1 || strings.HasPrefix(want, "bench: too few") && out != want || !strings.Contains(out, want) {
			t.Errorf("%s: exit code %d, it says:\n%s\nwant %s", script, code, out, want)
		}
		if n := starts(filepath.Join(m.Dir, "runs", "x")); n > 0 {
			t.Errorf("%s: %d attempts were begun", script, n)
		}
	}
	pair := filepath.Join(module(t, pair+members("  repeats = 2", "", "")).Dir, "experiment.hcl")
	for script, want := range map[string]string{
		`ulimit -n 70; exec "$1" apply -parallelism 2 "$2"`: "bench: experiment.x: 2 runs at a time, with 4 agents in all, need up to 72 open files, and this process may open 70: raise the limit (ulimit -n 72), or lower the parallelism\n",
		`ulimit -n 50; exec "$1" apply "$2"`:                "bench: experiment.x: a run with 2 agents needs up to 52 open files, and this process may open 50: raise the limit (ulimit -n 52)\n",
	} {
		if out, code := shell(t, script, pair); code != 1 || !strings.Contains(out, want) {
			t.Errorf("%s: exit code %d, it says:\n%s\nwant %s", script, code, out, want)
		}
	}
	if out, code := shell(t, `ulimit -n 52; exec "$1" apply "$2"`, pair); code != 0 || strings.Contains(out, "retry") {
		t.Errorf("with as many as two agents need: exit code %d\n%s", code, out)
	}
	if out, code := shell(t, `ulimit -n 64; exec "$1" apply -parallelism 3 "$2"`, spec); code != 0 || strings.Contains(out, "retry") {
		t.Errorf("with as many as are needed: exit code %d\n%s", code, out)
	}
	audit(t, m)
}

// Whoever reads the output goes away, or nobody ever did: the runs are made all the same.
func TestStandardOutputIsClosed(t *testing.T) {
	for script, code := range map[string]int{
		`"$1" apply "$2" 2>/dev/null | head -1`:                        0, // that of head
		`set -o pipefail; "$1" apply -json "$2" 2>/dev/null | head -1`: 0,
		`"$1" apply "$2" 2>&1 | head -1`:                               0,
		`"$1" apply "$2" >&-`:                                          0,
		`"$1" apply "$2" >&- 2>&-`:                                     0,
		`"$1" apply "$2" <&- >/dev/null`:                               0,
	} {
		t.Run(script, func(t *testing.T) {
			t.Parallel()
			m := module(t, six)
			out, got := shell(t, script, filepath.Join(m.Dir, "experiment.hcl"))
			if got != code || strings.Contains(out, "goroutine ") {
				t.Errorf("exit code %d, want %d:\n%s", got, code, out)
			}
			dir := filepath.Join(m.Dir, "runs", "x")
			eventually(func() bool { // head may end before bench does
				last := lines(t, dir)
				return len(last) > 0 && last[len(last)-1] == "end"
			})
			audit(t, m)
		})
	}
}

// Whoever reads a command's output, or what is wrong with a spec, may go away: the exit code is that of the result.
func TestReaderIsGone(t *testing.T) {
	good, bad := module(t, six), t.TempDir()
	write(t, bad, map[string]string{"experiment.hcl": strings.Repeat("x = 1\n", 20000)})
	for script, want := range map[string]int{
		`"$1" validate "$2" 2>&1 | true; exit ${PIPESTATUS[0]}`:                   0,
		`"$1" plan -detailed-exitcode "$2" | true; exit ${PIPESTATUS[0]}`:         2,
		`"$1" plan -json "$2" | true; exit ${PIPESTATUS[0]}`:                      0,
		`"$1" functions | true; exit ${PIPESTATUS[0]}`:                            0,
		`"$1" validate "$3/experiment.hcl" 2>&1 | head -1; exit ${PIPESTATUS[0]}`: 1,
		`"$1" validate -json "$3/experiment.hcl" | true; exit ${PIPESTATUS[0]}`:   1,
	} {
		script = "set -- \"$1\" \"$2\" " + bad + "\n" + script
		out, code := shell(t, script, filepath.Join(good.Dir, "experiment.hcl"))
		if code != want || strings.Contains(out, "goroutine ") || strings.Contains(out, "broken pipe") {
			t.Errorf("%s\nexit code %d, want %d; it says:\n%s", script, code, want, out)
		}
	}
}

// A disk that is full behind a redirection is told, and the runs count.
func TestStandardOutputIsFull(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		required(t, "a full device", err)
	}
	m := module(t, six)
	_, _ = shell(t, `"$1" apply -json "$2" >/dev/full`, filepath.Join(m.Dir, "experiment.hcl"))
	audit(t, m)
}

// Durations come from the clock that is never set: the start of an attempt keeps its reading.
func TestDurationIsMonotonic(t *testing.T) {
	rep := process(t.Context(), launch{
		outfit: outfit{executable: program}, log: filepath.Join(t.TempDir(), "log"), timeout: time.Minute,
	})
	if !strings.Contains(rep.started.String(), " m=") {
		t.Errorf("%s has no monotonic reading", rep.started)
	}
}

// A process that was given the number of one that is gone is not taken for it: it is neither signalled, nor waited for, nor said to
// hold the folder, be it named in the journal and in the lock, after the machine was started again or before.
func TestStaleNumbersAreNotBelieved(t *testing.T) {
	bystander := exec.Command("sleep", "1000")
	bystander.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a signal to the group of its number would reach it, too
	if err := bystander.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- bystander.Wait() }()
	t.Cleanup(func() { _ = bystander.Process.Kill() })
	pid := bystander.Process.Pid
	boot := strings.TrimSpace(string(must(os.ReadFile("/proc/sys/kernel/random/boot_id"))))

	for want, boot := range map[string]string{
		"the machine was restarted since":                             "11111111-2222-3333-4444-555555555555",
		fmt.Sprintf("the process that made it, pid %d, is gone", pid): boot,
	} {
		m := module(t, six)
		dir := filepath.Join(m.Dir, "runs", "x")
		const start = `{"t":"2026-01-01T00:00:01Z","event":"start","address":"experiment.x.config[\"ctx256\"].run[1]","configuration":"ctx256","name":"run_1","attempt":7,"hash":"h"}`
		write(t, dir, map[string]string{
			"journal.jsonl": fmt.Sprintf(`{"t":"2026-01-01T00:00:00Z","event":"begin","schema":1,"host":%q,"pid":%d,"boot":%q}`+"\n%s\n", hostname(), pid, boot, start),
			".lock":         fmt.Sprintf(`{"host":%q,"pid":%d,"since":"2026-01-01T00:00:00Z","boot":%q}`+"\n", hostname(), pid, boot),
		})
		got := apply(t, plan(t, m))
		if got.err != nil || got.tally != (Tally{Planned: 6, Counted: 6}) {
			t.Fatalf("%+v %v", got.tally, got.err)
		}
		for _, e := range must(journal.Events(dir)) {
			if e.Attempt == 7 && e.State != "" && (e.State != journal.Lost || e.Message != want) {
				t.Errorf("%s: %s, want %s", e.State, e.Message, want)
			}
		}
		if r := must(journal.Read(filepath.Join(dir, "ctx256", "run_1.json"))); r.Attempt != 8 {
			t.Errorf("attempt %d counts, want 8", r.Attempt)
		}
		audit(t, m)
	}
	select {
	case err := <-ended:
		t.Errorf("the bystander was ended: %v", err)
	default:
	}
}
