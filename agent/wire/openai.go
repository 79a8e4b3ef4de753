package wire

import (
	"encoding/json"
	"errors"
	"strings"
)

// The messages of OpenAI's interface, as far as they are used here and as vLLM, SGLang, llama.cpp, TGI
// and Ollama say it too. Counts are tokens.

// ChatCompletionRequest is the body of POST /v1/chat/completions.
type ChatCompletionRequest struct {
	Model         string                  `json:"model"`
	Messages      []ChatCompletionMessage `json:"messages"`
	Tools         []Tool                  `json:"tools,omitempty"`
	MaxTokens     *int                    `json:"max_tokens,omitempty"`
	N             *int                    `json:"n,omitempty"` // how many choices; nil is one
	Stream        bool                    `json:"stream,omitempty"`
	StreamOptions *StreamOptions          `json:"stream_options,omitempty"`
	Options       map[string]any          `json:"-"` // further members of the body; one that a field sets gives way to it
}

// MarshalJSON puts the options beside the fields.
func (r ChatCompletionRequest) MarshalJSON() ([]byte, error) {
	type fields ChatCompletionRequest
	return withOptions(fields(r), r.Options)
}

// A ChatCompletionMessage is one turn of a chat.
type ChatCompletionMessage struct {
	Role       string          `json:"role"` // "system", "user", "assistant" or "tool"
	Content    Text            `json:"content"`
	ToolCalls  []ToolCallDelta `json:"tool_calls,omitempty"`
	ToolCallID string          `json:"tool_call_id,omitempty"` // whose result it is, under the role "tool"
}

// CompletionRequest is the body of POST /v1/completions.
type CompletionRequest struct {
	Model         string         `json:"model"`
	Prompt        Text           `json:"prompt"`
	MaxTokens     *int           `json:"max_tokens,omitempty"`
	N             *int           `json:"n,omitempty"` // how many choices; nil is one
	Stream        bool           `json:"stream,omitempty"`
	StreamOptions *StreamOptions `json:"stream_options,omitempty"`
	Options       map[string]any `json:"-"` // further members of the body; one that a field sets gives way to it
}

// MarshalJSON puts the options beside the fields.
func (r CompletionRequest) MarshalJSON() ([]byte, error) {
	type fields CompletionRequest
	return withOptions(fields(r), r.Options)
}

func withOptions(fields any, options map[string]any) ([]byte, error) {
	raw, err := json.Marshal(fields)
	if err != nil || len(options) == 0 {
		return raw, err
	}
	body := map[string]any{}
	for name, value := range options {
		body[name] = value
	}
	var set map[string]json.RawMessage
	if err := json.Unmarshal(raw, &set); err != nil {
		return nil, err
	}
	for name, value := range set {
		body[name] = value
	}
	return json.Marshal(body)
}

// StreamOptions ask for what a stream has not by itself.
type StreamOptions struct {
	IncludeUsage         bool `json:"include_usage"`                    // usage in the last event
	ContinuousUsageStats bool `json:"continuous_usage_stats,omitempty"` // vLLM and SGLang: usage in every event
}

// Text is a text that a client may also send as a list of texts or of parts of type "text".
type Text string

// UnmarshalJSON joins a list. A prompt of token numbers is refused.
func (t *Text) UnmarshalJSON(raw []byte) error {
	var parts []json.RawMessage
	if json.Unmarshal(raw, &parts) != nil {
		parts = []json.RawMessage{raw}
	}
	var joined strings.Builder
	for _, part := range parts {
		var text string
		var object struct {
			Text *string `json:"text"`
		}
		if json.Unmarshal(part, &text) != nil {
			if json.Unmarshal(part, &object) != nil || object.Text == nil {
				return errors.New("a text must be a string, or a list of strings or of parts with a text")
			}
			text = *object.Text
		}
		joined.WriteString(text)
	}
	*t = Text(joined.String())
	return nil
}

// ChatCompletionChunk is one event of the answer to a streaming ChatCompletionRequest. The event with
// the usage has no choice.
type ChatCompletionChunk struct {
	ID      string           `json:"id"`
	Object  string           `json:"object"`  // "chat.completion.chunk"
	Created int64            `json:"created"` // s since 1970
	Model   string           `json:"model"`
	Choices []ChunkChoice    `json:"choices"`
	Usage   *Usage           `json:"usage,omitempty"`
	Timings *LlamaCPPTimings `json:"timings,omitempty"`
}

// A ChunkChoice is what one event brings of one choice.
type ChunkChoice struct {
	Index        int     `json:"index"`
	Delta        Delta   `json:"delta"`
	FinishReason *string `json:"finish_reason"` // "stop", "length", "tool_calls", "content_filter"; nil while it goes on
}

// A Delta is the next part of a message. Nil is absent: many servers begin with a role and an empty content.
type Delta struct {
	Role             string          `json:"role,omitempty"`
	Content          *string         `json:"content,omitempty"`
	ReasoningContent *string         `json:"reasoning_content,omitempty"` // thinking, as DeepSeek, SGLang, llama.cpp and older vLLM call it
	Reasoning        *string         `json:"reasoning,omitempty"`         // thinking, as vLLM and Ollama call it
	Refusal          *string         `json:"refusal,omitempty"`
	ToolCalls        []ToolCallDelta `json:"tool_calls,omitempty"`
}

// A ToolCallDelta is the next part of a call of a tool, or one that is whole. Its first part has the id
// and the name; the arguments of all parts together are a JSON object.
type ToolCallDelta struct {
	Index    *int             `json:"index,omitempty"` // which of the message's calls; nil in a whole one
	ID       string           `json:"id,omitempty"`
	Type     string           `json:"type,omitempty"` // "function"
	Function ToolCallFunction `json:"function"`
}

// A ToolCallFunction is the function that a model calls.
type ToolCallFunction struct {
	Name      string `json:"name,omitempty"`
	Arguments string `json:"arguments"`
}

// ChatCompletion is the answer to a ChatCompletionRequest that does not stream.
type ChatCompletion struct {
	ID      string                 `json:"id"`
	Object  string                 `json:"object"`  // "chat.completion"
	Created int64                  `json:"created"` // s since 1970
	Model   string                 `json:"model"`
	Choices []ChatCompletionChoice `json:"choices"`
	Usage   *Usage                 `json:"usage,omitempty"`
	Timings *LlamaCPPTimings       `json:"timings,omitempty"`
}

// A ChatCompletionChoice is one whole answer.
type ChatCompletionChoice struct {
	Index        int    `json:"index"`
	Message      Delta  `json:"message"`
	FinishReason string `json:"finish_reason"`
}

// Completion is the answer to a CompletionRequest, or one event of it.
type Completion struct {
	ID      string             `json:"id"`
	Object  string             `json:"object"`  // "text_completion"
	Created int64              `json:"created"` // s since 1970
	Model   string             `json:"model"`
	Choices []CompletionChoice `json:"choices"`
	Usage   *Usage             `json:"usage,omitempty"`
	Timings *LlamaCPPTimings   `json:"timings,omitempty"`
}

// A CompletionChoice is one answer, or what one event brings of it.
type CompletionChoice struct {
	Index        int     `json:"index"`
	Text         string  `json:"text"`
	FinishReason *string `json:"finish_reason"` // nil while it goes on
}

// Usage is what the server counted. Nil is absent.
type Usage struct {
	PromptTokens            *int                     `json:"prompt_tokens,omitempty"`
	CompletionTokens        *int                     `json:"completion_tokens,omitempty"` // those of thinking included
	TotalTokens             *int                     `json:"total_tokens,omitempty"`
	PromptTokensDetails     *PromptTokensDetails     `json:"prompt_tokens_details,omitempty"`
	CompletionTokensDetails *CompletionTokensDetails `json:"completion_tokens_details,omitempty"`
}

// PromptTokensDetails say which of the prompt's tokens were not computed anew.
type PromptTokensDetails struct {
	CachedTokens *int `json:"cached_tokens,omitempty"`
}

// CompletionTokensDetails say which of the answer's tokens were thinking.
type CompletionTokensDetails struct {
	ReasoningTokens *int `json:"reasoning_tokens,omitempty"`
}

// LlamaCPPTimings stand in the last event of llama.cpp's server. Durations are ms.
type LlamaCPPTimings struct {
	CacheN      *int     `json:"cache_n,omitempty"`  // tokens of the prompt that came from the cache; newer servers say it
	PromptN     *int     `json:"prompt_n,omitempty"` // tokens computed, those from the cache left out
	PromptMS    *float64 `json:"prompt_ms,omitempty"`
	PredictedN  *int     `json:"predicted_n,omitempty"`
	PredictedMS *float64 `json:"predicted_ms,omitempty"`
}

// ModelsResponse answers GET /v1/models.
type ModelsResponse struct {
	Object string      `json:"object"` // "list"
	Data   []ModelData `json:"data"`
}

// ModelData is one model that a server has.
type ModelData struct {
	ID          string `json:"id"`
	Object      string `json:"object"`  // "model"
	Created     int64  `json:"created"` // s since 1970
	OwnedBy     string `json:"owned_by"`
	MaxModelLen int    `json:"max_model_len,omitempty"` // vLLM and SGLang: context length in tokens
}
