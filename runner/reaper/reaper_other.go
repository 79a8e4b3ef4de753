//go:build !linux

package reaper

import (
	"errors"
	"time"
)

// Adopt makes this process the parent of its orphaned descendants, on Linux.
func Adopt() {}

// Self names this process, so that it can be told later whether it still runs, on Linux.
func Self() string { return "" }

// Started gives when a process was started, on Linux.
func Started(int) (uint64, error) { return 0, errors.ErrUnsupported }

// FolderID names a folder in a way that outlives its renaming, on Linux.
func FolderID(string) string { return "" }

// Clear ends what a group and a mark left behind, on Linux.
func Clear(int, Mark, time.Duration) []Process { return nil }

// ClearAll ends every child of this process, on Linux.
func ClearAll(time.Duration) []Process { return nil }

// Reap takes the exit status of every child that has ended, but of one, on Linux.
func Reap(int) {}

// ClearLost ends the processes of a folder whose bench is gone, on Linux.
func ClearLost(string, func([]string) time.Duration) []Process { return nil }
