//go:build !linux

package emulator

import "time"

func nap(d time.Duration) { time.Sleep(d) }
