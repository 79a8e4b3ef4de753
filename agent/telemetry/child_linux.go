package telemetry

import "syscall"

// diesWithUs has the kernel kill a child when the thread that started it ends, and so when this process
// is killed.
func diesWithUs() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
