// Package load makes many calls at once and says how late each was sent: the serving benchmark.
//
// A [Profile] says when calls are to be sent. Its schedule is pure: times from the start, drawn from a
// seed. [Run] keeps it. In an open loop (constant, poisson, trace) a call is due at its time whatever
// the answers do; where a limit of concurrency holds it back, it keeps its time, and its latency is
// given from the schedule as well as from the send. So a server that stands still can't hide behind a
// client that politely waited for it (coordinated omission), and a client that is late can't be taken for
// a slow server: its own delay is a distribution beside the others. In a closed loop each of some callers waits for
// its answer, thinks, and calls again.
//
// Each call is a goroutine. Exactly one of them, the leader, waits for the next time: first with a timer of the
// runtime, which is late by up to a millisecond, then asleep in the kernel with a slack of a nanosecond, and for the last 50 µs
// with an eye on the clock.
// When it wakes it starts the next leader and makes its call itself, so that no other thread has to be woken between the time
// and the send. Prompts are made ahead of their time.
//
// Warm-up and cool-down are cut by the time at which calls were to be sent, never by their number or by when they ended: a cut by the
// end would drop the slow ones. Calls under way when the load ends are waited for, and cancelled at a limit; they are counted, since
// they are the slowest of all. Nothing is kept of a call but what goes into histograms, unless rows are asked for.
//
// It opens no connection and knows no protocol: a call is a function that is passed in.
package load
