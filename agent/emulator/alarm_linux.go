package emulator

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// An alarm ends a wait at a moment. The runtime's own timers are not used for it: they wait in whole
// milliseconds where nothing else runs.
type alarm struct {
	fd   int
	file *os.File // of a timerfd; nil where the kernel gives none
}

func newAlarm() *alarm {
	fd, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC)
	if err != nil {
		return &alarm{}
	}
	return &alarm{fd, os.NewFile(uintptr(fd), "timerfd")}
}

// set has the wait end after d, be it going on or the next one.
func (a *alarm) set(d time.Duration) {
	if a.file == nil {
		return
	}
	timer := unix.ItimerSpec{Value: unix.NsecToTimespec(int64(max(d, 1)))} // 0 would mean never
	_ = unix.TimerfdSettime(a.fd, 0, &timer, nil)
}

// wait may also end early.
func (a *alarm) wait() {
	var count [8]byte
	if a.file == nil {
		time.Sleep(time.Millisecond)
		return
	}
	_, _ = a.file.Read(count[:])
}

func (a *alarm) close() { _ = a.file.Close() }
