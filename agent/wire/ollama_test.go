package wire

import (
	"strings"
	"testing"
)

const ollamaLast = `{"model":"m","response":"","done":true,"done_reason":"stop","total_duration":9,"load_duration":1,` +
	`"prompt_eval_count":5,"prompt_eval_duration":2,"eval_count":2,"eval_duration":6}` + "\n"

func ollamaText(s string) string { return `{"model":"m","response":"` + s + `","done":false}` + "\n" }

func ollamaChat(message string) string {
	return `{"model":"m","message":{"role":"assistant",` + message + `},"done":false}` + "\n"
}

func ollamaTimings() Timings {
	return Timings{
		TotalNS: new(int64(9)), LoadNS: new(int64(1)), PromptEvalNS: new(int64(2)), EvalNS: new(int64(6)),
		PromptEvalCount: new(5), EvalCount: new(2), DoneReason: "stop",
	}
}

// ended is the stream of an answer that ends with ollamaLast.
func ended(s Stream) Stream {
	s.Timings, s.DoneReason = ollamaTimings(), "stop"
	s.Tokens = Tokens{Prompt: new(5), Output: new(2)}
	return s
}

func ollamaTests() []decodeTest {
	text, last := ollamaText, ollamaLast
	mib := strings.Repeat("x", 1<<20)
	a := Choice{Response: "a"}
	return []decodeTest{
		{"a read a chunk", []string{text("a"), text("b"), last}, ended(Stream{FirstNS: new(int64(0)), Chunks: []Chunk{{NS: 0}, {NS: 1}}, Choice: Choice{Response: "ab"}}), nil, ""},
		{"coalesced", []string{text("a") + text("b"), text("c"), last}, ended(Stream{FirstNS: new(int64(0)), Chunks: []Chunk{{NS: 0}, {NS: 0}, {NS: 1}}, Coalesced: 1, Choice: Choice{Response: "abc"}}), nil, ""},
		{"split over reads", []string{`{"response":"a","do`, `ne":false}`, "\n", last}, ended(Stream{FirstNS: new(int64(1)), Chunks: []Chunk{{NS: 1}}, Choice: a}), nil, ""},
		{"split before blanks", []string{`{"response":"a","done":false}`, " \r\n", last}, ended(Stream{FirstNS: new(int64(0)), Chunks: []Chunk{{NS: 0}}, Choice: a}), nil, ""},
		{"split inside UTF-8", []string{text(""), `{"response":"` + "\xc3", "\xa9" + `","done":false}` + "\n" + last}, ended(Stream{FirstNS: new(int64(0)), Chunks: []Chunk{{NS: 2}}, Choice: Choice{Response: "é"}}), nil, ""},
		{"escapes", []string{text(`\n\u00e9\ud83d\ude42\"\/`), last}, ended(Stream{FirstNS: new(int64(0)), Chunks: []Chunk{{NS: 0}}, Choice: Choice{Response: "\né🙂\"/"}}), nil, ""},
		{"what is no text", []string{text(`\ud83dx` + "\xff"), last}, ended(Stream{FirstNS: new(int64(0)), Chunks: []Chunk{{NS: 0}}, Choice: Choice{Response: "\uFFFDx\uFFFD"}}), nil, ""},
		{"empty first chunk", []string{text(""), text("a"), last}, ended(Stream{FirstNS: new(int64(0)), Chunks: []Chunk{{NS: 1}}, Choice: a}), nil, ""},
		{"CRLF and blank lines", []string{"\r\n \n" + strings.ReplaceAll(text("a"), "\n", "\r\n") + "\n\n", last}, ended(Stream{FirstNS: new(int64(0)), Chunks: []Chunk{{NS: 0}}, Choice: a}), nil, ""},
		{"thinking apart", []string{`{"response":"","thinking":"hm","done":false}` + "\n", text("a"), last}, ended(Stream{FirstNS: new(int64(0)), Chunks: []Chunk{{NS: 0, Kind: Thinking}, {NS: 1}}, Choice: Choice{Response: "a", Thinking: "hm"}}), nil, ""},
		{"text in the last line", []string{`{"response":"a","done":true}`}, Stream{FirstNS: new(int64(0)), Chunks: []Chunk{{NS: 0}}, Choice: a}, nil, ""},
		{"no newline at the end", []string{text("a"), strings.TrimSuffix(last, "\n")}, ended(Stream{FirstNS: new(int64(0)), Chunks: []Chunk{{NS: 0}}, Choice: a}), nil, ""},
		{"unknown fields", []string{`{"response":"a","done":true,"logprobs":[1,{"x":[]}],"context":[1,2]}`}, Stream{FirstNS: new(int64(0)), Chunks: []Chunk{{NS: 0}}, Choice: a}, nil, ""},
		{"a name with an escape", []string{`{"respons\u0065":"a","done":true}`}, Stream{FirstNS: new(int64(0)), Chunks: []Chunk{{NS: 0}}, Choice: a}, nil, ""},
		{"a name in capitals", []string{`{"Response":"a","done":true}`}, Stream{FirstNS: new(int64(0))}, nil, ""},
		{"missing done", []string{text("a")}, Stream{FirstNS: new(int64(0)), Chunks: []Chunk{{NS: 0}}, Choice: a}, ErrUnfinished, "without done"},
		{"empty", nil, Stream{}, ErrUnfinished, "without done"},
		{"ends inside a line", []string{text("a"), `{"response":"b","do`}, Stream{FirstNS: new(int64(0)), Chunks: []Chunk{{NS: 0}}, Choice: a}, ErrUnfinished, `inside "{\"response\":\"b\",\"do"`},
		{"a line cut but ended", []string{text("a"), `{"response":"b","do` + "\n"}, Stream{FirstNS: new(int64(0)), Chunks: []Chunk{{NS: 0}}, Choice: a}, ErrMalformed, "ends too early"},
		{"error object", []string{text("a"), `{"error":"out of memory"}` + "\n"}, Stream{FirstNS: new(int64(0)), Chunks: []Chunk{{NS: 0}}, Choice: a}, ErrReported, "out of memory"},
		{"no error", []string{`{"response":"a","done":true,"error":null}`}, Stream{FirstNS: new(int64(0)), Chunks: []Chunk{{NS: 0}}, Choice: a}, nil, ""},
		{"goes on after done", []string{last, text("a")}, ended(Stream{FirstNS: new(int64(0))}), ErrMalformed, "after done"},
		{"not JSON", []string{"<html>\n"}, Stream{}, ErrMalformed, `in "<html>"`},
		{"not JSON, not ended", []string{"<html>"}, Stream{}, ErrMalformed, `in "<html>"`},
		{"not an object", []string{"[1]\n"}, Stream{}, ErrMalformed, "[1]"},
		{"null", []string{"null\n"}, Stream{}, ErrMalformed, "neither done nor error"},
		{"another protocol", []string{`{"choices":[]}` + "\n"}, Stream{}, ErrMalformed, "neither done nor error"},
		{"two objects in a line", []string{strings.TrimSpace(text("a")) + text("b")}, Stream{}, ErrMalformed, "more after the JSON"},
		{"a text that is none", []string{`{"response":5,"done":false}` + "\n"}, Stream{}, ErrMalformed, `"response" can't be a number`},
		{"negative duration", []string{`{"response":"","done":true,"eval_duration":-1}` + "\n"}, Stream{}, ErrMalformed, `"eval_duration" is negative`},
		{"negative count", []string{`{"response":"","done":true,"eval_count":-1}` + "\n"}, Stream{}, ErrMalformed, `"eval_count" is negative`},
		{"absurd duration", []string{`{"response":"","done":true,"load_duration":9223372036854775807}` + "\n"}, Stream{}, ErrMalformed, `"load_duration" is no whole number up to`},
		{"absurd count", []string{`{"response":"","done":true,"eval_count":1e30}` + "\n"}, Stream{}, ErrMalformed, `"eval_count" is no whole number up to`},
		{"NaN", []string{`{"response":"","done":true,"eval_duration":NaN}` + "\n"}, Stream{}, ErrMalformed, "'N' at byte 44"},
		{"line of 1 MiB", []string{text(mib), last}, ended(Stream{Choice: Choice{Response: mib}}), nil, ""},
		{"line over the limit", []string{text(strings.Repeat(mib, 4))}, Stream{}, ErrMalformed, "a line of 41943"},
		{"the same, but not ended", []string{strings.TrimSpace(text(strings.Repeat(mib, 4)))}, Stream{}, ErrMalformed, "a line of 41943"},
	}
}

func ollamaChatTests() []decodeTest {
	call := `"content":"","tool_calls":[{"function":{"name":"f","arguments":{"x": 1}}},{"id":"call_2","function":{"index":1,"name":"g","arguments":{}}}]`
	return []decodeTest{
		{"text", []string{ollamaChat(`"content":"a"`), ollamaChat(`"content":""`), ollamaLast}, ended(Stream{FirstNS: new(int64(0)), Chunks: []Chunk{{NS: 0}}, Choice: Choice{Response: "a"}}), nil, ""},
		{"thinking", []string{ollamaChat(`"content":"","thinking":"hm"`), ollamaChat(`"content":"a"`), ollamaLast}, ended(Stream{FirstNS: new(int64(0)), Chunks: []Chunk{{NS: 0, Kind: Thinking}, {NS: 1}}, Choice: Choice{Response: "a", Thinking: "hm"}}), nil, ""},
		{"calls of tools", []string{ollamaChat(call), ollamaLast}, ended(Stream{FirstNS: new(int64(0)), Chunks: []Chunk{{NS: 0, Kind: Calling}}, Choice: Choice{ToolCalls: []ToolCall{{Name: "f", Arguments: `{"x": 1}`}, {ID: "call_2", Name: "g", Arguments: "{}"}}}}), nil, ""},
		{"a message that is none", []string{`{"message":"a","done":false}` + "\n"}, Stream{}, ErrMalformed, `"message" can't be a string`},
	}
}

func TestDecodeOllama(t *testing.T) {
	testDecode(t, OllamaGenerate, ollamaTests())
	testDecode(t, OllamaChat, ollamaChatTests())
}
