package agent_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"bench/agent"
	"bench/agent/servicetest"
)

// ollama gives a client of the real server, through a proxy that keeps the last body it passed on.
func ollama(t *testing.T) (*agent.Client, *bytes.Buffer) {
	t.Helper()
	target, err := url.Parse(servicetest.Ollama(t))
	if err != nil {
		t.Fatal(err)
	}
	var body bytes.Buffer
	proxy := &httputil.ReverseProxy{
		Rewrite:       func(r *httputil.ProxyRequest) { r.SetURL(target) },
		FlushInterval: -1,
		ModifyResponse: func(r *http.Response) error {
			body.Reset()
			r.Body = struct {
				io.Reader
				io.Closer
			}{io.TeeReader(r.Body, &body), r.Body}
			return nil
		},
	}
	server := httptest.NewServer(proxy)
	t.Cleanup(server.Close)
	return client(t, agent.Endpoint{Kind: "ollama", URL: server.URL}), &body
}

// What is reported of a call is what stands in the server's last line, to the last bit.
func TestOllamaFiguresAreTheServers(t *testing.T) {
	c, body := ollama(t)
	call := c.Generate(t.Context(), agent.Request{
		ID: "test", Step: "s", Model: "tiny", Prompt: "one two three four", MaxTokens: 24, Options: map[string]any{"seed": 1, "temperature": 0},
	})
	if call.Error != nil {
		t.Fatal(call.Error)
	}
	lines := strings.Split(strings.TrimSpace(body.String()), "\n")
	var last map[string]any
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &last); err != nil {
		t.Fatal(err)
	}
	figure := func(name string) float64 { f, _ := last[name].(float64); return f }
	got := agent.CallMetrics(call)
	for name, want := range map[string]float64{
		"throughput":    figure("eval_count") / figure("eval_duration") * 1e9,
		"load":          figure("load_duration"),
		"prompt_eval":   figure("prompt_eval_duration"),
		"eval":          figure("eval_duration"),
		"output_tokens": figure("eval_count"),
		"prompt_tokens": figure("prompt_eval_count"),
		"ttft_warm":     float64(*call.TTFTNS) - figure("load_duration"),
	} {
		if got[name] != want || want == 0 {
			t.Errorf("%s = %v, the server says %v", name, got[name], want)
		}
	}
	var response strings.Builder
	chunks := 0
	for _, line := range lines {
		var chunk struct{ Response string }
		if err := json.Unmarshal([]byte(line), &chunk); err != nil {
			t.Fatal(err)
		}
		if chunk.Response != "" {
			chunks++
		}
		response.WriteString(chunk.Response)
	}
	if call.Response != response.String() || len(call.ChunkNS) != chunks || float64(*call.Server.TotalNS) != figure("total_duration") {
		t.Errorf("%d chunks %q, want %d %q", len(call.ChunkNS), call.Response, chunks, response.String())
	}
}

// An unloaded model is gone from the server's list, and loading it again, as for another num_ctx, is in
// the load duration. A load makes the runner anew, so it takes longer by far than finding it there.
func TestOllamaLoads(t *testing.T) {
	c, _ := ollama(t)
	ctx := t.Context()
	if e := c.Warm(ctx, agent.Request{Model: "tiny", Prompt: "x", Options: map[string]any{"num_ctx": 512}}); e != nil {
		t.Fatal(e)
	}
	if !isLoaded(t, c) {
		t.Fatal("tiny isn't loaded after it was warmed")
	}
	if e := c.Unload(ctx, "tiny"); e != nil || isLoaded(t, c) {
		t.Fatalf("tiny is loaded after it was unloaded, %v", e)
	}
	load := func(numCtx int) float64 {
		t.Helper()
		call := c.Generate(ctx, agent.Request{Model: "tiny", Prompt: "x", MaxTokens: 2, Options: map[string]any{"num_ctx": numCtx}})
		if call.Error != nil {
			t.Fatal(call.Error)
		}
		return agent.CallMetrics(call)["load"]
	}
	cold, warm, other := load(512), load(512), load(256)
	if cold < 2*warm || other < 2*warm {
		t.Errorf("load: %v ns cold, %v ns warm, %v ns with another num_ctx", cold, warm, other)
	}
}

func isLoaded(t *testing.T, c *agent.Client) bool {
	t.Helper()
	list, e := c.Loaded(t.Context())
	if e != nil {
		t.Fatal(e)
	}
	for _, m := range list {
		if m.Name == "tiny:latest" && len(m.Digest) == 64 && m.SizeBytes > 0 {
			return true
		}
	}
	return false
}

// A prompt over num_ctx is cut by the server; the count shows it.
func TestOllamaCutsThePrompt(t *testing.T) {
	c, _ := ollama(t)
	call := c.Generate(t.Context(), agent.Request{Model: "tiny", Prompt: strings.Repeat("many words ", 500), MaxTokens: 2, Options: map[string]any{"num_ctx": 64}})
	if call.Error != nil || call.PromptTokens == nil || *call.PromptTokens > 64 {
		t.Errorf("%v tokens of the prompt, %v", call.PromptTokens, call.Error)
	}
}

func TestOllamaDescribesItsModels(t *testing.T) {
	c, _ := ollama(t)
	if v, e := c.Version(t.Context()); e != nil || v == "" {
		t.Errorf("version %q, %v", v, e)
	}
	info, e := c.Model(t.Context(), "tiny")
	if e != nil || info.Name != "tiny:latest" || len(info.Digest) != 64 || info.Family != "llama" || info.ContextLength != 2048 || info.ParameterSize == "" {
		t.Errorf("%+v, %v", info, e)
	}
	for what, e := range map[string]*agent.Error{
		"show":     second(c.Model(t.Context(), "no-such-model")),
		"generate": c.Generate(t.Context(), agent.Request{Model: "no-such-model", Prompt: "x"}).Error,
	} {
		if e == nil || e.Class != agent.BadRequest || !strings.Contains(e.Message, "ollama pull no-such-model") || !strings.Contains(e.Message, "tiny:latest") {
			t.Errorf("%s: %v", what, e)
		}
	}
}
