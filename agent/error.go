package agent

import "fmt"

// A Class says what kind of failure an error is, so that a retry rule can be written without reading its text.
type Class string

// The classes of failure.
const (
	Connect        Class = "connect"        // the server could not be reached, or closed before it answered
	Timeout        Class = "timeout"        // a limit of time passed: connect, first token, idle, or the whole run
	ServerError    Class = "server_error"   // the server answered 5xx, broke off, or reported an error in its stream
	RateLimited    Class = "rate_limited"   // 429
	BadRequest     Class = "bad_request"    // any other 4xx: an unknown model, an option that the server refuses
	InvalidOutput  Class = "invalid_output" // the answer is not what the protocol says, or breaks the workload's `valid`
	AgentError     Class = "agent_error"    // the agent's own process failed
	OutOfMemory    Class = "out_of_memory"  // the run needed more memory than it may have, or than there is
	Infrastructure Class = "infrastructure" // the machine failed: no disk, no process, a lost node
	InvalidSpec    Class = "invalid_spec"   // an expression of the spec failed while the run went on
)

// Classes lists every class, in the order of their declaration.
var Classes = []Class{
	Connect, Timeout, ServerError, RateLimited, BadRequest, InvalidOutput, AgentError, OutOfMemory, Infrastructure, InvalidSpec,
}

// An Error is a classified failure of a call or of a run.
type Error struct {
	Class      Class  `json:"class"`
	Message    string `json:"message"`               // one line
	HTTPStatus int    `json:"http_status,omitempty"` // of the answer, where there was one
	Bytes      int64  `json:"bytes,omitempty"`       // of the body, received before the failure
	Tokens     int    `json:"tokens,omitempty"`      // received before the failure

	RetryAfterNS int64 `json:"retry_after_ns,omitempty"` // that the server asks to wait for (RFC 9110, Retry-After); 0: it does not say
}

// Error gives the class and the message.
func (e *Error) Error() string { return fmt.Sprintf("%s: %s", e.Class, e.Message) }
