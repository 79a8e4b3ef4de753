package telemetry

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// fakeSMI puts a shell script in place of nvidia-smi, and gives the folder for what it writes.
func fakeSMI(t *testing.T, script string) string {
	t.Helper()
	dir := t.TempDir()
	script = "#!/bin/sh\ncd " + dir + "\n" + script + "\n"
	if err := os.WriteFile(filepath.Join(dir, "nvidia-smi"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	return dir
}

const twoDevices = `GPU-1, NVIDIA H100 80GB HBM3, 550.54.15, 81559, 1024, 700.00, 650.00, Enabled, 345, 1980, 2619, 2619
GPU-2, NVIDIA Tegra, [N/A], [Not Supported], [N/A], [N/A], [N/A], [N/A], [N/A], [N/A], [N/A], [N/A]
`

func TestParseGPUs(t *testing.T) {
	got, err := parseGPUs([]byte(twoDevices))
	want := []GPU{
		{
			Name: "NVIDIA H100 80GB HBM3", Driver: "550.54.15", MemoryBytes: new(int64(81559 << 20)), MemoryUsed: new(int64(1 << 30)),
			PowerLimitW: new(700.0), PowerDefaultW: new(650.0), Persistence: new(true),
			SMClockMHz: new(345.0), MaxSMClock: new(1980.0), MemoryClockMHz: new(2619.0), MaxMemoryClock: new(2619.0),
		},
		{Name: "NVIDIA Tegra"},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(GPU{})); diff != "" || err != nil {
		t.Error(err, diff)
	}
	for _, bad := range []string{"", "No devices were found\n", "a, b\n"} {
		if got, err := parseGPUs([]byte(bad)); err == nil {
			t.Errorf("%q gives %v", bad, got)
		}
	}
}

func TestGPUProcessesAndCUDA(t *testing.T) {
	all, err := parseGPUs([]byte(twoDevices))
	if err != nil {
		t.Fatal(err)
	}
	addProcesses(all, "GPU-2, 7, [N/A], [Not Found]\nGPU-1, 8, 500, /home/someone/bin/llama, server\nGPU-9, 1, 1, x\nno such line\n")
	if err := addCUDA(all, "Driver Version   : 550.54.15\nCUDA Version   : 12.4\n"); err != nil || all[1].CUDA != "12.4" {
		t.Error(err, all)
	}
	want := [][]GPUProcess{{{Name: "llama, server", MemoryBytes: new(int64(500 << 20))}}, {{}}}
	if diff := cmp.Diff(want, [][]GPUProcess{all[0].Processes, all[1].Processes}); diff != "" {
		t.Error(diff)
	}
	if err := addCUDA(all, "nothing\n"); err == nil {
		t.Error("a version was found in nothing")
	}
}

// A program in place of nvidia-smi: one that answers all questions, one that answers the first only, one
// that fails, and one that hangs.
func TestGPUsFromProgram(t *testing.T) {
	const devices = `case "$1" in --query-gpu=*) echo 'GPU-1, GPU, 1, 2, 3, 4, 5, Disabled, 6, 7, 8, 9' ;; `
	for name, test := range map[string]struct {
		script string
		gpus   int
		absent map[string]string // what each reason says, in part
	}{
		"answers":     {devices + `-q) echo 'CUDA Version : 12.4' ;; esac`, 1, map[string]string{}},
		"answers one": {devices + `*) exit 3 ;; esac`, 1, map[string]string{"gpus.cuda": "exit status 3", "gpus.processes": "exit status 3"}},
		"fails":       {"echo 'driver mismatch' >&2; exit 9", 0, map[string]string{"gpus": "exit status 9"}},
		"hangs":       {"exec sleep 60", 0, map[string]string{"gpus": "took over"}},
	} {
		t.Run(name, func(t *testing.T) {
			fakeSMI(t, test.script)
			absent := map[string]string{}
			got := gpus(t.Context(), absent)
			if len(got) != test.gpus || len(absent) != len(test.absent) {
				t.Errorf("%v, %v", got, absent)
			}
			for field, part := range test.absent {
				if !strings.Contains(absent[field], part) {
					t.Errorf("%s: %q", field, absent[field])
				}
			}
		})
	}
}
