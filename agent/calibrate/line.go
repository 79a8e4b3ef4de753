package calibrate

import (
	"encoding/json"
	"fmt"
	"os"
	"time"
)

// reference is the number of streams whose errors stand for a result, where it has that level; else it is the largest.
const reference = 64

// Line tells a result in a sentence, as the foot of a report has it.
func (r *Result) Line() string {
	if len(r.Levels) == 0 {
		return "the calibration has no levels"
	}
	level := r.Levels[len(r.Levels)-1]
	for _, l := range r.Levels {
		if l.Streams == reference {
			level = l
		}
	}
	clock := "the kernel's clock"
	if level.Kernel == nil {
		clock = "the time of the reads"
	}
	e := level.reported()
	return fmt.Sprintf("time to first token within %s (p99 %s), gaps between tokens within %s (p99 %s), by %s, with %d streams at once; on %s, %s",
		rounded(e.TTFT.P50), rounded(e.TTFT.P99), rounded(e.Gap.P50), rounded(e.Gap.P99), clock, level.Streams, r.Environment.CPU, r.At.UTC().Format(time.DateOnly))
}

// rounded prints ns in µs, with two digits or all of a whole number.
func rounded(ns float64) string {
	if us := ns / float64(time.Microsecond); us < 10 {
		return fmt.Sprintf("%.1f µs", us)
	}
	return fmt.Sprintf("%.0f µs", ns/float64(time.Microsecond))
}

// Read reads a result that `bench calibrate -json` wrote.
func Read(path string) (*Result, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	r := &Result{}
	if err := json.Unmarshal(raw, r); err != nil {
		return nil, fmt.Errorf("%s is no result of `bench calibrate -json`: %w", path, err)
	}
	if r.Schema < 1 || r.Schema > Schema {
		return nil, fmt.Errorf("%s has schema %d, and this version of bench reads up to %d: write it anew with `bench calibrate -json`", path, r.Schema, Schema)
	}
	return r, nil
}
