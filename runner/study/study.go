package study

import (
	"encoding/json"

	"github.com/hashicorp/hcl/v2"

	"bench/analysis"
	"bench/runner/table"
)

// A Study is everything that was asked, measured and concluded. Its JSON is a contract: `bench analyze -json` prints it,
// a template sees it, and HCL's `analysis.NAME` is its `analyses.NAME`. Durations are ns, shares are fractions of 1.
type Study struct {
	Schema      int                   `json:"schema"`
	Tool        Tool                  `json:"tool"`
	Spec        Spec                  `json:"spec"`
	Experiments map[string]Experiment `json:"experiments"`
	Datasets    map[string]Dataset    `json:"datasets"`
	Analyses    map[string]Analysis   `json:"analyses"`
	Checks      map[string]Check      `json:"checks"`
	Claims      map[string]Claim      `json:"claims"`
	Glossary    map[string]string     `json:"glossary"` // what each metric of the instrument is, by name, with its formula
	Runs        []Run                 `json:"runs"`     // every counted run and dataset row, in order of source, configuration, repeat

	PassedOver []error         `json:"-"` // files of records that have no part in it: *journal.AlteredError, and *journal.RecordError where no run is planned
	Mistakes   hcl.Diagnostics `json:"-"` // of checks and claims that can't be evaluated with these results, in the order of the spec
}

// Tool says which program made the study.
type Tool struct {
	Version    string `json:"version"`
	Instrument string `json:"instrument"` // version of the measuring, part of each run's identity
}

// Spec says which files asked for it.
type Spec struct {
	Files   []string          `json:"files"`   // relative to the module's folder
	Digest  string            `json:"digest"`  // SHA-256 over them, hexadecimal
	Vars    map[string]string `json:"vars"`    // what -var gave, without sensitive values
	Records string            `json:"records"` // SHA-256 over the counted records and dataset files that the study was made from
}

// An Experiment is what was asked of one sweep, and how it went.
type Experiment struct {
	Title        string         `json:"title"`
	Members      []string       `json:"members"` // names of the agents that run at once; none where there is one only
	Agent        string         `json:"agent"`   // address, as agent.go; each of these is "" where it varies along an axis, or among members
	Server       string         `json:"server"`  // address, as server.ollama.main
	ServerKind   string         `json:"server_kind"`
	Target       string         `json:"target"`   // address
	Labels       map[string]any `json:"labels"`   // of the target
	Workload     string         `json:"workload"` // name
	Model        string         `json:"model"`
	Axes         []Axis         `json:"axes"`
	Arms         []Arm          `json:"arms"`    // of the baselines
	Options      map[string]any `json:"options"` // those that are the same for every agent in every configuration of the matrix
	Repeats      int            `json:"repeats"`
	Warmup       int            `json:"warmup"`
	Order        string         `json:"order"`
	Seed         int64          `json:"seed"`
	TimeoutNS    int64          `json:"timeout"`
	Isolation    string         `json:"isolation"` // keep, unload, warm
	Steps        []string       `json:"steps"`     // of the workload
	Planned      Tally          `json:"planned"`
	Versions     []string       `json:"server_versions"` // distinct, from the records
	Models       []Model        `json:"models"`          // distinct, from the records
	Environments []Environment  `json:"environments"`    // distinct, from the records
	StartedAt    string         `json:"started_at"`      // RFC 3339, of the first counted run; "" where none is
	FinishedAt   string         `json:"finished_at"`     // RFC 3339, when the last of them ended
	DurationNS   int64          `json:"duration"`        // of the counted runs, summed
	Retried      map[string]int `json:"retried"`         // attempts at the counted runs that did not count, by class of error, or "lost"
	Skipped      []Skipped      `json:"skipped"`         // configurations that the spec keeps from being run
	CutAt        []int64        `json:"prompts_cut_at"`  // the num_ctx of those, ascending
	PromptsCut   int            `json:"prompts_cut"`     // counted runs in which a prompt filled num_ctx, so that it was probably cut
	Unfinished   []Unfinished   `json:"unfinished"`      // planned runs without a counted record
}

// An Axis is one factor of the matrix.
type Axis struct {
	Name   string `json:"name"`
	Label  string `json:"label"`
	Values []any  `json:"values"`
}

// An Arm is a baseline of an experiment.
type Arm struct {
	Name    string         `json:"name"`
	Options map[string]any `json:"options"` // those that are the same wherever it is measured
	Varying []string       `json:"varying"` // names of those that follow the configuration, sorted
	Paired  bool           `json:"paired"`
}

// A Tally accounts for the planned runs (warm-up left out): Total = Counted + Failed + Pending.
type Tally struct {
	Configurations int `json:"configurations"` // of the matrix
	Total          int `json:"total"`
	Counted        int `json:"counted"`
	Failed         int `json:"failed"`  // their last attempt failed or was invalid
	Pending        int `json:"pending"` // never brought to an end, or with a record that was altered
}

// An Unfinished run is one that was planned and has no counted record.
type Unfinished struct {
	Address string `json:"address"`
	State   string `json:"state"` // failed, invalid, lost, altered (its record is not as it was measured), pending
	Class   string `json:"class"` // of its last error; "" where there is none
	Message string `json:"message"`
}

// A Skipped configuration stays in sight, with the reason that the spec gives.
type Skipped struct {
	Name   string `json:"name"`
	Reason string `json:"reason"`
}

// A Model is a model as the server described it.
type Model struct {
	Name          string `json:"name"`
	Digest        string `json:"digest"`
	ParameterSize string `json:"parameter_size"`
	Quantization  string `json:"quantization"`
	Family        string `json:"family"`
	ContextLength int    `json:"context_length"`
	Runs          int    `json:"runs"`
}

// An Environment is one distinct machine state that runs were measured in; what changes from run to run (load, times) is left out.
type Environment struct {
	Target string          `json:"target"` // address
	Runs   int             `json:"runs"`
	Host   json.RawMessage `json:"host"` // as agent/telemetry writes it
}

// A Dataset is rows that were measured elsewhere.
type Dataset struct {
	Path       string         `json:"path"`
	Files      int            `json:"files"`
	Rows       int            `json:"rows"`
	Digest     string         `json:"digest"` // SHA-256 over the files
	Labels     map[string]any `json:"labels"`
	StartedAt  string         `json:"started_at"`  // RFC 3339, of the first row; "" where it is not known
	FinishedAt string         `json:"finished_at"` // when the last one began
	Dropped    []Dropped      `json:"dropped"`
}

// A Dropped row broke the dataset's `valid` rule or lacked a value.
type Dropped struct {
	File   string `json:"file"`
	Row    int    `json:"row"` // from 0, within the file
	Reason string `json:"reason"`
}

// An Analysis is the answer to one question.
type Analysis struct {
	Of []string `json:"of"` // addresses of its sources
	analysis.Result
}

// A Run is one counted observation.
type Run struct {
	Address       string         `json:"address"` // of a run; of a dataset row dataset.NAME.file["…"].row[N]
	Source        string         `json:"source"`  // experiment.NAME or dataset.NAME
	Configuration string         `json:"configuration"`
	Arm           string         `json:"arm"`
	Repeat        int            `json:"repeat"`
	Attempt       int            `json:"attempt"` // 0 for a dataset row
	Factors       map[string]any `json:"factors"`
	Metrics       table.Metrics  `json:"metrics"`
	StartedAt     string         `json:"started_at"` // RFC 3339; "" where it is not known
}
