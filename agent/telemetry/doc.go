// Package telemetry says on what a measurement was made: the machine before a run, and what the process
// has used after it.
//
// It reads /proc and /sys itself, and starts nvidia-smi once if there is one. What cannot be read is
// named in [Environment.Absent] with the reason; it is never a zero that looks like a reading. Nothing
// that it gives names a person, a host or a network address, so that an environment can be published.
//
// What it does not do: it samples nothing while a run goes on, and has no figure of the server's process.
package telemetry
