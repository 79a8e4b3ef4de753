package worker

import (
	"context"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"bench/agent"
	"bench/agent/load"
	"bench/spec"
)

// serve makes the one call of the workload again and again, and tells what all calls came to.
func (r *run) serve(ctx context.Context) *agent.Error {
	for _, file := range r.task.Program.Serving.Files() {
		hashed, err := agent.HashFiles(r.task.Dir, file.Name, []string{file.Path})
		if err != nil {
			return classify(err)
		}
		r.result.Outcome.Ingests = append(r.result.Outcome.Ingests, hashed)
	}
	source, count, err := r.prompts()
	if err != nil {
		return classify(err)
	}
	profile, err := r.profile(count)
	if err != nil {
		return classify(err)
	}
	failures := &failures{}
	options := load.Options{
		Profile: profile, Seed: r.task.Seed, SLO: slo(r.task.Program.SLO),
		Request: load.Requests(r.request("load", "", r.maxTokens()), source),
		Call: func(ctx context.Context, req agent.Request) agent.Call {
			call := r.client.Generate(ctx, req)
			failures.note(call.Error)
			return call
		},
	}
	if err := r.write(Frame{Step: "load"}); err != nil {
		return err
	}
	r.result.Load, err = load.Run(ctx, options)
	switch {
	case ctx.Err() != nil:
		return agent.Interrupted(ctx)
	case err != nil:
		return classify(err)
	case r.result.Load.Measured.OK == 0:
		return failures.first(r.result.Load)
	}
	return nil
}

// prompts gives what is sent, and how many different prompts there are; 0 where that is no number to stop at.
func (r *run) prompts() (source load.Source, count int, err error) {
	p := r.task.Program.Serving.Prompts
	switch {
	case p == nil: // the one step's
		text, err := r.program.Prompt(r.task.Program.Steps[0])
		if err != nil {
			return nil, 0, err
		}
		return load.Fixed{Text: text}, 1, nil
	case p.Path != "":
		file, err := load.OpenFile(filepath.Join(r.task.Dir, filepath.FromSlash(p.Path)), p.Column)
		if err != nil {
			return nil, 0, err
		}
		source, count = file, file.Len()
	default:
		source, count = load.Synthetic{Input: load.Lengths(p.Input), Output: load.Lengths(p.Output), Seed: r.task.Seed}, 1
	}
	if p.Salt { // another one in each attempt, or the cache would hold what the attempt before it sent
		salt := fnv.New64a()
		_, _ = io.WriteString(salt, r.task.ID)
		source = load.Salted{Source: source, Seed: salt.Sum64()}
	}
	return source, count, nil
}

// maxTokens is the step's own limit of an answer; 0 where there is none.
func (r *run) maxTokens() int {
	if steps := r.task.Program.Steps; len(steps) > 0 {
		return steps[0].MaxTokens
	}
	return 0
}

// profile is the load that the workload asks for. Without one, each prompt is sent once, one after the other.
func (r *run) profile(prompts int) (load.Profile, error) {
	l := r.task.Program.Serving.Load
	if l == nil {
		return load.Profile{Arrival: load.Closed, Concurrency: 1, Requests: prompts}, nil
	}
	times, err := r.trace(l.Trace)
	return load.Profile{
		Arrival: load.Arrival(l.Arrival), Rate: l.Rate, Concurrency: l.Concurrency, Duration: l.Duration, Requests: l.Requests,
		Warmup: l.Warmup, Cooldown: l.Cooldown, ThinkTime: l.ThinkTime, Times: times,
	}, err
}

func (r *run) trace(path string) ([]time.Duration, error) {
	if path == "" {
		return nil, nil
	}
	file, err := os.Open(filepath.Join(r.task.Dir, filepath.FromSlash(path)))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	times, err := load.ReadTrace(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return times, nil
}

func slo(l *spec.Limits) *load.SLO {
	if l == nil {
		return nil
	}
	return new(load.SLO(*l))
}

// failures keep the first failure of each load, so that one of which nothing came can say why.
type failures struct {
	mu    sync.Mutex
	error *agent.Error
}

func (f *failures) note(e *agent.Error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.error == nil {
		f.error = e
	}
}

// first is the failure of a load in which no call that counts ended well.
func (f *failures) first(s *load.Summary) *agent.Error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.error == nil {
		return &agent.Error{Class: agent.InvalidSpec, Message: fmt.Sprintf("none of %d calls is one that counts: the load ends before its warm-up does", s.Warmup.Scheduled+s.Cooldown.Scheduled)}
	}
	if s.Measured.Failed == 0 { // they go on, so it is no failure of theirs
		return &agent.Error{Class: agent.Timeout, Message: fmt.Sprintf(
			"none of %d calls that count had ended %v after the load: limit their answers, as options = { num_predict = 256 } for Ollama or { max_tokens = 256 }", s.Measured.Scheduled, load.DefaultDrain)}
	}
	e := *f.error
	e.Message = fmt.Sprintf("none of %d calls that count ended well; the first failure: %s", s.Measured.Scheduled, e.Message)
	return &e
}
