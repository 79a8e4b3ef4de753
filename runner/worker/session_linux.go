package worker

import "syscall"

// ownSession starts a process as the leader of its own session, and so of its own group, which gets a TERM when the thread that
// started it has ended.
func ownSession() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGTERM}
}
