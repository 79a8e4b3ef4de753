package wire

import "encoding/json"

// ErrorText is what a server says of an error: a text, the message of an error object, or the JSON of
// what else it sent.
type ErrorText string

// UnmarshalJSON takes any JSON value.
func (e *ErrorText) UnmarshalJSON(raw []byte) error {
	var text string
	var object APIError
	switch {
	case json.Unmarshal(raw, &text) == nil:
	case json.Unmarshal(raw, &object) == nil && object.Message != "":
		text = object.Message
	default:
		text = string(raw)
	}
	*e = ErrorText(text)
	return nil
}

// ErrorResponse is the body of an answer whose status is not 200, as Ollama writes it.
type ErrorResponse struct {
	Error string `json:"error"`
}

// UnmarshalJSON also takes the bodies of other servers: OpenAI's, in which the error is an object with
// a message, and vLLM's older one, which is such an object itself.
func (e *ErrorResponse) UnmarshalJSON(raw []byte) error {
	var body struct {
		Error  ErrorText `json:"error"`
		Object string    `json:"object"`
		APIError
	}
	if err := json.Unmarshal(raw, &body); err != nil {
		return err
	}
	e.Error = string(body.Error)
	if e.Error == "" && body.Object == "error" {
		e.Error = body.Message
	}
	return nil
}

// An APIErrorResponse is the body of an answer whose status is not 200, as OpenAI's servers write it, or an
// event in mid-stream.
type APIErrorResponse struct {
	Error APIError `json:"error"`
}

// An APIError is what OpenAI's servers say of an error.
type APIError struct {
	Message string `json:"message"`
	Type    string `json:"type,omitempty"`
	Code    any    `json:"code,omitempty"` // a text at some servers, a number at others
}
