package emulator

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"bench/agent/wire"
)

// chatEvents decodes a stream of OpenAI's chat, which must end with its mark.
func chatEvents(t testing.TB, body string) []wire.ChatCompletionChunk {
	t.Helper()
	var list []wire.ChatCompletionChunk
	for event := range strings.SplitSeq(strings.TrimSuffix(body, "\n\n"), "\n\n") {
		data, ok := strings.CutPrefix(event, "data: ")
		if !ok {
			t.Fatalf("%q is no event", event)
		}
		if data == "[DONE]" {
			continue
		}
		var e wire.ChatCompletionChunk
		if err := json.Unmarshal([]byte(data), &e); err != nil {
			t.Fatal(err)
		}
		list = append(list, e)
	}
	if !strings.HasSuffix(body, "\n\ndata: [DONE]\n\n") {
		t.Fatalf("no mark at the end of %q", body)
	}
	return list
}

func streamOf(t testing.TB, c Config, path, request string) (*Server, string) {
	t.Helper()
	c.TokensPerSecond = 1e5
	s, addr := serving(t, c)
	_, body, err := answered(t, dial(t, addr, path, request))
	if err != nil {
		t.Fatal(err)
	}
	return s, body
}

// Chunks with several tokens are fewer, say the same, and are recorded with what they bring.
func TestTokensPerChunk(t *testing.T) {
	for path, request := range paths {
		texts := map[int]string{}
		for _, per := range []int{1, 3} {
			s, body := streamOf(t, Config{OutputTokens: 8, Style: Style{TokensPerChunk: per, Thinking: 2}}, path, request)
			for _, field := range []string{"response", "text", "content", "reasoning_content", "thinking"} {
				for rest := body; ; {
					_, after, found := strings.Cut(rest, `"`+field+`":"`)
					if !found {
						break
					}
					var text string
					text, rest, _ = strings.Cut(after, `"`)
					texts[per] += text
				}
			}
			tokens, chunks := 0, 0
			for _, sent := range s.SentOf("id") {
				if tokens += sent.Tokens; sent.Tokens > 0 {
					chunks++
				}
			}
			if want := map[int]int{1: 8, 3: 3}[per]; tokens != 8 || chunks != want {
				t.Errorf("%s by %d: %d tokens in %d chunks", path, per, tokens, chunks)
			}
		}
		if len(texts[1]) == 0 || len(texts[1]) != len(texts[3]) {
			t.Errorf("%s: %q and %q", path, texts[1], texts[3])
		}
	}
}

func TestEmptyFirst(t *testing.T) {
	for path, request := range paths {
		s, body := streamOf(t, Config{TTFT: 20 * time.Millisecond, OutputTokens: 3, Style: Style{EmptyFirst: true}}, path, request)
		sent := s.SentOf("id")
		if sent[0].Tokens != 0 || sent[1].Tokens != 1 || sent[1].At.Sub(sent[0].At) < 10*time.Millisecond {
			t.Errorf("%s: %+v in %s", path, sent, body)
		}
		if texts, _ := events(body); texts != 3 {
			t.Errorf("%s: %d texts in %s", path, texts, body)
		}
	}
}

func TestComments(t *testing.T) {
	s, body := streamOf(t, Config{OutputTokens: 6, Style: Style{Comments: 2}}, "/v1/chat/completions", chatBody)
	if n := strings.Count(body, "\n: keep-alive\n"); n != 3 || len(s.SentOf("id")) != 6+3 {
		t.Errorf("%d comments in %s", n, body)
	}
	if _, body := streamOf(t, Config{Style: Style{Comments: 2}}, "/api/generate", paths["/api/generate"]); strings.Contains(body, "keep-alive") {
		t.Errorf("a comment in NDJSON: %s", body)
	}
}

func TestCRLF(t *testing.T) {
	for path, request := range paths {
		_, body := streamOf(t, Config{OutputTokens: 3, Style: Style{CRLF: true, Comments: 1}}, path, request)
		if strings.Count(body, "\n") != strings.Count(body, "\r\n") || !strings.Contains(body, "\r\n") {
			t.Errorf("%s: %q", path, body)
		}
	}
}

func TestChunksPerWrite(t *testing.T) {
	s, _ := streamOf(t, Config{OutputTokens: 7, Style: Style{ChunksPerWrite: 4}}, "/api/generate", paths["/api/generate"])
	sent := s.SentOf("id")
	if len(sent) != 8 || !sent[0].At.Equal(sent[3].At) || sent[3].At.Equal(sent[4].At) || !sent[4].At.Equal(sent[7].At) {
		t.Errorf("%+v", sent)
	}
}

func TestMultiByte(t *testing.T) {
	_, body := streamOf(t, Config{OutputTokens: 300, Style: Style{MultiByte: true}}, "/api/generate", paths["/api/generate"])
	sizes := map[int]bool{}
	for _, r := range body {
		sizes[utf8.RuneLen(r)] = true
	}
	if len(sizes) != 4 || !utf8.ValidString(body) {
		t.Errorf("characters of %v bytes", sizes)
	}
}

// Thinking comes first, in a field of its own where the protocol has one, and a call that asks for none has none.
func TestThinking(t *testing.T) {
	style := Style{Thinking: 3}
	_, body := streamOf(t, Config{OutputTokens: 5, Style: style}, "/api/chat", paths["/api/chat"])
	if n := strings.Count(body, `"content":"","thinking":"`); n != 3 || strings.Count(body, "\n") != 6 {
		t.Errorf("%d thoughts in %s", n, body)
	}
	_, body = streamOf(t, Config{OutputTokens: 5, Style: style}, "/api/chat", strings.Replace(paths["/api/chat"], "{", `{"think":false,`, 1))
	if strings.Contains(body, "thinking") || strings.Count(body, "\n") != 6 {
		t.Errorf("think is false, and it thinks: %s", body)
	}
	_, body = streamOf(t, Config{OutputTokens: 5, Style: style}, "/v1/chat/completions", chatBody)
	list := chatEvents(t, body)
	if n := strings.Count(body, `"reasoning_content":"`); n != 3 || *list[len(list)-1].Usage.CompletionTokensDetails.ReasoningTokens != 3 {
		t.Errorf("%d thoughts in %s", n, body)
	}
}

const withTools = `"tools":[{"type":"function","function":{"name":"search"}},{"type":"function","function":{"name":"open"}}]`

// A call of a tool is whole in one line of Ollama's, and in two parts in OpenAI's.
func TestToolCalls(t *testing.T) {
	c := Config{OutputTokens: 7, Style: Style{ToolCalls: 2}}
	s, body := streamOf(t, c, "/api/chat", strings.Replace(paths["/api/chat"], "{", "{"+withTools+",", 1))
	if strings.Count(body, `"function":{"name":"search","arguments":{"query":"`) != 1 || strings.Count(body, `"name":"open"`) != 1 || strings.Count(body, "\n") != 3+2+1 {
		t.Errorf("%s", body)
	}
	if sent := s.SentOf("id"); sent[3].Tokens != 2 || sent[5].Tokens != 0 {
		t.Errorf("%+v", sent)
	}
	for _, line := range strings.Split(strings.TrimSpace(body), "\n") {
		if err := json.Unmarshal([]byte(line), &wire.ChatResponse{}); err != nil {
			t.Errorf("%s: %v", line, err)
		}
	}
	request := strings.Replace(chatBody, "{", "{"+withTools+",", 1)
	_, body = streamOf(t, c, "/v1/chat/completions", request)
	called := map[int]string{}
	for _, e := range chatEvents(t, body) {
		for _, choice := range e.Choices {
			for _, part := range choice.Delta.ToolCalls {
				called[*part.Index] += part.Function.Name + part.Function.Arguments
			}
			if choice.FinishReason != nil && *choice.FinishReason != "tool_calls" {
				t.Errorf("it finished because of %s", *choice.FinishReason)
			}
		}
	}
	var whole wire.ChatCompletion
	_, once := streamOf(t, c, "/v1/chat/completions", strings.Replace(request, `"stream":true`, `"stream":false`, 1))
	if err := json.Unmarshal([]byte(once), &whole); err != nil {
		t.Fatal(err)
	}
	for i, call := range whole.Choices[0].Message.ToolCalls {
		if got := call.Function.Name + call.Function.Arguments; got != called[i] || !json.Valid([]byte(call.Function.Arguments)) {
			t.Errorf("call %d is %s in one, and %s in parts", i, got, called[i])
		}
	}
	if len(called) != 2 || whole.Choices[0].FinishReason != "tool_calls" {
		t.Errorf("%v, %s", called, once)
	}
	if _, body := streamOf(t, c, "/v1/chat/completions", chatBody); strings.Contains(body, "tool_calls") {
		t.Errorf("a call without tools: %s", body)
	}
}

// Where the counts stand is the request's wish, or the server's habit.
func TestUsageModes(t *testing.T) {
	for mode, want := range map[string][3]int{ // how many events have them: asked for, not asked for, of them without a choice
		UsageAsked: {1, 0, 1}, UsageLast: {1, 1, 0}, UsageEvery: {1 + 5 + 1 + 1, 1 + 5 + 1 + 1, 1}, UsageNever: {0, 0, 0},
	} {
		for i, request := range []string{chatBody, strings.Replace(chatBody, `"include_usage":true`, `"include_usage":false`, 1)} {
			_, body := streamOf(t, Config{OutputTokens: 5, Style: Style{Usage: mode}}, "/v1/chat/completions", request)
			with, without, most := 0, 0, 0
			for _, e := range chatEvents(t, body) {
				if e.Usage == nil {
					continue
				}
				with++
				if len(e.Choices) == 0 {
					without++
				}
				if n := *e.Usage.CompletionTokens; n < most || *e.Usage.PromptTokens != 4 {
					t.Errorf("%q: %+v after %d tokens", mode, e.Usage, most)
				} else {
					most = n
				}
			}
			if with != want[i] || i == 0 && without != want[2] || with > 0 && most != 5 {
				t.Errorf("%q, asked %t: %d events with counts, %d of them without a choice, at most %d", mode, i == 0, with, without, most)
			}
		}
	}
}

// A prompt that begins like one before is computed in less time, and it is told how much of it was.
func TestPrefixCache(t *testing.T) {
	_, addr := serving(t, Config{TTFT: 8 * time.Millisecond, TokensPerSecond: 1e5, OutputTokens: 2, Style: Style{PrefixCache: true}})
	long := strings.Repeat("0123456789abcdef", 16) // 64 tokens, four blocks
	for i, test := range []struct {
		model, prompt string
		cached        int
	}{
		{"m", long, 0},
		{"m", long, 48}, // the last block is computed, since its last token must be
		{"m", long + "and more", 64},
		{"m", "A" + long, 0},
		{"n", long, 0},
		{"m", long[:128] + "B" + long, 32},
	} {
		request := fmt.Sprintf(`{"model":%q,"prompt":%q}`, test.model, test.prompt)
		_, body, err := answered(t, dial(t, addr, "/v1/completions", request))
		if err != nil {
			t.Fatal(err)
		}
		var c wire.Completion
		if err := json.Unmarshal([]byte(body), &c); err != nil {
			t.Fatal(err)
		}
		cached := 0
		if d := c.Usage.PromptTokensDetails; d != nil {
			cached = *d.CachedTokens
		}
		if cached != test.cached || *c.Usage.PromptTokens != countTokens(test.prompt) {
			t.Errorf("call %d: %d cached of %d", i, cached, *c.Usage.PromptTokens)
		}
	}
	_, body, _ := answered(t, dial(t, addr, "/api/generate", fmt.Sprintf(`{"model":"m","prompt":%q}`, long)))
	if _, last := stream(t, body); *last.PromptEvalNS != int64(2*time.Millisecond) || *last.PromptEvalCount != 64 {
		t.Errorf("prefill of %d tokens in %d ns", *last.PromptEvalCount, *last.PromptEvalNS)
	}
}

func TestStyleRefused(t *testing.T) {
	for saying, style := range map[string]Style{
		"comments is -1":              {Comments: -1},
		"tokens_per_chunk is":         {TokensPerChunk: 1 << 30},
		`usage "always" is not known`: {Usage: "always"},
	} {
		if _, err := New(Config{Style: style}); err == nil || !strings.Contains(err.Error(), saying) {
			t.Errorf("%+v: %v", style, err)
		}
	}
}
