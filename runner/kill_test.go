package runner

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"bench/runner/journal"
)

// A sweep of 12 runs that take about a tenth of a second each.
const slowly = `
server "emulator" "e" {
  ttft              = "60ms"
  tokens_per_second = 500
}

workload "w" {
  step "one" {
    prompt     = "say something"
    max_tokens = 10
  }
}

experiment "x" {
  server   = server.emulator.e
  workload = workload.w
  model    = "m"
  repeats  = 4

  matrix {
    num_ctx = [256, 512]
  }

  options = matrix

  baseline "default" {
    options = {}
  }
}
`

// A command is bench under way.
type command struct {
	*exec.Cmd
	out bytes.Buffer
}

func newCommand(args ...string) *command {
	c := &command{Cmd: exec.Command(program, args...)}
	c.Stdout, c.Stderr = &c.out, &c.out
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return c
}

func (c *command) start(t *testing.T) {
	t.Helper()
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Process.Kill() })
}

func start(t *testing.T, args ...string) *command {
	t.Helper()
	c := newCommand(args...)
	c.start(t)
	return c
}

func (c *command) wait(t *testing.T, code int) {
	t.Helper()
	_ = c.Wait()
	if got := c.ProcessState.ExitCode(); got != code {
		t.Fatalf("exit code %d, want %d:\n%s", got, code, c.out.String())
	}
}

// begun waits until n more attempts have begun than before.
func begun(t *testing.T, dir string, before, n int) {
	t.Helper()
	if !eventually(func() bool { return starts(dir) >= before+n }) {
		t.Fatal("no attempt has begun")
	}
}

func starts(dir string) int {
	text, _ := os.ReadFile(filepath.Join(dir, "journal.jsonl"))
	return bytes.Count(text, []byte(`"event":"start"`))
}

func TestKilledAtAnyMomentEveryRunCountsOnce(t *testing.T) {
	sign := mark(t)
	m := module(t, slowly)
	spec, dir := filepath.Join(m.Dir, "experiment.hcl"), filepath.Join(m.Dir, "runs", "x")
	chance := rand.New(rand.NewPCG(1, 2))
	for range 10 {
		before := starts(dir)
		c := start(t, "apply", spec)
		begun(t, dir, before, min(len(todoOf(plan(t, m))), 1+chance.IntN(2)))
		time.Sleep(time.Duration(chance.IntN(100)) * time.Millisecond)
		if err := c.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = c.Wait()
		alone(t, sign)
		counted(t, dir) // every record that is there is whole
	}
	start(t, "apply", spec).wait(t, 0)
	audit(t, m)
	alone(t, sign)
	start(t, "apply", spec).wait(t, 0)
	audit(t, m)
}

// What was under way when bench was killed is lost, told so, and made again under the next number.
func TestAKilledAttemptIsLost(t *testing.T) {
	sign := mark(t)
	m := module(t, slowly)
	spec, dir := filepath.Join(m.Dir, "experiment.hcl"), filepath.Join(m.Dir, "runs", "x")
	c := start(t, "apply", spec)
	if !eventually(func() bool { return len(marked(sign, "worker")) > 0 }) {
		t.Fatal("no worker was started")
	}
	_ = c.Process.Kill()
	_ = c.Wait()
	alone(t, sign)
	got := apply(t, plan(t, m))
	if got.err != nil || got.tally.Counted+got.tally.Before != 12 {
		t.Fatalf("%+v %v", got.tally, got.err)
	}
	lost := 0
	for _, e := range must(journal.Events(dir)) {
		if e.State == journal.Lost {
			lost++
		}
	}
	if lost != 1 {
		t.Errorf("%d attempts are lost, want that of the worker that was seen", lost)
	}
	audit(t, m)
}

// A second apply says who is at work, and touches nothing.
func TestTwoAppliesAtOnce(t *testing.T) {
	m := module(t, slowly)
	spec, dir := filepath.Join(m.Dir, "experiment.hcl"), filepath.Join(m.Dir, "runs", "x")
	first := start(t, "apply", spec)
	begun(t, dir, 0, 1)
	second := start(t, "apply", spec)
	second.wait(t, 1)
	if want := fmt.Sprintf("is in use by pid %d ", first.Process.Pid); !strings.Contains(second.out.String(), want) {
		t.Errorf("it does not say %q:\n%s", want, second.out.String())
	}
	first.wait(t, 0)
	audit(t, m)
}

// An interrupt from a terminal reaches every process of bench's group: the workers and the servers are in groups of their own.
func TestInterrupt(t *testing.T) {
	sign := mark(t)
	m := module(t, slowly)
	spec, dir := filepath.Join(m.Dir, "experiment.hcl"), filepath.Join(m.Dir, "runs", "x")
	c := start(t, "apply", spec)
	begun(t, dir, 0, 2)
	if !eventually(func() bool { return len(marked(sign, "worker")) > 0 }) { // it is in its own group before it has this name
		t.Fatal("no worker was started")
	}
	killGroup(c.Process.Pid, syscall.SIGINT)
	c.wait(t, 130)
	alone(t, sign)
	n := starts(dir)
	if got := len(counted(t, dir)); got != n || n == 12 {
		t.Errorf("%d of the %d runs that were begun count, of 12", got, n)
	}
	if last := lines(t, dir); last[len(last)-1] != "end" {
		t.Errorf("the journal ends with %q", last[len(last)-1])
	}
	start(t, "apply", spec).wait(t, 0)
	audit(t, m)
}

// A terminal that is closed is an interrupt; who has the hangup ignored, as nohup does, goes on.
func TestTerminalIsClosed(t *testing.T) {
	m := module(t, slowly)
	spec, dir := filepath.Join(m.Dir, "experiment.hcl"), filepath.Join(m.Dir, "runs", "x")
	c := start(t, "apply", spec)
	begun(t, dir, 0, 2)
	_ = c.Process.Signal(syscall.SIGHUP)
	c.wait(t, 130)
	if got := len(counted(t, dir)); got != starts(dir) || got == 12 {
		t.Errorf("%d of the %d runs that were begun count, of 12", got, starts(dir))
	}
	deaf := exec.Command("nohup", program, "apply", spec)
	deaf.Stdout, deaf.Stderr = io.Discard, io.Discard
	before := starts(dir)
	if err := deaf.Start(); err != nil {
		t.Skip(err)
	}
	begun(t, dir, before, 1)
	_ = deaf.Process.Signal(syscall.SIGHUP)
	if err := deaf.Wait(); err != nil {
		t.Error(err)
	}
	audit(t, m)
}

func TestInterruptTwice(t *testing.T) {
	sign := mark(t)
	m := module(t, strings.Replace(slowly, `"60ms"`, `"1h"`, 1))
	spec, dir := filepath.Join(m.Dir, "experiment.hcl"), filepath.Join(m.Dir, "runs", "x")
	c := start(t, "apply", spec)
	begun(t, dir, 0, 1)
	_ = c.Process.Signal(os.Interrupt)
	time.Sleep(20 * time.Millisecond) // two signals at one moment are one
	_ = c.Process.Signal(os.Interrupt)
	c.wait(t, 130)
	alone(t, sign)
	if got := evidence(t, dir); len(got) != 1 || got[0].Error.Message != "killed on request" {
		t.Errorf("kept: %+v", got)
	}
}

// The worker is killed, as the kernel does for want of memory: the attempt is kept as evidence and made again.
func TestWorkerKilledFromOutside(t *testing.T) {
	sign := mark(t)
	m := module(t, strings.Replace(slowly, "repeats  = 4", "repeats  = 1\n  retry {\n    backoff {\n      initial = \"1ms\"\n    }\n  }", 1))
	p := plan(t, m)
	victim := runsOf(p)[1].Address
	got := applier{on: func(e Event) {
		if e.Kind == Stepped && e.Address == victim && e.Attempt == 1 {
			for pid := range marked(sign, "worker") {
				_ = syscall.Kill(pid, syscall.SIGKILL)
			}
		}
	}}.apply(t, p)
	if got.err != nil || got.tally.Counted != 3 {
		t.Fatalf("%+v %v", got.tally, got.err)
	}
	kept := evidence(t, folder(p))
	if len(kept) != 1 || kept[0].Address != victim.String() || kept[0].Error.Class != "infrastructure" ||
		kept[0].Process.Signal != "killed" || !strings.Contains(kept[0].Error.Message, "killed from outside") {
		t.Errorf("kept: %+v", kept)
	}
	audit(t, m)
}

// The program may be replaced while a sweep goes on: its workers stay those of the version that began it.
func TestProgramIsReplacedMeanwhile(t *testing.T) {
	m := module(t, slowly)
	spec, dir := filepath.Join(m.Dir, "experiment.hcl"), filepath.Join(m.Dir, "runs", "x")
	copied := filepath.Join(t.TempDir(), "bench")
	if err := os.Link(program, copied); err != nil {
		t.Skip(err)
	}
	c := exec.Command(copied, "apply", spec)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	begun(t, dir, 0, 1)
	if err := os.Remove(copied); err != nil {
		t.Fatal(err)
	}
	if err := c.Wait(); err != nil {
		t.Fatal(err)
	}
	audit(t, m)
}
