package runner

import (
	"iter"
	"slices"
	"time"

	"bench/runner/journal"
	"bench/spec"
)

// A Sum counts the runs of a plan. Warm-ups stand beside them: they are made, and never counted.
type Sum struct {
	ToRun    int `json:"to_run"`
	Warmups  int `json:"warmups"` // to make
	Stale    int `json:"stale"`   // of those to run: they have a record that counts no more
	UpToDate int `json:"up_to_date"`
}

// Nothing says whether nothing is to do.
func (s Sum) Nothing() bool { return s.ToRun+s.Warmups == 0 }

// Tally gives the tally of an apply that has made nothing yet.
func (s Sum) Tally() Tally {
	return Tally{Planned: s.ToRun + s.UpToDate, Before: s.UpToDate, Waiting: s.ToRun}
}

// Sum counts.
func (p *Plan) Sum() Sum {
	var sum Sum
	for _, s := range p.sections {
		sum = sum.add(s.sum())
	}
	return sum
}

// SumOf counts the runs of one experiment.
func (p *Plan) SumOf(e *spec.Experiment) Sum { return p.section(e).sum() }

func (s Sum) add(t Sum) Sum {
	return Sum{s.ToRun + t.ToRun, s.Warmups + t.Warmups, s.Stale + t.Stale, s.UpToDate + t.UpToDate}
}

func (s *section) sum() Sum {
	var sum Sum
	for _, t := range s.turns {
		switch {
		case t.why == outOfScope:
		case t.warmup && t.isTodo():
			sum.Warmups++
		case t.warmup:
		case !t.isTodo():
			sum.UpToDate++
		default:
			sum.ToRun++
			if t.why != noRecord && t.why != askedFor {
				sum.Stale++
			}
		}
	}
	return sum
}

// Len counts all runs, warm-ups as well.
func (p *Plan) Len() int {
	n := 0
	for range p.turns() {
		n++
	}
	return n
}

// turns goes through what is in the scope.
func (p *Plan) turns() iter.Seq[turn] {
	return func(yield func(turn) bool) {
		for _, s := range p.sections {
			for _, t := range s.turns {
				if t.why != outOfScope && !yield(t) {
					return
				}
			}
		}
	}
}

// A ReasonCount says how many runs have a reason.
type ReasonCount struct {
	Title string `json:"reason"`
	Runs  int    `json:"runs"` // warm-ups as well
}

// ReasonCounts groups the reasons of all runs by their titles, the most frequent first.
func (p *Plan) ReasonCounts() []ReasonCount {
	runs := map[why]int{}
	var order []why
	for t := range p.turns() {
		if runs[t.why] == 0 {
			order = append(order, t.why)
		}
		runs[t.why]++
	}
	counts := []ReasonCount{}
	for _, w := range order {
		for _, r := range p.reasons.of(w) {
			i := slices.IndexFunc(counts, func(c ReasonCount) bool { return c.Title == r.Title() })
			if i < 0 {
				i = len(counts)
				counts = append(counts, ReasonCount{Title: r.Title()})
			}
			counts[i].Runs += runs[w]
		}
	}
	slices.SortStableFunc(counts, func(a, b ReasonCount) int { return b.Runs - a.Runs })
	return counts
}

// Setups gives what the agents of an experiment's runs work with, each combination once.
func (p *Plan) Setups(e *spec.Experiment) []Setup {
	s := p.section(e)
	used := make([]bool, len(s.setups))
	for _, t := range s.turns {
		used[s.configs[t.config].setup] = used[s.configs[t.config].setup] || t.why != outOfScope
	}
	var all []Setup
	for i, is := range used {
		if !is {
			continue
		}
		for _, m := range s.setups[i].members {
			if !slices.Contains(all, m.Setup) {
				all = append(all, m.Setup)
			}
		}
	}
	return all
}

// A Line is what a plan says of one configuration.
type Line struct {
	Configuration string
	Runs, Warmups int
	Todo          int      // of both
	Reasons       []Reason // why, each once
}

// Lines gives the configurations of an experiment, in the order of their first runs.
func (p *Plan) Lines(e *spec.Experiment) []Line {
	s := p.section(e)
	lines := make([]Line, 0, len(s.configs))
	at := make([]int, len(s.configs)) // the place of a configuration's line, from 1
	for _, t := range s.turns {
		if t.why == outOfScope {
			continue
		}
		if at[t.config] == 0 {
			lines = append(lines, Line{Configuration: s.configs[t.config].name})
			at[t.config] = len(lines)
		}
		lines[at[t.config]-1].add(t, p.reasons.of(t.why))
	}
	return lines
}

func (l *Line) add(t turn, reasons []Reason) {
	if t.warmup {
		l.Warmups++
	} else {
		l.Runs++
	}
	if t.isTodo() {
		l.Todo++
	}
	if l.Reasons == nil {
		l.Reasons = slices.Clip(reasons) // what follows goes elsewhere: the list is the table's
		return
	}
	for _, r := range reasons {
		if !slices.Contains(l.Reasons, r) {
			l.Reasons = append(l.Reasons, r)
		}
	}
}

// A history tells of runs that were made earlier.
type history struct {
	total time.Duration
	runs  int
}

func historyOf(records *journal.Index) history {
	total, runs := records.Earlier()
	return history{total, runs}
}

func (h history) mean() time.Duration { return h.total / time.Duration(max(1, h.runs)) }

// Estimate says how long the plan will take, and from how many earlier runs that is known; it is 0 where there are none. See Forecast.
func (p *Plan) Estimate() (time.Duration, int) {
	runs := 0
	for _, s := range p.sections {
		runs += s.earlier.runs
	}
	if runs == 0 {
		return 0, 0
	}
	left, _ := NewForecast(p, 0).Left(time.Time{})
	return left, runs
}

// took gives what the runs of a configuration took that have a record, and whether there are any.
func (s *section) took(config int32) (time.Duration, bool) {
	if int(config) >= len(s.tookOf) || s.tookOf[config].runs == 0 {
		return 0, false
	}
	return s.tookOf[config].mean(), true
}

// inTurn says whether the order takes one configuration after the other, so that only one target works at a time.
func (s *section) inTurn() bool {
	return s.experiment.Order == "sequential" || s.experiment.Order == "blocks"
}

// slots says how many runs are made on a target at a time. Parallelism is that of Options.
func (p *Plan) slots(target spec.Ref, parallelism int) int {
	if parallelism > 0 {
		return parallelism
	}
	return p.Module.Target(target).Parallelism
}
