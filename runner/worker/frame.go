package worker

import (
	"bench/agent"
	"bench/agent/telemetry"
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
}

// A Frame is one line that a worker writes. One of its fields is set.
type Frame struct {
	Ready  *Ready      `json:"ready,omitempty"`  // what was found before the run
	Step   string      `json:"step,omitempty"`   // the step that begins
	Call   *agent.Call `json:"call,omitempty"`   // a call that ended, well or not
	Result *Result     `json:"result,omitempty"` // the last frame of a run that came to its end, well or not
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
	Loaded  []string      `json:"loaded"` // models in the server's memory after the run
	Error   *agent.Error  `json:"error,omitempty"`
}
