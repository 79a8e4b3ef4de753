package telemetry

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// A GPU is one device as nvidia-smi describes it.
type GPU struct {
	Name        string   `json:"name"`
	Driver      string   `json:"driver,omitempty"`
	MemoryBytes *int64   `json:"memory_bytes,omitempty"`
	PowerLimitW *float64 `json:"power_limit_w,omitempty"`
}

// smiLimit is how long nvidia-smi may take; it wakes sleeping devices first.
const smiLimit = 2 * time.Second

// gpus asks nvidia-smi, which can be a child where NVML would need cgo.
func gpus(ctx context.Context) ([]GPU, error) {
	smi, err := exec.LookPath("nvidia-smi")
	if err != nil {
		return nil, errors.New("nvidia-smi is not on PATH")
	}
	ctx, cancel := context.WithTimeout(ctx, smiLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, smi, "--query-gpu=name,driver_version,memory.total,power.limit", "--format=csv,noheader,nounits")
	cmd.WaitDelay = time.Second
	out, err := cmd.Output()
	if ctx.Err() != nil {
		return nil, fmt.Errorf("nvidia-smi took over %v", smiLimit)
	}
	if err != nil {
		return nil, fmt.Errorf("nvidia-smi: %w", err)
	}
	return parseGPUs(out)
}

// parseGPUs reads lines of name, driver, memory in MiB and power limit in W. What a device doesn't
// have reads "[N/A]" or "[Not Supported]" there.
func parseGPUs(out []byte) ([]GPU, error) {
	r := csv.NewReader(bytes.NewReader(out))
	r.TrimLeadingSpace, r.FieldsPerRecord = true, 4
	rows, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("nvidia-smi: %w", err)
	}
	var all []GPU
	for _, row := range rows {
		gpu := GPU{Name: row[0]}
		if !strings.HasPrefix(row[1], "[") {
			gpu.Driver = row[1]
		}
		if mib, err := strconv.ParseInt(strings.TrimSpace(row[2]), 10, 64); err == nil {
			gpu.MemoryBytes = new(mib << 20)
		}
		if watts, err := strconv.ParseFloat(strings.TrimSpace(row[3]), 64); err == nil {
			gpu.PowerLimitW = new(watts)
		}
		all = append(all, gpu)
	}
	if len(all) == 0 {
		return nil, errors.New("nvidia-smi lists no device")
	}
	return all, nil
}
