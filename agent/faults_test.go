package agent_test

import (
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"bench/agent"
	"bench/agent/emulator"
)

// Whatever a server does wrong ends in its class, in time and in bounded memory, in each form of a call; what is only unusual is measured.
func TestServersThatLie(t *testing.T) {
	const good = agent.Class("")
	for kind, want := range map[string]struct {
		class  agent.Class
		saying string
	}{
		emulator.HTTP500:         {agent.ServerError, "told to fail"},
		emulator.HTTP429:         {agent.RateLimited, "Retry-After: 1"},
		emulator.Redirect:        {agent.InvalidOutput, "redirects to"},
		emulator.SlowHeader:      {agent.Timeout, "timeouts.first_token"},
		emulator.EndlessHeader:   {agent.Connect, "header"},
		emulator.Gzip:            {agent.InvalidOutput, "encoded as gzip"},
		emulator.GzipBomb:        {agent.InvalidOutput, "encoded as gzip"},
		emulator.LongLength:      {agent.ServerError, "broke off"},
		emulator.ShortLength:     {agent.ServerError, ""},
		emulator.Reset:           {agent.ServerError, "broke off"},
		emulator.Stall:           {agent.Timeout, "timeouts.idle"},
		emulator.Truncated:       {agent.ServerError, "without"},
		emulator.ErrorObject:     {agent.ServerError, "told to fail"},
		emulator.EndlessBody:     {agent.InvalidOutput, "max_tokens"},
		emulator.HugeLine:        {agent.InvalidOutput, "a line of"},
		emulator.LongLine:        {good, ""},
		emulator.Coalesced:       {good, ""},
		emulator.Split:           {good, ""},
		emulator.SlowLoris:       {agent.Timeout, "timeouts.first_token"}, // its header alone takes longer
		emulator.NoUsage:         {good, ""},
		emulator.NaNFigures:      {agent.InvalidOutput, "malformed"},
		emulator.NegativeFigures: {agent.InvalidOutput, "malformed"},
		emulator.AbsurdFigures:   {agent.InvalidOutput, "malformed"},
	} {
		for _, e := range []agent.Endpoint{{Kind: "ollama", API: "generate"}, {Kind: "ollama", API: "chat"}, {Kind: "openai", API: "chat"}, {Kind: "openai", API: "completions"}} {
			t.Run(kind+" "+e.Kind+" "+e.API, func(t *testing.T) {
				config := emulator.Config{TokensPerSecond: 1000, Models: []string{"m"}, Faults: []emulator.Fault{{Kind: kind, Rate: 1}}}
				s, err := emulator.New(config)
				if err != nil {
					t.Fatal(err)
				}
				server := httptest.NewServer(s)
				defer server.Close()
				e.URL, e.Timeouts = server.URL, agent.Timeouts{FirstToken: 300 * time.Millisecond, Idle: 300 * time.Millisecond}
				c := client(t, e)
				before := held()
				call := c.Generate(t.Context(), request)
				if used := held() - before; used > 64<<20 {
					t.Errorf("%d MiB are held after it", used>>20)
				}
				if call.Error == nil {
					if want.class != good {
						t.Fatalf("no error, %d chunks", len(call.ChunkNS))
					}
					if call.OutputTokens != request.MaxTokens || (call.TokensFrom == "chunks") != (kind == emulator.NoUsage) {
						t.Errorf("%d tokens by the %s", call.OutputTokens, call.TokensFrom)
					}
					return
				}
				if call.Error.Class != want.class || !strings.Contains(call.Error.Message, want.saying) {
					t.Errorf("%+v, want %s", call.Error, want.class)
				}
			})
		}
	}
}

// held is how much memory the heap has asked for so far, in bytes.
func held() int64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapSys)
}
