package runner

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"bench/spec"
)

// Unsupported tells of everything in a module that is part of the language and that this version can't run, one error each with
// its place. What is declared and not used by any experiment is no obstacle. It is the one list of what is missing.
func Unsupported(m *spec.Module) hcl.Diagnostics {
	u := &unsupported{}
	u.agents(m)
	u.targets(m)
	if u.found() {
		u.onlyUsed(m)
	}
	for _, e := range m.Experiments {
		u.experiment(m, e)
	}
	u.questions(m)
	return u.diags
}

type unsupported struct {
	byBlock map[spec.Ref]hcl.Diagnostics // of blocks that experiments refer to
	order   []spec.Ref
	diags   hcl.Diagnostics
}

func (u *unsupported) found() bool { return len(u.byBlock) > 0 }

func notRun(at hcl.Range, format string, args ...any) *hcl.Diagnostic {
	return &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Not run by this version", Subject: &at, Detail: fmt.Sprintf(format, args...)}
}

func (u *unsupported) add(at hcl.Range, format string, args ...any) {
	u.diags = append(u.diags, notRun(at, format, args...))
}

// of notes something of a block that counts only where the block is used.
func (u *unsupported) of(r spec.Ref, at hcl.Range, format string, args ...any) {
	if u.byBlock == nil {
		u.byBlock = map[spec.Ref]hcl.Diagnostics{}
	}
	if _, known := u.byBlock[r]; !known {
		u.order = append(u.order, r)
	}
	u.byBlock[r] = append(u.byBlock[r], notRun(at, format, args...))
}

func (u *unsupported) agents(m *spec.Module) {
	for _, a := range m.Agents {
		if len(a.Command) > 0 {
			u.of(a.Ref, a.CommandRange, "The spec is right, but this version of bench can't start an agent of one's own yet: it has builtin = \"workflow\".")
		}
		if a.Witness {
			u.of(a.Ref, a.WitnessRange, "The spec is right, but this version of bench has no witness yet. Take it out to measure without one.")
		}
	}
}

func (u *unsupported) targets(m *spec.Module) {
	for _, t := range m.Targets {
		if t.Kind != "local" {
			u.of(t.Ref, t.KindRange, "The spec is right, but this version of bench can't run anything on a target of kind %q yet: it runs on this machine, which is local.", t.Kind)
		}
	}
}

// onlyUsed keeps what was noted of the blocks that some configuration uses.
func (u *unsupported) onlyUsed(m *spec.Module) {
	used := map[spec.Ref]bool{}
	for _, e := range m.Experiments {
		for c := range e.Configurations() {
			used[c.Target] = true
			for _, a := range c.Agents() {
				used[a.Agent], used[a.Server], used[a.Work] = true, true, true
			}
		}
	}
	for _, r := range u.order {
		if used[r] {
			u.diags = append(u.diags, u.byBlock[r]...)
		}
	}
}

func (u *unsupported) experiment(m *spec.Module, e *spec.Experiment) {
	if e.Isolation.Model == "unload" {
		u.unload(m, e)
	}
	if len(e.After) > 0 {
		u.add(e.AfterRange, "The spec is right, but this version of bench can't plan an experiment from the result of another yet. Write the values down that you want to confirm.")
	}
	if e.Sampling != nil {
		u.add(e.Sampling.Range, "The spec is right, but this version of bench can't go on until a question is answered yet: it makes as many runs as repeats says.")
	}
}

// unload finds the first server that can't be told to unload a model.
func (u *unsupported) unload(m *spec.Module, e *spec.Experiment) {
	if !slices.ContainsFunc(m.Servers, func(s *spec.Server) bool { return s.OpenAI != nil }) {
		return
	}
	for c := range e.Configurations() {
		for _, a := range c.Agents() {
			if server := m.Server(a.Server); server != nil && server.OpenAI != nil {
				u.diags = append(u.diags, &hcl.Diagnostic{
					Severity: hcl.DiagError, Summary: "Model can't be unloaded", Subject: &e.Isolation.ModelRange,
					Detail: fmt.Sprintf("%s can't be told to unload a model, as no server of kind openai can. Write model = \"keep\", or \"warm\" for a call before each run that is thrown away.", a.Server.Address()),
				})
				return
			}
		}
	}
}

func (u *unsupported) questions(m *spec.Module) {
	for _, a := range m.Analyses {
		if a.Unit != "run" {
			u.add(a.UnitRange, "The spec is right, but this version of bench can't analyse by %s yet: it takes unit = \"run\".", a.Unit)
		}
		for _, metric := range a.Metrics {
			if metric.Test != "welch" {
				u.add(metric.TestRange, "The spec is right, but this version of bench does not have this test yet: it has \"welch\".")
			}
		}
	}
	for _, c := range m.Comparisons {
		u.add(c.Range, "The spec is right, but this version of bench can't compare two sources yet. An analysis compares the configurations of one with its baseline.")
	}
	for _, r := range m.Reports {
		if len(r.Claims) > 0 {
			u.add(r.ClaimsRange, "The spec is right, but this version of bench can't put claims into a report yet. `bench check` tells their verdicts.")
		}
	}
}
