// Package worker is the far side of a run: one fresh process that evaluates a workload's program, drives an agent, measures,
// and tells the runner what happened, a JSON line at a time.
//
// It reads one Task from its standard input, which then stays open: when it ends, whoever asked is gone, and the worker
// leaves at once without a result. Where others begin at the same time, it is told there when nobody is missing. It writes
// nothing to disk, decides nothing about retries, and knows no other run.
package worker
