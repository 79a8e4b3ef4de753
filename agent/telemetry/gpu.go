package telemetry

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os/exec"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A GPU is one device as nvidia-smi describes it. What the device does not tell is nil or empty.
type GPU struct {
	Name           string       `json:"name"`
	Driver         string       `json:"driver,omitempty"`
	CUDA           string       `json:"cuda,omitempty"` // the newest that the driver can run
	MemoryBytes    *int64       `json:"memory_bytes,omitempty"`
	MemoryUsed     *int64       `json:"memory_used_bytes,omitempty"` // of all processes, before the run
	PowerLimitW    *float64     `json:"power_limit_w,omitempty"`     // as it is set
	PowerDefaultW  *float64     `json:"power_default_limit_w,omitempty"`
	Persistence    *bool        `json:"persistence,omitempty"` // whether the driver stays loaded while nobody uses the device
	SMClockMHz     *float64     `json:"sm_clock_mhz,omitempty"`
	MaxSMClock     *float64     `json:"max_sm_clock_mhz,omitempty"`
	MemoryClockMHz *float64     `json:"memory_clock_mhz,omitempty"`
	MaxMemoryClock *float64     `json:"max_memory_clock_mhz,omitempty"`
	Processes      []GPUProcess `json:"processes,omitempty"` // that compute on it, a server with a loaded model among them

	uuid string // tells which device a process is on; it is no property of the kind of device, so it is not recorded
}

// A GPUProcess is a process that has memory on a GPU.
type GPUProcess struct {
	Name        string `json:"name,omitempty"` // of the program, without its folder
	MemoryBytes *int64 `json:"memory_bytes,omitempty"`
}

// smiLimit is how long nvidia-smi may take in all; it wakes sleeping devices first.
const smiLimit = 2 * time.Second

// gpus asks nvidia-smi, which can be a child where NVML would need cgo. It notes in absent what is not
// known of the devices.
func gpus(ctx context.Context, absent map[string]string) []GPU {
	ctx, cancel := context.WithTimeout(ctx, smiLimit)
	defer cancel()
	out, err := smi(ctx, "--query-gpu="+deviceFields, "--format=csv,noheader,nounits")
	var all []GPU
	if err == nil {
		all, err = parseGPUs(out)
	}
	if err != nil {
		absent["gpus"] = err.Error()
		return nil
	}
	if out, err = smi(ctx, "--query-compute-apps=gpu_uuid,pid,used_memory,process_name", "--format=csv,noheader,nounits"); err != nil {
		absent["gpus.processes"] = err.Error()
	} else {
		addProcesses(all, string(out))
	}
	if out, err = smi(ctx, "-q", "-d", "COMPUTE"); err == nil {
		err = addCUDA(all, string(out)) // no query has a field for it
	}
	if err != nil {
		absent["gpus.cuda"] = err.Error()
	}
	return all
}

func smi(ctx context.Context, args ...string) ([]byte, error) {
	program, err := findSMI()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.SysProcAttr, cmd.WaitDelay = diesWithUs(), time.Second
	out, err := cmd.Output()
	if ctx.Err() != nil {
		return nil, fmt.Errorf("nvidia-smi took over %v", smiLimit)
	}
	if err != nil {
		return nil, fmt.Errorf("nvidia-smi: %w", err)
	}
	return out, nil
}

func findSMI() (string, error) {
	program, err := exec.LookPath("nvidia-smi")
	if err != nil {
		return "", errors.New("nvidia-smi is not on PATH")
	}
	return program, nil
}

const deviceFields = "uuid,name,driver_version,memory.total,memory.used,power.limit,power.default_limit,persistence_mode,clocks.sm,clocks.max.sm,clocks.mem,clocks.max.mem"

// parseGPUs reads lines of the fields above, memory in MiB. What a device doesn't have reads "[N/A]" or
// "[Not Supported]" there.
func parseGPUs(out []byte) ([]GPU, error) {
	r := csv.NewReader(bytes.NewReader(out))
	r.TrimLeadingSpace, r.FieldsPerRecord = true, strings.Count(deviceFields, ",")+1
	rows, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("nvidia-smi: %w", err)
	}
	var all []GPU
	for _, row := range rows {
		for i := range row {
			row[i] = strings.TrimSpace(row[i])
		}
		gpu := GPU{
			uuid: row[0], Name: row[1], MemoryBytes: mebibytes(row[3]), MemoryUsed: mebibytes(row[4]),
			PowerLimitW: number(row[5]), PowerDefaultW: number(row[6]),
			SMClockMHz: number(row[8]), MaxSMClock: number(row[9]),
			MemoryClockMHz: number(row[10]), MaxMemoryClock: number(row[11]),
		}
		if !strings.HasPrefix(row[2], "[") {
			gpu.Driver = row[2]
		}
		if row[7] == "Enabled" || row[7] == "Disabled" {
			gpu.Persistence = new(row[7] == "Enabled")
		}
		all = append(all, gpu)
	}
	if len(all) == 0 {
		return nil, errors.New("nvidia-smi lists no device")
	}
	return all, nil
}

func mebibytes(s string) *int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return nil
	}
	return new(n << 20)
}

func number(s string) *float64 {
	n, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return nil
	}
	return &n
}

// addProcesses reads lines of device, process, memory in MiB and program, of which the last may hold a comma.
func addProcesses(all []GPU, out string) {
	for line := range strings.Lines(out) {
		fields := strings.SplitN(strings.TrimSpace(line), ", ", 4)
		if len(fields) != 4 {
			continue
		}
		i := slices.IndexFunc(all, func(g GPU) bool { return g.uuid == fields[0] })
		if i < 0 {
			continue
		}
		p := GPUProcess{MemoryBytes: mebibytes(fields[2])}
		if !strings.HasPrefix(fields[3], "[") { // "[Not Found]" for a process in another container
			p.Name = path.Base(fields[3])
		}
		all[i].Processes = append(all[i].Processes, p)
	}
}

// addCUDA finds a line like "CUDA Version    : 12.4".
func addCUDA(all []GPU, out string) error {
	for line := range strings.Lines(out) {
		key, value, _ := strings.Cut(line, ":")
		if key = strings.TrimSpace(key); strings.HasPrefix(key, "CUDA") && strings.HasSuffix(key, "Version") {
			for i := range all {
				all[i].CUDA = strings.TrimSpace(value)
			}
			return nil
		}
	}
	return errors.New("nvidia-smi names no version")
}
