package wire

import (
	"strings"
	"testing"
)

// delta0 is an event that brings something of the first choice.
func delta0(members string) string {
	return `data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{` + members + `},"finish_reason":null}]}` + "\n\n"
}

const (
	openAIStop = `data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}` + "\n\n"
	openAIDone = "data: [DONE]\n\n"
)

// stopped is the stream of an answer that ends with openAIStop.
func stopped(s Stream) Stream {
	s.DoneReason, s.Timings.DoneReason = "stop", "stop"
	return s
}

func TestDecodeOpenAI(t *testing.T) {
	role := delta0(`"role":"assistant","content":""`)
	a, end := delta0(`"content":"a"`), openAIStop+openAIDone
	mib := strings.Repeat("x", 1<<20)
	// oneA is what came when the read with this number brought an a, and the first event came with the first read.
	oneA := func(read int64) Stream {
		return stopped(Stream{FirstNS: new(int64(0)), Chunks: []Chunk{{NS: read}}, Choice: Choice{Response: "a"}})
	}
	unstopped := Stream{FirstNS: new(int64(0)), Chunks: []Chunk{{NS: 0}}, Choice: Choice{Response: "a"}}
	undone := oneA(0)
	undone.WithoutDone = true
	both := `data: {"choices":[{"index":1,"delta":{"content":"b"}},{"index":0,"delta":{"content":"a"}}]}` + "\n\n"
	testDecode(t, OpenAIChat, []decodeTest{
		{"role first", []string{role, a, end}, oneA(1), nil, ""},
		{"content null", []string{delta0(`"role":"assistant","content":null`), a, end}, oneA(1), nil, ""},
		{"coalesced", []string{a + a, end}, stopped(Stream{FirstNS: new(int64(0)), Chunks: []Chunk{{NS: 0}, {NS: 0}}, Coalesced: 1, Choice: Choice{Response: "aa"}}), nil, ""},
		{"split over reads", []string{role + a[:40], a[40 : len(a)-2], "\n", "\n" + end}, oneA(1), nil, ""},
		{"split inside UTF-8", []string{role, strings.Split(delta0(`"content":"é"`), "\xa9")[0], "\xa9" + strings.Split(delta0(`"content":"é"`), "\xa9")[1] + end}, stopped(Stream{FirstNS: new(int64(0)), Chunks: []Chunk{{NS: 2}}, Choice: Choice{Response: "é"}}), nil, ""},
		{"comments", []string{": OPENROUTER PROCESSING\n\n:\n\n", a, ":ping\n\n" + end}, Stream{FirstNS: new(int64(1)), Chunks: []Chunk{{NS: 1}}, Choice: Choice{Response: "a", DoneReason: "stop"}, Timings: Timings{DoneReason: "stop"}}, nil, ""},
		{"empty events", []string{"\n\n\ndata:\n\ndata\n\nevent: ping\n\n" + a + end}, oneA(0), nil, ""},
		{"no space behind data:", []string{strings.ReplaceAll(a+end, "data: ", "data:")}, oneA(0), nil, ""},
		{"data of several lines", []string{"data: {\ndata:\n", "data: \"choices\": [{\"delta\": {\"content\": \"a\"}}]\n", "data: }\n", "data:\n", "\n" + end}, Stream{FirstNS: new(int64(2)), Chunks: []Chunk{{NS: 2}}, Choice: Choice{Response: "a", DoneReason: "stop"}, Timings: Timings{DoneReason: "stop"}}, nil, ""},
		{"other fields", []string{"event: message\nid: 7\nretry: 10\n" + a + end}, oneA(0), nil, ""},
		{"CRLF", []string{strings.ReplaceAll(a+end, "\n", "\r\n")}, oneA(0), nil, ""},
		{"CR", []string{strings.ReplaceAll(a+end, "\n", "\r")}, oneA(0), nil, ""},
		{"all three", []string{": x\r: y\r\n\r" + a + end}, oneA(0), nil, ""},
		{"byte order mark", []string{"\uFEFF" + a + end}, oneA(0), nil, ""},
		{"[DONE] not ended", []string{a + openAIStop + "data: [DONE]"}, oneA(0), nil, ""},
		{"[DONE] alone ends it", []string{a + openAIDone}, unstopped, nil, ""},
		{"no [DONE]", []string{a + openAIStop}, undone, nil, ""},
		{"neither", []string{a}, unstopped, ErrUnfinished, "neither [DONE] nor a finish_reason"},
		{"of two choices one has no end", []string{both + end[:len(openAIStop)]}, stopped(Stream{FirstNS: new(int64(0)), Chunks: []Chunk{{Choice: 1}, {}}, Coalesced: 1, Choice: Choice{Response: "a"}, Others: []Choice{{Response: "b"}}}), ErrUnfinished, "of every choice"},
		{"empty", nil, Stream{}, ErrUnfinished, "without done"},
		{"ends inside an event", []string{a + a[:len(a)-9]}, unstopped, ErrUnfinished, "inside the event"},
		{"ends inside [DONE]", []string{a + "data: [DO"}, unstopped, ErrUnfinished, "inside the event"},
		{"a cut event that is ended", []string{a + a[:len(a)-9] + "\n\n"}, unstopped, ErrMalformed, "ends too early"},
		{"an event of the kind error", []string{a + "event: error\ndata: {\"message\":\"out of memory\"}\n\n"}, unstopped, ErrReported, "error: out of memory"},
		{"the same in words", []string{a + "event: error\ndata: out of memory\n\n"}, unstopped, ErrReported, "error: out of memory"},
		{"error object", []string{a + `data: {"error":{"message":"out of memory","type":"x","code":500}}` + "\n\n" + openAIDone}, unstopped, ErrReported, "error: out of memory"},
		{"error text", []string{a + `data: {"error":"out of memory","error_type":"x"}` + "\n\n"}, unstopped, ErrReported, "error: out of memory"},
		{"vLLM's error", []string{a + `data: {"object":"error","message":"out of memory","code":500}` + "\n\n" + openAIDone}, unstopped, ErrReported, "error: out of memory"},
		{"llama.cpp's error", []string{a + `error: {"code":500,"message":"out of memory"}` + "\n\n"}, unstopped, ErrReported, "error: out of memory"},
		{"a body that is an error", []string{"{\n" + `"error": {"message":"out of memory"}` + "\n}\n"}, Stream{}, ErrReported, "error: out of memory"},
		{"an error that is none", []string{strings.Replace(a, `{"id"`, `{"error":null,"id"`, 1) + end}, oneA(0), nil, ""},
		{"goes on after [DONE]", []string{openAIDone + a}, Stream{}, ErrMalformed, "after [DONE]"},
		{"not a stream", []string{"<html>\n"}, Stream{}, ErrMalformed, `no line of server-sent events: "<html>`},
		{"an answer that is not streamed", []string{`{"choices":[{"message":{"content":"a"}}]}`}, Stream{}, ErrMalformed, "no line of server-sent events"},
		{"not JSON", []string{"data: hello\n\n"}, Stream{}, ErrMalformed, `in "hello"`},
		{"another protocol", []string{`data: {"response":"a","done":false}` + "\n\n"}, Stream{}, ErrMalformed, "neither choices nor error"},
		{"two objects in a line", []string{"data: {\"choices\":[]}{}\n\n"}, Stream{}, ErrMalformed, "more after the JSON"},
		{"a text that is none", []string{delta0(`"content":5`)}, Stream{}, ErrMalformed, `"content" can't be a number`},
		{"an absurd index", []string{`data: {"choices":[{"index":1000000000,"delta":{"content":"a"}}]}` + "\n\n"}, Stream{}, ErrMalformed, `"index" is no whole number up to 127`},
		{"a negative index", []string{`data: {"choices":[{"index":-1,"delta":{"content":"a"}}]}` + "\n\n"}, Stream{}, ErrMalformed, `"index" is negative`},
		{"event of 1 MiB", []string{delta0(`"content":"` + mib + `"`), end}, stopped(Stream{Choice: Choice{Response: mib}}), nil, ""},
		{"line over the limit", []string{": " + strings.Repeat(mib, 4)}, Stream{}, ErrMalformed, "a line of 4194306"},
		{"event over the limit", []string{strings.Repeat("data: "+mib+"\n", 5)}, Stream{}, ErrMalformed, "an event of more than 4194304"},
	})
}

func TestDecodeOpenAIContents(t *testing.T) {
	end := openAIDone
	firstNS := new(int64(0))
	usage := `data: {"choices":[],"usage":{"prompt_tokens":7,"total_tokens":10,"completion_tokens":3,"prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":{"reasoning_tokens":2}}}` + "\n\n"
	call := func(members string) string { return delta0(`"tool_calls":[{` + members + `}]`) }
	calls := Choice{ToolCalls: []ToolCall{{ID: "call_1", Name: "f", Arguments: `{"x":1}`}, {ID: "call_2", Name: "g", Arguments: "{}"}}}
	testDecode(t, OpenAIChat, []decodeTest{
		{"thinking, as DeepSeek says it", []string{delta0(`"content":null,"reasoning_content":"hm"`), delta0(`"content":"a","reasoning_content":null`), end}, Stream{FirstNS: firstNS, Chunks: []Chunk{{NS: 0, Kind: Thinking}, {NS: 1}}, Choice: Choice{Response: "a", Thinking: "hm"}}, nil, ""},
		{"thinking, as vLLM says it", []string{delta0(`"reasoning":"hm"`), delta0(`"content":"a"`), end}, Stream{FirstNS: firstNS, Chunks: []Chunk{{NS: 0, Kind: Thinking}, {NS: 1}}, Choice: Choice{Response: "a", Thinking: "hm"}}, nil, ""},
		{"both, once", []string{delta0(`"reasoning":"hm","reasoning_content":"hm"`) + delta0(`"reasoning":"?","reasoning_content":null`), end}, Stream{FirstNS: firstNS, Chunks: []Chunk{{Kind: Thinking}, {Kind: Thinking}}, Coalesced: 1, Choice: Choice{Thinking: "hm?"}}, nil, ""},
		{"refusal", []string{delta0(`"refusal":"no"`), end}, Stream{FirstNS: firstNS, Chunks: []Chunk{{}}, Choice: Choice{Refusal: "no"}}, nil, ""},
		{"calls in parts", []string{
			call(`"index":0,"id":"call_1","type":"function","function":{"name":"f","arguments":""}`), call(`"index":0,"function":{"arguments":"{\"x\""}`),
			call(`"index":1,"id":"call_2","type":"function","function":{"name":"g","arguments":"{}"}`), call(`"index":0,"function":{"arguments":":1}"}`), call(`"index":0,"function":{}`), end,
		}, Stream{FirstNS: firstNS, Chunks: []Chunk{{NS: 0, Kind: Calling}, {NS: 1, Kind: Calling}, {NS: 2, Kind: Calling}, {NS: 3, Kind: Calling}}, Choice: calls}, nil, ""},
		{"calls without an index", []string{
			call(`"id":"call_1","function":{"name":"f","arguments":""}`), call(`"function":{"arguments":"{\"x\":1}"}`), call(`"id":"call_2","function":{"name":"g","arguments":{}}`), end,
		}, Stream{FirstNS: firstNS, Chunks: []Chunk{{NS: 0, Kind: Calling}, {NS: 1, Kind: Calling}, {NS: 2, Kind: Calling}}, Choice: calls}, nil, ""},
		{"several choices", []string{
			`data: {"choices":[{"index":1,"delta":{"content":"b"}}]}` + "\n\n", delta0(`"content":"a"`),
			`data: {"choices":[{"index":1,"delta":{},"finish_reason":"length"}]}` + "\n\n", end,
		}, Stream{FirstNS: firstNS, Chunks: []Chunk{{NS: 0, Choice: 1}, {NS: 1}}, Choice: Choice{Response: "a"}, Others: []Choice{{Response: "b", DoneReason: "length"}}}, nil, ""},
		{"usage in the last event", []string{delta0(`"content":"a"`), usage, end}, Stream{FirstNS: firstNS, Chunks: []Chunk{{}}, Choice: Choice{Response: "a"}, Tokens: Tokens{Prompt: new(7), Cached: new(4), Output: new(3), Reasoning: new(2)}}, nil, ""},
		{"usage null", []string{strings.Replace(delta0(`"content":"a"`), `{"id"`, `{"usage":null,"id"`, 1), end}, Stream{FirstNS: firstNS, Chunks: []Chunk{{}}, Choice: Choice{Response: "a"}}, nil, ""},
		{"usage in every event", []string{`data: {"choices":[{"delta":{"content":"a"}}],"usage":{"prompt_tokens":7,"completion_tokens":0}}` + "\n\n", usage, end}, Stream{FirstNS: firstNS, Chunks: []Chunk{{}}, Choice: Choice{Response: "a"}, Tokens: Tokens{Prompt: new(7), Cached: new(4), Output: new(3), Reasoning: new(2)}}, nil, ""},
		{"negative usage", []string{`data: {"choices":[],"usage":{"prompt_tokens":-7}}` + "\n\n"}, Stream{}, ErrMalformed, `"prompt_tokens" is negative`},
		{"llama.cpp's timings", []string{
			delta0(`"content":"a"`), `data: {"choices":[],"timings":{"prompt_n":2,"prompt_ms":1.5,"prompt_per_second":1e3,"predicted_n":1,"predicted_ms":0.0000004}}` + "\n\n", end,
		}, Stream{FirstNS: firstNS, Chunks: []Chunk{{}}, Choice: Choice{Response: "a"}, Tokens: Tokens{Output: new(1)}, Timings: Timings{PromptEvalNS: new(int64(1500000)), EvalNS: new(int64(0)), PromptEvalCount: new(2), EvalCount: new(1)}}, nil, ""},
		{"a negative timing", []string{`data: {"choices":[],"timings":{"prompt_ms":-0.1}}` + "\n\n"}, Stream{}, ErrMalformed, `"prompt_ms" is negative`},
		{"an absurd timing", []string{`data: {"choices":[],"timings":{"prompt_ms":1e300}}` + "\n\n"}, Stream{}, ErrMalformed, `"prompt_ms" is no number up to`},
		{"an infinite timing", []string{`data: {"choices":[],"timings":{"prompt_ms":1e999}}` + "\n\n"}, Stream{}, ErrMalformed, `"prompt_ms" is no number up to`},
	})
	testDecode(t, OpenAICompletions, []decodeTest{
		{"completions", []string{
			`data: {"id":"c","object":"text_completion","choices":[{"index":0,"text":"a","logprobs":null,"finish_reason":null}]}` + "\n\n",
			`data: {"choices":[{"index":0,"text":"","finish_reason":"length"}],"usage":{"prompt_tokens":7,"completion_tokens":1}}` + "\n\n", end,
		}, Stream{FirstNS: firstNS, Chunks: []Chunk{{}}, Choice: Choice{Response: "a", DoneReason: "length"}, Tokens: Tokens{Prompt: new(7), Output: new(1)}, Timings: Timings{DoneReason: "length"}}, nil, ""},
	})
}
