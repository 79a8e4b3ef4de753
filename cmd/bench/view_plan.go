package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"bench/analysis"
	"bench/runner"
	"bench/spec"
)

// Rules of this output: a line a configuration, in the order of its first run; the sign says what happens (+ new, ~ again,
// = nothing, ! skipped), the reason stands beside it, with the old and the new value unless the line above has the same. Of an
// experiment with more configurations than a person reads, the first and the last ones stand for all, and a line a reason says how
// many there are. Then the reasons counted, then one sentence that can be repeated.

const (
	mostListed = 200 // configurations of an experiment that are listed one by one
	endsListed = 5   // of more than these: how many from the beginning, and how many from the end
)

func planText(w io.Writer, p *runner.Plan) error {
	var b strings.Builder
	for _, e := range p.Module.Experiments {
		planExperiment(&b, p, e)
	}
	if counts := reasonCounts(p); counts != "" {
		fmt.Fprintf(&b, "Reasons: %s\n", counts)
	}
	fmt.Fprintln(&b, closingLine(p))
	can, err := sensitivityOf(p)
	if err != nil {
		return err
	}
	if can != nil {
		fmt.Fprintln(&b, can)
	}
	_, err = io.WriteString(w, b.String())
	return err
}

func closingLine(p *runner.Plan) string {
	sum := p.Sum()
	switch {
	case p.Len() == 0:
		return "Nothing to run: the spec has no experiment, or all of it is skipped."
	case sum.Nothing():
		return nothingToDo(sum)
	}
	line := fmt.Sprintf("Plan: %d to run", sum.ToRun)
	if sum.Stale > 0 {
		line += fmt.Sprintf(" (%d stale)", sum.Stale)
	}
	if sum.Warmups > 0 {
		line += " and " + analysis.Count(sum.Warmups, "warm-up")
	}
	line += fmt.Sprintf(", %d up to date", sum.UpToDate)
	if n := len(p.Skipped()); n > 0 {
		line += fmt.Sprintf(", %s skipped", analysis.Count(n, "configuration"))
	}
	line += "."
	if took, from := p.Estimate(); from > 0 {
		line += fmt.Sprintf(" About %s (from %s).", analysis.Duration(float64(took)), analysis.Count(from, "earlier run"))
	}
	return line
}

func nothingToDo(sum runner.Sum) string {
	switch sum.UpToDate {
	case 0:
		return "Nothing to do: there are no runs."
	case 1:
		return "Nothing to do: the one run is up to date."
	}
	return fmt.Sprintf("Nothing to do: all %d runs are up to date.", sum.UpToDate)
}

// planExperiment writes the head of an experiment and its configurations.
func planExperiment(b *strings.Builder, p *runner.Plan, e *spec.Experiment) {
	var rows []planRow
	for _, l := range p.Lines(e) {
		rows = append(rows, planRow{Line: l})
	}
	for _, s := range p.SkippedOf(e) {
		rows = append(rows, planRow{Line: runner.Line{Configuration: s.Address.Configuration}, skipped: s.Reason})
	}
	if len(rows) == 0 {
		return
	}
	fmt.Fprintf(b, "%s\n\n", strings.TrimSpace(e.Address()+"  "+headOf(p, e)))
	if len(rows) <= mostListed {
		listRows(b, rows, len(rows))
	} else {
		listRows(b, slices.Concat(rows[:endsListed], rows[len(rows)-endsListed:]), endsListed)
		groupRows(b, rows)
	}
	b.WriteString("\n")
}

// listRows writes a line a configuration, and marks a gap after the first so many.
func listRows(b *strings.Builder, rows []planRow, gap int) {
	names, counts := 0, 0
	for _, row := range rows {
		names, counts = max(names, len(row.Configuration)), max(counts, len(row.count()))
	}
	above := ""
	for i, row := range rows {
		if i == gap {
			b.WriteString("    …\n")
		}
		reason := row.reason()
		told := reason
		if reason == above {
			told = row.title()
		}
		above = reason
		fmt.Fprintf(b, "  %s config[%q]%*s  %-*s  %s\n", row.sign(), row.Configuration, names-len(row.Configuration), "", counts, row.count(), told)
	}
}

// groupRows counts the configurations by what happens to them and why, the most frequent first, and says how all are seen.
func groupRows(b *strings.Builder, rows []planRow) {
	n := map[[2]string]int{}
	var groups [][2]string
	for _, row := range rows {
		group := [2]string{row.sign(), row.title()}
		if n[group] == 0 {
			groups = append(groups, group)
		}
		n[group]++
	}
	slices.SortStableFunc(groups, func(a, b [2]string) int { return cmp.Compare(n[b], n[a]) })
	width := len(analysis.Count(n[groups[0]], "configuration"))
	b.WriteString("\n")
	for _, g := range groups {
		fmt.Fprintf(b, "  %s %-*s  %s\n", g[0], width, analysis.Count(n[g], "configuration"), g[1])
	}
	b.WriteString("\n  -json lists every run, -target ADDRESS shows a part.\n")
}

// headOf tells what an experiment is made with: what is the same in all its runs.
func headOf(p *runner.Plan, e *spec.Experiment) string {
	parts := []string{e.Title}
	setups := p.Setups(e)
	for _, of := range []func(runner.Setup) string{
		func(s runner.Setup) string { return s.Agent.Address() },
		func(s runner.Setup) string {
			return s.Server.Address() + " (" + s.Model + resolvedOrNot(p.Module.Lock, s) + ")"
		},
		func(s runner.Setup) string { return s.Target.Address() },
	} {
		if len(setups) > 0 && !slices.ContainsFunc(setups, func(s runner.Setup) bool { return of(s) != of(setups[0]) }) {
			parts = append(parts, of(setups[0]))
		}
	}
	return dotted(parts...)
}

func resolvedOrNot(lock *spec.Lock, s runner.Setup) string {
	if lock.Value(spec.Fact{Of: s.Server, Model: s.Model}) == "" {
		return ", not resolved yet"
	}
	return ""
}

// A planRow is what is shown of a configuration.
type planRow struct {
	runner.Line
	skipped string // why; "" where it is not
}

func (r planRow) sign() string {
	switch {
	case r.skipped != "":
		return "!"
	case r.Todo == 0:
		return "="
	case slices.ContainsFunc(r.Reasons, func(why runner.Reason) bool { return why.Kind != runner.NoRecord }):
		return "~"
	}
	return "+"
}

func (r planRow) count() string {
	if r.skipped != "" {
		return ""
	}
	s := analysis.Count(r.Runs, "run")
	if r.Warmups > 0 {
		s += fmt.Sprintf(" + %s", analysis.Count(r.Warmups, "warm-up"))
	}
	if r.Todo > 0 && r.Todo < r.Runs+r.Warmups {
		s = fmt.Sprintf("%d of %s", r.Todo, s)
	}
	return s
}

func (r planRow) reason() string { return r.tell(runner.Reason.String) }

// title is reason without the values, for a group.
func (r planRow) title() string { return r.tell(runner.Reason.Title) }

func (r planRow) tell(tell func(runner.Reason) string) string {
	switch {
	case r.skipped != "":
		return "skipped: " + r.skipped
	case r.Todo == 0:
		return "up to date"
	}
	parts := make([]string, len(r.Reasons))
	for i, why := range r.Reasons {
		parts[i] = tell(why)
	}
	return strings.Join(parts, " · ")
}

// reasonCounts says how many runs have each reason.
func reasonCounts(p *runner.Plan) string {
	var parts []string
	for _, c := range p.ReasonCounts() {
		parts = append(parts, fmt.Sprintf("%d %s", c.Runs, c.Title))
	}
	return strings.Join(parts, " · ")
}
