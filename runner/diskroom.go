package runner

import (
	"fmt"

	"golang.org/x/sys/unix"

	"bench/runner/caplog"
)

// Room on the disk that no run may take: for the journal, the reports, and what else is written there meanwhile.
const (
	keptBytes = 8 << 20
	keptFiles = 64
)

// hasRoom refuses to begin a run when the disk may be too full for what is under way, itself included. Each of its agents may write as
// much of a log as is kept, and so may each server that bench starts; each run leaves a record with its table, which is taken to be as
// large as the largest so far. So a sweep stops before it loses a result, and not by losing it. Quotas that the file system does not tell
// are met all the same, by the error of a write.
func (s *sweep) hasRoom() error {
	if s.options.FillDisk {
		return nil
	}
	free, files, err := diskFree(s.folder)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	need := keptBytes + 2*int64(s.underway)*s.journal.LargestRecord() + int64(s.agents+s.serverLogs())*caplog.MaxBegin
	switch {
	case free < need:
		return fmt.Errorf("%.1f MiB of disk are free for %s, and its next run may need %.1f MiB: %s", mebi(free), s.folder, mebi(need), toGoOn)
	case files < keptFiles:
		return fmt.Errorf("%d more files can be made on the disk of %s, and its next run may need %d: %s", files, s.folder, keptFiles, toGoOn)
	}
	return nil
}

// serverLogs counts the servers that bench starts, each of which has a log.
func (s *sweep) serverLogs() (n int) {
	for _, server := range s.plan.Module.Servers {
		if isStarted(server) {
			n++
		}
	}
	return n
}

func mebi(bytes int64) float64 { return float64(bytes) / (1 << 20) }

// diskFree gives how many bytes and files may still be written to the file system of a folder.
func diskFree(dir string) (bytes, files int64, err error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, 0, fmt.Errorf("how much of the disk is free for %s can't be told: %w", dir, err)
	}
	files = int64(s.Ffree)
	if s.Files == 0 { // it has no such limit
		files = keptFiles
	}
	return int64(s.Bavail) * int64(s.Bsize), files, nil
}
