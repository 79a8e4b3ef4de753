package wire

import "encoding/json"

// The messages of Ollama's interface, as far as they are used here. Servers add fields from version to
// version; those are ignored. Durations are ns, counts are tokens, sizes are bytes.

// GenerateRequest is the body of POST /api/generate. Without a prompt it only loads the model, or with
// a keep_alive of 0 unloads it.
type GenerateRequest struct {
	Model     string         `json:"model"`
	Prompt    string         `json:"prompt,omitempty"`
	Stream    *bool          `json:"stream,omitempty"`     // nil streams
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

// ErrorText is what a server says of an error: a text, or the JSON of what else it sent.
type ErrorText string

// UnmarshalJSON takes any JSON value.
func (e *ErrorText) UnmarshalJSON(raw []byte) error {
	var text string
	if json.Unmarshal(raw, &text) != nil {
		text = string(raw)
	}
	*e = ErrorText(text)
	return nil
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

// ErrorResponse is the body of an answer whose status is not 200.
type ErrorResponse struct {
	Error string `json:"error"`
}
