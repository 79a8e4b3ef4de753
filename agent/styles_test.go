package agent_test

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"bench/agent"
	"bench/agent/emulator"
)

// styled makes a call of a server that writes in a style, in one form.
func styled(t *testing.T, style emulator.Style, e agent.Endpoint) (agent.Call, *agent.Client) {
	t.Helper()
	s, err := emulator.New(emulator.Config{TTFT: 20 * time.Millisecond, TokensPerSecond: 2000, Models: []string{"m"}, Style: style})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	e.URL = server.URL
	c := client(t, e)
	call := c.Generate(t.Context(), request)
	if call.Error != nil {
		t.Fatal(call.Error)
	}
	return call, c
}

var (
	native = agent.Endpoint{Kind: "ollama"}
	openAI = agent.Endpoint{Kind: "openai"}
)

// An empty first chunk, or one with a role alone, is output and no token: the time to the first token is that of the first text.
func TestEmptyFirstChunkIsNoToken(t *testing.T) {
	for name, e := range map[string]agent.Endpoint{"ollama": native, "openai": openAI} {
		call, _ := styled(t, emulator.Style{EmptyFirst: true}, e)
		if len(call.ChunkNS) != 12 || *call.TTFONS >= *call.TTFTNS || *call.TTFTNS != call.ChunkNS[0] {
			t.Errorf("%s: %d chunks, first output %d, first token %d", name, len(call.ChunkNS), *call.TTFONS, *call.TTFTNS)
		}
	}
}

// Thinking counts as tokens, and the answer's first one is timed apart.
func TestThinkingInEveryProtocol(t *testing.T) {
	for name, e := range map[string]agent.Endpoint{"ollama": native, "openai": openAI} {
		call, _ := styled(t, emulator.Style{Thinking: 5}, e)
		if call.Thinking == "" || call.TTFTAnswerNS == nil || *call.TTFTAnswerNS != call.ChunkNS[5] || *call.TTFTNS != call.ChunkNS[0] || call.OutputTokens != 12 {
			t.Errorf("%s: %+v", name, call)
		}
	}
}

// Where the server counts nothing, the chunks are counted, and the call says so; wherever it does count, its count is taken.
func TestUsageWhereverItStands(t *testing.T) {
	for _, usage := range []string{emulator.UsageAsked, emulator.UsageLast, emulator.UsageEvery, emulator.UsageNever} {
		call, _ := styled(t, emulator.Style{Usage: usage, TokensPerChunk: 2}, openAI)
		tokens, from := 12, "server"
		if usage == emulator.UsageNever {
			tokens, from = 6, "chunks"
		}
		if call.OutputTokens != tokens || call.TokensFrom != from || len(call.ChunkNS) != 6 || (call.PromptTokens != nil) != (from == "server") {
			t.Errorf("usage %q: %d tokens by the %s", usage, call.OutputTokens, call.TokensFrom)
		}
	}
}

// Comments, line ends with CR and characters of several bytes, cut anywhere, change nothing of an answer.
func TestMannersOfAStream(t *testing.T) {
	for name, e := range map[string]agent.Endpoint{"ollama": native, "openai": openAI} {
		call, _ := styled(t, emulator.Style{Comments: 1, CRLF: true, MultiByte: true}, e)
		if len(call.ChunkNS) != 12 || call.OutputTokens != 12 || !utf8.ValidString(call.Response) || strings.ContainsRune(call.Response, utf8.RuneError) {
			t.Errorf("%s: %d chunks, %q", name, len(call.ChunkNS), call.Response)
		}
	}
}

// Chunks that came together are counted: their gaps of 0 are none.
func TestCoalescedChunksAreCounted(t *testing.T) {
	for name, e := range map[string]agent.Endpoint{"ollama": native, "openai": openAI} {
		if call, _ := styled(t, emulator.Style{ChunksPerWrite: 3}, e); call.Coalesced < 7 { // of OpenAI the chunk with the role is one of those that go out together
			t.Errorf("%s: %d chunks are told to have come together, of 12 in writes of 3", name, call.Coalesced)
		}
	}
}

// A prompt whose beginning the server knows is told as such.
func TestCachedPromptIsTold(t *testing.T) {
	_, c := styled(t, emulator.Style{PrefixCache: true}, openAI)
	long := request
	long.Prompt = strings.Repeat("Tell me of the river. ", 100)
	call, again := c.Generate(t.Context(), long), c.Generate(t.Context(), long)
	if call.CachedTokens != nil && *call.CachedTokens > 0 || again.CachedTokens == nil || *again.CachedTokens == 0 {
		t.Errorf("the first call: %v cached, the second: %v", call.CachedTokens, again.CachedTokens)
	}
}

// Several choices are told apart, and have no gaps between tokens.
func TestSeveralChoices(t *testing.T) {
	_, c := styled(t, emulator.Style{}, openAI)
	req := request
	req.Options = map[string]any{"n": 3}
	call := c.Generate(t.Context(), req)
	metrics := agent.CallMetrics(call)
	if _, has := metrics["itl_p50"]; call.Error != nil || len(call.Others) != 2 || call.OutputTokens != 36 || len(call.ChunkNS) != 36 || has {
		t.Errorf("%v: %d others, %d tokens, %d chunks, %v", call.Error, len(call.Others), call.OutputTokens, len(call.ChunkNS), metrics)
	}
}

// A model that calls a tool says so.
func TestToolCalls(t *testing.T) {
	_, c := styled(t, emulator.Style{ToolCalls: 2}, openAI)
	req := request
	req.Options = map[string]any{"tools": []any{map[string]any{"type": "function", "function": map[string]any{"name": "look_up"}}}}
	call := c.Generate(t.Context(), req)
	if call.Error != nil || len(call.ToolCalls) != 2 || call.ToolCalls[0].Name != "look_up" || !strings.HasPrefix(call.ToolCalls[0].Arguments, "{") {
		t.Errorf("%v: %+v", call.Error, call.ToolCalls)
	}
}
