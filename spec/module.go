package spec

import (
	"sync"

	"github.com/hashicorp/hcl/v2"
)

// A Module is one or more decoded files. Blocks are in the order of their files' names and lines.
type Module struct {
	Dir     string // folder of the files; every path in the spec is relative to it
	Files   map[string]*hcl.File
	Sources []string // names of the files that were read, relative to the working folder, sorted
	Digest  string   // SHA-256 over the files, hexadecimal
	Whole   bool     // it is made of all specs of its folder
	Lock    *Lock    // what was found out when it was applied; nil where it never was

	Given    map[string]string // values that variables were given, by whatever means, as -var takes them; no sensitive ones
	Inputs   []Input           // what gives variables the same values again
	Withheld []string          // sensitive variables that the command line gave a value

	RequiredVersion string
	Servers         []*Server
	Agents          []*Agent
	Workloads       []*Workload
	Targets         []*Target
	Experiments     []*Experiment
	Datasets        []*Dataset
	Analyses        []*Analysis
	Comparisons     []*Comparison
	Checks          []*Check
	Claims          []*Claim
	Reports         []*Report

	Uses  []Use    // which of its things refers to which, each once
	names []string // addresses of everything that has a name, in no order

	secrets    []Secret         // of its sensitive variables
	programs   map[Ref]*Program // by workload
	scope      *scope           // of its local values, for Evaluate; nil where it has mistakes
	files      *files           // what has read the folder; nil where none could be
	evaluating sync.Mutex       // held while an expression is evaluated after Load
}

// Names of what an experiment gets that doesn't say.
const (
	builtinAgent  = "builtin"
	defaultTarget = "default"
)

// Server finds a server, or nil.
func (m *Module) Server(r Ref) *Server { return find(m.Servers, r) }

// Agent finds an agent, or nil.
func (m *Module) Agent(r Ref) *Agent {
	if a := find(m.Agents, r); a != nil || r.Name != builtinAgent {
		return a
	}
	return &Agent{Ref: r, Builtin: "workflow"} // what an experiment without an agent gets
}

// Workload finds a workload, or nil.
func (m *Module) Workload(r Ref) *Workload { return find(m.Workloads, r) }

// Target finds a target, or nil.
func (m *Module) Target(r Ref) *Target {
	if t := find(m.Targets, r); t != nil || r.Kind != "local" || r.Name != defaultTarget {
		return t
	}
	return &Target{Ref: r, Parallelism: 1} // what an experiment without a target gets
}

// Experiment finds an experiment, or nil.
func (m *Module) Experiment(r Ref) *Experiment { return find(m.Experiments, r) }

// Dataset finds a dataset, or nil.
func (m *Module) Dataset(r Ref) *Dataset { return find(m.Datasets, r) }

// Analysis finds an analysis, or nil.
func (m *Module) Analysis(r Ref) *Analysis { return find(m.Analyses, r) }

// Claim finds a claim, or nil.
func (m *Module) Claim(r Ref) *Claim { return find(m.Claims, r) }

func find[T interface{ ref() Ref }](blocks []T, r Ref) (none T) {
	for _, b := range blocks {
		if b.ref() == r {
			return b
		}
	}
	return none
}

func (r Ref) ref() Ref { return r }
