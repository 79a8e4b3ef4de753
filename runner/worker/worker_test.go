package worker

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"bench/agent"
	"bench/agent/emulator"
	"bench/spec"
)

// TestMain lets the test binary stand for a worker or a keeper.
func TestMain(m *testing.M) {
	switch os.Getenv("BE_A") {
	case "worker":
		os.Exit(Main(os.Stdin, os.Stdout, os.Stderr))
	case "keeper":
		os.Exit(Keep(os.Args[1:], os.Stdin, os.Stderr))
	}
	os.Exit(m.Run())
}

// task makes a task of a spec in a folder with two files, for a server with a handler around an emulator.
func task(t *testing.T, workload string, wrap func(http.Handler) http.Handler) Task {
	t.Helper()
	dir := t.TempDir()
	text := workload + `
server "ollama" "s" {
  url = "http://h"
}

experiment "x" {
  server   = server.ollama.s
  workload = workload.w
  model    = "m"
}
`
	for name, content := range map[string]string{"experiment.hcl": text, "data/a.txt": "alpha", "data/b.txt": "beta"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	m, diags := spec.Load([]string{filepath.Join(dir, "experiment.hcl")}, spec.Options{})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	var program *spec.Program
	for c := range m.Experiments[0].Configurations() {
		if program, diags = m.Program(c.Work); diags.HasErrors() {
			t.Fatal(diags)
		}
	}
	e, err := emulator.New(emulator.Config{TTFT: time.Millisecond, TokensPerSecond: 10000})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(wrap(e))
	t.Cleanup(server.Close)
	return Task{ID: "run#1", Dir: dir, Program: program, Endpoint: agent.Endpoint{Kind: "ollama", URL: server.URL}, Model: "m", State: "keep"}
}

func plain(h http.Handler) http.Handler { return h }

// work gives a task to a worker whose input stays open, and returns what it told.
func work(t *testing.T, task Task) []Frame {
	t.Helper()
	in, theirs := io.Pipe() // never closed: its end would end this process
	go func() { _ = json.NewEncoder(theirs).Encode(task) }()
	var out, log bytes.Buffer
	if code := Main(in, &out, &log); code != 0 {
		t.Fatalf("exit code %d: %s", code, log.String())
	}
	var frames []Frame
	for dec := json.NewDecoder(&out); dec.More(); {
		var f Frame
		if err := dec.Decode(&f); err != nil {
			t.Fatal(err)
		}
		frames = append(frames, f)
	}
	if last := frames[len(frames)-1]; last.Result == nil {
		t.Fatalf("the last frame is no result: %+v", last)
	} else if e := last.Result.Error; e != nil && log.String() != e.Error()+"\n" {
		t.Errorf("the log says %q of %v", log.String(), e)
	}
	return frames
}

// shape writes frames as "ready step:one call:one result".
func shape(frames []Frame) string {
	var words []string
	for _, f := range frames {
		switch {
		case f.Ready != nil:
			words = append(words, "ready")
		case f.Step != "":
			words = append(words, "step:"+f.Step)
		case f.Call != nil:
			words = append(words, "call:"+f.Call.Step)
		case f.Measured:
			words = append(words, "measured")
		case f.Result != nil:
			words = append(words, "result")
		}
	}
	return strings.Join(words, " ")
}

const twoSteps = `
workload "w" {
  ingest "corpus" {
    paths = ["data/*"]
  }

  step "one" {
    prompt     = "Look at ${ingest.corpus.summary}"
    max_tokens = 4

    extract {
      first = split(" ", self.response)[0]
    }
  }

  step "two" {
    prompt     = "Go on from <${step.one.extract.first}>"
    max_tokens = 3
  }

  score "words" {
    value = step.two.output_tokens * 2
  }

  valid {
    condition     = step.two.output_tokens == 3
    error_message = "it has ${step.two.output_tokens} tokens"
  }
}
`

// A run from end to end: each step's prompt is made of what came before, and is what the server gets.
func TestRun(t *testing.T) {
	var prompts, ids []string
	job := task(t, twoSteps, func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/api/generate" {
				body, _ := io.ReadAll(r.Body)
				var req struct{ Prompt string }
				_ = json.Unmarshal(body, &req)
				prompts, ids = append(prompts, req.Prompt), append(ids, r.Header.Get("X-Request-Id"))
				r.Body = io.NopCloser(bytes.NewReader(body))
			}
			h.ServeHTTP(w, r)
		})
	})
	frames := work(t, job)
	if got, want := shape(frames), "ready step:one call:one step:two call:two measured result"; got != want {
		t.Fatalf("told: %s, want %s", got, want)
	}
	ready, result := frames[0].Ready, frames[6].Result
	if ready.ServerVersion != emulator.Version || ready.Model.Name != "m:latest" || len(ready.Loaded) != 0 || ready.Environment.OS == "" {
		t.Errorf("ready: %+v", ready)
	}
	first, _, _ := strings.Cut(frames[2].Call.Response, " ")
	want := []string{"Look at 2 files, 9 bytes (2 txt): data/a.txt, data/b.txt", "Go on from <" + first + ">"}
	if !slices.Equal(prompts, want) || !slices.Equal(ids, []string{"run#1/one", "run#1/two"}) {
		t.Errorf("the server got %q with ids %q, want %q", prompts, ids, want)
	}
	if result.Error != nil || result.Outcome.Scores["words"] != 6 || !slices.Equal(result.Loaded, []string{"m:latest"}) || result.Outcome.Calls != nil {
		t.Errorf("result: %+v", result)
	}
	if i := result.Outcome.Ingests; len(i) != 1 || i[0].Files != 2 || i[0].Bytes != 9 || len(i[0].Digest) != 64 {
		t.Errorf("ingests: %+v", i)
	}
	calls := frames[2].Call.EndNS + frames[4].Call.EndNS
	if total := result.Outcome.WorkflowTotalNS; total < calls {
		t.Errorf("the whole took %d ns, its calls %d", total, calls)
	}
	if result.Outcome.Resources.PeakRSSBytes == 0 || result.Outcome.Resources.CPUNS == 0 {
		t.Errorf("resources: %+v", result.Outcome.Resources)
	}
}

// What fails is told with its class, after what was told before it.
func TestRunFails(t *testing.T) {
	fail := func(path string, n int) func(http.Handler) http.Handler {
		return func(h http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == path {
					if n--; n == 0 {
						http.Error(w, `{"error":"told to"}`, http.StatusInternalServerError)
						return
					}
				}
				h.ServeHTTP(w, r)
			})
		}
	}
	step := "workload \"w\" {\n  step \"one\" {\n    prompt = %s\n    max_tokens = 2\n  }\n%s\n}\n"
	for name, test := range map[string]struct {
		workload, state string
		wrap            func(http.Handler) http.Handler
		shape, failure  string
	}{
		"version":         {twoSteps, "", fail("/api/version", 1), "result", "server_error: 500 Internal Server Error: told to"},
		"model":           {twoSteps, "", fail("/api/show", 1), "result", "server_error: 500"},
		"unload":          {twoSteps, "unload", fail("/api/generate", 1), "result", "server_error: 500"},
		"warm":            {twoSteps, "warm", fail("/api/generate", 1), "result", "server_error: 500"},
		"loaded":          {twoSteps, "", fail("/api/ps", 1), "result", "server_error: 500"},
		"first call":      {twoSteps, "", fail("/api/generate", 1), "ready step:one call:one result", "server_error: 500"},
		"second call":     {twoSteps, "", fail("/api/generate", 2), "ready step:one call:one step:two call:two result", "server_error: 500"},
		"rule":            {strings.Replace(twoSteps, "== 3", "== 2", 1), "", plain, "ready step:one call:one step:two call:two measured result", "invalid_output: it has 3 tokens"},
		"mistake, prompt": {fmt.Sprintf(step, `"x"`, "  step \"two\" {\n    prompt = \"${tonumber(step.one.response)}\"\n  }"), "", plain, "ready step:one call:one result", "invalid_spec: experiment.hcl:7: "},
		"mistake, score":  {fmt.Sprintf(step, `"x"`, "  score \"s\" {\n    value = tonumber(step.one.response)\n  }"), "", plain, "ready step:one call:one measured result", "invalid_spec: experiment.hcl:7: "},
		"mistake, rule":   {fmt.Sprintf(step, `"x"`, "  valid {\n    condition = tonumber(step.one.response) > 1\n    error_message = \"x\"\n  }"), "", plain, "ready step:one call:one measured result", "invalid_spec: experiment.hcl:7: "},
		"empty prompt":    {fmt.Sprintf(step, `"x"`, "  step \"two\" {\n    prompt = substr(step.one.response, 0, 0)\n  }"), "", plain, "ready step:one call:one step:two call:two result", "bad_request: the prompt is empty"},
	} {
		t.Run(name, func(t *testing.T) {
			job := task(t, test.workload, test.wrap)
			job.State = test.state
			frames := work(t, job)
			if got := shape(frames); got != test.shape {
				t.Errorf("told: %s, want %s", got, test.shape)
			}
			if e := frames[len(frames)-1].Result.Error; e == nil || !strings.HasPrefix(e.Error(), test.failure) {
				t.Errorf("failure: %v, want %s…", e, test.failure)
			}
		})
	}
}

func TestRunFailsBeforeItsCalls(t *testing.T) {
	for name, test := range map[string]struct {
		change  func(*Task)
		failure string
	}{
		"corpus is gone": {func(j *Task) { _ = os.RemoveAll(filepath.Join(j.Dir, "data")) }, `infrastructure: ingest "corpus": `},
		"endpoint":       {func(j *Task) { j.Endpoint.Kind = "gopher" }, `invalid_spec: server kind "gopher" is not known`},
		"no server":      {func(j *Task) { j.Endpoint.URL = "http://127.0.0.1:1" }, "connect: nothing listens"},
		"broken program": {func(j *Task) { j.Program.Scope = map[string]spec.Typed{"var": {}} }, "infrastructure: program: var: "},
	} {
		job := task(t, twoSteps, plain)
		test.change(&job)
		frames := work(t, job)
		if e := frames[len(frames)-1].Result.Error; e == nil || !strings.HasPrefix(e.Error(), test.failure) {
			t.Errorf("%s: %v, want %s…", name, e, test.failure)
		}
	}
}

// A server that takes connections and says nothing is one that can't be reached.
func TestSilentServerIsNotReached(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	job := task(t, twoSteps, plain)
	job.Endpoint = agent.Endpoint{Kind: "ollama", URL: "https://" + ln.Addr().String(), Timeouts: agent.Timeouts{Connect: 20 * time.Millisecond}}
	if e := work(t, job)[0].Result.Error; e == nil || e.Class != agent.Connect || !strings.Contains(e.Message, "20ms (timeouts.connect)") {
		t.Error(e)
	}
}

func TestIsolate(t *testing.T) {
	for state, want := range map[string]string{
		"keep":   "",
		"unload": "",
		"warm":   "m:latest",
	} {
		job := task(t, twoSteps, plain)
		job.State = state
		if got := strings.Join(work(t, job)[0].Ready.Loaded, " "); got != want {
			t.Errorf("%s: loaded before the run: %q, want %q", state, got, want)
		}
	}
}

// slow is a reader that takes its time.
type slow struct {
	bytes.Buffer
	pause time.Duration
	spent time.Duration
}

func (s *slow) Write(p []byte) (int, error) {
	start := time.Now()
	time.Sleep(s.pause)
	s.spent += time.Since(start)
	return s.Buffer.Write(p)
}

// A runner that is slow to read does not make the workflow slow: what telling takes is not part of it.
func TestTellingIsNotMeasured(t *testing.T) {
	in, theirs := io.Pipe()
	job := task(t, twoSteps, plain)
	go func() { _ = json.NewEncoder(theirs).Encode(job) }()
	out := &slow{pause: 100 * time.Millisecond}
	start := time.Now()
	if code := Main(in, out, io.Discard); code != 0 {
		t.Fatal(code)
	}
	whole := time.Since(start)
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	var last Frame
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &last); err != nil {
		t.Fatal(err)
	}
	// Everything that took time, but for the six frames, is all that the workflow can have taken.
	if total, most := time.Duration(last.Result.Outcome.WorkflowTotalNS), whole-out.spent; total > most {
		t.Errorf("the workflow took %s; without the telling all took %s", total, most)
	}
}

func TestNoTask(t *testing.T) {
	for in, want := range map[string]string{
		"":                 "worker: no task on standard input: EOF\n",
		"{}":               "worker: no task on standard input: EOF\n",
		"nonsense\n":       "worker: this is not a task: ",
		"{\"id\":\"a\"}\n": "worker: the task has no program\n",
	} {
		var log bytes.Buffer
		if code := Main(strings.NewReader(in), io.Discard, &log); code != 64 || !strings.HasPrefix(log.String(), want) {
			t.Errorf("%q: exit code %d, %q", in, code, log.String())
		}
	}
}

// full is a pipe that nobody reads any more.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestNobodyReads(t *testing.T) {
	in, theirs := io.Pipe()
	job := task(t, twoSteps, plain)
	go func() { _ = json.NewEncoder(theirs).Encode(job) }()
	var log bytes.Buffer
	if code := Main(in, full{}, &log); code != 70 || !strings.Contains(log.String(), "the runner does not read") {
		t.Errorf("exit code %d: %s", code, log.String())
	}
}

// A worker whose runner is gone, or that is told to end, while a call goes on.
func TestWorkerIsToldToEnd(t *testing.T) {
	called := make(chan bool, 1)
	job := task(t, twoSteps, func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/api/generate" {
				_, _ = io.Copy(io.Discard, r.Body)
				called <- true
				<-r.Context().Done()
				return
			}
			h.ServeHTTP(w, r)
		})
	})
	text, err := json.Marshal(job)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		end   func(*exec.Cmd, io.Closer)
		code  int
		shape string
	}{
		"runner is gone": {func(_ *exec.Cmd, in io.Closer) { _ = in.Close() }, 70, "ready step:one"},
		"TERM":           {func(c *exec.Cmd, _ io.Closer) { _ = c.Process.Signal(syscall.SIGTERM) }, 0, "ready step:one call:one result"},
	} {
		t.Run(name, func(t *testing.T) {
			c := exec.Command(os.Args[0])
			c.Env = append(os.Environ(), "BE_A=worker")
			var out bytes.Buffer
			c.Stdout, c.Stderr = &out, os.Stderr
			in, err := c.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			if _, err := in.Write(append(text, '\n')); err != nil {
				t.Fatal(err)
			}
			<-called
			test.end(c, in)
			_ = c.Wait()
			var frames []Frame
			for dec := json.NewDecoder(&out); dec.More(); {
				var f Frame
				if err := dec.Decode(&f); err != nil {
					t.Fatal(err)
				}
				frames = append(frames, f)
			}
			if got := shape(frames); c.ProcessState.ExitCode() != test.code || got != test.shape {
				t.Errorf("exit code %d, told: %s; want %d, %s", c.ProcessState.ExitCode(), got, test.code, test.shape)
			}
			if last := frames[len(frames)-1]; last.Result != nil && !strings.HasPrefix(last.Result.Error.Error(), "infrastructure: interrupted") {
				t.Errorf("result: %v", last.Result.Error)
			}
		})
	}
}
