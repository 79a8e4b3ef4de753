package wire

import (
	"slices"
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

func openAITests() []decodeTest {
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
	return []decodeTest{
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
		{"ends inside an event", []string{a + a[:len(a)-9]}, unstopped, ErrUnfinished, "inside"},
		{"ends inside [DONE]", []string{a + "data: [DO"}, unstopped, ErrUnfinished, "inside"},
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
	}
}

func openAIContentTests() []decodeTest {
	end := openAIDone
	firstNS := new(int64(0))
	usage := `data: {"choices":[],"usage":{"prompt_tokens":7,"total_tokens":10,"completion_tokens":3,"prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":{"reasoning_tokens":2}}}` + "\n\n"
	call := func(members string) string { return delta0(`"tool_calls":[{` + members + `}]`) }
	calls := Choice{ToolCalls: []ToolCall{{ID: "call_1", Name: "f", Arguments: `{"x":1}`}, {ID: "call_2", Name: "g", Arguments: "{}"}}}
	return []decodeTest{
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
		{"a call that repeats its id and name", []string{call(`"index":0,"id":"c","function":{"name":"f","arguments":"{"}`) + call(`"index":0,"id":"c","function":{"name":"f","arguments":"}"}`), end}, Stream{FirstNS: firstNS, Chunks: []Chunk{{Kind: Calling}, {Kind: Calling}}, Coalesced: 1, Choice: Choice{ToolCalls: []ToolCall{{ID: "c", Name: "f", Arguments: "{}"}}}}, nil, ""},
		{"calls twice in one event", []string{delta0(`"tool_calls":[{"id":"c"}],"tool_calls":[{"id":"d"}]`), end}, Stream{FirstNS: firstNS, Chunks: []Chunk{{Kind: Calling}}, Choice: Choice{ToolCalls: []ToolCall{{ID: "d"}}}}, nil, ""},
		{"an absurd index of a call", []string{call(`"index":128`)}, Stream{}, ErrMalformed, `"index" is no whole number up to 127`},
		{"choices twice in one event", []string{`data: {"choices":[{"delta":{"content":"a"}}],"choices":[{"delta":{"content":"b"}}]}` + "\n\n", end}, Stream{FirstNS: firstNS, Chunks: []Chunk{{}}, Choice: Choice{Response: "b"}}, nil, ""},
		{"a finish_reason that is empty", []string{delta0(`"content":"a"`) + openAIStop, strings.Replace(openAIStop, "stop", "", 1), end}, stopped(Stream{FirstNS: firstNS, Chunks: []Chunk{{}}, Choice: Choice{Response: "a"}}), nil, ""},
		{"too many choices in one event", []string{`data: {"choices":[` + strings.Repeat("{},", 128) + "{}]}\n\n"}, Stream{}, ErrMalformed, "over 128 choices"},
		{"too many calls in one event", []string{call(strings.Repeat(`"id":"c"},{`, 128))}, Stream{}, ErrMalformed, "over 128 calls of tools"},
		{"too many calls", []string{call(strings.TrimSuffix(strings.Repeat(`"id":"c"},{`, 128), "},{")), call(`"id":"d"`)}, Stream{FirstNS: firstNS, Chunks: []Chunk{{Kind: Calling}}, Choice: Choice{ToolCalls: slices.Repeat([]ToolCall{{ID: "c"}}, 128)}}, ErrMalformed, "over 128 calls of tools"},
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
		{"llama.cpp's timings of a prompt in its cache", []string{
			delta0(`"content":"a"`), `data: {"choices":[],"timings":{"cache_n":5,"prompt_n":2,"predicted_n":1}}` + "\n\n", end,
		}, Stream{FirstNS: firstNS, Chunks: []Chunk{{}}, Choice: Choice{Response: "a"}, Tokens: Tokens{Prompt: new(7), Cached: new(5), Output: new(1)}, Timings: Timings{PromptEvalCount: new(2), EvalCount: new(1)}}, nil, ""},
		{"timings beside a usage", []string{
			delta0(`"content":"a"`), `data: {"choices":[],"timings":{"cache_n":5,"prompt_n":2},"usage":{"prompt_tokens":8,"prompt_tokens_details":{"cached_tokens":6}}}` + "\n\n", end,
		}, Stream{FirstNS: firstNS, Chunks: []Chunk{{}}, Choice: Choice{Response: "a"}, Tokens: Tokens{Prompt: new(8), Cached: new(6)}, Timings: Timings{PromptEvalCount: new(2)}}, nil, ""},
		{"a usage that doesn't tell of the cache", []string{
			delta0(`"content":"a"`), `data: {"choices":[],"timings":{"cache_n":5},"usage":{"prompt_tokens":8}}` + "\n\n", end,
		}, Stream{FirstNS: firstNS, Chunks: []Chunk{{}}, Choice: Choice{Response: "a"}, Tokens: Tokens{Prompt: new(8), Cached: new(5)}}, nil, ""},
		{"content in parts", []string{
			delta0(`"content":[{"type":"text","text":"a\ud83d"},{"type":"reference","reference_ids":[1]},"\ude42",{"text":null},null]`),
			delta0(`"content":[]`), delta0(`"content":[{"type":"text","text":"b"}]`), delta0(`"content":[{"type":"text","text":"c"}]`), end,
		}, Stream{FirstNS: firstNS, Chunks: []Chunk{{}, {NS: 2}, {NS: 3}}, Choice: Choice{Response: "a\uFFFD\uFFFDbc"}}, nil, ""},
		{"thinking in parts", []string{
			delta0(`"content":[{"type":"thinking","thinking":[{"type":"text","text":"h"},{"type":"text","text":"m"}]}]`),
			delta0(`"content":[{"type":"thinking","thinking":[]},{"type":"text","text":"a"}]`), openAIStop + end,
		}, stopped(Stream{FirstNS: firstNS, Chunks: []Chunk{{Kind: Thinking}, {NS: 1}}, Choice: Choice{Response: "a", Thinking: "hm"}}), nil, ""},
		{"content in parts and then not", []string{delta0(`"content":[{"text":"x"},{"thinking":[{"text":"y"}]}],"content":"a"`), delta0(`"content":"x","content":[{"text":"b"}]`), end}, Stream{FirstNS: firstNS, Chunks: []Chunk{{}, {NS: 1}}, Choice: Choice{Response: "ab"}}, nil, ""},
		{"a part that is none", []string{delta0(`"content":["a",5]`)}, Stream{}, ErrMalformed, `"content" can't be a number`},
		{"a part whose text is none", []string{delta0(`"content":[{"text":5}]`)}, Stream{}, ErrMalformed, `"text" can't be a number`},
		{"thinking that is no list", []string{delta0(`"content":[{"thinking":5}]`)}, Stream{}, ErrMalformed, `"thinking" can't be a number`},
		{"a negative timing", []string{`data: {"choices":[],"timings":{"prompt_ms":-0.1}}` + "\n\n"}, Stream{}, ErrMalformed, `"prompt_ms" is negative`},
		{"an absurd timing", []string{`data: {"choices":[],"timings":{"prompt_ms":1e300}}` + "\n\n"}, Stream{}, ErrMalformed, `"prompt_ms" is no number up to`},
		{"an infinite timing", []string{`data: {"choices":[],"timings":{"prompt_ms":1e999}}` + "\n\n"}, Stream{}, ErrMalformed, `"prompt_ms" is no number up to`},
		{"completions", []string{
			`data: {"id":"c","object":"text_completion","choices":[{"index":0,"text":"a","logprobs":null,"finish_reason":null}]}` + "\n\n",
			`data: {"choices":[{"index":0,"text":"","finish_reason":"length"}],"usage":{"prompt_tokens":7,"completion_tokens":1}}` + "\n\n", end,
		}, Stream{FirstNS: firstNS, Chunks: []Chunk{{}}, Choice: Choice{Response: "a", DoneReason: "length"}, Tokens: Tokens{Prompt: new(7), Output: new(1)}, Timings: Timings{DoneReason: "length"}}, nil, ""},
	}
}

// What an event has around its content is scanned once. These are streams in which that must not lead astray.
func patternTests() []decodeTest {
	event := func(content string) string { return delta0(`"content":"` + content + `"`) }
	firstNS := new(int64(0))
	two := Stream{FirstNS: firstNS, Chunks: []Chunk{{NS: 0}, {NS: 1}}}
	of := func(s Stream, c Choice) Stream { s.Choice = c; return s }
	one := Stream{FirstNS: firstNS, Chunks: []Chunk{{NS: 0}}, Choice: Choice{Response: "a"}}
	usage := strings.ReplaceAll(event("a"), `{"id"`, `{"usage":{"completion_tokens":1},"id"`)
	return []decodeTest{
		{"a quote more", []string{event("a"), event(`a","content":"b`), openAIDone}, of(two, Choice{Response: "ab"}), nil, ""},
		{"a member more", []string{event("a"), event(`b","reasoning":"c`), openAIDone}, of(two, Choice{Response: "ab", Thinking: "c"}), nil, ""},
		{"a choice more", []string{event("a"), event(`b"}},{"index":1,"delta":{"content":"c`), openAIDone}, Stream{FirstNS: firstNS, Chunks: []Chunk{{NS: 0}, {NS: 1}, {NS: 1, Choice: 1}}, Coalesced: 1, Choice: Choice{Response: "ab"}, Others: []Choice{{Response: "c"}}}, nil, ""},
		{"another choice", []string{event("a"), strings.Replace(event("b"), `"index":0`, `"index":1`, 1), openAIDone}, Stream{FirstNS: firstNS, Chunks: []Chunk{{NS: 0}, {NS: 1, Choice: 1}}, Choice: Choice{Response: "a"}, Others: []Choice{{Response: "b"}}}, nil, ""},
		{"a finish_reason", []string{event("a"), strings.Replace(event("b"), `null`, `"ab"`, 1), openAIDone}, Stream{FirstNS: firstNS, Chunks: two.Chunks, Choice: Choice{Response: "ab", DoneReason: "ab"}, Timings: Timings{DoneReason: "ab"}}, nil, ""},
		{"two choices", []string{strings.Repeat(`data: {"choices":[{"delta":{"content":"a"}},{"index":1,"delta":{"content":"b"}}]}`+"\n\n", 2), openAIDone}, Stream{FirstNS: firstNS, Chunks: []Chunk{{}, {Choice: 1}, {}, {Choice: 1}}, Coalesced: 3, Choice: Choice{Response: "aa"}, Others: []Choice{{Response: "bb"}}}, nil, ""},
		{"of several lines, another member", []string{strings.Replace(event("a"), ",", ",\ndata: ", 1), strings.Replace(delta0(`"refusal":"b"`), ",", ",\ndata: ", 1), openAIDone}, of(two, Choice{Response: "a", Refusal: "b"}), nil, ""},
		{"thinking", []string{delta0(`"reasoning":"a"`), delta0(`"reasoning":"b"`), event("c"), openAIDone}, Stream{FirstNS: firstNS, Chunks: []Chunk{{NS: 0, Kind: Thinking}, {NS: 1, Kind: Thinking}, {NS: 2}}, Choice: Choice{Thinking: "ab", Response: "c"}}, nil, ""},
		{"thinking in the other place", []string{delta0(`"reasoning":"a","reasoning_content":"b"`), delta0(`"reasoning":"a","reasoning_content":""`), openAIDone}, Stream{FirstNS: firstNS, Chunks: []Chunk{{NS: 0, Kind: Thinking}, {NS: 1, Kind: Thinking}}, Choice: Choice{Thinking: "ba"}}, nil, ""},
		{"an escape", []string{event("a"), event(`\"b`), openAIDone}, of(two, Choice{Response: `a"b`}), nil, ""},
		{"a malformed escape", []string{event("a"), event(`\x`)}, one, ErrMalformed, "invalid character 'x'"},
		{"a backslash before the quote", []string{event("a"), event(`\`)}, one, ErrMalformed, ""},
		{"a control character", []string{event("a"), event("\t")}, one, ErrMalformed, `invalid character '\t'`},
		{"an empty one between", []string{event("a"), event(""), event("b"), openAIDone}, Stream{FirstNS: firstNS, Chunks: []Chunk{{NS: 0}, {NS: 2}}, Choice: Choice{Response: "ab"}}, nil, ""},
		{"shorter than what is around", []string{event("a"), `data: {"choices":[]}` + "\n\n", openAIDone}, one, nil, ""},
		{"of several lines", []string{strings.Replace(event("a"), ",", ",\ndata: ", 1), strings.Replace(event("b"), ",", ",\ndata: ", 1), event("c"), openAIDone}, Stream{FirstNS: firstNS, Chunks: []Chunk{{NS: 0}, {NS: 1}, {NS: 2}}, Choice: Choice{Response: "abc"}}, nil, ""},
		{"the usage again", []string{usage, usage, openAIDone}, Stream{FirstNS: firstNS, Chunks: []Chunk{{NS: 0}, {NS: 1}}, Choice: Choice{Response: "aa"}, Tokens: Tokens{Output: new(1)}}, nil, ""},
		{"cut", []string{event("a"), strings.TrimSpace(event("b"))[:130]}, one, ErrUnfinished, "inside"},
	}
}

func TestDecodeOpenAI(t *testing.T) {
	for _, tests := range [][]decodeTest{openAITests(), openAIContentTests(), patternTests()} {
		testDecode(t, OpenAIChat, tests)
		testDecode(t, OpenAICompletions, tests)
	}
}
