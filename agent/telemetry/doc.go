// Package telemetry says on what a measurement was made, and what happened meanwhile: the machine before a
// run ([Host]), what a run used and what disturbed it ([Observe]), and what this process has used ([Usage]).
//
//	o := telemetry.Observe(ctx, telemetry.Subject{ServerURL: url, Metrics: telemetry.ScrapeHTTP(client, url+"/metrics")})
//	o.Begin()            // right before the run
//	…
//	seen := o.End(ctx)   // right after it
//
// Most figures are differences between two readings of the kernel's counters, so they cost the run nothing, and before it and after it
// together less than a millisecond of CPU time, if the caller says which processes are the server's ([Subject.Server], [FindServer]).
// While a run goes on that takes over a second, one line of /proc is read once a second for each process of the agent and the server. A
// single nvidia-smi tells of the GPUs; it never outlives this process, and nobody waits for it for more than a second.
//
// What cannot be read is named in an Absent map with the reason; it is never a zero that looks like a
// reading. Nothing that it gives names a person, a host or a network address, so that it can be published.
//
// What it does not do: it follows no server on another machine or in another container, and knows only
// NVIDIA's GPUs.
package telemetry
