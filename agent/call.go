package agent

import (
	"time"

	"bench/agent/telemetry"
)

// A Call is one measured LLM call.
//
// All times are nanoseconds on the monotonic clock of the process that made the call, relative to t0,
// the moment just before the request was handed to the transport. A nil pointer means that the value
// could not be had; it is never replaced by 0.
type Call struct {
	Step      string    `json:"step"`
	StartedAt time.Time `json:"started_at"` // wall clock (UTC); a label, never used in arithmetic

	Clock string `json:"clock"` // where arrival times come from: "kernel" (its stamps of the packets) or "read" (the reads' return)
	Conn  string `json:"conn"`  // "new" or "reused"

	ClockStepNS int64 `json:"clock_step_ns,omitempty"` // by how much the wall clock was set during the call, so that the kernel's stamps don't hold

	ConnNS      int64   `json:"conn_ns"`                 // DNS, dial and TLS; 0 on a reused connection
	WroteNS     *int64  `json:"wrote_ns,omitempty"`      // the write of the request's last byte returned: an answer may be faster
	FirstByteNS *int64  `json:"first_byte_ns,omitempty"` // first byte of the response header
	TTFONS      *int64  `json:"ttfo_ns,omitempty"`       // first chunk of any kind: also one with a role alone, or an empty text
	TTFTNS      *int64  `json:"ttft_ns,omitempty"`       // first chunk with non-empty content
	ChunkNS     []int64 `json:"chunk_ns,omitempty"`      // arrival of each content chunk, thinking included
	Coalesced   int     `json:"coalesced,omitempty"`     // content chunks that came with the one before them, so that the gap can't be told
	EndNS       int64   `json:"end_ns"`                  // end of body, or of the failed call
	ReadNS      []int64 `json:"-"`                       // of each content chunk, when the read returned that brought it; only where both clocks are asked for

	TTFTAnswerNS *int64 `json:"ttft_answer_ns,omitempty"` // first chunk of the answer, where thinking came before it

	OutputTokens   int    `json:"output_tokens"` // of all choices, thinking included
	PromptTokens   *int   `json:"prompt_tokens,omitempty"`
	CachedTokens   *int   `json:"cached_tokens,omitempty"`   // those of the prompt that the server took from a cache
	ThinkingTokens *int   `json:"thinking_tokens,omitempty"` // those of the output that were thinking
	TokensFrom     string `json:"tokens_from"`               // "server" (its usage) or "chunks" (counted, where the server says nothing)

	Server    ServerTimings `json:"server"`
	Response  string        `json:"response"`
	Thinking  string        `json:"thinking,omitempty"` // text that the model wrote before its answer
	Refusal   string        `json:"refusal,omitempty"`  // what it wrote in place of one
	ToolCalls []ToolCall    `json:"tool_calls,omitempty"`
	Others    []string      `json:"others,omitempty"` // the responses of further choices; chunk_ns has the chunks of all
	Error     *Error        `json:"error,omitempty"`
}

// A ToolCall is a call of a tool that a model asks for.
type ToolCall struct {
	ID        string `json:"id,omitempty"`
	Name      string `json:"name"`
	Arguments string `json:"arguments"` // JSON as the model wrote it, which may be malformed
}

// ServerTimings is what the server says of a call, as it says it: durations in ns, counts in tokens.
type ServerTimings struct {
	TotalNS         *int64 `json:"total_duration,omitempty"`
	LoadNS          *int64 `json:"load_duration,omitempty"`
	PromptEvalNS    *int64 `json:"prompt_eval_duration,omitempty"`
	EvalNS          *int64 `json:"eval_duration,omitempty"`
	PromptEvalCount *int   `json:"prompt_eval_count,omitempty"`
	EvalCount       *int   `json:"eval_count,omitempty"`
	DoneReason      string `json:"done_reason,omitempty"`
}

// An Ingest is one measured reading of a corpus.
type Ingest struct {
	Name       string `json:"name"`
	Files      int    `json:"files"`
	Bytes      int64  `json:"bytes"`
	Digest     string `json:"digest"`            // SHA-256 over paths and contents, in hexadecimal
	Changed    string `json:"changed,omitempty"` // in what the files were other ones after the run; "" where they were the same
	DurationNS int64  `json:"duration_ns"`
}

// Resources is what the measured process used, from its start to the end of its last call.
type Resources struct {
	CPUNS        int64 `json:"cpu_ns"`         // user and system time of the process and its waited-for children
	PeakRSSBytes int64 `json:"peak_rss_bytes"` // largest resident set of the process
	GCCount      int   `json:"gc_count"`       // garbage collections of the client while it measured
	GCPauseNS    int64 `json:"gc_pause_ns"`    // their pauses, summed
}

// An Outcome is a run measured: everything that one process of an agent gives back.
type Outcome struct {
	Ingests         []Ingest           `json:"ingests,omitempty"`
	Calls           []Call             `json:"calls"`
	Scores          map[string]float64 `json:"scores,omitempty"` // the workload's own metrics of quality
	WorkflowTotalNS int64              `json:"workflow_total_ns"`
	Resources       Resources          `json:"resources"`

	Observed *telemetry.Observed `json:"observed,omitempty"` // what the agent, the server and the machine did meanwhile
}
