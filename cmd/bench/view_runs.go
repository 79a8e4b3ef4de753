package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"bench/analysis"
)

// Rules of this output: a line an attempt: what it is, how it ended, and the figures that a reader asks for first. A column that
// no line fills is left out.

func runsText(w io.Writer, lines []runLine) error {
	if len(lines) == 0 {
		_, err := fmt.Fprintln(w, "There is no record yet.")
		return err
	}
	shown := slices.DeleteFunc([]string{"throughput", "ttft", "ttft_warm", "workflow_total"}, func(metric string) bool {
		return !slices.ContainsFunc(lines, func(l runLine) bool { _, ok := l.Metrics[metric]; return ok })
	})
	var b strings.Builder
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "%s\n", strings.Join(append([]string{"RUN", "STATE", "ATTEMPT"}, append(upper(shown), "NOTE")...), "\t"))
	for _, l := range lines {
		attempt := "–"
		if l.Attempt > 0 {
			attempt = strconv.Itoa(l.Attempt)
		}
		fmt.Fprintf(t, "%s\t%s\t%s", l.Address, l.State, attempt)
		for _, metric := range shown {
			fmt.Fprintf(t, "\t%s", cellOf(l, metric))
		}
		fmt.Fprintf(t, "\t%s\n", noteOf(l))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for line := range strings.Lines(b.String()) {
		if _, err := fmt.Fprintln(w, strings.TrimRight(line, " \n")); err != nil {
			return err
		}
	}
	return nil
}

func upper(words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = strings.ToUpper(w)
	}
	return out
}

func cellOf(l runLine, metric string) string {
	v, ok := l.Metrics[metric]
	switch {
	case !ok:
		return "–"
	case metric == "throughput":
		return analysis.Significant(v, 4) + " tok/s"
	}
	return analysis.Duration(v)
}

func noteOf(l runLine) string {
	switch {
	case l.Error != nil:
		return oneLine(l.Error.Error())
	case l.Skipped != "":
		return oneLine(l.Skipped)
	case l.Stale:
		return "stale"
	}
	return ""
}
