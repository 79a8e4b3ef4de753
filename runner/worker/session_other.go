//go:build !linux

package worker

import "syscall"

// ownSession starts a process as the leader of its own session, and so of its own group.
func ownSession() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
