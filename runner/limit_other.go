//go:build !linux

package runner

import (
	"errors"
	"os/exec"
)

// A limit is none: memory can be limited on Linux only.
type limit struct{}

// newLimit prepares a limit of so many bytes; 0 is none.
func newLimit(bytes int64) (*limit, error) {
	if bytes > 0 {
		return nil, errors.New("the memory of a run can be limited on Linux only: take isolation.memory out")
	}
	return &limit{}, nil
}

func (l *limit) prepare(*exec.Cmd) {}

func (l *limit) impose(int) error { return nil }

func (l *limit) end() exhaustion { return exhaustion{} }
