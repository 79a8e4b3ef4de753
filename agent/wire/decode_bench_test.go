package wire

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// What Ollama 0.6 and vLLM 0.8 write for one token.
const (
	ollamaToken = `{"model":"gemma3:latest","created_at":"2025-11-10T14:03:07.%09dZ","response":%q,"done":false}` + "\n"
	vllmToken   = `data: {"id":"chatcmpl-8f0e7c1d2b3a4958a6b7c8d9e0f1a2b3","object":"chat.completion.chunk","created":1762783387,` +
		`"model":"meta-llama/Llama-3.1-8B-Instruct","choices":[{"index":0,"delta":{"content":%q},"logprobs":null,"finish_reason":null}]}` + "\n\n"
)

const benchmarkChunks = 1000

var benchmarkTokens = strings.SplitAfter("The| quick| brown| fox| jumps| over| the| lazy| dog|.|\n|\n|And| then| it| \"| réd| said|", "|")

func benchmarkBody(line func(i int, token string) string, last string) []string {
	var parts []string
	for i := range benchmarkChunks {
		token := benchmarkTokens[i%(len(benchmarkTokens)-1)]
		parts = append(parts, line(i, strings.TrimSuffix(token, "|")))
	}
	return append(parts, last)
}

// benchmarkDecode decodes a stream of which every chunk came with its own read.
func benchmarkDecode(b *testing.B, p Protocol, parts []string) {
	tape := record(b, parts...)
	b.SetBytes(int64(len(tape.Bytes())))
	b.ReportAllocs()
	for b.Loop() {
		if s, err := p.Decode(tape); err != nil || len(s.Chunks) != benchmarkChunks {
			b.Fatal(len(s.Chunks), err)
		}
	}
	b.ReportMetric(benchmarkChunks*float64(b.N)/b.Elapsed().Seconds(), "chunks/s")
}

func BenchmarkDecodeOllama(b *testing.B) {
	benchmarkDecode(b, OllamaGenerate, benchmarkBody(func(i int, token string) string {
		return fmt.Sprintf(ollamaToken, i*7919*1000%1e9, token)
	}, `{"model":"gemma3:latest","created_at":"2025-11-10T14:03:27.5Z","response":"","done":true,"done_reason":"stop",`+
		`"context":[1,2,3],"total_duration":9,"load_duration":1,"prompt_eval_count":5,"prompt_eval_duration":2,"eval_count":1000,"eval_duration":6}`+"\n"))
}

const vllmLast = `data: {"id":"chatcmpl-8f0e7c1d2b3a4958a6b7c8d9e0f1a2b3","object":"chat.completion.chunk","created":1762783387,` +
	`"model":"meta-llama/Llama-3.1-8B-Instruct","choices":[{"index":0,"delta":{"content":""},"logprobs":null,"finish_reason":"stop","stop_reason":null}]}` +
	"\n\ndata: [DONE]\n\n"

func BenchmarkDecodeOpenAI(b *testing.B) {
	benchmarkDecode(b, OpenAIChat, benchmarkBody(func(_ int, token string) string {
		return fmt.Sprintf(vllmToken, token)
	}, vllmLast))
}

// The same, but the time changes from event to event, as in OpenAI's own the obfuscation does.
func BenchmarkDecodeOpenAIVaried(b *testing.B) {
	benchmarkDecode(b, OpenAIChat, benchmarkBody(func(i int, token string) string {
		return fmt.Sprintf(strings.Replace(vllmToken, "1762783387", fmt.Sprint(1762783387+i), 1), token)
	}, vllmLast))
}

// The same of two choices in turn, so that no pattern holds.
func BenchmarkDecodeOpenAIChoices(b *testing.B) {
	second := strings.Replace(vllmLast, `"index":0`, `"index":1`, 1)
	benchmarkDecode(b, OpenAIChat, benchmarkBody(func(i int, token string) string {
		return fmt.Sprintf(strings.Replace(vllmToken, `"index":0`, fmt.Sprintf(`"index":%d`, i%2), 1), token)
	}, strings.TrimSuffix(second, openAIDone)+vllmLast))
}

// What encoding/json takes for the same events, without all that is around them.
func BenchmarkEncodingJSON(b *testing.B) {
	var events [][]byte
	for _, token := range benchmarkTokens {
		event := fmt.Sprintf(vllmToken, strings.TrimSuffix(token, "|"))
		events = append(events, []byte(strings.TrimPrefix(event, "data: ")))
	}
	for b.Loop() {
		for i := range benchmarkChunks {
			var chunk ChatCompletionChunk
			if err := json.Unmarshal(events[i%len(events)], &chunk); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(benchmarkChunks*float64(b.N)/b.Elapsed().Seconds(), "chunks/s")
}
