package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"bench/analysis"
	"bench/runner"
	"bench/spec"
)

// Rules of this output: a line a configuration, in the order of its first run; the sign says what happens (+ new, ~ again,
// = nothing, ! skipped), the reason stands beside it; then the reasons counted, then one sentence that can be repeated.

// A planSum counts the runs of a plan. Warm-ups stand beside them: they are made, and never counted.
type planSum struct{ runs, stale, warmups, upToDate int }

func summarize(p *runner.Plan) planSum {
	var s planSum
	for _, r := range p.Runs {
		switch {
		case r.Address.Warmup && !r.UpToDate:
			s.warmups++
		case r.Address.Warmup:
		case r.UpToDate:
			s.upToDate++
		default:
			s.runs++
			if why := r.Reasons[0].Kind; why != runner.NoRecord && why != runner.AskedFor {
				s.stale++
			}
		}
	}
	return s
}

func (s planSum) nothing() bool { return s.runs+s.warmups == 0 }

func planText(w io.Writer, p *runner.Plan) error {
	var b strings.Builder
	for _, e := range p.Module.Experiments {
		planExperiment(&b, p, e)
	}
	sum := summarize(p)
	if counts := reasonCounts(p); counts != "" {
		fmt.Fprintf(&b, "Reasons: %s\n", counts)
	}
	fmt.Fprintln(&b, closingLine(p, sum))
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

func closingLine(p *runner.Plan, sum planSum) string {
	switch {
	case len(p.Runs) == 0:
		return "Nothing to run: the spec has no experiment, or all of it is skipped."
	case sum.nothing():
		return nothingToDo(sum)
	}
	line := fmt.Sprintf("Plan: %d to run", sum.runs)
	if sum.stale > 0 {
		line += fmt.Sprintf(" (%d stale)", sum.stale)
	}
	if sum.warmups > 0 {
		line += " and " + analysis.Count(sum.warmups, "warm-up")
	}
	line += fmt.Sprintf(", %d up to date", sum.upToDate)
	if n := len(p.Skipped); n > 0 {
		line += fmt.Sprintf(", %s skipped", analysis.Count(n, "configuration"))
	}
	line += "."
	if took, from := p.Estimate(); from > 0 {
		line += fmt.Sprintf(" About %s (from %s).", analysis.Duration(float64(took)), analysis.Count(from, "earlier run"))
	}
	return line
}

func nothingToDo(sum planSum) string {
	switch sum.upToDate {
	case 0:
		return "Nothing to do: there are no runs."
	case 1:
		return "Nothing to do: the one run is up to date."
	}
	return fmt.Sprintf("Nothing to do: all %d runs are up to date.", sum.upToDate)
}

// planExperiment writes the head of an experiment and a line a configuration.
func planExperiment(b *strings.Builder, p *runner.Plan, e *spec.Experiment) {
	rows := map[string]*planRow{}
	var order []*planRow
	for _, r := range p.Runs {
		if r.Experiment != e {
			continue
		}
		row, ok := rows[r.Configuration.Name]
		if !ok {
			row = &planRow{name: r.Configuration.Name}
			rows[row.name] = row
			order = append(order, row)
		}
		row.add(r)
	}
	for _, s := range p.Skipped {
		if s.Address.Experiment == e.Name {
			order = append(order, &planRow{name: s.Address.Configuration, skipped: s.Reason})
		}
	}
	if len(order) == 0 {
		return
	}
	names, counts := 0, 0
	for _, row := range order {
		names, counts = max(names, len(row.name)), max(counts, len(row.count()))
	}
	fmt.Fprintf(b, "%s\n\n", strings.TrimSpace("experiment."+e.Name+"  "+headOf(p, e)))
	for _, row := range order {
		fmt.Fprintf(b, "  %s config[%q]%*s  %-*s  %s\n", row.sign(), row.name, names-len(row.name), "", counts, row.count(), row.reason())
	}
	b.WriteString("\n")
}

// headOf tells what an experiment is made with: what is the same in all its runs.
func headOf(p *runner.Plan, e *spec.Experiment) string {
	parts := []string{e.Title}
	for _, of := range []func(*spec.Configuration) string{
		func(c *spec.Configuration) string { return c.Agent.Address() },
		func(c *spec.Configuration) string { return c.Server.Address() + " (" + c.Model + ")" },
		func(c *spec.Configuration) string { return c.Target.Address() },
	} {
		var distinct []string
		for _, r := range p.Runs {
			if s := of(r.Configuration); r.Experiment == e && !slices.Contains(distinct, s) {
				distinct = append(distinct, s)
			}
		}
		if len(distinct) == 1 {
			parts = append(parts, distinct[0])
		}
	}
	return dotted(parts...)
}

type planRow struct {
	name               string
	runs, warmup, todo int
	stale              bool
	reasons            []string
	skipped            string // why; "" where it is not
}

func (r *planRow) add(run *runner.Run) {
	if run.Address.Warmup {
		r.warmup++
	} else {
		r.runs++
	}
	if run.UpToDate {
		return
	}
	r.todo++
	for _, reason := range run.Reasons {
		if reason.Kind != runner.NoRecord {
			r.stale = true
		}
		if s := reason.String(); !slices.Contains(r.reasons, s) {
			r.reasons = append(r.reasons, s)
		}
	}
}

func (r *planRow) sign() string {
	switch {
	case r.skipped != "":
		return "!"
	case r.todo == 0:
		return "="
	case r.stale:
		return "~"
	}
	return "+"
}

func (r *planRow) count() string {
	if r.skipped != "" {
		return ""
	}
	s := analysis.Count(r.runs, "run")
	if r.warmup > 0 {
		s += fmt.Sprintf(" + %s", analysis.Count(r.warmup, "warm-up"))
	}
	if r.todo > 0 && r.todo < r.runs+r.warmup {
		s = fmt.Sprintf("%d of %s", r.todo, s)
	}
	return s
}

func (r *planRow) reason() string {
	switch {
	case r.skipped != "":
		return "skipped: " + r.skipped
	case r.todo == 0:
		return "up to date"
	}
	return strings.Join(r.reasons, " · ")
}

// reasonCounts groups the reasons of all runs, the most frequent first.
func reasonCounts(p *runner.Plan) string {
	n := map[string]int{}
	var kinds []string
	for _, r := range p.Runs {
		for _, reason := range r.Reasons {
			kind := reason.Kind
			if reason.Old != "" || reason.New != "" {
				kind += " changed"
			}
			if n[kind] == 0 {
				kinds = append(kinds, kind)
			}
			n[kind]++
		}
	}
	slices.SortStableFunc(kinds, func(a, b string) int { return n[b] - n[a] })
	parts := make([]string, len(kinds))
	for i, k := range kinds {
		parts[i] = fmt.Sprintf("%d %s", n[k], k)
	}
	return strings.Join(parts, " · ")
}
