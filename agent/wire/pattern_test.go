package wire

import (
	"strings"
	"testing"
)

// changing is an event in which the members before and behind the text are of values that change.
func changing(before, text, behind string) string {
	return `data: {"a":` + before + `,"choices":[{"delta":{"content":"` + text + `"},"b":` + behind + `}]}` + "\n\n"
}

// Values that change are passed over when they were seen to change. These are streams in which that must not lead astray.
func holeTests() []decodeTest {
	seen := changing(`"1"`, "a", "1") + changing(`"2"`, "b", "2")
	firstNS := new(int64(0))
	of := func(text string, reads ...int64) Stream {
		s := Stream{FirstNS: firstNS, Chunks: []Chunk{{}, {}}, Coalesced: 1, Choice: Choice{Response: "ab" + text}}
		for _, read := range reads {
			s.Chunks = append(s.Chunks, Chunk{NS: read})
		}
		return s
	}
	twoMore := of("cd", 1, 2)
	deep := func(levels int) string { return strings.Repeat("[", levels) + strings.Repeat("]", levels) }
	return []decodeTest{
		{"values that change", []string{seen, changing(`"33"`, "c", "33"), changing(`""`, "d", "4"), openAIDone}, twoMore, nil, ""},
		{"values of other types", []string{seen, changing(`null`, "c", `{"x":[1,"]"]}`), changing(`[]`, "d", "true"), openAIDone}, twoMore, nil, ""},
		{"blanks around values", []string{seen, changing("\t\"3\"", "c", "3 "), changing(" 4\t", "d", " 4"), openAIDone}, twoMore, nil, ""},
		{"a quote and a bracket in a value", []string{seen, changing(`"\",\""`, "c", `"}"`), changing(`"\\"`, "d", "4"), openAIDone}, twoMore, nil, ""},
		{"a member more in a value", []string{seen, changing(`1,"choices":[{"delta":{"content":"x"}}],"c":1`, "c", "3"), changing(`"4"`, "d", `4,"finish_reason":""`), openAIDone}, twoMore, nil, ""},
		{"a choice more in a value", []string{seen, changing("3", "c", `3},{"delta":{"content":"d"},"b":4`), openAIDone}, of("cd", 1, 1).coalesced(2), nil, ""},
		{"another text in a value", []string{seen, changing("3", "c", `3,"text":"d"`), openAIDone}, of("d", 1), nil, ""},
		{"a value that is none", []string{seen, changing("3", "c", "x")}, of(""), ErrMalformed, "invalid character 'x'"},
		{"a number that is none", []string{seen, changing("03", "c", "3")}, of(""), ErrMalformed, "invalid character '3'"},
		{"no value", []string{seen, changing("", "c", "3")}, of(""), ErrMalformed, "invalid character ','"},
		{"a control character in a value", []string{seen, changing("\"\t\"", "c", "3")}, of(""), ErrMalformed, `invalid character '\t'`},
		{"a value that isn't closed", []string{seen, changing("[3", "c", "3")}, of(""), ErrMalformed, ""},
		{"a value that is as deep as it may be", []string{seen, changing("3", "c", deep(maxDepth-3)), changing("4", "d", "4"), openAIDone}, twoMore, nil, ""},
		{"a value that is too deep", []string{seen, changing("3", "c", deep(maxDepth-2))}, of(""), ErrMalformed, "over 10000 levels"},
		{"the text is not one", []string{seen, strings.Replace(changing("3", "c", "3"), `"c"`, "3", 1)}, of(""), ErrMalformed, `"content" can't be a number`},
		{"cut in a value", []string{seen, `data: {"a":"3`}, of(""), ErrUnfinished, "inside"},
	}
}

// The same of lines, as Ollama writes them.
func ollamaHoleTests() []decodeTest {
	line := func(at, text string) string {
		return `{"model":"m","created_at":` + at + `,"message":{"role":"assistant","content":"` + text + `"},"done":false}` + "\n"
	}
	seen := line(`"1"`, "a") + line(`"2"`, "b")
	two := Stream{FirstNS: new(int64(0)), Chunks: []Chunk{{}, {}}, Coalesced: 1, Choice: Choice{Response: "ab"}}
	three, four := two, two
	three.Chunks, three.Response = []Chunk{{}, {}, {NS: 1}}, "abc"
	four.Chunks, four.Response = []Chunk{{}, {}, {NS: 1}, {NS: 2}}, "abcd"
	calling := func(arguments string) string {
		return ollamaChat(`"content":"a","tool_calls":[{"function":{"name":"f","arguments":{"x":` + arguments + `}}}]`)
	}
	calls := Stream{FirstNS: new(int64(0)), Chunks: []Chunk{{}, {NS: 1}, {NS: 2}}, Choice: Choice{Response: "aaa"}}
	for _, arguments := range []string{`{"x":1}`, `{"x":2}`, `{"x":3}`} {
		calls.ToolCalls = append(calls.ToolCalls, ToolCall{Name: "f", Arguments: arguments})
	}
	return []decodeTest{
		{"a time that changes", []string{seen, line(`"33"`, "c"), line(`"4"`, "d"), ollamaLast}, ended(four), nil, ""},
		{"done in place of a time", []string{seen, line(`"3","done":true`, "c"), line(`"4"`, "d"), ollamaLast}, ended(four), nil, ""},
		{"done behind the text", []string{seen, strings.Replace(line(`"3"`, "c"), "false", "true", 1)}, three, nil, ""},
		{"an error in place of a time", []string{seen, line(`"3","error":"x"`, "c")}, three, ErrReported, "x"},
		{"an error after two that are none", []string{line(`"1","error":null`, "a") + line(`"2","error":""`, "b"), line(`"3","error":"x"`, "c")}, three, ErrReported, "x"},
		{"arguments of calls", []string{calling("1"), calling("2"), calling("3"), ollamaLast}, ended(calls), nil, ""},
		{"a time that is none", []string{seen, line("Z", "c")}, two, ErrMalformed, "invalid character 'Z'"},
		{"a time that isn't closed", []string{seen, line(`"3`, "c")}, two, ErrMalformed, ""},
		{"a cut line", []string{seen, line(`"3"`, "c")[:60]}, two, ErrUnfinished, "inside"},
		{"a cut line that is ended", []string{seen, line(`"3"`, "c")[:60] + "\n"}, two, ErrMalformed, "ends too early"},
	}
}

func (s Stream) coalesced(n int) Stream {
	s.Coalesced = n
	return s
}

func TestDecodeHoles(t *testing.T) {
	testDecode(t, OpenAIChat, holeTests())
	testDecode(t, OllamaChat, ollamaHoleTests())
}

// What servers write for every token is filled in by the pattern, from the third token on at the latest.
func TestPatternKnows(t *testing.T) {
	for name, test := range map[string]struct {
		protocol Protocol
		token    string // % changes from one to the next
		from     int    // the first token that is filled in
	}{
		"Ollama":                 {OllamaGenerate, `{"model":"m","created_at":"2025-11-10T14:03:07.%Z","response":"%","done":false}` + "\n", 3},
		"Ollama's chat":          {OllamaChat, `{"model":"m","created_at":"2025-11-10T14:03:07.%Z","message":{"role":"assistant","content":"","thinking":"%"},"done":false}` + "\n", 3},
		"vLLM":                   {OpenAIChat, `data: {"id":"c","created":1,"choices":[{"index":0,"delta":{"content":"%"},"logprobs":null,"finish_reason":null}]}` + "\n\n", 2},
		"a time":                 {OpenAIChat, `data: {"id":"c","created":%,"choices":[{"index":0,"delta":{"content":"%"},"logprobs":null,"finish_reason":null}]}` + "\n\n", 3},
		"logprobs, obfuscated":   {OpenAIChat, `data: {"choices":[{"index":0,"delta":{"content":"%"},"logprobs":{"content":[{"token":"%","logprob":-0.%}]}}],"obfuscation":"%"}` + "\n\n", 3},
		"completions with an id": {OpenAICompletions, `data: {"id":"cmpl-%","choices":[{"index":0,"text":"%","finish_reason":null}]}` + "\n\n", 3},
	} {
		a := assembly{}
		for i, number := range []string{"1", "22", "3", "4444"} {
			line := strings.TrimSpace(strings.TrimPrefix(strings.ReplaceAll(test.token, "%", number), "data: "))
			a.tape = record(t, line)
			data := a.tape.Bytes()
			filled := a.fill(data)
			if filled != (i+1 >= test.from) {
				t.Errorf("%s: token %d is filled in: %t", name, i+1, filled)
			}
			if filled {
				continue
			}
			if test.protocol.IsOpenAI() {
				a.scanner.openAI(&a.message)
			} else {
				a.scanner.ollama(&a.message)
			}
			if err := a.take(event{data: data, last: len(data) - 1}, "done or choices"); err != nil {
				t.Fatal(name, err)
			}
		}
	}
}
