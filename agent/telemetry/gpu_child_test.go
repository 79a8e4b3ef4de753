package telemetry

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// sampleLine prints a sample of now, a whole second past.
const sampleLine = `echo "$(date -u +%Y/%m/%d) $(date -u +%H:%M:%S).000, 0, 50, 10, 1000, 100, 60, 1000, 2000, 0x4"`

// await waits until something is so.
func await(t *testing.T, what string, so func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !so(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it never came that", what)
		}
	}
}

// alive says whether a process is there that is no zombie.
func alive(pid int) bool {
	p, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err == nil && !strings.Contains(string(p), ") Z ")
}

// written reads the number that a script has written of itself.
func written(t *testing.T, file string) (pid int) {
	t.Helper()
	await(t, "the script has written its number", func() bool {
		raw, _ := os.ReadFile(file)
		pid, _ = strconv.Atoi(strings.TrimSpace(string(raw)))
		return pid > 0 && strings.HasSuffix(string(raw), "\n")
	})
	return pid
}

func (s *gpuSampler) counted() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, m := range s.meters.meters {
		n += m.samples
	}
	return n
}

// What nvidia-smi may do while a run goes on. The end of the run never waits for it for more than a moment, and
// what was sampled is told with the reason why there is no more.
func TestGPUSampler(t *testing.T) {
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		t.Skip("the processes of this system are not in /proc:", err)
	}
	const stream = "while :; do " + sampleLine + "; sleep 0.05; done"
	for name, test := range map[string]struct {
		script string
		gpus   int
		saying string // the reason of an end that came too early
		ends   bool   // before it is asked to
	}{
		"streams":               {stream, 1, "", false},
		"ignores signals":       {"trap '' TERM INT HUP; " + stream, 1, "", false},
		"dies in the middle":    {sampleLine + "; " + sampleLine + "; echo 'GPU is lost'; exit 15", 1, "exit status 15: GPU is lost", true},
		"has no driver":         {"echo 'NVIDIA-SMI has failed'; exit 9", 0, "exit status 9: NVIDIA-SMI has failed", true},
		"complains on stderr":   {"echo 'no permission' >&2; exit 4", 0, "exit status 4: no permission", true},
		"hangs":                 {"exec sleep 600", 0, "no sample within the run", false},
		"hangs in a child":      {"sleep 20; :", 0, "no sample within the run", false},
		"prints garbage":        {"yes nonsense", 0, "100 lines that are no samples: \"nonsense\"", true},
		"prints an endless one": {"cat /dev/zero", 0, "a line of over 4096 bytes", true},
		"garbage in between":    {sampleLine + "; echo nonsense; " + stream, 1, "", false},
		"knows the old name": {
			`case "$1" in *clocks_event_reasons*) echo 'Field "clocks_event_reasons.active" is not a valid field to query.'; exit 2;; esac; ` + stream, 1, "", false,
		},
		"ignores TZ":         {`export TZ=XXX5:45; ` + strings.ReplaceAll(stream, "date -u", "date"), 1, "", false},
		"knows neither name": {`echo 'Field "x" is not a valid field to query.'; exit 2`, 0, "does not know a field", true},
	} {
		t.Run(name, func(t *testing.T) {
			dir := fakeSMI(t, "echo $$ > pid\n"+test.script)
			s, err := startGPUs()
			if err != nil {
				t.Fatal(err)
			}
			s.begin(time.Now().Add(-time.Second).Truncate(time.Second))
			child := written(t, filepath.Join(dir, "pid"))
			if test.ends {
				await(t, "it ends", func() bool {
					select {
					case <-s.done:
						return true
					default:
						return false
					}
				})
			} else if test.gpus > 0 {
				await(t, "two samples are there", func() bool { return s.counted() >= 2 })
			}
			start := time.Now()
			got, _, err := s.end(time.Now())
			if took := time.Since(start); took > 30*time.Second {
				t.Errorf("the end took %v", took)
			}
			if len(got) != test.gpus || (err == nil) != (test.saying == "") || err != nil && !strings.Contains(err.Error(), test.saying) {
				t.Errorf("%+v, %v", got, err)
			}
			child = written(t, filepath.Join(dir, "pid"))
			await(t, "the child is gone", func() bool { return !alive(child) })
		})
	}
}

// A child that cannot be killed holds up nobody.
func TestGPUSamplerGivesUp(t *testing.T) {
	s := &gpuSampler{cancel: func() {}, done: make(chan struct{})}
	if _, _, err := s.end(time.Now()); err == nil || !strings.Contains(err.Error(), "not even when killed") {
		t.Error(err)
	}
}

// What comes after the end changes nothing of what was told.
func TestGPUSamplerEnded(t *testing.T) {
	s := &gpuSampler{cancel: func() {}, done: make(chan struct{})}
	close(s.done)
	now := time.Now().UTC()
	s.begin(now.Add(-time.Minute))
	feed := func(watts string) {
		line := now.Format("2006/01/02 15:04:05.000") + ", 0, 1, 1, 1, " + watts + ", 1, 1, 1, 0x0\n"
		if said, err := s.read(bufio.NewReader(strings.NewReader(line))); said != "" || err != nil {
			t.Fatal(said, err)
		}
	}
	feed("100")
	got, _, err := s.end(now)
	if feed("900"); err != nil || len(got) != 1 || got[0].PowerW.Max != 100 {
		t.Errorf("%+v, %v", got, err)
	}
}

// Where this process is killed, the kernel kills the child.
func TestGPUSamplerDiesWithUs(t *testing.T) {
	if diesWithUs() == nil {
		t.Skip("this system ends no child with its parent")
	}
	dir := fakeSMI(t, "echo $$ > pid\nexec sleep 600")
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"=sample")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	child := written(t, filepath.Join(dir, "pid"))
	if !alive(child) {
		t.Fatal("the child is gone before its parent is")
	}
	_ = cmd.Process.Signal(syscall.SIGKILL)
	_ = cmd.Wait()
	await(t, "the child is gone", func() bool { return !alive(child) })
}
