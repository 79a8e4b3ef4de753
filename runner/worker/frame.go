package worker

import (
	"bench/agent"
	"bench/agent/load"
	"bench/agent/telemetry"
	"bench/runner/reaper"
	"bench/spec"
)

// A Task is everything that a worker needs to make one run.
type Task struct {
	ID       string         `json:"id"`  // address and attempt; sent to the server as the head of each request's id
	Dir      string         `json:"dir"` // that the paths of the program are relative to
	Program  *spec.Program  `json:"program"`
	Endpoint agent.Endpoint `json:"endpoint"`
	Model    string         `json:"model"`
	Options  map[string]any `json:"options"`
	State    string         `json:"state"` // of the model before the run: keep, unload, warm
	Seed     uint64         `json:"seed"`  // of the arrivals and the prompts of a load

	// Server are the processes of the server at the endpoint, which are observed; nil where the runner has not found them: then the
	// worker looks for them, and says why where it finds none.
	Server *telemetry.Server `json:"server,omitempty"`

	Barrier bool `json:"barrier,omitempty"` // other workers begin at the same time: it waits for them, see Pass
	Spared  bool `json:"spared,omitempty"`  // one of these brings the model into its state
}

// Pass is what the runner writes to all who wait, once nobody is missing. A worker that begins together with others waits twice. When
// it has told Isolated, until every model is in the state that was asked for: only what is seen after that is true of all. And when
// it has told Ready: what comes next is measured.
const Pass = "pass\n"

// A Frame is one line that a worker writes. One of its fields is set.
type Frame struct {
	Isolated bool        `json:"isolated,omitempty"` // its model is in the state that was asked for; told at a barrier only
	Ready    *Ready      `json:"ready,omitempty"`    // what was found before the run
	Step     string      `json:"step,omitempty"`     // the step that begins
	Call     *agent.Call `json:"call,omitempty"`     // a call that ended, well or not
	Measured bool        `json:"measured,omitempty"` // the clock has stopped: what follows disturbs no measuring
	Result   *Result     `json:"result,omitempty"`   // the last frame of a run that came to its end, well or not
}

// Ready is what a worker found before the first measured act.
type Ready struct {
	Environment   telemetry.Environment `json:"environment"`
	ServerVersion string                `json:"server_version"`
	Model         agent.ModelInfo       `json:"model"`
	Loaded        []string              `json:"loaded"` // models in the server's memory, after the isolation of the task was made
}

// A Result is a run without its calls, which came in frames of their own.
type Result struct {
	Outcome agent.Outcome `json:"outcome"`
	Load    *load.Summary `json:"load,omitempty"`     // what the calls of a load came to, which had no frames
	Loaded  []string      `json:"loaded"`             // models in the server's memory after the run
	BeginNS int64         `json:"begin_ns,omitempty"` // when the work began, by Monotonic; 0 where it did not
	EndNS   int64         `json:"end_ns,omitempty"`   // when it ended
	Error   *agent.Error  `json:"error,omitempty"`

	LeftOver []reaper.Process `json:"left_over,omitempty"` // what the run had started and had not ended, and the worker did
}
