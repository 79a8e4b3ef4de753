package main

import (
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"

	"bench/agent"
)

// Records are listed and searched one after the other: what is in use does not grow with what they hold.
func TestMemoryOfListedRecords(t *testing.T) {
	const records, size, most = 100, 256 << 10, 15 << 20 // bytes; all records together have 25 MiB
	path := filepath.Join(t.TempDir(), "experiment.hcl")
	if err := os.WriteFile(path, []byte(sweepOf(10, records/10, 1)), 0o666); err != nil {
		t.Fatal(err)
	}
	record(t, path, records, &agent.Outcome{Calls: []agent.Call{{Response: strings.Repeat("x", size)}}})
	defer debug.SetGCPercent(debug.SetGCPercent(10))
	for _, words := range []string{"runs", "runs -json", "runs -all", `show experiment.big.config["gpu3_ctx256_temp0"]`} {
		args := append([]string{"bench"}, append(strings.Fields(words), path)...)
		peak := peakHeap(func() {
			if code := run(args, nil, io.Discard, os.Stderr); code != 0 {
				t.Errorf("%s: exit code %d", words, code)
			}
		})
		if peak > most {
			t.Errorf("%s: %d bytes are in use", words, peak)
		}
	}
}
