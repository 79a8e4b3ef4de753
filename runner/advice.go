package runner

import (
	"errors"
	"fmt"
	"syscall"
)

// toGoOn is what to do where the disk is full.
const toGoOn = "make room; what counts is kept, and the next apply goes on from there"

// Advise adds to what the system refused what to do about it, where that follows from the refusal alone.
func Advise(err error) error {
	for refusal, advice := range map[error]string{
		syscall.ENOSPC: toGoOn,
		syscall.EDQUOT: toGoOn,
		syscall.EMFILE: "raise the limit of open files of a process (ulimit -n), or lower the parallelism",
		syscall.ENFILE: "raise the limit of open files of the machine (sysctl fs.file-max), or lower the parallelism",
		syscall.EAGAIN: "raise the limit of processes of the user (ulimit -u), or lower the parallelism",
	} {
		if errors.Is(err, refusal) {
			return fmt.Errorf("%w: %s", err, advice)
		}
	}
	return err
}
