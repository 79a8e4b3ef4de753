package study

import (
	"fmt"
	"strings"

	"bench/analysis"
)

// doubts adds what the records say about how far an analysis of the experiment can be believed. A table of metrics can't show it.
func (e Experiment) doubts(r *analysis.Result) {
	if e.PromptsCut > 0 {
		levels := make([]string, len(e.CutAt))
		for i, n := range e.CutAt {
			levels[i] = fmt.Sprint(n)
		}
		r.Findings = append([]analysis.Finding{{
			Kind: "prompt_cut", Strength: analysis.Shown,
			Sentence: fmt.Sprintf("In %d of %s a prompt filled num_ctx (%s), so the server probably cut it: these runs did less work than the others, and can't be compared with them.", e.PromptsCut, analysis.Count(e.Planned.Counted, "run"), strings.Join(levels, ", ")),
			Evidence: map[string]any{"runs": e.PromptsCut, "of": e.Planned.Counted, "num_ctx": e.CutAt},
		}}, r.Findings...)
	}
	if n := e.altered(); n > 0 {
		r.Warnings = append(r.Warnings, analysis.Warning{
			Kind:    "altered_records",
			Message: fmt.Sprintf("The records of %s are not as they were measured, and are left out.", analysis.Count(n, "run")),
			Remedy:  "Restore these files, or make the runs again: bench apply -replace ADDRESS.",
		})
	}
	r.Warnings = append(r.Warnings, mixed("models", e.models())...)
	r.Warnings = append(r.Warnings, mixed("versions of the server", e.Versions)...)
}

// altered counts the runs whose records are not as they were measured.
func (e Experiment) altered() int {
	n := 0
	for _, u := range e.Unfinished {
		if u.State == stateAltered {
			n++
		}
	}
	return n
}

// models gives each model that answered, with its digest: one tag may have meant two models in the course of time.
func (e Experiment) models() []string {
	names := map[string]int{}
	for _, m := range e.Models {
		names[m.Name]++
	}
	var all []string
	for _, m := range e.Models {
		if names[m.Name] > 1 {
			all = append(all, fmt.Sprintf("%s %.12s", m.Name, m.Digest))
		}
	}
	return all
}

func mixed(what string, found []string) []analysis.Warning {
	if len(found) < 2 {
		return nil
	}
	return []analysis.Warning{{
		Kind:    "mixed_" + strings.Fields(what)[0],
		Message: fmt.Sprintf("The runs met %d %s: %s. Their figures are mixed.", len(found), what, strings.Join(found, ", ")),
		Remedy:  "Measure all of them again with one: bench apply -replace experiment.NAME.",
	}}
}
