package wire

import (
	"errors"
	"fmt"
)

// MaxLine is the longest line of NDJSON, and the longest server-sent event, that is decoded, in bytes.
const MaxLine = 4 << 20

// What can be wrong with a stream.
var (
	ErrUnfinished = errors.New("the stream ended without done") // it broke off, in or between two messages
	ErrReported   = errors.New("the server reported an error")  // an error in the stream
	ErrMalformed  = errors.New("the stream is malformed")       // not the protocol
)

// A Kind is what a chunk brought.
type Kind uint8

// The kinds of chunks. One that brought several of them is of the first.
const (
	Content  Kind = iota // text of the answer, or of a refusal
	Thinking             // text that the model writes before its answer
	Calling              // a call of a tool, or a part of one
)

// A Chunk is one message of a stream, as far as it brought something of one choice. Messages that bring
// nothing (a role, an empty text, a usage) are none: they are not tokens.
type Chunk struct {
	NS     int64 // stamp of the read that brought the last byte of its JSON
	Choice int32 // index of the choice
	Kind   Kind
}

// A Choice is one of the answers to one request.
type Choice struct {
	Response   string
	Thinking   string
	Refusal    string // what OpenAI's models say in place of an answer
	ToolCalls  []ToolCall
	DoneReason string // "stop", "length", "tool_calls", …, as the server says it; empty where it says none
}

// A ToolCall is one call of a tool, put together from its parts.
type ToolCall struct {
	ID        string // empty where the server gives none
	Name      string
	Arguments string // JSON, as the model wrote it: it may be malformed, or cut by the limit of tokens
}

// Tokens are the server's own counts. Nil is absent.
type Tokens struct {
	Prompt    *int
	Cached    *int // those of the prompt that were taken from a cache
	Output    *int // those of thinking included
	Reasoning *int // those of the output that were thinking
}

// A Stream is an answer decoded.
type Stream struct {
	Choice           // the first, with index 0; all of the answer in most streams
	Others  []Choice // those with index 1 and up, in this order
	Chunks  []Chunk
	FirstNS *int64 // stamp of the first message of any kind, an empty one included; nil where none came
	Tokens  Tokens
	Timings Timings // Ollama's and llama.cpp's durations, and the tokens that were computed in them; DoneReason is that of the first choice

	// Coalesced is how many chunks have the stamp of the chunk before them: the gap between the two is not known.
	Coalesced int
	// WithoutDone says that a stream of server-sent events gave the reason for every choice's end, but no [DONE].
	WithoutDone bool
}

// Decode decodes the stream on a finished tape. A stream of the server's other protocol is taken too. With an error, which is one of ErrUnfinished, ErrReported
// and ErrMalformed, the stream holds what came before it.
func (p Protocol) Decode(t *Tape) (Stream, error) {
	switch p {
	case OllamaGenerate, OllamaChat:
		return decodeLines(t)
	case OpenAIChat, OpenAICompletions:
		return decodeEvents(t)
	}
	panic("wire: unknown protocol " + string(p))
}

// quote shows the beginning of a message of the stream.
func quote(data []byte) string {
	const most = 80
	if len(data) > most {
		return fmt.Sprintf("%q…", data[:most])
	}
	return fmt.Sprintf("%q", data)
}
