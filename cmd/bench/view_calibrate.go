package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"bench/agent/calibrate"
)

// Rules of this output: a table a question, errors in µs, the kernel's clock beside that of the reads. The last lines say in words what
// the tables mean for whoever measures here.

func calibrationText(w io.Writer, r *calibrate.Result) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Measuring error on this machine (%s, %d cores), µs: the client's time less that at which the chunk was sent\n\n", r.Environment.CPU, r.Environment.CoresAllowed)
	errorTable(&b, "streams", r.Levels, func(l calibrate.Level) string { return fmt.Sprint(l.Streams) })
	b.WriteString("\nAs the rate rises\n\n")
	errorTable(&b, "chunks/s", r.Rates, func(l calibrate.Level) string { return fmt.Sprintf("%.0f", l.Rate) })
	b.WriteString("\nOpen loop: how late a request is sent, µs\n\n")
	t := rightColumns(&b)
	fmt.Fprintln(t, "requests/s\tcalls\tp50\tp99\tmax\t")
	for _, s := range r.Schedule {
		fmt.Fprintf(t, "%.0f\t%d\t%s\t%s\t%s\t\n", s.Rate, s.Calls, micro(s.P50), micro(s.P99), micro(s.Max))
	}
	t.Flush()
	fmt.Fprintf(&b, "\n%s\n", inWords(r))
	_, err := io.WriteString(w, b.String())
	return err
}

func rightColumns(w io.Writer) *tabwriter.Writer {
	return tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
}

func errorTable(w io.Writer, by string, levels []calibrate.Level, name func(calibrate.Level) string) {
	t := rightColumns(w)
	fmt.Fprintf(t, "%s\tclock\tttft p50\tp99\tgap p50\tp99\tmax\tbias\tcoalesced\tcpu/chunk\t\n", by)
	row := func(l calibrate.Level, clock string, e calibrate.Errors) {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%.1f %%\t%s\t\n", name(l), clock, micro(e.TTFT.P50), micro(e.TTFT.P99), micro(e.Gap.P50), micro(e.Gap.P99),
			micro(e.Gap.Max), micro(e.Arrival.Bias), 100*float64(l.Coalesced)/float64(max(l.Chunks, 1)), micro(l.CPUPerChunk))
	}
	for _, l := range levels {
		if l.Kernel != nil {
			row(l, "kernel", *l.Kernel)
		}
		row(l, "read", l.Read)
	}
	t.Flush()
}

// micro prints ns in µs, with three digits.
func micro(ns float64) string {
	us := ns / float64(time.Microsecond)
	switch {
	case us >= 100 || us <= -100:
		return fmt.Sprintf("%.0f", us)
	case us >= 10 || us <= -10:
		return fmt.Sprintf("%.1f", us)
	}
	return fmt.Sprintf("%.2f", us)
}

// inWords says what the client can carry.
func inWords(r *calibrate.Result) string {
	var b strings.Builder
	if len(r.Levels) > 0 && r.Levels[0].Kernel == nil {
		b.WriteString("The kernel stamps nothing here, so records hold the time at which a read returned.\n")
	} else {
		b.WriteString("Records hold the kernel's times; those of the reads are what a client without them would say.\n")
	}
	switch r.Limit.Reason {
	case "error":
		fmt.Fprintf(&b, "At %.0f chunks/s one in a hundred arrivals is still less than 1 ms off; at the next rate that was tried the error is %s µs.", r.Limit.Rate, micro(r.Limit.Exceeded))
	case "emulator":
		fmt.Fprintf(&b, "At %.0f chunks/s, all that the emulator could send here, one in a hundred arrivals is still less than 1 ms off.", r.Limit.Rate)
	default:
		fmt.Fprintf(&b, "At %.0f chunks/s, the highest rate that was tried, one in a hundred arrivals is still less than 1 ms off.", r.Limit.Rate)
	}
	return b.String()
}
