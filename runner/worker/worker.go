package worker

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"slices"
	"sync"
	"syscall"
	"time"

	"bench/agent"
	"bench/agent/telemetry"
	"bench/runner/reaper"
	"bench/spec"
)

// Exit codes of a worker.
const (
	exitDone     = 0  // a result was written, good or bad
	exitUsage    = 64 // the task could not be read
	exitOrphaned = 70 // the runner is gone
)

// leftGrace is how long what a run left behind has between TERM and KILL.
const leftGrace = 500 * time.Millisecond

// Main makes the run that stands on in, and gives the exit code of the process. A TERM signal ends the call under way; what was
// measured so far is still told.
func Main(in io.Reader, out, log io.Writer) int {
	noCore()
	reaper.Adopt()
	host := make(chan telemetry.Environment, 1)
	go func() { host <- telemetry.Host(context.Background()) }() // while it waits for its task: a GPU's tool may take a second
	reader := bufio.NewReader(in)
	line, err := reader.ReadBytes('\n')
	if err != nil {
		fmt.Fprintln(log, "worker: no task on standard input:", err)
		return exitUsage
	}
	var task Task
	if err := json.Unmarshal(line, &task); err != nil {
		fmt.Fprintln(log, "worker: this is not a task:", err)
		return exitUsage
	}
	if task.Program == nil {
		fmt.Fprintln(log, "worker: the task has no program")
		return exitUsage
	}
	passes := make(chan struct{}, 2) // as many as a worker waits for
	go listen(reader, passes)
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	r := &run{task: task, host: host, frames: json.NewEncoder(out), log: log, passes: passes}
	r.frames.SetEscapeHTML(false)
	if err := r.make(ctx); err != nil {
		fmt.Fprintln(log, "worker:", err)
		return exitOrphaned
	}
	return exitDone
}

// listen takes what the runner says after the task: when to pass a barrier. Its end is that of the runner, and then of the worker.
func listen(in *bufio.Reader, passes chan<- struct{}) {
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			reaper.ClearAll(0) // first, since nobody is left who would
			os.Exit(exitOrphaned)
		}
		if line == Pass {
			passes <- struct{}{}
		}
	}
}

// run is one run under way.
type run struct {
	task    Task
	host    <-chan telemetry.Environment
	frames  *json.Encoder
	log     io.Writer
	passes  <-chan struct{}
	client  *agent.Client
	program *spec.Evaluation

	observation *telemetry.Observation
	result      Result        // its outcome lacks the calls, which are told as they end
	telling     time.Duration // spent on writing frames so far
}

// make makes the run and writes its frames. Its error is that of writing the last one.
func (r *run) make(ctx context.Context) error {
	failure := r.prepare(ctx)
	if failure == nil {
		failure = r.measure(ctx)
	} else if r.observation != nil {
		r.observation.End(ctx)
	}
	if failure == nil {
		r.reread()
	}
	if failure != nil {
		fmt.Fprintln(r.log, failure)
	}
	r.result.LeftOver, r.result.Error = reaper.ClearAll(leftGrace), failure
	return r.frames.Encode(Frame{Result: &r.result})
}

// prepare does all that is not measured: it brings the server into the state that the task asks for, and tells what it found. Where
// others begin at the same time, it returns when all of them are ready.
func (r *run) prepare(ctx context.Context) *agent.Error {
	var err error
	if r.program, err = r.task.Program.Start(); err != nil {
		return classify(err)
	}
	if r.client, err = agent.NewClient(r.task.Endpoint); err != nil {
		return &agent.Error{Class: agent.InvalidSpec, Message: err.Error()}
	}
	client := r.client
	observed := r.observe(ctx) // while the server is asked
	defer observed()
	ready := &Ready{Environment: <-r.host}
	ready.Environment.ReadLoad() // what it was when this process started may be long ago
	var failure *agent.Error
	if ready.ServerVersion, failure = client.Version(ctx); failure != nil {
		if failure.Class == agent.Timeout {
			failure.Class = agent.Connect // it is not there if it does not even say what it is
		}
		return failure
	}
	if ready.Model, failure = client.Model(ctx, r.task.Model); failure != nil {
		return failure
	}
	if failure = r.isolate(ctx); failure != nil {
		return failure
	}
	if failure = r.meet(ctx, Frame{Isolated: true}); failure != nil {
		return failure
	}
	if ready.Loaded, failure = r.loadedModels(ctx); failure != nil {
		return failure
	}
	if failure = r.verify(ready); failure != nil {
		return failure
	}
	observed()
	if !r.task.Barrier {
		return r.write(Frame{Ready: ready})
	}
	return r.meet(ctx, Frame{Ready: ready})
}

// observe prepares to watch the server, the machine and this process. What it gives waits until that is done.
func (r *run) observe(ctx context.Context) (done func()) {
	s := telemetry.Subject{ServerURL: r.task.Endpoint.URL, Server: r.task.Server}
	if page := r.task.Endpoint.Metrics; page != "" {
		s.Metrics = telemetry.ScrapeHTTP(http.DefaultClient, page)
	}
	ready := make(chan *telemetry.Observation, 1)
	go func() { ready <- telemetry.Observe(ctx, s) }()
	return sync.OnceFunc(func() { r.observation = <-ready })
}

// isolate unloads or warms the model, unless another worker does. After an unload agent.Client has seen that it is gone.
func (r *run) isolate(ctx context.Context) *agent.Error {
	switch {
	case r.task.Spared:
	case r.task.State == "unload":
		return r.client.Unload(ctx, r.task.Model)
	case r.task.State == "warm":
		return r.client.Warm(ctx, r.request("warm", "Say one word.", 1))
	}
	return nil
}

// verify holds what the server says against what was asked for.
func (r *run) verify(ready *Ready) *agent.Error {
	if ready.Loaded == nil {
		return nil // it does not say
	}
	loaded := slices.Contains(ready.Loaded, ready.Model.Name)
	switch {
	case r.task.State == "warm" && !loaded:
		return &agent.Error{Class: agent.BadRequest, Message: fmt.Sprintf("%s was warmed and is not loaded: does the server keep models for no time (OLLAMA_KEEP_ALIVE), or is another model warmed that leaves no room for it?", ready.Model.Name)}
	case r.task.State == "unload" && loaded:
		return &agent.Error{Class: agent.BadRequest, Message: fmt.Sprintf("%s was unloaded and is loaded again: does another client use it?", ready.Model.Name)}
	}
	return nil
}

// meet stands at a barrier, if there is one, until nobody is missing.
func (r *run) meet(ctx context.Context, f Frame) *agent.Error {
	if !r.task.Barrier {
		return nil
	}
	if failure := r.write(f); failure != nil {
		return failure
	}
	select {
	case <-r.passes:
		return nil
	case <-ctx.Done():
		return &agent.Error{Class: agent.Infrastructure, Message: "interrupted while it waited for the others to be ready"}
	}
}

// loadedModels gives the names of the models in the server's memory; nil where it does not say.
func (r *run) loadedModels(ctx context.Context) ([]string, *agent.Error) {
	models, failure := r.client.Loaded(ctx)
	if failure != nil {
		return nil, failure
	}
	if models == nil {
		return nil, nil
	}
	names := make([]string, len(models))
	for i, m := range models {
		names[i] = m.Name
	}
	return names, nil
}

func (r *run) request(step, prompt string, maxTokens int) agent.Request {
	return agent.Request{
		ID: r.task.ID + "/" + step, Step: step, Model: r.task.Model,
		Prompt: prompt, MaxTokens: maxTokens, Options: r.task.Options,
	}
}

// measure does the workload: what it reads, then each step in turn. The time of the whole is that of the work alone: what it
// takes to tell of it is taken off, and scores and rules are evaluated after the clock has stopped.
func (r *run) measure(ctx context.Context) *agent.Error {
	r.observation.Begin()
	r.result.BeginNS = Monotonic()
	start, told := time.Now(), r.telling
	failure := r.work(ctx)
	outcome := &r.result.Outcome
	outcome.WorkflowTotalNS = (time.Since(start) - (r.telling - told)).Nanoseconds()
	r.result.EndNS = Monotonic()
	outcome.Resources = agent.Used()
	outcome.Observed = new(r.observation.End(ctx))
	if failure == nil {
		failure = r.write(Frame{Measured: true})
	}
	if failure != nil {
		return failure
	}
	r.result.Loaded, _ = r.loadedModels(ctx) // what was measured stands where the server does not say
	var err error
	if outcome.Scores, err = r.program.Scores(); err != nil {
		return classify(err)
	}
	broken, err := r.program.Broken()
	switch {
	case err != nil:
		return classify(err)
	case broken != "":
		return &agent.Error{Class: agent.InvalidOutput, Message: broken}
	}
	return nil
}

// reread looks whether the files of the ingests are still those that were read. That is not measured.
func (r *run) reread() {
	read := r.result.Outcome.Ingests
	for n, i := range r.task.Program.Ingests {
		read[n].Changed = read[n].Reread(r.task.Dir, i.Paths)
	}
	for n, file := range r.task.Program.Serving.Files() {
		n += len(r.task.Program.Ingests)
		read[n].Changed = read[n].Reread(r.task.Dir, []string{file.Path})
	}
}

func (r *run) work(ctx context.Context) *agent.Error {
	for _, i := range r.task.Program.Ingests {
		corpus, measured, err := agent.IngestFiles(r.task.Dir, i.Name, i.Paths, i.MaxBytes)
		if err != nil {
			return classify(err)
		}
		r.result.Outcome.Ingests = append(r.result.Outcome.Ingests, measured)
		if err := r.program.Ingested(i.Name, spec.Corpus(corpus)); err != nil {
			return classify(err)
		}
	}
	if r.task.Program.Serving != nil {
		return r.serve(ctx)
	}
	for _, step := range r.task.Program.Steps {
		prompt, err := r.program.Prompt(step)
		if err != nil {
			return classify(err)
		}
		if failure := r.write(Frame{Step: step.Name}); failure != nil {
			return failure
		}
		call := r.client.Generate(ctx, r.request(step.Name, prompt, step.MaxTokens))
		if failure := r.write(Frame{Call: &call}); failure != nil {
			return failure
		}
		if call.Error != nil {
			return call.Error
		}
		if err := r.program.Answered(step, call.Response, call.OutputTokens); err != nil {
			return classify(err)
		}
	}
	return nil
}

func (r *run) write(f Frame) *agent.Error {
	start := time.Now()
	defer func() { r.telling += time.Since(start) }()
	if err := r.frames.Encode(f); err != nil {
		return &agent.Error{Class: agent.Infrastructure, Message: "the runner does not read: " + err.Error()}
	}
	return nil
}

// classify tells a mistake of the spec from one of the machine.
func classify(err error) *agent.Error {
	if late, ok := errors.AsType[*spec.LateError](err); ok {
		return &agent.Error{Class: agent.InvalidSpec, Message: late.Error()}
	}
	return &agent.Error{Class: agent.Infrastructure, Message: err.Error()}
}
