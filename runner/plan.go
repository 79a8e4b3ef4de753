package runner

import (
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2"

	"bench/runner/journal"
	"bench/spec"
)

// A Plan is every run that a module asks for, in the order in which they are made.
type Plan struct {
	Module  *spec.Module
	Runs    []*Run
	Skipped []Skipped

	earlier []time.Duration // how long each run took that has a record
}

// A Run is one planned run.
type Run struct {
	Address       spec.Address
	Experiment    *spec.Experiment
	Configuration *spec.Configuration
	Program       *spec.Program
	Identity      map[string]string
	Hash          string
	Position      int // in the experiment's order, from 1
	UpToDate      bool
	Reasons       []Reason // why it has to be made; none where it is up to date

	digests map[string]string // of the ingests, by name
}

// Kinds of reasons beside the parts of an identity.
const (
	NoRecord = "no record yet"
	AskedFor = "asked for"
	Altered  = "its record was altered"
)

// A Reason says why a run has to be made.
type Reason struct {
	Kind string `json:"kind"` // NoRecord, AskedFor, Altered, or the part of the identity that changed
	Old  string `json:"old,omitempty"`
	New  string `json:"new,omitempty"`
}

// String tells the reason in words.
func (r Reason) String() string {
	if r.Old == "" && r.New == "" {
		return r.Kind
	}
	return fmt.Sprintf("%s changed: %s → %s", r.Kind, brief(r.Old), brief(r.New))
}

// Skipped is a configuration that the spec keeps from being run.
type Skipped struct {
	Address spec.Address
	Reason  string
}

// Scope limits a plan.
type Scope struct {
	Only    []spec.Address // plan nothing else; none means everything
	Replace []spec.Address // make these again though their records count
}

// NewPlan makes the plan. It reads the module's files and the records, and nothing else.
func NewPlan(m *spec.Module, scope Scope) (*Plan, hcl.Diagnostics, error) {
	p := &Plan{Module: m}
	var all []spec.Address
	for _, e := range m.Experiments {
		addresses, diags, err := p.add(e, scope)
		if diags.HasErrors() || err != nil {
			return nil, diags, err
		}
		all = append(all, addresses...)
	}
	for _, a := range slices.Concat(scope.Only, scope.Replace) {
		if !slices.ContainsFunc(all, a.Contains) {
			return nil, nil, p.nothingAt(a, all)
		}
	}
	return p, nil, nil
}

// add plans an experiment. It gives the addresses of all its runs, those out of scope too.
func (p *Plan) add(e *spec.Experiment, scope Scope) ([]spec.Address, hcl.Diagnostics, error) {
	records, err := journal.Index(p.Folder(e))
	if err != nil {
		return nil, nil, fmt.Errorf("plan: %w", err)
	}
	for _, entry := range records {
		p.earlier = append(p.earlier, time.Duration(entry.DurationNS))
	}
	id := newIdentifier(p.Module, e)
	groups, diags, err := p.groups(e, id)
	if diags.HasErrors() || err != nil {
		return nil, diags, err
	}
	var all []spec.Address
	for i, t := range schedule(groups, e.Order, e.Repeats, e.Warmup, uint64(e.Seed)) {
		r := id.run(t)
		r.Position = i + 1
		all = append(all, r.Address)
		if len(scope.Only) > 0 && !within(scope.Only, r.Address) {
			continue
		}
		r.Reasons = r.compare(records)
		if len(r.Reasons) == 0 && within(scope.Replace, r.Address) {
			r.Reasons = []Reason{{Kind: AskedFor}}
		}
		r.UpToDate = len(r.Reasons) == 0
		p.Runs = append(p.Runs, r)
	}
	return all, nil, nil
}

// groups gives the configurations that are run, each with its paired baselines, and notes those that are skipped.
func (p *Plan) groups(e *spec.Experiment, id *identifier) ([]group, hcl.Diagnostics, error) {
	var groups []group
	for c, diags := range e.Configurations() {
		if diags.HasErrors() {
			return nil, diags, nil
		}
		if c.Skip != "" {
			p.Skipped = append(p.Skipped, Skipped{spec.Address{Experiment: e.Name, Configuration: c.Name}, c.Skip})
			continue
		}
		m, diags, err := id.member(&c)
		if diags.HasErrors() || err != nil {
			return nil, diags, err
		}
		if c.Pair != "" { // it follows the one that it is paired with
			last := &groups[len(groups)-1]
			last.baselines = append(last.baselines, m)
			continue
		}
		groups = append(groups, group{main: m})
	}
	return groups, nil, nil
}

func within(scope []spec.Address, a spec.Address) bool {
	return slices.ContainsFunc(scope, func(s spec.Address) bool { return s.Contains(a) })
}

// nothingAt says that an address of the scope names no run.
func (p *Plan) nothingAt(a spec.Address, all []spec.Address) error {
	for _, s := range p.Skipped {
		if s.Address.Experiment == a.Experiment && s.Address.Configuration == a.Configuration {
			return fmt.Errorf("%s is skipped: %s", a, s.Reason)
		}
	}
	var names []string
	for _, b := range all {
		b.Repeat, b.Warmup = 0, false
		if a.Configuration == "" {
			b.Configuration = ""
		}
		if !slices.Contains(names, b.String()) {
			names = append(names, b.String())
		}
	}
	return fmt.Errorf("%s names no run of the plan.%s", a, spec.DidYouMean(a.String(), names))
}

// Folder gives where the records of an experiment lie.
func (p *Plan) Folder(e *spec.Experiment) string { return Folder(p.Module, e) }

// Folder gives where the records of an experiment lie.
func Folder(m *spec.Module, e *spec.Experiment) string { return filepath.Join(m.Dir, "runs", e.Name) }

// of gives the runs of an experiment.
func (p *Plan) of(e *spec.Experiment) []*Run {
	return pending(p.Runs, func(r *Run) bool { return r.Experiment == e })
}

// compare says why the run has to be made: for nothing where its record still counts.
func (r *Run) compare(records map[string]journal.Entry) []Reason {
	entry, ok := records[r.Address.String()]
	if !ok {
		return []Reason{{Kind: NoRecord}}
	}
	if entry.Hash == r.Hash {
		return nil
	}
	if changed := differences(entry.Identity, r.Identity); len(changed) > 0 {
		return changed
	}
	return []Reason{{Kind: Altered}}
}

func (r *Run) askedFor() bool {
	return slices.ContainsFunc(r.Reasons, func(why Reason) bool { return why.Kind == AskedFor })
}

// Todo gives the runs that have to be made, in order.
func (p *Plan) Todo() []*Run {
	return slices.DeleteFunc(slices.Clone(p.Runs), func(r *Run) bool { return r.UpToDate })
}

// Estimate says how long the plan will take, from the durations of earlier runs, and of how many. It is 0 where there are none.
func (p *Plan) Estimate() (time.Duration, int) {
	if len(p.earlier) == 0 {
		return 0, 0
	}
	var sum, left time.Duration
	for _, d := range p.earlier {
		sum += d
	}
	mean := sum / time.Duration(len(p.earlier))
	for _, r := range p.Todo() {
		slots := p.Module.Target(r.Configuration.Target).Parallelism
		left += (mean + r.Experiment.Isolation.Cooldown) / time.Duration(slots)
	}
	return left, len(p.earlier)
}
