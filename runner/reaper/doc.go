// Package reaper finds the processes that others left behind, ends them, and takes the exit status of those that have come to be
// children of this process.
//
// A process whose parent ends is given to the nearest ancestor that adopts orphans (Adopt). So a daemon that left its group and its
// session comes back to who started the program that started it, unless that one is gone too. For that case every process carries a
// Mark in its environment, which its children inherit: whose it is, and which bench started it.
//
// What is signalled is what was looked at: a process is held by a file descriptor where the kernel has those, so that a number that
// was given to another process meanwhile does no harm. Nothing is ever waited for but single children that are known to belong here:
// who waits for a command of its own is not robbed of its exit status.
//
// All of this is Linux. On other systems the package finds nothing, and ends nothing.
package reaper
