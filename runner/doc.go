// Package runner makes the runs that a module asks for: it plans them, starts a process for each, decides which failure is
// tried again, and has the journal keep what came back.
//
// A plan is pure: made from the module, its files and the records that are there, it starts nothing and asks nobody. An apply
// changes the world only through package journal (what was attempted and what counts), package worker (one process a run)
// and the servers that the spec tells it to start. What happens is told as a stream of Events; the terminal, the plain log
// and the JSON output are three renderings of it.
//
// The package takes the side of the record: what can't be kept did not happen, and a run that is in doubt is made again. It
// computes no statistics, and knows nothing of reports.
package runner
