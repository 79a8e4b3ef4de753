package emulator

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net"
	"strings"
	"testing"

	"bench/agent/wire"

	"github.com/google/go-cmp/cmp"
)

func TestOpenAIModels(t *testing.T) {
	_, h := start(t, Config{Models: []string{"m", "n:1b"}})
	want := `{"object":"list","data":[` +
		`{"id":"m","object":"model","created":0,"owned_by":"emulator","max_model_len":131072},` +
		`{"id":"n:1b","object":"model","created":0,"owned_by":"emulator","max_model_len":131072}]}`
	if diff := cmp.Diff(want, get(t, h.URL+"/v1/models")); diff != "" {
		t.Error(diff)
	}
}

func TestOpenAIRefuses(t *testing.T) {
	_, h := start(t, Config{Models: []string{"m"}})
	for name, test := range map[string]struct {
		body   string
		status int
		says   string
	}{
		"an unknown model": {`{"model":"x","messages":[]}`, 404, "The model `x` does not exist."},
		"no body":          {``, 400, "missing request body"},
		"n":                {`{"model":"m","n":0}`, 400, "n is 0"},
		"a long prompt":    {fmt.Sprintf(`{"model":"m","messages":[{"role":"user","content":%q}]}`, strings.Repeat("word ", contextLength)), 400, "maximum context length is 131072"},
	} {
		status, body := post(t, h.URL+"/v1/chat/completions", "", test.body)
		var refusal wire.APIErrorResponse
		if err := json.Unmarshal([]byte(body), &refusal); err != nil || status != test.status || !strings.Contains(refusal.Error.Message, test.says) || refusal.Error.Code != float64(test.status) {
			t.Errorf("%s: %d, %s", name, status, body)
		}
	}
}

// A stream says what the answer without one says, in each of its choices; the counts are of all of them.
func TestChatCompletions(t *testing.T) {
	s, addr := serving(t, Config{TokensPerSecond: 1e5, OutputTokens: 20})
	const request = `{"model":"m","n":3,"max_tokens":5,"messages":[{"role":"system","content":"1234"},{"role":"user","content":[{"type":"text","text":"5678"}]}],"stream":%t,"stream_options":{"include_usage":true}}`
	_, streamed, err := answered(t, dial(t, addr, "/v1/chat/completions", fmt.Sprintf(request, true)))
	if err != nil {
		t.Fatal(err)
	}
	_, once, err := answered(t, dial(t, addr, "/v1/chat/completions", fmt.Sprintf(request, false)))
	if err != nil {
		t.Fatal(err)
	}
	var whole wire.ChatCompletion
	if err := json.Unmarshal([]byte(once), &whole); err != nil {
		t.Fatal(err)
	}
	texts, roles, ends := map[int]string{}, 0, 0
	var usage *wire.Usage
	for _, e := range chatEvents(t, streamed) {
		usage = e.Usage
		for _, c := range e.Choices {
			if c.Delta.Role == "assistant" && *c.Delta.Content == "" {
				roles++
			}
			if c.Delta.Content != nil {
				texts[c.Index] += *c.Delta.Content
			}
			if c.FinishReason != nil && *c.FinishReason == "length" {
				ends++
			}
		}
	}
	if roles != 3 || ends != 3 || len(texts) != 3 || texts[0] == texts[1] || *usage.CompletionTokens != 15 || *usage.PromptTokens != 2 || *usage.TotalTokens != 17 {
		t.Errorf("%d roles, %d ends, %v, %s", roles, ends, texts, streamed)
	}
	for _, c := range whole.Choices {
		if *c.Message.Content != texts[c.Index] || c.FinishReason != "length" {
			t.Errorf("choice %d: %q, and %q as a stream", c.Index, *c.Message.Content, texts[c.Index])
		}
	}
	if diff := cmp.Diff(usage, whole.Usage); diff != "" {
		t.Error(diff)
	}
	if sent := s.Sent(); len(sent) != 3+15+3+1 {
		t.Errorf("%d chunks", len(sent))
	}
}

func TestCompletions(t *testing.T) {
	_, addr := serving(t, Config{TokensPerSecond: 1e5, OutputTokens: 4})
	_, body, err := answered(t, dial(t, addr, "/v1/completions", `{"model":"m","prompt":"p","stream":true}`))
	if err != nil || strings.Count(body, "data: ") != 4+1+1 || strings.Contains(body, "usage") {
		t.Errorf("%v, %s", err, body)
	}
	_, once, err := answered(t, dial(t, addr, "/v1/completions", `{"model":"m","prompt":"p"}`))
	var whole wire.Completion
	if err != nil || json.Unmarshal([]byte(once), &whole) != nil || *whole.Usage.CompletionTokens != 4 || *whole.Choices[0].FinishReason != "stop" {
		t.Errorf("%v, %s", err, once)
	}
}

// An effect meets the calls of each protocol; in OpenAI's, all members of the body are options.
func TestEffectsByProtocol(t *testing.T) {
	c := Config{TTFT: 1, Effects: []Effect{{When: map[string]any{"temperature": 0.5}, TTFT: 1e6}}}
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	var options map[string]any
	_ = json.Unmarshal([]byte(`{"model":"m","temperature":0.5,"max_completion_tokens":3}`), &options)
	if a := s.answer(request{options: options, choices: 1}); a.script.ttft < 1e6 {
		t.Errorf("ttft %v", a.script.ttft)
	}
}

// Over TLS streams, connections and recorded times are as they are without.
func TestTLS(t *testing.T) {
	cert, roots, err := SelfSigned()
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(Config{TokensPerSecond: 1e5, OutputTokens: 5})
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = s.Serve(t.Context(), tls.NewListener(ln, &tls.Config{Certificates: []tls.Certificate{cert}}))
	}()
	conn, err := tls.Dial("tcp", ln.Addr().String(), &tls.Config{RootCAs: roots, ServerName: "127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for i := range 3 {
		ask(t, conn, "/v1/chat/completions", chatBody)
		if _, body, err := answered(t, conn); err != nil || len(chatEvents(t, body)) != 1+5+1+1 {
			t.Errorf("call %d: %v, %s", i, err, body)
		}
		if sent := s.SentOf("id"); len(sent) != 8 || sent[7].At.Before(sent[0].At) {
			t.Errorf("call %d: %+v", i, sent)
		}
	}
}
