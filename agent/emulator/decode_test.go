package emulator

import (
	"errors"
	"strings"
	"testing"

	"bench/agent/wire"
)

var protocols = []wire.Protocol{wire.OllamaGenerate, wire.OllamaChat, wire.OpenAICompletions, wire.OpenAIChat}

// decoded asks for a stream, and decodes what came of it as a client does.
func decoded(t testing.TB, c Config, p wire.Protocol, request string) (wire.Stream, []Sent, error) {
	t.Helper()
	c.TokensPerSecond = 1e5
	s, addr := serving(t, c)
	_, body, err := answered(t, dial(t, addr, p.Path(), request))
	if err != nil {
		t.Fatal(err)
	}
	tape := wire.NewTape(64<<20, 100)
	if err := tape.Add([]byte(body), wire.Stamp{}); err != nil {
		t.Fatal(err)
	}
	stream, err := p.Decode(tape)
	var chunks []Sent
	for _, sent := range s.SentOf("id") {
		if sent.Tokens > 0 {
			chunks = append(chunks, sent)
		}
	}
	return stream, chunks, err
}

// In whatever style and manner an answer is written, a client that decodes it finds as many chunks as the log has with tokens, the
// same text, and the planted counts.
func TestDecodes(t *testing.T) {
	for _, p := range protocols {
		request := strings.Replace(paths[p.Path()], "{", "{"+withTools+",", 1)
		texts := map[bool]string{} // by whether the words are beyond ASCII
		for name, c := range map[string]Config{
			"plain":            {},
			"several a chunk":  {Style: Style{TokensPerChunk: 3}},
			"held back":        {Style: Style{ChunksPerWrite: 4}},
			"everything":       {Style: Style{EmptyFirst: true, Comments: 1, CRLF: true, MultiByte: true, Usage: UsageLast}},
			"split everything": {Style: Style{EmptyFirst: true, Comments: 2, CRLF: true, MultiByte: true, Usage: UsageEvery}, Faults: []Fault{{Split, 1}}},
			"coalesced":        {Faults: []Fault{{Coalesced, 1}}},
			"thinking":         {Style: Style{Thinking: 5}},
			"tools":            {Style: Style{ToolCalls: 2}},
		} {
			c.OutputTokens = 20
			stream, chunks, err := decoded(t, c, p, request)
			if err != nil || len(stream.Chunks) != len(chunks) {
				t.Errorf("%s, %s: %v, %d chunks, sent %d", p, name, err, len(stream.Chunks), len(chunks))
				continue
			}
			if n := stream.Tokens.Output; n == nil || *n != 20 || *stream.Tokens.Prompt == 0 {
				t.Errorf("%s, %s: %+v", p, name, stream.Tokens)
			}
			if calls := len(stream.ToolCalls); calls != c.Style.ToolCalls && (p == wire.OllamaChat || p == wire.OpenAIChat) {
				t.Errorf("%s, %s: %d calls of tools", p, name, calls)
			}
			if c.Style.ToolCalls > 0 {
				continue
			}
			text := stream.Thinking + stream.Response
			if before, met := texts[c.Style.MultiByte]; met && text != before {
				t.Errorf("%s, %s: %q, and else %q", p, name, text, before)
			}
			texts[c.Style.MultiByte] = text
		}
	}
}

// What is broken or a lie is that to a client that decodes it.
func TestDecodesFaults(t *testing.T) {
	for kind, want := range map[string]error{
		Truncated: wire.ErrUnfinished, ErrorObject: wire.ErrReported, LongLine: nil, NoUsage: nil,
		NaNFigures: wire.ErrMalformed, NegativeFigures: wire.ErrMalformed, AbsurdFigures: wire.ErrMalformed,
	} {
		for _, p := range protocols {
			if _, _, err := decoded(t, Config{OutputTokens: 8, Faults: []Fault{{kind, 1}}}, p, paths[p.Path()]); !errors.Is(err, want) {
				t.Errorf("%s, %s: %v, want %v", p, kind, err, want)
			}
		}
	}
}
