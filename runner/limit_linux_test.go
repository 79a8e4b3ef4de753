package runner

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bench/agent"
	"bench/runner/worker"
)

func init() { parts["glutton"], parts["controller"] = eat, controlOne }

// eat takes memory, until there is no more or there is a GiB of it.
func eat() int {
	var all [][]byte
	for range 64 {
		piece := make([]byte, 16<<20)
		for i := range piece {
			piece[i] = 1
		}
		all = append(all, piece)
	}
	fmt.Fprintln(os.Stderr, "it got", len(all), "pieces")
	return 3
}

// glutton is a worker that wants too much memory once it has its task.
func glutton(t *testing.T) launch {
	t.Helper()
	return impostor(t, "read task\nexec env "+standFor+"=glutton "+os.Args[0])
}

// A run has the memory that its spec gives it, and the record says by what it is held.
func TestMemoryLimit(t *testing.T) {
	p := plan(t, module(t, quick+quickServer+experiment("x", "  repeats = 2\n  isolation {\n    memory = \"256MiB\"\n  }"+noPause)))
	if got := apply(t, p); got.err != nil || got.tally.Counted != 2 {
		t.Fatalf("%+v %v %v", got.tally, got.err, got.of(RunFailed))
	}
	for _, r := range counted(t, folder(p)) {
		l := r.Process.Limits
		if l == nil || l.MemoryBytes != 256<<20 || l.By != heldBy() || l.By == byGroup && (l.PeakBytes < 1<<20 || l.PeakBytes > 256<<20) {
			t.Errorf("recorded: %+v", l)
		}
	}
	p = plan(t, module(t, quick+quickServer+experiment("x", "  repeats = 1")))
	apply(t, p)
	if l := counted(t, folder(p))[0].Process.Limits; l != nil {
		t.Errorf("recorded without a limit: %+v", l)
	}
}

// heldBy says what holds a limit here.
func heldBy() string {
	if groupParent() != "" {
		return byGroup
	}
	return byRlimit
}

// Who wants more than there is ends, is told why, and leaves nothing behind. Without a limit it gets what it wants.
func TestOutOfMemory(t *testing.T) {
	l := glutton(t)
	if rep := process(t.Context(), l); rep.failure == nil || !strings.Contains(rep.failure.Message, "it got 64 pieces") {
		t.Fatalf("without a limit: %v", rep.failure)
	}
	for name, test := range map[string]struct {
		script, program string
	}{
		"Go":     {program: "env"},
		"bash":   {program: "head", script: "x=$(head -c 600000000 /dev/zero | tr '\\0' x); echo ${#x}"},
		"Python": {program: "python3", script: "exec python3 -c 'x = [bytearray(1 << 24) for i in range(64)]'"},
		"Perl":   {program: "perl", script: "exec perl -e '$n = 1 << 30; $x = \"x\" x $n'"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := exec.LookPath(test.program); err != nil {
				t.Skip(err)
			}
			l := l
			if test.script != "" {
				l = impostor(t, "read task\n"+test.script)
			}
			l.memory = 160 << 20
			rep := process(t.Context(), l)
			want := map[string]string{
				byRlimit: "the run got no more memory, under its limit of 160 MiB for each process (isolation.memory): raise the limit, or give the run less to do (exit code ",
				byGroup:  "the run needed more memory than its limit of 160 MiB (isolation.memory), and the kernel ended it: raise the limit, or give the run less to do",
			}[heldBy()]
			if rep.failure == nil || rep.failure.Class != agent.OutOfMemory || !strings.HasPrefix(rep.failure.Message, want) {
				t.Errorf("got %v, want %s…", rep.failure, want)
			}
		})
	}
}

// controlOne makes one attempt, with the worker that is named, and tells how it failed.
func controlOne() int {
	rep := process(context.Background(), launch{
		outfit: outfit{executable: os.Args[1]}, log: filepath.Join(filepath.Dir(os.Args[1]), "log"), timeout: time.Minute, tell: func(worker.Frame) {},
	})
	fmt.Print(rep.failure)
	return 0
}

// Core dumps are off for workers and for started servers; other limits are those of bench.
func TestNoCoreDumps(t *testing.T) {
	for name, command := range map[string][]string{
		"worker": {"worker"},
		"server": {"keep", "--", "sh", "-c", "cat /proc/$$/limits; cat"},
	} {
		t.Run(name, func(t *testing.T) {
			c := exec.Command("bash", "-c", `ulimit -c unlimited && ulimit -n 321 && exec "$0" "$@"`, program)
			c.Args = append(c.Args, command...)
			c.Env = append(os.Environ(), "GOMAXPROCS=1")
			in := must(c.StdinPipe())
			var out strings.Builder
			c.Stderr = &out
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			text := func() string {
				if name == "server" {
					return out.String()
				}
				return string(must(os.ReadFile(fmt.Sprintf("/proc/%d/limits", c.Process.Pid))))
			}
			holds := func() bool {
				limits := strings.Join(strings.Fields(text()), " ")
				return strings.Contains(limits, "Max core file size 0 0 bytes") && strings.Contains(limits, "Max open files 321 321 files")
			}
			ok := eventually(holds)
			_ = in.Close()
			_ = c.Wait()
			if !ok {
				t.Errorf("its limits:\n%s", out.String())
			}
		})
	}
}
