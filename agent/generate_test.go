package agent_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"bench/agent"
	"bench/agent/emulator"

	"github.com/google/go-cmp/cmp"
)

// serve gives a client of a handler.
func serve(t testing.TB, h http.Handler, limits agent.Timeouts) *agent.Client {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return client(t, agent.Endpoint{Kind: "ollama", URL: server.URL, Timeouts: limits})
}

func client(t testing.TB, e agent.Endpoint) *agent.Client {
	t.Helper()
	c, err := agent.NewClient(e)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func emulate(t testing.TB, config emulator.Config) (*emulator.Server, *agent.Client) {
	t.Helper()
	server, err := emulator.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return server, serve(t, server, agent.Timeouts{FirstToken: 300 * time.Millisecond, Idle: 300 * time.Millisecond})
}

var request = agent.Request{ID: "x.run[1]", Step: "analysis", Model: "m", Prompt: "Say something.", MaxTokens: 12}

func TestGenerate(t *testing.T) {
	server, c := emulate(t, emulator.Config{TokensPerSecond: 2000, LoadTime: time.Millisecond})
	call := c.Generate(t.Context(), request)
	if call.Error != nil {
		t.Fatal(call.Error)
	}
	if len(call.ChunkNS) != 12 || call.OutputTokens != 12 || call.TokensFrom != "server" || *call.PromptTokens != 4 {
		t.Errorf("%d chunks, %d tokens by the %s, %v of the prompt", len(call.ChunkNS), call.OutputTokens, call.TokensFrom, *call.PromptTokens)
	}
	if call.Step != "analysis" || call.Conn != "new" || call.ConnNS <= 0 || call.TTFTAnswerNS != nil {
		t.Errorf("%+v", call)
	}
	if !strings.HasPrefix(call.Response, "## Summary\n") || call.Server.DoneReason != "length" {
		t.Errorf("response %q, ended by %q", call.Response, call.Server.DoneReason)
	}
	order := append([]int64{0, call.ConnNS, *call.FirstByteNS}, call.ChunkNS...)
	order = append(order, call.EndNS)
	for i := 1; i < len(order); i++ {
		if order[i] < order[i-1] {
			t.Fatalf("times go back: %v", order)
		}
	}
	if *call.TTFTNS != call.ChunkNS[0] || *call.FirstByteNS > *call.TTFTNS {
		t.Errorf("first byte %d, ttft %d, first chunk %d", *call.FirstByteNS, *call.TTFTNS, call.ChunkNS[0])
	}
	for i, sent := range server.Sent()[:12] { // nothing arrives before it was sent
		if arrived := call.StartedAt.Add(time.Duration(call.ChunkNS[i])); arrived.Before(sent.At) {
			t.Errorf("chunk %d arrived %v before it was sent", i, sent.At.Sub(arrived))
		}
	}
	if again := c.Generate(t.Context(), request); again.Conn != "reused" || again.ConnNS != 0 || runtime.GOOS == "linux" && again.Clock != "kernel" {
		t.Errorf("second call: connection %s, %d ns, clock %s", again.Conn, again.ConnNS, again.Clock)
	}
}

// Each planted fault ends in its class, and keeps what came before it.
func TestEmulatedFaults(t *testing.T) {
	for kind, want := range map[string]struct {
		class  agent.Class
		status int
		tokens int
		saying string
	}{
		emulator.Reset:       {agent.ServerError, 200, 6, "broke off"},
		emulator.Stall:       {agent.Timeout, 200, 6, "timeouts.idle"},
		emulator.HTTP500:     {agent.ServerError, 500, 0, "told to fail"},
		emulator.Truncated:   {agent.ServerError, 200, 6, "without done"},
		emulator.SlowHeader:  {agent.Timeout, 0, 0, "timeouts.first_token"},
		emulator.ErrorObject: {agent.ServerError, 200, 6, "told to fail"},
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			_, c := emulate(t, emulator.Config{TokensPerSecond: 1000, Faults: []emulator.Fault{{Kind: kind, Rate: 1}}})
			call := c.Generate(t.Context(), request)
			e := call.Error
			if e == nil || e.Class != want.class || e.HTTPStatus != want.status || e.Tokens != want.tokens || !strings.Contains(e.Message, want.saying) {
				t.Fatalf("%+v, want %+v", e, want)
			}
			if len(call.ChunkNS) != want.tokens || (call.TTFTNS != nil) != (want.tokens > 0) || call.EndNS <= 0 || e.Bytes == 0 && want.status != 0 {
				t.Errorf("partial timings: %d chunks, ttft %v, end %d, %d bytes", len(call.ChunkNS), call.TTFTNS, call.EndNS, e.Bytes)
			}
			if got := agent.CallMetrics(call); len(got) != 0 {
				t.Errorf("a failed call has metrics %v", got)
			}
		})
	}
}

// A server that isn't as it should be, and what is said of it.
func TestAnswersThatFail(t *testing.T) {
	answer := func(status int, body string, header ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/api/tags" {
				_, _ = io.WriteString(w, `{"models":[{"name":"tiny:latest"},{"name":"small:latest"}]}`)
				return
			}
			for i := 0; i < len(header); i += 2 {
				w.Header().Set(header[i], header[i+1])
			}
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	for name, test := range map[string]struct {
		handler http.HandlerFunc
		want    agent.Error
	}{
		"unknown model": {answer(404, `{"error":"model 'm' not found"}`),
			agent.Error{Class: agent.BadRequest, HTTPStatus: 404, Bytes: 31, Message: "404 Not Found: model 'm' not found; `ollama pull m` fetches it, the server has tiny:latest, small:latest"}},
		"another server": {func(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) },
			agent.Error{Class: agent.BadRequest, HTTPStatus: 404, Bytes: 19, Message: "404 Not Found: 404 page not found; is URL an Ollama server?"}},
		"bad option": {answer(400, `{"error":"invalid options: num_ctx"}`),
			agent.Error{Class: agent.BadRequest, HTTPStatus: 400, Bytes: 36, Message: "400 Bad Request: invalid options: num_ctx"}},
		"rate limit": {answer(429, "", "Retry-After", "7"),
			agent.Error{Class: agent.RateLimited, HTTPStatus: 429, Message: "429 Too Many Requests: no message (Retry-After: 7)", RetryAfterNS: 7e9}},
		"busy for long": {answer(503, "", "Retry-After", "120"),
			agent.Error{Class: agent.ServerError, HTTPStatus: 503, Message: "503 Service Unavailable: no message (Retry-After: 120)", RetryAfterNS: 120e9}},
		"busy": {answer(503, "please\n try again"),
			agent.Error{Class: agent.ServerError, HTTPStatus: 503, Bytes: 17, Message: "503 Service Unavailable: please try again"}},
		"redirect": {answer(302, "", "Location", "http://elsewhere/"),
			agent.Error{Class: agent.InvalidOutput, HTTPStatus: 302, Message: "URL redirects to http://elsewhere/: write that address as the server's url"}},
		"no content": {answer(204, ""),
			agent.Error{Class: agent.InvalidOutput, HTTPStatus: 204, Message: "204 No Content: no message"}},
		"compressed": {answer(200, "\x1f\x8b", "Content-Encoding", "gzip"),
			agent.Error{Class: agent.InvalidOutput, HTTPStatus: 200, Message: "the answer is encoded as gzip, which was not asked for"}},
		"a web page": {answer(200, "<html>\n"),
			agent.Error{Class: agent.InvalidOutput, HTTPStatus: 200, Bytes: 7, Message: `the stream is malformed: invalid character '<' at byte 1 in "<html>"`}},
		"an error that is an object": {answer(200, `{"error":{"message":"no memory"}}`+"\n"),
			agent.Error{Class: agent.ServerError, HTTPStatus: 200, Bytes: 34, Message: `the server reported an error: no memory`}},
		"a number for a text": {answer(200, `{"response":7,"done":false}`+"\n"),
			agent.Error{Class: agent.InvalidOutput, HTTPStatus: 200, Bytes: 28, Message: `the stream is malformed: "response" can't be a number in "{\"response\":7,\"done\":false}"`}},
		"closes": {func(_ http.ResponseWriter, r *http.Request) { _, _ = io.ReadAll(r.Body); panic(http.ErrAbortHandler) },
			agent.Error{Class: agent.Connect, Message: "URL closed before it answered: EOF"}},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(test.handler)
			defer server.Close()
			call := client(t, agent.Endpoint{Kind: "ollama", URL: server.URL}).Generate(t.Context(), request)
			if call.Error == nil {
				t.Fatal("no error")
			}
			call.Error.Message = strings.ReplaceAll(call.Error.Message, server.URL, "URL")
			if diff := cmp.Diff(&test.want, call.Error); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestNobodyListens(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := ln.Addr().String()
	ln.Close()
	c := client(t, agent.Endpoint{Kind: "ollama", URL: address})
	for name, e := range map[string]*agent.Error{
		"generate": c.Generate(t.Context(), request).Error,
		"unload":   c.Unload(t.Context(), "m"),
	} {
		if e == nil || e.Class != agent.Connect || !strings.Contains(e.Message, "nothing listens at http://"+address) {
			t.Errorf("%s: %+v", name, e)
		}
	}
}

// The caller's context ends a call at each of its stages.
func TestContextEndsCall(t *testing.T) {
	for name, test := range map[string]struct {
		fault  string
		end    func(context.Context) (context.Context, context.CancelFunc)
		class  agent.Class
		saying string
	}{
		"deadline before the header": {emulator.SlowHeader, deadline, agent.Timeout, "time allowed for the run"},
		"deadline in the answer":     {emulator.Stall, deadline, agent.Timeout, "time allowed for the run"},
		"interrupt in the answer":    {emulator.Stall, interrupt, agent.Infrastructure, "interrupted: Ctrl-C"},
		"interrupt before":           {emulator.SlowHeader, interrupt, agent.Infrastructure, "interrupted: Ctrl-C"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, c := emulate(t, emulator.Config{TokensPerSecond: 1e6, Faults: []emulator.Fault{{Kind: test.fault, Rate: 1}}})
			ctx, cancel := test.end(t.Context())
			defer cancel()
			e := c.Generate(ctx, request).Error
			if e == nil || e.Class != test.class || !strings.Contains(e.Message, test.saying) {
				t.Errorf("%+v", e)
			}
		})
	}
}

func deadline(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, 50*time.Millisecond)
}

func interrupt(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	timer := time.AfterFunc(50*time.Millisecond, func() { cancel(errors.New("Ctrl-C")) })
	return ctx, func() { timer.Stop(); cancel(nil) }
}

func TestWhatIsSent(t *testing.T) {
	var got map[string]any
	var header http.Header
	c := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got, header = nil, r.Header
		_ = json.NewDecoder(r.Body).Decode(&got)
		_, _ = io.WriteString(w, `{"response":"a","done":true}`)
	}), agent.Timeouts{})
	for name, test := range map[string]struct {
		max     int
		options map[string]any
		want    any
	}{
		"as they stand":           {0, map[string]any{"num_gpu": 60.0, "temperature": 0.8, "stop": []any{"x"}}, map[string]any{"num_gpu": 60.0, "temperature": 0.8, "stop": []any{"x"}}},
		"none":                    {0, nil, nil},
		"max_tokens alone":        {5, nil, map[string]any{"num_predict": 5.0}},
		"max_tokens beside":       {5, map[string]any{"num_ctx": 256.0}, map[string]any{"num_ctx": 256.0, "num_predict": 5.0}},
		"an explicit num_predict": {5, map[string]any{"num_predict": 9.0}, map[string]any{"num_predict": 9.0}},
	} {
		before := len(test.options)
		call := c.Generate(t.Context(), agent.Request{ID: "id", Model: "m", Prompt: "p", MaxTokens: test.max, Options: test.options})
		if call.Error != nil {
			t.Fatal(call.Error)
		}
		if diff := cmp.Diff(test.want, got["options"]); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if got["stream"] != true || got["model"] != "m" || got["prompt"] != "p" || header.Get("X-Request-Id") != "id" || header.Get("Accept-Encoding") != "" {
			t.Errorf("%s: body %v, header %v", name, got, header)
		}
		if len(test.options) != before {
			t.Errorf("%s: the caller's options were changed", name)
		}
		if call.TokensFrom != "chunks" || call.OutputTokens != 1 {
			t.Errorf("%s: %d tokens by %s", name, call.OutputTokens, call.TokensFrom)
		}
	}
}

func TestThinkingIsTimedApart(t *testing.T) {
	c := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for _, line := range []string{`{"response":"","thinking":"hm","done":false}`, `{"response":"a","done":false}`, `{"response":"","done":true}`} {
			_, _ = io.WriteString(w, line+"\n")
			w.(http.Flusher).Flush()
		}
	}), agent.Timeouts{})
	call := c.Generate(t.Context(), request)
	if call.Error != nil || call.Response != "a" || call.Thinking != "hm" || len(call.ChunkNS) != 2 {
		t.Fatalf("%+v", call)
	}
	if *call.TTFTNS != call.ChunkNS[0] || call.TTFTAnswerNS == nil || *call.TTFTAnswerNS != call.ChunkNS[1] {
		t.Errorf("ttft %d, of the answer %v, chunks %v", *call.TTFTNS, call.TTFTAnswerNS, call.ChunkNS)
	}
}

func TestRequestsThatCannotBeSent(t *testing.T) {
	c := client(t, agent.Endpoint{Kind: "ollama", URL: "http://127.0.0.1:1"})
	for saying, req := range map[string]agent.Request{
		"prompt is empty":           {Model: "m"},
		"cannot be written as JSON": {Model: "m", Prompt: "p", Options: map[string]any{"f": func() {}}},
	} {
		if e := c.Generate(t.Context(), req).Error; e == nil || e.Class != agent.BadRequest || !strings.Contains(e.Message, saying) {
			t.Errorf("%+v, want %q", e, saying)
		}
	}
}

func TestNewClientRefuses(t *testing.T) {
	for saying, e := range map[string]agent.Endpoint{
		`"triton" is not known`: {Kind: "triton", URL: "http://h"},
		"has no url":            {Kind: "ollama"},
		"begins with ftp://":    {Kind: "ollama", URL: "ftp://h"},
		"names no host":         {Kind: "ollama", URL: "http:///x"},
		"holds more than":       {Kind: "ollama", URL: "http://me:secret@h/"},
		"negative":              {Kind: "ollama", URL: "h:1", Timeouts: agent.Timeouts{Idle: -1}},
		"the server's url: ":    {Kind: "ollama", URL: "http://h:port"},
	} {
		_, err := agent.NewClient(e)
		if err == nil || !strings.Contains(err.Error(), saying) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%v: %v, want %q", e, err, saying)
		}
	}
}

// A server that says a part of a call took longer than the whole is not believed: one such run would turn a mean upside down.
func TestImpossibleDurations(t *testing.T) {
	for _, part := range []string{"load_duration", "prompt_eval_duration", "eval_duration"} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"response":"a","done":false}`+"\n"+`{"done":true,"eval_count":1,"`+part+`":1000000000000}`+"\n")
		}))
		call := client(t, agent.Endpoint{Kind: "ollama", URL: server.URL}).Generate(t.Context(), request)
		server.Close()
		if call.Error == nil || call.Error.Class != agent.InvalidOutput || !strings.Contains(call.Error.Message, part+" was 16m40s, in a call of ") {
			t.Errorf("%s: %v", part, call.Error)
		}
	}
}

// A stream may last longer than first_token and idle together, as long as something comes.
func TestLongStreamIsNotCut(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for range 6 {
			_, _ = io.WriteString(w, `{"response":"a","done":false}`+"\n")
			_ = http.NewResponseController(w).Flush()
			time.Sleep(250 * time.Millisecond)
		}
		_, _ = io.WriteString(w, `{"done":true,"eval_count":6}`+"\n")
	}))
	defer server.Close()
	limits := agent.Timeouts{FirstToken: time.Second, Idle: time.Second}
	began := time.Now()
	call := client(t, agent.Endpoint{Kind: "ollama", URL: server.URL, Timeouts: limits}).Generate(t.Context(), request)
	if call.Error != nil || call.OutputTokens != 6 {
		t.Errorf("%d tokens, %v", call.OutputTokens, call.Error)
	}
	if whole := time.Since(began).Nanoseconds(); call.EndNS < 1500e6 || call.EndNS > whole {
		t.Errorf("the call ended at %d ns, and all of it took %d", call.EndNS, whole)
	}
}
