package agent_test

import (
	"net/http/httptest"
	"testing"
	"time"

	"bench/agent"
	"bench/agent/emulator"
)

// Every form of a call is measured alike.
func TestEveryProtocol(t *testing.T) {
	s, err := emulator.New(emulator.Config{TokensPerSecond: 2000, Models: []string{"m"}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s)
	defer server.Close()
	for _, e := range []agent.Endpoint{
		{Kind: "ollama", API: "generate", URL: server.URL},
		{Kind: "ollama", API: "chat", URL: server.URL},
		{Kind: "openai", API: "chat", URL: server.URL + "/v1"},
		{Kind: "openai", API: "completions", URL: server.URL + "/v1/", Key: "secret"},
	} {
		t.Run(e.Kind+" "+e.API, func(t *testing.T) {
			c := client(t, e)
			call := c.Generate(t.Context(), request)
			if call.Error != nil {
				t.Fatal(call.Error)
			}
			if len(call.ChunkNS) != 12 || call.OutputTokens != 12 || call.TokensFrom != "server" || *call.PromptTokens != 4 || call.Server.DoneReason != "length" {
				t.Errorf("%d chunks, %d tokens by the %s, %v of the prompt, ended by %s", len(call.ChunkNS), call.OutputTokens, call.TokensFrom, *call.PromptTokens, call.Server.DoneReason)
			}
			if *call.FirstByteNS > *call.TTFONS || *call.TTFONS > *call.TTFTNS || call.EndNS < call.ChunkNS[11] {
				t.Errorf("first byte %d, output %d, token %d, end %d", *call.FirstByteNS, *call.TTFONS, *call.TTFTNS, call.EndNS)
			}
			if again := c.Generate(t.Context(), request); again.Response != call.Response || again.Conn != "reused" {
				t.Errorf("%q is not %q, over a connection that is %s", again.Response, call.Response, again.Conn)
			}
			if e := c.Warm(t.Context(), request); e != nil {
				t.Error(e)
			}
		})
	}
}

// What a server of OpenAI's interface can be asked, and what not.
func TestOpenAIModels(t *testing.T) {
	s, err := emulator.New(emulator.Config{Models: []string{"m", "other"}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s)
	defer server.Close()
	c := client(t, agent.Endpoint{Kind: "openai", URL: server.URL + "/v1", Timeouts: agent.Timeouts{Idle: time.Second}})
	ctx := t.Context()
	if _, e := c.Version(ctx); e != nil {
		t.Error(e)
	}
	if m, e := c.Model(ctx, "m"); e != nil || m.Name != "m" {
		t.Errorf("%+v, %v", m, e)
	}
	if _, e := c.Model(ctx, "unknown"); e == nil || e.Class != agent.BadRequest {
		t.Errorf("a model that is not there: %v", e)
	}
	if loaded, e := c.Loaded(ctx); loaded != nil || e != nil {
		t.Errorf("loaded: %v, %v", loaded, e)
	}
	if e := c.Unload(ctx, "m"); e == nil || e.Class != agent.BadRequest {
		t.Errorf("unload: %v", e)
	}
	unknown := request
	unknown.Model = "unknown"
	if call := c.Generate(ctx, unknown); call.Error == nil || call.Error.Class != agent.BadRequest {
		t.Errorf("a call of a model that is not there: %v", call.Error)
	}
}
