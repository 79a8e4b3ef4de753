package telemetry

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"time"
)

const (
	gpuInterval  = "200"            // ms between two samples
	gpuStopLimit = time.Second      // how long the end of a run waits for nvidia-smi to be gone
	gpuLineLimit = 4 << 10          // bytes of one line
	gpuBadLimit  = 100              // lines that are no samples, after which it is given up
	gpuZone      = 15 * time.Minute // what the offsets of all time zones are a multiple of
)

// A gpuSampler reads what one nvidia-smi tells while a run goes on.
type gpuSampler struct {
	cancel context.CancelFunc
	done   chan struct{} // closed when the child is gone

	mu     sync.Mutex
	meters gpuMeters
	ended  bool
	err    error // why there are no more samples
	cpuNS  int64 // CPU time of the child, once it is gone
}

// startGPUs starts nvidia-smi and returns at once. Its error is that there is none.
func startGPUs() (*gpuSampler, error) {
	smi, err := findSMI()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &gpuSampler{cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(s.done)
		runtime.LockOSThread() // the kernel kills the child when the thread ends that started it
		err := errUnknownField
		for i := 0; i < len(smiReasons) && errors.Is(err, errUnknownField); i++ {
			err = s.stream(ctx, smi, gpuFields+smiReasons[i])
		}
		s.fail(err)
	}()
	return s, nil
}

// errUnknownField is that of a driver that knows a field by another name.
var errUnknownField = errors.New("nvidia-smi does not know a field")

// stream runs one child until it ends or the context does.
func (s *gpuSampler) stream(ctx context.Context, smi, fields string) error {
	cmd := exec.CommandContext(ctx, smi, "--query-gpu="+fields, "--format=csv,noheader,nounits", "-lms", gpuInterval)
	cmd.Env = append(os.Environ(), "TZ=UTC0", "LC_ALL=C")
	cmd.SysProcAttr, cmd.WaitDelay = diesWithUs(), gpuStopLimit/2 // what the child has started may hold the pipes
	stderr := &head{}
	cmd.Stderr = stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("nvidia-smi: %w", err)
	}
	said, readErr := s.read(bufio.NewReaderSize(out, gpuLineLimit))
	if readErr != nil {
		_ = cmd.Process.Kill()
	}
	err = cmd.Wait()
	s.addCPU(cmd.ProcessState)
	switch {
	case ctx.Err() != nil:
		return nil
	case strings.Contains(said, "is not a valid field"):
		return errUnknownField
	case readErr != nil:
		return readErr
	}
	if said = cmp.Or(said, stderr.line()); said != "" {
		said = ": " + said
	}
	if err != nil {
		return fmt.Errorf("nvidia-smi: %w%s", err, said)
	}
	return fmt.Errorf("nvidia-smi ended%s", said)
}

// read takes the samples until there are no more. It gives the first line that was none, in which
// nvidia-smi says what it lacks.
func (s *gpuSampler) read(out *bufio.Reader) (said string, err error) {
	var zone time.Duration
	var bad, good int
	for {
		line, err := out.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			return said, fmt.Errorf("nvidia-smi wrote a line of over %d bytes", gpuLineLimit)
		}
		if err != nil {
			return said, nil
		}
		row, err := parseGPURow(string(bytes.TrimSpace(line)))
		if err != nil {
			said = cmp.Or(said, strings.TrimSpace(string(line[:min(len(line), 200)])))
			if bad++; bad == gpuBadLimit {
				return said, fmt.Errorf("nvidia-smi wrote %d lines that are no samples: %.80q", bad, said)
			}
			continue
		}
		if good++; good == 1 { // TZ may be ignored
			zone = time.Since(row.at).Round(gpuZone)
		}
		row.at = row.at.Add(zone)
		s.mu.Lock()
		if !s.ended {
			s.meters.add(row)
		}
		s.mu.Unlock()
	}
}

// isSampler says whether a process is the child of this one that samples, which is none of the agent's.
func isSampler(p process) bool { return p.parent == os.Getpid() && p.name == "nvidia-smi" }

// waitedCPU gives the CPU time of children that are gone: it counts as that of this process, too.
func (s *gpuSampler) waitedCPU() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cpuNS
}

func (s *gpuSampler) addCPU(child *os.ProcessState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cpuNS += (child.UserTime() + child.SystemTime()).Nanoseconds()
}

func (s *gpuSampler) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
}

// begin says when the run begins: earlier samples are not counted.
func (s *gpuSampler) begin(at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.meters.start(at)
}

// end sums up and kills the child, for which it waits up to a second. With the GPUs it gives the CPU time
// of the child. Its error can come with GPUs: then the samples stop before the end of the run.
func (s *gpuSampler) end(at time.Time) (all []GPUUse, cpuNS int64, err error) {
	s.mu.Lock()
	s.ended, err = true, s.err
	for _, m := range s.meters.meters {
		if m.samples > 0 {
			all = append(all, m.use(at))
		}
	}
	s.mu.Unlock()
	s.cancel()
	select {
	case <-s.done:
	case <-time.After(gpuStopLimit):
		return all, 0, fmt.Errorf("nvidia-smi does not end, not even when killed: does the driver hang?")
	}
	if err == nil && len(all) == 0 {
		err = errors.New("nvidia-smi gave no sample within the run")
	}
	return all, s.cpuNS, err
}

// close ends the child of a run that was never made.
func (s *gpuSampler) close() { _, _, _ = s.end(time.Now()) }

// A head keeps the beginning of what is written to it.
type head struct{ bytes.Buffer }

func (h *head) Write(p []byte) (int, error) {
	if room := 200 - h.Len(); room > 0 {
		_, _ = h.Buffer.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}

// line gives the first line.
func (h *head) line() string {
	line, _, _ := strings.Cut(h.String(), "\n")
	return strings.TrimSpace(line)
}
