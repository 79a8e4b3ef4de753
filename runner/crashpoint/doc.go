// Package crashpoint lets a test kill bench at any operation whose effect outlives the process. Where bench is about to write,
// sync, rename, make or remove something, or to start a process, it says so here. In a build with the tag benchcrash the n-th
// of these points ends the process as SIGKILL does; in any other build they are empty functions, of which nothing is left.
//
// A write is two points: before it, and when half of it is in the file. Two variables of the environment steer such a build:
//
//	BENCH_CRASH_AT=N      die at the N-th point, counted from 1
//	BENCH_CRASH_LOG=FILE  append a line to FILE for each point that is reached: "rename run_1.json"
//
// The package knows nothing of what is written, and of no other fault than death.
package crashpoint
