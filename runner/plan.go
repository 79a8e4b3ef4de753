package runner

import (
	"fmt"
	"iter"
	"path/filepath"
	"slices"
	"sync"

	"github.com/hashicorp/hcl/v2"

	"bench/runner/journal"
	"bench/spec"
)

// A Plan is every run that a module asks for, in the order in which they are made. It keeps a few bytes of each: what a run is
// made of is put together when somebody asks, so that a plan of 100 000 fits into memory several times over. It may be read by
// several goroutines.
type Plan struct {
	Module *spec.Module

	scope    Scope
	sections []*section
	reasons  *reasonTable
}

// Scope gives what the plan is limited to.
func (p *Plan) Scope() Scope { return p.scope }

// Skipped is a configuration that the spec keeps from being run.
type Skipped struct {
	Address spec.Address
	Reason  string
}

// Skipped gives the configurations that are not run, in the order of the spec.
func (p *Plan) Skipped() []Skipped {
	var all []Skipped
	for _, s := range p.sections {
		all = append(all, s.skipped...)
	}
	return all
}

// SkippedOf gives those of one experiment.
func (p *Plan) SkippedOf(e *spec.Experiment) []Skipped { return p.section(e).skipped }

// Scope limits a plan.
type Scope struct {
	Only    spec.Addresses // plan nothing else; none means everything
	Replace spec.Addresses // make these again though their records count
}

// NewPlan makes the plan, unless the module asks for what this version can't run. It reads the module's files and the records, and nothing else.
func NewPlan(m *spec.Module, scope Scope) (*Plan, hcl.Diagnostics, error) {
	if diags := Unsupported(m); diags.HasErrors() {
		return nil, diags, nil
	}
	p := &Plan{Module: m, scope: scope, reasons: newReasonTable()}
	for _, e := range m.Experiments {
		s := &section{plan: p, experiment: e}
		s.records = sync.OnceValues(func() (*journal.Index, error) { return journal.ReadIndex(p.Folder(e)) })
		go s.records() // while the matrix is expanded
		if diags, err := s.expand(); diags.HasErrors() || err != nil {
			return nil, diags, err
		}
		p.sections = append(p.sections, s)
	}
	if err := p.limit(scope); err != nil {
		return nil, nil, err
	}
	for _, s := range p.sections {
		if err := s.compare(scope.Replace); err != nil {
			return nil, nil, fmt.Errorf("plan: %w", err)
		}
	}
	return p, nil, nil
}

// limit takes out of the plan what is not in the scope, and refuses a scope that names no run.
func (p *Plan) limit(scope Scope) error {
	for _, a := range slices.Concat(scope.Only, scope.Replace) {
		if !slices.ContainsFunc(p.sections, func(s *section) bool { return s.hasRunIn(a) }) {
			return p.nothingAt(a)
		}
	}
	for _, s := range p.sections {
		s.limit(scope.Only)
	}
	return nil
}

// nothingAt says that an address of the scope names no run.
func (p *Plan) nothingAt(a spec.Address) error {
	for _, s := range p.Skipped() {
		if a.Configuration != "" && s.Address.Contains(a) {
			return fmt.Errorf("%s is skipped: %s", a, s.Reason)
		}
	}
	var names []string
	for _, s := range p.sections {
		if a.Configuration == "" {
			names = append(names, s.at("").String())
			continue
		}
		for _, c := range s.configs {
			names = append(names, s.at(c.name).String())
		}
	}
	return fmt.Errorf("%s names no run of the plan.%s", a, spec.DidYouMean(a.String(), names))
}

// Folder gives where the records of an experiment lie.
func (p *Plan) Folder(e *spec.Experiment) string { return Folder(p.Module, e) }

// Folder gives where the records of an experiment lie.
func Folder(m *spec.Module, e *spec.Experiment) string {
	return filepath.Join(m.Dir, "runs", e.FileName())
}

// Runs gives every run of the plan, in order. Each is made anew.
func (p *Plan) Runs() iter.Seq[*Run] { return p.pick(func(turn) bool { return true }) }

// Todo gives the runs that have to be made, in order.
func (p *Plan) Todo() iter.Seq[*Run] { return p.pick(turn.isTodo) }

func (p *Plan) pick(wanted func(turn) bool) iter.Seq[*Run] {
	return func(yield func(*Run) bool) {
		for _, s := range p.sections {
			for r := range s.runs(wanted) {
				if !yield(r) {
					return
				}
			}
		}
	}
}

// Of gives the runs of one experiment, in order.
func (p *Plan) Of(e *spec.Experiment) iter.Seq[*Run] {
	return p.section(e).runs(func(turn) bool { return true })
}

func (p *Plan) section(e *spec.Experiment) *section {
	return p.sections[slices.IndexFunc(p.sections, func(s *section) bool { return s.experiment == e })]
}
