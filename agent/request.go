package agent

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"

	"bench/agent/wire"
)

// A Request is one prompt for a model.
type Request struct {
	ID        string         // sent as X-Request-Id, so that a server's log can be matched; may be empty
	Step      string         // what the call is called in the records
	Model     string         // as the server names it
	Prompt    string         // may not be empty: Ollama would load the model and answer nothing
	MaxTokens int            // sent as num_predict or max_tokens where Options has none; 0 leaves it to the server
	Options   map[string]any // sent as they stand: Ollama's options, or members of the body of an OpenAI request
}

// limits are the options that limit an answer, by what a request has for it in either interface.
var (
	ollamaLimits = []string{"num_predict"}
	openAILimits = []string{"max_tokens", "max_completion_tokens"}
)

// encode makes the request's body before the clock starts.
func (r Request) encode(p wire.Protocol) ([]byte, *Error) {
	if r.Prompt == "" {
		return nil, &Error{Class: BadRequest, Message: "the prompt is empty"}
	}
	body, err := json.Marshal(r.message(p))
	if err != nil {
		return nil, &Error{Class: BadRequest, Message: fmt.Sprintf("the options cannot be written as JSON: %v", err)}
	}
	return body, nil
}

// message is the request as its protocol writes it; it streams, and asks for the server's count of tokens.
func (r Request) message(p wire.Protocol) any {
	usage := &wire.StreamOptions{IncludeUsage: true}
	switch p {
	case wire.OllamaChat:
		turns := []wire.Message{{Role: "user", Content: r.Prompt}}
		return wire.ChatRequest{Model: r.Model, Messages: turns, Stream: new(true), Options: r.limited(ollamaLimits)}
	case wire.OpenAIChat:
		turns := []wire.ChatCompletionMessage{{Role: "user", Content: wire.Text(r.Prompt)}}
		return wire.ChatCompletionRequest{Model: r.Model, Messages: turns, Stream: true, StreamOptions: usage, Options: r.limited(openAILimits)}
	case wire.OpenAICompletions:
		return wire.CompletionRequest{Model: r.Model, Prompt: wire.Text(r.Prompt), Stream: true, StreamOptions: usage, Options: r.limited(openAILimits)}
	}
	return wire.GenerateRequest{Model: r.Model, Prompt: r.Prompt, Stream: new(true), Options: r.limited(ollamaLimits)}
}

// limited gives the options with the limit of tokens, under the first of the names that options have for it.
func (r Request) limited(names []string) map[string]any {
	if r.MaxTokens <= 0 {
		return r.Options
	}
	for _, name := range names {
		if _, given := r.Options[name]; given {
			return r.Options
		}
	}
	options := map[string]any{names[0]: r.MaxTokens}
	maps.Copy(options, r.Options)
	return options
}

// setHeader sets what every request has.
func (c *Client) setHeader(r *http.Request) {
	r.Header.Set("Content-Type", "application/json")
	if c.key != "" {
		r.Header.Set("Authorization", "Bearer "+c.key)
	}
}
