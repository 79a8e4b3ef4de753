package main

import (
	"fmt"

	"bench/analysis"
	"bench/runner"
	"bench/runner/journal"
	"bench/runner/table"
	"bench/spec"
)

// A sensitivity says what the repeats of a plan can show, by the noise of the runs that are there.
type sensitivity struct {
	Metric    string  `json:"metric"`
	Repeats   int     `json:"repeats"`
	Change    float64 `json:"change"`    // smallest that would show with 80 % power, relative
	Practical float64 `json:"practical"` // smallest that matters, as the spec says; 0 where it does not
	More      *more   `json:"more"`      // null where these repeats do for what matters, or it isn't known
}

// more says which smaller change a larger number of repeats would show: the smallest that matters, where the spec says so.
type more struct {
	Repeats int     `json:"repeats"`
	Change  float64 `json:"change"`
}

// enough is how many runs the noise is estimated from: more would not change it, and a sweep may have 100 000.
const enough = 300

// sensitivityOf answers for the first metric of the first analysis of an experiment that has something to run, or not at all
// where no configuration has two runs yet.
func sensitivityOf(p *runner.Plan) (*sensitivity, error) {
	for _, a := range p.Module.Analyses {
		if len(a.Of) != 1 {
			continue
		}
		e := p.Module.Experiment(a.Of[0])
		if e == nil || !hasTodo(p, e) {
			continue
		}
		noise, err := noiseOf(p, e, a)
		if err != nil {
			return nil, err
		}
		if noise == nil {
			continue
		}
		if change, ok := analysis.DetectableChange(noise.CV, e.Repeats, a.Confidence); ok {
			s := &sensitivity{Metric: a.Metrics[0].Name, Repeats: e.Repeats, Change: change, Practical: a.Metrics[0].Practical}
			s.More = s.more(noise.CV, a.Confidence)
			return s, nil
		}
	}
	return nil, nil
}

func (s *sensitivity) more(cv, confidence float64) *more {
	if s.Practical > 0 {
		n, ok := analysis.Repeats(s.Practical, cv, confidence)
		if !ok || s.Practical >= s.Change {
			return nil
		}
		return &more{n, s.Practical}
	}
	n := 10
	if s.Repeats >= n {
		n = 4 * s.Repeats // half the change
	}
	change, ok := analysis.DetectableChange(cv, n, confidence)
	if !ok {
		return nil
	}
	return &more{n, change}
}

func hasTodo(p *runner.Plan, e *spec.Experiment) bool {
	for r := range p.Of(e) {
		if !r.UpToDate {
			return true
		}
	}
	return false
}

// noiseOf gives the noise of an analysis' first metric in the runs that are up to date; nil where it can't be told. Of many, it
// looks at those of the first configurations, since noise shows between repeats.
func noiseOf(p *runner.Plan, e *spec.Experiment, a *spec.Analysis) (*analysis.Noise, error) {
	var records []journal.Record
	looked := map[string]bool{}
	for r := range p.Of(e) {
		if !r.UpToDate || r.Address.Warmup {
			continue
		}
		if !looked[r.Address.Configuration] && len(looked)*e.Repeats >= enough {
			continue
		}
		looked[r.Address.Configuration] = true
		place := journal.Place{Configuration: r.Address.Configuration, Repeat: r.Address.Repeat}
		record, err := journal.Read(place.Record(p.Folder(e)))
		if err != nil {
			return nil, err
		}
		records = append(records, record)
	}
	if len(records) == 0 {
		return nil, nil
	}
	q := table.Question(p.Module, a)
	q.Metrics, q.Resamples = q.Metrics[:1], 1
	result, err := analysis.Analyze(table.FromRecords(e, records).Table(a.Baseline, a.Metrics[:1]), q)
	if err != nil {
		return nil, err
	}
	return result.Metrics[a.Metrics[0].Name].Noise, nil
}

// String is the sentence that closes a plan.
func (s *sensitivity) String() string {
	text := fmt.Sprintf("With %s a change of %s or more in %s would show (80 %% power)",
		analysis.Count(s.Repeats, "repeat"), analysis.Share(s.Change, 2), analysis.Title(s.Metric))
	if s.More != nil {
		smaller := analysis.Share(s.More.Change, 2)
		if s.More.Change == s.Practical {
			smaller = analysis.Stated(s.Practical)
		}
		text += fmt.Sprintf("; %s would show %s", analysis.Count(s.More.Repeats, "repeat"), smaller)
	}
	return text + "."
}
