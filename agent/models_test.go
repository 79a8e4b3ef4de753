package agent_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"bench/agent"
	"bench/agent/emulator"
)

func TestModels(t *testing.T) {
	_, c := emulate(t, emulator.Config{Models: []string{"gemma3", "qwen:0.5b"}, TokensPerSecond: 1e5})
	ctx := t.Context()
	if v, e := c.Version(ctx); e != nil || v != emulator.Version {
		t.Errorf("version %q, %v", v, e)
	}
	info, e := c.Model(ctx, "gemma3")
	if e != nil || info.Name != "gemma3:latest" || len(info.Digest) != 64 || info.ContextLength != 131072 || info.Family != "emulator" {
		t.Errorf("%+v, %v", info, e)
	}
	for what, e := range map[string]*agent.Error{
		"show":   second(c.Model(ctx, "gemma")),
		"unload": c.Unload(ctx, "gemma"),
		"warm":   c.Warm(ctx, agent.Request{Model: "gemma", Prompt: "p"}),
	} {
		if e == nil || e.Class != agent.BadRequest || !strings.HasSuffix(e.Message, "`ollama pull gemma` fetches it, the server has gemma3:latest, qwen:0.5b") {
			t.Errorf("%s: %v", what, e)
		}
	}
}

func second[T any](_ T, e *agent.Error) *agent.Error { return e }

func TestWarmAndUnload(t *testing.T) {
	_, c := emulate(t, emulator.Config{LoadTime: 20 * time.Millisecond, TokensPerSecond: 1e5})
	ctx := t.Context()
	loaded := func() string {
		t.Helper()
		list, e := c.Loaded(ctx)
		if e != nil {
			t.Fatal(e)
		}
		var names []string
		for _, m := range list {
			names = append(names, m.Name)
		}
		return strings.Join(names, " ")
	}
	warm := agent.Request{Model: "m", Prompt: "p", Options: map[string]any{"num_ctx": 512, "num_predict": 100000000}}
	if e := c.Warm(ctx, warm); e != nil || loaded() != "m:latest" {
		t.Errorf("after warming %q is loaded, %v", loaded(), e)
	}
	if warm.Options["num_predict"] != 100000000 {
		t.Error("warming changed the caller's options")
	}
	call := c.Generate(ctx, agent.Request{Model: "m", Prompt: "p", MaxTokens: 1, Options: map[string]any{"num_ctx": 512}})
	if call.Error != nil || *call.Server.LoadNS >= int64(20*time.Millisecond) {
		t.Errorf("the model was loaded again in %d ns, %v", *call.Server.LoadNS, call.Error)
	}
	if e := c.Unload(ctx, "m"); e != nil || loaded() != "" {
		t.Errorf("after unloading %q is loaded, %v", loaded(), e)
	}
	if e := c.Unload(ctx, "m"); e != nil {
		t.Errorf("unloading twice: %v", e)
	}
}

// A server that says that it has unloaded, and hasn't yet.
func TestUnloadWaits(t *testing.T) {
	asked := 0
	c := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := `{"response":"","done":true,"done_reason":"unload"}`
		if r.URL.Path == "/api/ps" {
			if body = `{"models":[{"name":"m:latest"},{"name":"other:latest"}]}`; asked == 3 {
				body = `{"models":[{"name":"other:latest"}]}`
			}
			asked++
		}
		_, _ = io.WriteString(w, body)
	}), agent.Timeouts{})
	if e := c.Unload(t.Context(), "m"); e != nil || asked != 4 {
		t.Errorf("asked %d times, %v", asked, e)
	}
	ctx, cancel := deadline(t.Context())
	defer cancel()
	asked = 4
	if e := c.Unload(ctx, "m"); e == nil || e.Class != agent.Timeout {
		t.Errorf("%v", e)
	}
}

func TestUsed(t *testing.T) {
	if got := agent.Used(); got.CPUNS <= 0 || got.PeakRSSBytes <= 0 {
		t.Errorf("%+v", got)
	}
}
