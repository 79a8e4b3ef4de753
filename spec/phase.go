package spec

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"
)

// settingsOf gives all that an experiment may take of results.
func (e *Experiment) settingsOf() []*setting {
	var all []*setting
	for i := range e.varying {
		all = append(all, &e.varying[i])
	}
	for _, b := range e.Baselines {
		all = append(all, &b.options)
	}
	for _, m := range e.Members {
		for i := range m.varying {
			all = append(all, &m.varying[i])
		}
	}
	return all
}

// waitFor notes whose results the experiment needs.
func (e *Experiment) waitFor() {
	for _, s := range e.settingsOf() {
		for _, w := range s.waits {
			if e.AfterRange.Empty() {
				e.AfterRange = w.at
			}
			if !slices.Contains(e.After, w.Ref) {
				e.After = append(e.After, w.Ref)
			}
		}
	}
}

// With gives the experiment as it is when the results are known that it waits for. The receiver is not changed, and one that waits
// for nothing comes back as it is.
func (e *Experiment) With(r Results) (*Experiment, hcl.Diagnostics) {
	if len(e.After) == 0 || e.broken {
		return e, nil
	}
	out := e.copied()
	var all hcl.Diagnostics
	for _, s := range out.settingsOf() {
		if s.results != nil {
			all = append(all, s.learn(r)...)
		}
	}
	if all.HasErrors() {
		return nil, all
	}
	out.varying = fix(out.varying, &out.fixed)
	for _, m := range out.Members {
		m.varying = fix(m.varying, &m.fixed)
	}
	out.compile(e.evaluating)
	return out, all
}

// copied gives an experiment that can be told results without the other one knowing.
func (e *Experiment) copied() *Experiment {
	out := *e
	out.After, out.alone, out.paired = nil, nil, nil
	out.varying = slices.Clone(e.varying)
	out.Baselines, out.Members = nil, nil
	for _, b := range e.Baselines {
		other := *b
		out.Baselines = append(out.Baselines, &other)
	}
	for _, m := range e.Members {
		other := *m
		other.varying = slices.Clone(m.varying)
		out.Members = append(out.Members, &other)
	}
	return &out
}

// learn gives a setting the results that it waits for, and its value where that is the same for every configuration.
func (s *setting) learn(r Results) hcl.Diagnostics {
	e := Expr{expr: s.expr, scope: s.known}
	s.results = e.scope.results(r)
	if s.varies {
		return nil
	}
	v, missing, diags := e.With(r)
	if missing != "" {
		return hcl.Diagnostics{{
			Severity: hcl.DiagError, Summary: "Result not there", Subject: s.expr.Range().Ptr(),
			Detail: fmt.Sprintf("%s is null, so there is no value for %q.", missing, s.attr.name),
		}}
	}
	if diags.HasErrors() {
		return diags
	}
	value, problems := s.attr.take(v, s.expr)
	s.value = value
	return append(diags, tellProblems(problems, s.expr, s.known.with(s.results))...)
}

// fix takes the settings that are the same for every configuration by now, and gives the rest.
func fix(all []setting, fixed *Configuration) []setting {
	return slices.DeleteFunc(all, func(s setting) bool {
		if s.varies {
			return false
		}
		if isGiven(s.value) {
			apply[s.attr.name](fixed, s.value)
		}
		return true
	})
}
