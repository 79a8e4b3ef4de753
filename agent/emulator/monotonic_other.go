//go:build !linux

package emulator

import "time"

func monotonicNS(time.Time) int64 { return 0 }
