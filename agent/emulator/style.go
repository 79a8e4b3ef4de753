package emulator

import (
	"fmt"
	"slices"
)

// A Style is how a server writes what it has to say. Each of these is seen at servers that are in order,
// and holds for every call. The zero value is one token a chunk, one chunk a write, and nothing more than was asked for.
type Style struct {
	TokensPerChunk int    `json:"tokens_per_chunk,omitempty"` // 0: 1
	ChunksPerWrite int    `json:"chunks_per_write,omitempty"` // that are held back and go out together; 0: 1
	EmptyFirst     bool   `json:"empty_first,omitempty"`      // a chunk without a token comes as soon as the model is loaded; OpenAI chat always has one, with the role
	Thinking       int    `json:"thinking,omitempty"`         // first tokens of an answer that are thinking, of those that it has in all
	ToolCalls      int    `json:"tool_calls,omitempty"`       // at the end of an answer whose request names tools, two tokens each
	Usage          string `json:"usage,omitempty"`            // where the counts stand; "" as the request asks: see usageModes
	Comments       int    `json:"comments,omitempty"`         // an SSE comment before every n-th chunk; 0: none. NDJSON has no comments
	CRLF           bool   `json:"crlf,omitempty"`             // lines end with CR LF
	MultiByte      bool   `json:"multi_byte,omitempty"`       // words have characters of two to four bytes
	PrefixCache    bool   `json:"prefix_cache,omitempty"`     // the beginning of a prompt that was seen before takes no time, and is told in cached_tokens
}

// Where OpenAI's protocol can have its counts. Ollama's has them in the last line, or with "never" nowhere.
const (
	UsageAsked = ""           // in a chunk of their own after the last, if stream_options.include_usage asks for it
	UsageLast  = "last_chunk" // in the chunk with the finish reason
	UsageEvery = "every"      // in every chunk, as far as it has come
	UsageNever = "never"
)

var usageModes = []string{UsageAsked, UsageLast, UsageEvery, UsageNever}

func (s Style) validate() error {
	for name, n := range map[string]int{
		"tokens_per_chunk": s.TokensPerChunk, "chunks_per_write": s.ChunksPerWrite, "thinking": s.Thinking, "tool_calls": s.ToolCalls, "comments": s.Comments,
	} {
		if n < 0 || n > maxTokens {
			return fmt.Errorf("%s is %d: it must lie between 0 and %d", name, n, maxTokens)
		}
	}
	if !slices.Contains(usageModes, s.Usage) {
		return fmt.Errorf("usage %q is not known: it is one of %q", s.Usage, usageModes)
	}
	return nil
}
