package spec

import (
	"sync"
	"time"

	"github.com/hashicorp/hcl/v2"
)

// A Module is one or more decoded files. Blocks are in the order of their files' names and lines.
type Module struct {
	Dir     string // folder of the files; every path in the spec is relative to it
	Files   map[string]*hcl.File
	Sources []string // names of the files that were read, relative to the working folder, sorted
	Digest  string   // SHA-256 over the files, hexadecimal

	Given map[string]string // what -var gave, without sensitive values

	RequiredVersion string
	Servers         []*Server
	Agents          []*Agent
	Workloads       []*Workload
	Targets         []*Target
	Experiments     []*Experiment
	Datasets        []*Dataset
	Analyses        []*Analysis
	Reports         []*Report

	Uses  []Use    // which of its things refers to which, each once
	names []string // addresses of everything that has a name, in no order
	read  *files   // what has read the folder

	programs   map[Ref]*Program // by workload
	scope      *scope           // of its local values, for Evaluate; nil where it has mistakes
	files      *files
	evaluating sync.Mutex // held while an expression is evaluated after Load
}

// A Server is where inference happens.
type Server struct {
	Ref
	URL      string // "" for an emulator: its address is known when it is started
	Command  []string
	Env      map[string]any
	Ready    Ready
	Timeouts Timeouts
	Emulator *Emulator // of kind emulator
	Range    hcl.Range
}

// Ready says how a started server is known to be ready.
type Ready struct {
	Path    string
	Timeout time.Duration
}

// Timeouts limit one call; 0 means the instrument's default.
type Timeouts struct{ Connect, FirstToken, Idle time.Duration }

// An Emulator is the embedded server's planted behaviour.
type Emulator struct {
	Seed            int
	LoadTime        time.Duration
	TTFT            time.Duration
	TokensPerSecond float64
	Jitter          float64 // sigma of a lognormal factor
	OutputTokens    int
	Models          []string
	Effects         []Effect
	Faults          []Fault
}

// An Effect changes the emulator for requests with certain options. Changes are relative: 0.02 is +2 %.
type Effect struct {
	When                            map[string]any
	TokensPerSecond, TTFT, LoadTime float64
}

// A Fault hits a share of the requests.
type Fault struct {
	Kind string
	Rate float64
}

// An Agent does the work of a run.
type Agent struct {
	Ref
	Builtin string
	Range   hcl.Range
}

// A Workload is what one run does.
type Workload struct {
	Ref
	Ingests []*Ingest
	Steps   []*Step
	Scores  []*Score
	Valid   []*Condition
	Range   hcl.Range
}

// An Ingest is a corpus that is read before the first step.
type Ingest struct {
	Name     string
	Paths    []string // files found, relative to the module, sorted
	MaxBytes int64    // 0: the instrument's default
	Range    hcl.Range

	patterns []string
}

// A Step is one LLM call.
type Step struct {
	Name      string
	Prompt    Expr
	MaxTokens int // 0: the server's default
	Extract   []Named
	Range     hcl.Range
}

// A Named expression is one attribute of a free-form block.
type Named struct {
	Name string
	Expr Expr
}

// A Score is a metric of quality.
type Score struct {
	Name   string
	Value  Expr
	Better string // higher, lower, or "" where it was not said
	Range  hcl.Range
}

// A Condition is a rule with what is said when it is broken.
type Condition struct {
	Condition, Message Expr
	Range              hcl.Range
}

// A Target is where processes run.
type Target struct {
	Ref
	Parallelism int
	CPUs        string
	Labels      map[string]any
	RequireGPU  int64 // bytes; 0: nothing is required
	RequireDisk int64
	Range       hcl.Range
}

// An Experiment is one sweep. What may vary along its matrix is asked of its Configurations.
type Experiment struct {
	Ref
	Title     string
	Axes      []*Axis
	Baselines []*Baseline
	Repeats   int
	Warmup    int
	Order     string
	Seed      int
	Timeout   time.Duration
	Isolation Isolation
	Retry     Retry
	Range     hcl.Range

	fixed   Configuration // with what is the same for every configuration
	varying []setting
	exclude []setting
	include []included
	skip    []skipRule
	scope   *scope // of what may refer to the matrix
	broken  bool   // it has a mistake, so what seems to be missing may be there

	alone, paired []*Baseline // measured once, and beside every configuration
	evaluating    *sync.Mutex // of the module
}

// A skipRule keeps configurations from being run.
type skipRule struct{ when, reason setting }

// An Axis is one factor of the matrix.
type Axis struct {
	Name   string
	Label  string
	Values []any // string, bool, int64, float64; a reference's address
	Range  hcl.Range

	cells []cell
	index map[any]cell    // by plain value; those of includes as well
	taken map[string]bool // codes, in lower case
}

// A Baseline is what configurations are compared with.
type Baseline struct {
	Name   string
	Paired bool
	Range  hcl.Range

	options setting
}

// Isolation says what state a run starts from.
type Isolation struct {
	Model    string // keep, unload, warm
	Cooldown time.Duration
}

// Retry says which failures are tried again.
type Retry struct {
	Attempts int
	On       []string // classes of error
	Backoff  Backoff
}

// Backoff is the pause before a try: Initial × Factor^(n−1), at most Max, varied by ± Jitter.
type Backoff struct {
	Initial, Max   time.Duration
	Factor, Jitter float64
}

// A Dataset is rows measured elsewhere.
type Dataset struct {
	Ref
	Path      string
	Format    string // json, jsonl, csv
	Paths     []string
	Rows      Expr
	Factors   []Named
	Baseline  Expr
	StartedAt Expr
	Valid     []*Condition
	Metrics   []Named
	Labels    map[string]any
	Range     hcl.Range
}

// An Analysis is one question.
type Analysis struct {
	Ref
	Of         []Ref
	Baseline   string
	Confidence float64
	Seed       int
	Metrics    []*Metric
	Range      hcl.Range

	BaselineRange hcl.Range // what is to blame where a dataset turns out not to have the baseline
}

// A Metric is one thing that the analysis looks at.
type Metric struct {
	Name      string
	Better    string  // "": as the instrument says
	Practical float64 // fraction; 0: none stated
	Test      string
	Stat      string
	Range     hcl.Range
}

// A Report is a template, its inputs and its output.
type Report struct {
	Ref
	Template string
	Title    string
	Analyses []Ref
	Output   string // relative to the module
	Formats  []string
	Vars     map[string]any
	Range    hcl.Range

	TemplateRange, OutputRange hcl.Range
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

func find[T interface{ ref() Ref }](blocks []T, r Ref) (none T) {
	for _, b := range blocks {
		if b.ref() == r {
			return b
		}
	}
	return none
}

func (r Ref) ref() Ref { return r }
