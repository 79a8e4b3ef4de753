package wire

import (
	"strings"
	"testing"
)

// However long a stream is, what is made for it are its texts and its list of chunks, which grow by doubling.
func TestDecodeMakesNothingPerChunk(t *testing.T) {
	for name, test := range map[string]struct {
		protocol    Protocol
		chunk, last string
	}{
		"Ollama":          {OllamaGenerate, ollamaText("a"), ollamaLast},
		"Ollama's chat":   {OllamaChat, ollamaChat(`"content":"a\n","thinking":"b"`), ollamaLast},
		"an error null":   {OllamaGenerate, `{"response":"é","done":false,"error":null}` + "\n", ollamaLast},
		"OpenAI":          {OpenAIChat, delta0(`"content":"a"`), openAIDone},
		"varied":          {OpenAIChat, delta0(`"content":"a"`) + delta0(`"reasoning":"\u00e9"`), openAIDone},
		"usage each time": {OpenAIChat, delta0(`"content":"a"},"usage":{"completion_tokens":1},"x":{"x":1`), openAIDone},
		"calls of tools":  {OpenAIChat, delta0(`"tool_calls":[{"index":0,"function":{"arguments":"a"}}]`), openAIDone},
		"parts":           {OpenAIChat, delta0(`"content":[{"text":"a"},{"thinking":[{"text":"b"}]}]`), openAIDone},
		"completions":     {OpenAICompletions, `data: {"choices":[{"text":"a"}]}` + "\n\n", openAIDone},
	} {
		allocations := func(chunks int) float64 {
			tape := record(t, strings.Repeat(test.chunk, chunks)+test.last)
			return testing.AllocsPerRun(3, func() {
				if _, err := test.protocol.Decode(tape); err != nil {
					t.Fatal(name, err)
				}
			})
		}
		if few, many := allocations(1_000), allocations(10_000); many-few > 100 {
			t.Errorf("%s: %v allocations for 1,000 chunks, %v for 10,000", name, few, many)
		}
	}
}
