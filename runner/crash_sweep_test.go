package runner

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"bench/runner/journal"
	"bench/spec"
)

// A sweep of 12 runs on a server that answers at once. Some attempts fail and are made again; at the end there is a report.
const mortal = `
server "emulator" "s" {
  ttft              = "1ms"
  tokens_per_second = 100000

  fault {
    kind = "http_500"
    rate = 0.15
  }
}

workload "w" {
  step "one" {
    prompt     = "say something"
    max_tokens = 2
  }
}

experiment "x" {
  server   = server.emulator.s
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

  retry {
    attempts = 8
    backoff {
      initial = "1ms"
      max     = "1ms"
    }
  }
}

analysis "a" {
  of       = [experiment.x]
  baseline = "default"

  metric "ttft" {
    better    = "lower"
    practical = "5%"
  }
}

report "r" {
  template = "tr-single"
  analyses = [analysis.a]
  output   = "reports/r.md"
  vars     = { number = 1 }
}
`

// crashing is bench in the build that dies where it is told to (package crashpoint).
var crashing = sync.OnceValues(func() (string, error) {
	path := filepath.Join(filepath.Dir(program), "bench-crashing")
	out, err := exec.Command("go", "build", "-tags", "benchcrash", "-o", path, "bench/cmd/bench").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, nil
})

// thorough says whether what is sampled elsewhere is to be done whole.
func thorough() bool { return os.Getenv("BENCH_TEST_REQUIRE") == "all" }

// required ends a test that the machine does not allow: with the reason, or as a failure where all tests are promised.
func required(t *testing.T, what string, err error) {
	t.Helper()
	if thorough() {
		t.Fatalf("%s: %v, and BENCH_TEST_REQUIRE=all wants it", what, err)
	}
	t.Skipf("%s: %v", what, err)
}

// A victim is a module whose applies die.
type victim struct {
	*spec.Module
	sign   string // that all its processes can be found by
	points string // file, with a line for each point that was reached
}

func newVictim(t *testing.T, hcl string) *victim {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "crash-") // a sync takes no time there
	if err != nil {
		dir = t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	write(t, dir, map[string]string{"experiment.hcl": hcl})
	return &victim{Module: loadModule(t, dir), sign: t.TempDir(), points: filepath.Join(t.TempDir(), "points")}
}

// apply runs an executable until it ends, or dies at a point.
func (v *victim) apply(t *testing.T, executable string, point int) (out string, ended *os.ProcessState) {
	t.Helper()
	c := exec.Command(executable, "apply", filepath.Join(v.Dir, "experiment.hcl"))
	c.Env = append(os.Environ(), "TMPDIR="+v.sign, "BENCH_CRASH_AT="+strconv.Itoa(point), "BENCH_CRASH_LOG="+v.points)
	text, err := c.CombinedOutput()
	if c.ProcessState == nil {
		t.Fatal(err)
	}
	return string(text), c.ProcessState
}

// reached gives the points that were reached so far.
func (v *victim) reached(t *testing.T) []string {
	t.Helper()
	return strings.Split(strings.TrimSuffix(string(must(os.ReadFile(v.points))), "\n"), "\n")
}

func wasKilled(s *os.ProcessState) bool {
	status, _ := s.Sys().(syscall.WaitStatus)
	return status.Signaled() && status.Signal() == syscall.SIGKILL
}

// Bench dies at each of its writes, syncs, renames and spawns, and half way through each write; then once more while it mends what
// the first death left. After the next apply every run counts once, and nothing is left over.
func TestKilledAtEachOfItsWrites(t *testing.T) {
	t.Parallel()
	executable := must(crashing())
	whole := newVictim(t, mortal)
	if out, ended := whole.apply(t, executable, 0); !ended.Success() {
		t.Fatal(out)
	}
	names := whole.reached(t)
	if n := len(names); n < 280 {
		t.Fatalf("only %d points were reached", n)
	}
	stride := 1
	if !thorough() {
		stride = len(names) / 12
	}
	last := 0 // when the last record has its name: after it nothing is to do but to mend
	for i, name := range names {
		if strings.HasPrefix(name, "rename .run_") && strings.HasSuffix(name, ".json.tmp") {
			last = i + 2
		}
	}
	points := []int{last}
	for point := 1; point <= len(names); point += stride {
		points = append(points, point)
	}
	slices.Sort(points)
	for _, point := range slices.Compact(points) {
		t.Run(strconv.Itoa(point), func(t *testing.T) {
			t.Parallel()
			v := newVictim(t, mortal)
			out, ended := v.apply(t, executable, point)
			if !wasKilled(ended) {
				t.Fatalf("it did not die at point %d, %s: %v\n%s", point, names[point-1], ended, out)
			}
			alone(t, v.sign)
			again := 1 + point%25
			if out, ended := v.apply(t, executable, again); !wasKilled(ended) && !ended.Success() {
				t.Errorf("the second apply: %v\n%s", ended, out)
			}
			alone(t, v.sign)
			out, ended = v.apply(t, program, 0)
			if !ended.Success() {
				t.Errorf("the last apply: %v\n%s", ended, out)
			}
			v.audit(t, out)
			if t.Failed() {
				t.Logf("it died at point %d, %s, and then at the %dth. All points:\n%s", point, names[point-1], again, strings.Join(v.reached(t), "\n"))
			}
		})
	}
}

var complete = regexp.MustCompile(`(?m)^(\d+) of (\d+) counted( \(.*\))?, 0 failed, 0 lost\.|^Nothing to do: all (\d+) runs are up to date`)

// audit holds what is there, after an apply that ended with this output, against the promises.
func (v *victim) audit(t *testing.T, out string) {
	t.Helper()
	alone(t, v.sign)
	planned := 0
	for _, e := range v.Experiments {
		planned += len(slices.Collect(plan(t, v.Module).Of(e)))
		v.auditAttempts(t, filepath.Join(v.Dir, "runs", e.Name))
	}
	m := complete.FindStringSubmatch(out)
	if m == nil || m[1] != m[2] || m[2]+m[4] != strconv.Itoa(planned) {
		t.Errorf("what it says does not add up to %d:\n%s", planned, out)
	}
	auditKilled(t, v.Module)
	if text, err := os.ReadFile(filepath.Join(v.Dir, "reports", "r.md")); err != nil || !strings.Contains(string(text), "ttft") {
		t.Errorf("the report: %v, %d bytes", err, len(text))
	}
}

// auditAttempts holds that numbers rise, that the highest one that ended well counts, and that each attempt ended once.
func (v *victim) auditAttempts(t *testing.T, dir string) {
	t.Helper()
	last, ends := map[string]int{}, map[string]int{}
	for _, e := range must(journal.Events(dir)) {
		id := fmt.Sprintf("%s#%d", e.Address, e.Attempt)
		switch e.Event {
		case journal.EventStart:
			if e.Attempt <= last[e.Address] {
				t.Errorf("%s: attempt %d is started after attempt %d", e.Address, e.Attempt, last[e.Address])
			}
			last[e.Address], ends[id] = e.Attempt, 0
		case journal.EventFinish:
			if _, started := ends[id]; !started {
				t.Errorf("%s ended and was never started", id)
			}
			ends[id]++
		}
	}
	for id, n := range ends {
		if n != 1 {
			t.Errorf("%s has ended %d times", id, n)
		}
	}
	for _, r := range counted(t, dir) {
		if r.Attempt != last[r.Address] {
			t.Errorf("%s: attempt %d counts, the last one was %d", r.Address, r.Attempt, last[r.Address])
		}
	}
}

// What users get does not know how to die.
func TestOnlyTheTestBuildCrashes(t *testing.T) {
	for executable, want := range map[string]bool{program: false, must(crashing()): true} {
		if got := strings.Contains(string(must(os.ReadFile(executable))), "BENCH_CRASH_AT"); got != want {
			t.Errorf("%s knows of crash points: %t, want %t", executable, got, want)
		}
	}
}
