//go:build !linux

package telemetry

import "syscall"

// diesWithUs does nothing where no kernel helps: a child ends when it writes and nobody reads.
func diesWithUs() *syscall.SysProcAttr { return nil }
