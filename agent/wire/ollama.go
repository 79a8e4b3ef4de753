package wire

import "encoding/json"

// The messages of Ollama's interface, as far as they are used here. Servers add fields from version to
// version; those are ignored. Durations are ns, counts are tokens, sizes are bytes.

// GenerateRequest is the body of POST /api/generate. Without a prompt it only loads the model, or with
// a keep_alive of 0 unloads it.
type GenerateRequest struct {
	Model     string         `json:"model"`
	Prompt    string         `json:"prompt,omitempty"`
	System    string         `json:"system,omitempty"`     // in place of the model's own
	Template  string         `json:"template,omitempty"`   // in place of the model's own
	Raw       bool           `json:"raw,omitempty"`        // the prompt as it stands, under no template
	Stream    *bool          `json:"stream,omitempty"`     // nil streams
	Think     any            `json:"think,omitempty"`      // a bool, or "low", "medium", "high"
	Format    any            `json:"format,omitempty"`     // "json", or a JSON Schema
	KeepAlive any            `json:"keep_alive,omitempty"` // seconds as a number, or a duration as a string; nil is the server's default
	Options   map[string]any `json:"options,omitempty"`
}

// GenerateResponse is one line of the answer to a GenerateRequest, or all of it without streaming.
type GenerateResponse struct {
	Model     string    `json:"model,omitempty"`
	CreatedAt string    `json:"created_at,omitempty"`
	Response  string    `json:"response"`
	Thinking  string    `json:"thinking,omitempty"`
	Done      *bool     `json:"done,omitempty"` // nil in no line that is well formed, but for an error
	Error     ErrorText `json:"error,omitempty"`
	Timings
}

// ChatRequest is the body of POST /api/chat.
type ChatRequest struct {
	Model     string         `json:"model"`
	Messages  []Message      `json:"messages"`
	Tools     []Tool         `json:"tools,omitempty"`
	Stream    *bool          `json:"stream,omitempty"`     // nil streams
	Think     any            `json:"think,omitempty"`      // a bool, or "low", "medium", "high"
	Format    any            `json:"format,omitempty"`     // "json", or a JSON Schema
	KeepAlive any            `json:"keep_alive,omitempty"` // seconds as a number, or a duration as a string; nil is the server's default
	Options   map[string]any `json:"options,omitempty"`
}

// A Message is one turn of an Ollama chat, or the part of one that a line of a stream brings.
type Message struct {
	Role      string            `json:"role"` // "system", "user", "assistant" or "tool"
	Content   string            `json:"content"`
	Thinking  string            `json:"thinking,omitempty"`
	ToolCalls []MessageToolCall `json:"tool_calls,omitempty"`
	ToolName  string            `json:"tool_name,omitempty"` // whose result it is, under the role "tool"
}

// A MessageToolCall is one call of a tool, whole: Ollama sends none in parts.
type MessageToolCall struct {
	ID       string                  `json:"id,omitempty"` // older servers send none
	Function MessageToolCallFunction `json:"function"`
}

// A MessageToolCallFunction is the function that a model calls, with its arguments as a JSON object.
type MessageToolCallFunction struct {
	Index     int             `json:"index,omitempty"`
	Name      string          `json:"name"`
	Arguments json.RawMessage `json:"arguments"`
}

// A Tool is a function that a model may call. Ollama and OpenAI write it alike.
type Tool struct {
	Type     string       `json:"type"` // "function"
	Function ToolFunction `json:"function"`
}

// A ToolFunction describes a function to a model.
type ToolFunction struct {
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
	Parameters  any    `json:"parameters,omitempty"` // a JSON Schema
}

// ChatResponse is one line of the answer to a ChatRequest, or all of it without streaming.
type ChatResponse struct {
	Model     string    `json:"model,omitempty"`
	CreatedAt string    `json:"created_at,omitempty"`
	Message   Message   `json:"message"`
	Done      *bool     `json:"done,omitempty"` // nil in no line that is well formed, but for an error
	Error     ErrorText `json:"error,omitempty"`
	Timings
}

// Timings stand in the last line of an answer.
type Timings struct {
	TotalNS         *int64 `json:"total_duration,omitempty"`
	LoadNS          *int64 `json:"load_duration,omitempty"`
	PromptEvalNS    *int64 `json:"prompt_eval_duration,omitempty"`
	EvalNS          *int64 `json:"eval_duration,omitempty"`
	PromptEvalCount *int   `json:"prompt_eval_count,omitempty"`
	EvalCount       *int   `json:"eval_count,omitempty"`
	DoneReason      string `json:"done_reason,omitempty"`
}

// VersionResponse answers GET /api/version.
type VersionResponse struct {
	Version string `json:"version"`
}

// TagsResponse answers GET /api/tags with the models that the server has.
type TagsResponse struct {
	Models []Tag `json:"models"`
}

// A Tag is one model that a server has.
type Tag struct {
	Name    string  `json:"name"`
	Model   string  `json:"model"`
	Size    int64   `json:"size"`
	Digest  string  `json:"digest"`
	Details Details `json:"details"`
}

// Details describe a model.
type Details struct {
	Format            string `json:"format"`
	Family            string `json:"family"`
	ParameterSize     string `json:"parameter_size"`
	QuantizationLevel string `json:"quantization_level"`
}

// ShowRequest is the body of POST /api/show.
type ShowRequest struct {
	Model string `json:"model"`
}

// ShowResponse answers it. ModelInfo has, among much else, "general.architecture" and, under the name
// that stands there, "NAME.context_length".
type ShowResponse struct {
	Details   Details        `json:"details"`
	ModelInfo map[string]any `json:"model_info"`
}

// PSResponse answers GET /api/ps with the models that are in memory.
type PSResponse struct {
	Models []Process `json:"models"`
}

// A Process is one model in memory. Servers before 0.9 leave ContextLength out.
type Process struct {
	Name          string `json:"name"`
	Model         string `json:"model"`
	Size          int64  `json:"size"`
	Digest        string `json:"digest"`
	ExpiresAt     string `json:"expires_at"`
	SizeVRAM      int64  `json:"size_vram"`
	ContextLength int    `json:"context_length,omitempty"`
}
