//go:build !linux

package emulator

import "time"

// An alarm ends a wait at a moment.
type alarm struct{ timer *time.Timer }

func newAlarm() *alarm { return &alarm{time.NewTimer(time.Hour)} }

// set has the wait end after d, be it going on or the next one.
func (a *alarm) set(d time.Duration) { a.timer.Reset(max(d, 0)) }

func (a *alarm) wait() { <-a.timer.C }

func (a *alarm) close() { a.timer.Stop() }
