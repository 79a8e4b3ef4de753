package main

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"bench/analysis"
)

// Rules of this output: a line an attempt: what it is, how it ended, and the figures that a reader asks for first. A column that
// no line fills is left out.

// shownMetrics are the figures.
var shownMetrics = [...]string{"throughput", "ttft", "ttft_warm", "workflow_total"}

// A runTable is that output. There may be 100 000 lines, so it keeps of each what is shown.
type runTable struct{ rows []runRow }

type runRow struct {
	address, state, note string
	attempt              int
	values               [len(shownMetrics)]float64 // NaN where there is none
}

// add takes a line. It gives no error.
func (t *runTable) add(l runLine) error {
	row := runRow{address: l.Address, state: l.State, note: noteOf(l), attempt: l.Attempt}
	for i, metric := range shownMetrics {
		v, ok := l.Metrics[metric]
		if !ok {
			v = math.NaN()
		}
		row.values[i] = v
	}
	t.rows = append(t.rows, row)
	return nil
}

// write puts all that was added into columns.
func (t *runTable) write(w io.Writer) error {
	if len(t.rows) == 0 {
		_, err := fmt.Fprintln(w, "There is no record yet.")
		return err
	}
	var shown []int
	head := []string{"RUN", "STATE", "ATTEMPT"}
	for i, metric := range shownMetrics {
		if slices.ContainsFunc(t.rows, func(r runRow) bool { return !math.IsNaN(r.values[i]) }) {
			shown, head = append(shown, i), append(head, strings.ToUpper(metric))
		}
	}
	head = append(head, "NOTE")
	widths := make([]int, len(head))
	widen := func(cells []string) {
		for i, cell := range cells {
			widths[i] = max(widths[i], columns(cell))
		}
	}
	widen(head)
	for _, r := range t.rows {
		widen(r.cells(shown))
	}
	out := bufio.NewWriter(w)
	fmt.Fprintln(out, padded(head, widths))
	for _, r := range t.rows {
		fmt.Fprintln(out, padded(r.cells(shown), widths))
	}
	return out.Flush()
}

// cells gives what the columns have of a row, with those figures.
func (r runRow) cells(shown []int) []string {
	attempt := "–"
	if r.attempt > 0 {
		attempt = strconv.Itoa(r.attempt)
	}
	cells := []string{r.address, r.state, attempt}
	for _, i := range shown {
		cells = append(cells, cellOf(shownMetrics[i], r.values[i]))
	}
	return append(cells, r.note)
}

// padded gives cells as a line, two spaces between columns.
func padded(cells []string, widths []int) string {
	var line strings.Builder
	for i, cell := range cells {
		line.WriteString(cell + strings.Repeat(" ", widths[i]-columns(cell)+2))
	}
	return strings.TrimRight(line.String(), " ")
}

func cellOf(metric string, v float64) string {
	switch {
	case math.IsNaN(v):
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
	case l.Altered:
		return "altered"
	case l.Stale:
		return "stale"
	}
	return ""
}
