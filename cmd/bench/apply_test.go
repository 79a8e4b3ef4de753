package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bench/runner/journal"
)

// Where somebody else holds the lock, the reason is all that is told: nothing was made.
func TestApplyOfALockedFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/small")); err != nil {
		t.Fatal(err)
	}
	j, err := journal.Open(filepath.Join(dir, "runs", "small"), "")
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	var stdout, stderr bytes.Buffer
	if code := run([]string{"bench", "apply", dir}, nil, &stdout, &stderr); code != exitError {
		t.Errorf("exit code %d", code)
	}
	told := stderr.String()
	if stdout.Len() > 0 || strings.Count(told, "\n") != 1 || !strings.HasPrefix(told, "bench: experiment.small: ") || !strings.Contains(told, "is in use by pid ") {
		t.Errorf("stdout: %s\nstderr: %s", &stdout, told)
	}
}
