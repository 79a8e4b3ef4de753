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
	for t := range p.turns() {
		switch {
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

// Setups gives what the runs of an experiment are made with, each combination once.
func (p *Plan) Setups(e *spec.Experiment) []Setup {
	s := p.section(e)
	used := make([]bool, len(s.setups))
	for _, t := range s.turns {
		used[s.members[t.member].setup] = used[s.members[t.member].setup] || t.why != outOfScope
	}
	var all []Setup
	for i, is := range used {
		if is {
			all = append(all, s.setups[i].Setup)
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
	lines := make([]Line, 0, len(s.members))
	at := make([]int, len(s.members)) // the place of a member's line, from 1
	for _, t := range s.turns {
		if t.why == outOfScope {
			continue
		}
		if at[t.member] == 0 {
			lines = append(lines, Line{Configuration: s.members[t.member].name})
			at[t.member] = len(lines)
		}
		lines[at[t.member]-1].add(t, p.reasons.of(t.why))
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

// Estimate says how long the plan will take, and from how many earlier runs that is known; it is 0 where there are none. A run
// takes what those of its experiment took on average, or those of all where it has none. Targets work at the same time but where
// the order takes one configuration after the other.
func (p *Plan) Estimate() (time.Duration, int) {
	var all history
	for _, s := range p.sections {
		all.total, all.runs = all.total+s.earlier.total, all.runs+s.earlier.runs
	}
	if all.runs == 0 {
		return 0, 0
	}
	var left time.Duration
	for _, s := range p.sections {
		mean := s.earlier.mean()
		if s.earlier.runs == 0 {
			mean = all.mean()
		}
		left += s.estimate(mean)
	}
	return left, all.runs
}

// estimate gives the time that the runs to make will take, each the mean and a pause.
func (s *section) estimate(mean time.Duration) time.Duration {
	todo := map[spec.Ref]int{}
	for _, t := range s.turns {
		if t.isTodo() {
			todo[s.setupOf(t).Target]++
		}
	}
	var longest, sum time.Duration
	for target, n := range todo {
		slots := s.plan.Module.Target(target).Parallelism
		took := (mean + s.experiment.Isolation.Cooldown) * time.Duration(n) / time.Duration(slots)
		longest, sum = max(longest, took), sum+took
	}
	if s.experiment.Order == "sequential" || s.experiment.Order == "blocks" {
		return sum
	}
	return longest
}
