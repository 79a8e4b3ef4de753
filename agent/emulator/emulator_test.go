package emulator

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"bench/agent/wire"

	"github.com/google/go-cmp/cmp"
)

func start(t testing.TB, c Config) (*Server, *httptest.Server) {
	t.Helper()
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	h := httptest.NewServer(s)
	t.Cleanup(h.Close)
	return s, h
}

// post gives the status and the body of an answer; id "" sends no X-Request-Id.
func post(t testing.TB, url, id, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if id != "" {
		req.Header.Set("X-Request-Id", id)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(raw)
}

// stream decodes a body, and gives its last line too.
func stream(t testing.TB, body string) ([]string, wire.GenerateResponse) {
	t.Helper()
	var texts []string
	var line wire.GenerateResponse
	for scanner := bufio.NewScanner(strings.NewReader(body)); scanner.Scan(); {
		line = wire.GenerateResponse{}
		if err := json.Unmarshal(scanner.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		texts = append(texts, line.Response)
	}
	return texts, line
}

func get(t testing.TB, url string) string {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(raw))
}

func TestEndpoints(t *testing.T) {
	_, h := start(t, Config{Models: []string{"m", "n:1b"}})
	digestM, digestN := digest("m:latest"), digest("n:1b")
	details := `"details":{"format":"none","family":"emulator","parameter_size":"0","quantization_level":"none"}`
	for path, want := range map[string]string{
		"/":            "Ollama is running",
		"/api/version": `{"version":"emulator-1"}`,
		"/api/ps":      `{"models":[]}`,
		"/api/tags": `{"models":[{"name":"m:latest","model":"m:latest","size":1000000000,"digest":"` + digestM + `",` + details + `},` +
			`{"name":"n:1b","model":"n:1b","size":1000000000,"digest":"` + digestN + `",` + details + `}]}`,
		"/nothing": "404 page not found",
	} {
		if diff := cmp.Diff(want, get(t, h.URL+path)); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
	}
	for name, test := range map[string]struct {
		path, body string
		status     int
		want       string
	}{
		"show":                     {"/api/show", `{"model":"M"}`, 200, `{` + details + `,"model_info":{"emulator.context_length":131072,"general.architecture":"emulator"}}`},
		"show an unknown model":    {"/api/show", `{"model":"x"}`, 404, `{"error":"model 'x' not found"}`},
		"generate with an unknown": {"/api/generate", `{"model":"x","prompt":"p"}`, 404, `{"error":"model 'x' not found"}`},
		"no body":                  {"/api/generate", ``, 400, `{"error":"missing request body"}`},
		"bad JSON":                 {"/api/generate", `{bad`, 400, `{"error":"invalid character 'b' looking for beginning of object key string"}`},
		"bad keep_alive":           {"/api/generate", `{"model":"m","keep_alive":"long"}`, 400, `{"error":"keep_alive: time: invalid duration \"long\""}`},
	} {
		status, body := post(t, h.URL+test.path, "", test.body)
		if diff := cmp.Diff(test.want, strings.TrimSpace(body)); diff != "" || status != test.status {
			t.Errorf("%s: %d %s", name, status, diff)
		}
	}
}

// Without a list of models any is there, and is listed once it was asked for.
func TestAnyModel(t *testing.T) {
	_, h := start(t, Config{TokensPerSecond: 1e6})
	if status, _ := post(t, h.URL+"/api/show", "", `{"model":"whatever"}`); status != 200 {
		t.Errorf("status %d", status)
	}
	if tags := get(t, h.URL+"/api/tags"); !strings.Contains(tags, `"name":"whatever:latest"`) {
		t.Error(tags)
	}
	if status, _ := post(t, h.URL+"/api/show", "", `{}`); status != 404 {
		t.Errorf("no name: status %d", status)
	}
}

func TestGenerate(t *testing.T) {
	s, h := start(t, Config{TokensPerSecond: 1e5, OutputTokens: 5})
	url := h.URL + "/api/generate"
	for name, test := range map[string]struct {
		options string
		prompt  string
		tokens  int
		reason  string
		eval    int // tokens of the prompt
	}{
		"by itself":       {`{}`, "12345", 5, "stop", 2},
		"num_predict":     {`{"num_predict":40}`, "1234", 40, "length", 1},
		"one token":       {`{"num_predict":1}`, "1", 1, "length", 1},
		"no limit":        {`{"num_predict":-1}`, "1", 5, "stop", 1},
		"cut to num_ctx":  {`{"num_ctx":16}`, strings.Repeat("word ", 100), 5, "stop", 16},
		"cut to a number": {`{}`, strings.Repeat("word ", 4000), 5, "stop", 2048},
	} {
		body, _ := json.Marshal(map[string]any{"model": "m", "prompt": test.prompt, "options": json.RawMessage(test.options)})
		_, streamed := post(t, url, "id", string(body))
		texts, last := stream(t, streamed)
		if len(texts) != test.tokens+1 || *last.EvalCount != test.tokens || last.DoneReason != test.reason || *last.PromptEvalCount != test.eval {
			t.Errorf("%s: %d lines, %d tokens, %q, prompt %d", name, len(texts), *last.EvalCount, last.DoneReason, *last.PromptEvalCount)
		}
		whole, _ := json.Marshal(map[string]any{"model": "m", "prompt": test.prompt, "stream": false, "options": json.RawMessage(test.options)})
		_, once := post(t, url, "id", string(whole))
		if one, _ := stream(t, once); len(one) != 1 || one[0] != strings.Join(texts, "") {
			t.Errorf("%s: without streaming %q, with it %q", name, one, texts)
		}
	}
	sent := s.Sent()
	for i := 1; i < len(sent); i++ {
		if sent[i].Index != 0 && (sent[i].Index != sent[i-1].Index+1 || sent[i].At.Before(sent[i-1].At)) {
			t.Fatalf("sent %+v after %+v", sent[i], sent[i-1])
		}
	}
	if sent[0].ID != "id" || len(sent) != 5+40+1+5+5+5+6 {
		t.Errorf("%d sent, first %+v", len(sent), sent[0])
	}
}

// A server never answers sooner than it was planted. Of prefill and decoding it reports what was planted, to the nanosecond and
// whatever the machine made of it; loading and the whole it reports as they were.
func TestTimings(t *testing.T) {
	c := Config{Seed: 7, LoadTime: 20 * time.Millisecond, TTFT: 10 * time.Millisecond, TokensPerSecond: 1000, Jitter: 0.1}
	_, h := start(t, c)
	const request = `{"model":"m","prompt":"p","options":{"num_predict":20}}`
	for i, planned := range []time.Duration{c.LoadTime + c.TTFT, c.TTFT} {
		began := time.Now()
		_, body := post(t, h.URL+"/api/generate", "id", request)
		took := time.Since(began)
		_, last := stream(t, body)
		decoding := time.Duration(0)
		for _, gap := range c.script("id", "p", map[string]any{"num_predict": 20.0}).gaps {
			decoding += gap
		}
		if total := time.Duration(*last.TotalNS); total < planned+decoding || total > took {
			t.Errorf("call %d: planned %v, reported %v, took %v", i, planned+decoding, total, took)
		}
		if time.Duration(*last.PromptEvalNS) != c.TTFT || time.Duration(*last.EvalNS) != decoding {
			t.Errorf("call %d: planned %v and %v, reported %v and %v ns", i, c.TTFT, decoding, *last.PromptEvalNS, *last.EvalNS)
		}
		if cold := *last.LoadNS >= int64(c.LoadTime); cold != (i == 0) {
			t.Errorf("call %d: load %v", i, time.Duration(*last.LoadNS))
		}
	}
}

// What makes Ollama load a model anew makes the emulator, and nothing else does.
func TestWhatLoads(t *testing.T) {
	c := Config{LoadTime: 20 * time.Millisecond, TokensPerSecond: 1e6, OutputTokens: 1}
	_, h := start(t, c)
	for i, step := range []struct {
		body string
		cold bool
	}{
		{`{"model":"m","prompt":"p"}`, true},
		{`{"model":"m:latest","prompt":"p","options":{"temperature":0.5}}`, false},
		{`{"model":"m","prompt":"p","options":{"num_ctx":2048}}`, false}, // the default
		{`{"model":"m","prompt":"p","options":{"num_ctx":4096}}`, true},
		{`{"model":"m","prompt":"p","options":{"num_ctx":4096,"num_gpu":1}}`, true},
		{`{"model":"n","prompt":"p"}`, true},
		{`{"model":"n","prompt":"p","keep_alive":0}`, false},
		{`{"model":"n","prompt":"p","keep_alive":-1}`, true},
		{`{"model":"n","prompt":"p","keep_alive":"1ns"}`, false},
		{`{"model":"n","prompt":"p"}`, true},
	} {
		_, body := post(t, h.URL+"/api/generate", "", step.body)
		_, last := stream(t, body)
		if cold := *last.LoadNS >= int64(c.LoadTime); cold != step.cold {
			t.Errorf("step %d, %s: load %v", i, step.body, time.Duration(*last.LoadNS))
		}
	}
}

func TestLoadAndUnloadWithoutPrompt(t *testing.T) {
	_, h := start(t, Config{})
	for i, step := range []struct{ body, reason, loaded string }{
		{`{"model":"m","options":{"num_ctx":512}}`, "load", `"name":"m:latest"`},
		{`{"model":"other","keep_alive":0}`, "unload", `"context_length":512`},
		{`{"model":"M","keep_alive":0}`, "unload", `{"models":[]}`},
		{`{"model":"m","keep_alive":0}`, "unload", `{"models":[]}`},
	} {
		_, body := post(t, h.URL+"/api/generate", "", step.body)
		_, last := stream(t, body)
		if last.DoneReason != step.reason || !*last.Done {
			t.Errorf("step %d: %s", i, body)
		}
		if ps := get(t, h.URL+"/api/ps"); !strings.Contains(ps, step.loaded) {
			t.Errorf("step %d: loaded %s", i, ps)
		}
	}
}

// A model in use is unloaded when its last call ends, and a call for another waits until then.
func TestUnloadWaitsForUsers(t *testing.T) {
	s := slot{clock: newClock()}
	m, n := load{model: "m"}, load{model: "n"}
	if err := s.acquire(t.Context(), m, 0); err != nil {
		t.Fatal(err)
	}
	s.unload("m")
	if l, _ := s.current(); l == nil || *l != m {
		t.Errorf("in use, %v is loaded", l)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.acquire(ended, n, 0); err == nil {
		t.Error("a second model was loaded beside one in use")
	}
	got := make(chan error)
	go func() {
		err := s.acquire(t.Context(), n, 0)
		got <- err
	}()
	s.release(time.Hour)
	if err := <-got; err != nil {
		t.Error(err)
	}
	if l, _ := s.current(); l == nil || *l != n {
		t.Errorf("%v is loaded", l)
	}
}

// A load that is given up leaves nothing loaded, and the next call loads.
func TestLoadGivenUp(t *testing.T) {
	s := slot{clock: newClock()}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.acquire(ctx, load{model: "m"}, time.Hour); err == nil {
		t.Error("no error")
	}
	if l, _ := s.current(); l != nil {
		t.Errorf("%v is loaded", l)
	}
	if err := s.acquire(t.Context(), load{model: "m"}, 0); err != nil {
		t.Error(err)
	}
}

func TestServeEndsWithContext(t *testing.T) {
	s, err := New(Config{Faults: []Fault{{Stall, 1}}})
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error)
	go func() { served <- s.Serve(ctx, ln) }()
	resp, err := http.Post("http://"+ln.Addr().String()+"/api/generate", "", strings.NewReader(`{"model":"m","prompt":"p"}`))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	cancel()
	if err := <-served; err != nil {
		t.Error(err)
	}
	if body, err := io.ReadAll(resp.Body); err == nil || bytes.Contains(body, []byte(`"done":true`)) {
		t.Errorf("a call that was broken off looks whole: %v, %s", err, body)
	}
}

func TestServeSaysWhyItCannot(t *testing.T) {
	s, _ := New(Config{})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln.Close()
	if err := s.Serve(t.Context(), ln); err == nil {
		t.Error("it served on a closed listener")
	}
}

// What is read off the clock is the planted rate: the mean of measured / planted is 1 but for noise.
func BenchmarkPlantedRate(b *testing.B) {
	const rate = 400
	_, h := start(b, Config{TTFT: 5 * time.Millisecond, TokensPerSecond: rate, Jitter: 0.004})
	var sum, squares, n float64
	for b.Loop() {
		_, body := post(b, h.URL+"/api/generate", "", `{"model":"m","prompt":"p"}`)
		_, last := stream(b, body)
		ratio := float64(*last.EvalCount) / float64(*last.EvalNS) * 1e9 / rate
		sum, squares, n = sum+ratio, squares+ratio*ratio, n+1
	}
	mean := sum / n
	b.ReportMetric((mean-1)*1e6, "ppm-bias")
	b.ReportMetric(math.Sqrt(max(0, squares/n-mean*mean))*1e6, "ppm-sd")
}
