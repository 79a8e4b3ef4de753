package emulator

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"bench/agent/wire"
)

// maxChoices bounds n.
const maxChoices = 128

func (s *Server) chatCompletions(w http.ResponseWriter, r *http.Request) {
	var body wire.ChatCompletionRequest
	options := map[string]any{}
	if !decode(w, r, &body, openAITrouble, &options) {
		return
	}
	var prompt strings.Builder
	for _, m := range body.Messages {
		prompt.WriteString(string(m.Content))
	}
	s.serveOpenAI(w, r, body.N, body.StreamOptions, request{
		model: body.Model, prompt: prompt.String(), options: options, stream: body.Stream, thinks: true, tools: body.Tools,
	}, true)
}

func (s *Server) completions(w http.ResponseWriter, r *http.Request) {
	var body wire.CompletionRequest
	options := map[string]any{}
	if !decode(w, r, &body, openAITrouble, &options) {
		return
	}
	s.serveOpenAI(w, r, body.N, body.StreamOptions, request{
		model: body.Model, prompt: string(body.Prompt), options: options, stream: body.Stream,
	}, false)
}

// serveOpenAI refuses a prompt that the context has no room for, as vLLM does. All members of the body are
// options; max_tokens, by either of its names, is num_predict.
func (s *Server) serveOpenAI(w http.ResponseWriter, r *http.Request, n *int, stream *wire.StreamOptions, req request, chat bool) {
	refuse := func(status int, message string) { reply(w, status, openAITrouble(status, message)) }
	req.choices = 1
	if n != nil {
		req.choices = *n
	}
	switch {
	case !s.has(req.model):
		refuse(http.StatusNotFound, fmt.Sprintf("The model `%s` does not exist.", req.model))
		return
	case req.choices < 1 || req.choices > maxChoices:
		refuse(http.StatusBadRequest, fmt.Sprintf("n is %d: it must lie between 1 and %d", req.choices, maxChoices))
		return
	case countTokens(req.prompt) > contextLength:
		refuse(http.StatusBadRequest, fmt.Sprintf("This model's maximum context length is %d tokens.", contextLength))
		return
	}
	for _, name := range []string{"max_tokens", "max_completion_tokens"} {
		if limit, given := req.options[name]; given {
			req.options["num_predict"] = limit
		}
	}
	req.options["num_ctx"] = contextLength
	req.keep, req.load = defaultKeep, load{model: wire.FullName(req.model), numCtx: contextLength}
	req.id = s.requestID(r)
	d := newOpenAI(req.model, req.id, chat, s.config.Style.Usage, req.choices)
	if stream != nil {
		d.asked, d.every = stream.IncludeUsage, d.every || stream.ContinuousUsageStats
	}
	req.dialect = d
	s.serve(w, r, req)
}

func (s *Server) openAIModels(w http.ResponseWriter, _ *http.Request) {
	list := wire.ModelsResponse{Object: "list", Data: []wire.ModelData{}}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range s.models {
		list.Data = append(list.Data, wire.ModelData{ID: strings.TrimSuffix(name, ":latest"), Object: "model", OwnedBy: "emulator", MaxModelLen: contextLength})
	}
	reply(w, http.StatusOK, list)
}

// openAI is the dialect of /v1/chat/completions and /v1/completions.
type openAI struct {
	model, id string
	chat      bool
	created   int64
	mode      string     // of Style.Usage
	asked     bool       // for usage
	every     bool       // usage in every chunk
	texts     []template // by choice
	thoughts  []template
	sofar     int // tokens
}

func newOpenAI(model, id string, chat bool, mode string, choices int) *openAI {
	d := &openAI{
		model: model, id: "cmpl-" + id, chat: chat, created: time.Now().Unix(),
		mode: mode, every: mode == UsageEvery,
	}
	if chat {
		d.id = "chat" + d.id
	}
	for choice := range choices {
		d.texts = append(d.texts, newTemplate("data: ", d.event(choice, wire.Delta{Content: &textMark}, nil), "\n\n"))
		d.thoughts = append(d.thoughts, newTemplate("data: ", d.event(choice, wire.Delta{ReasoningContent: &textMark}, nil), "\n\n"))
	}
	return d
}

func (d *openAI) manners() manners {
	return manners{media: "text/event-stream; charset=utf-8", early: true, opens: d.chat, comments: true, figures: d.every}
}

func (d *openAI) ending() []message {
	var list []message
	for choice := range d.texts {
		list = append(list, message{kind: finish, choice: choice})
	}
	if d.mode == UsageAsked && d.asked || d.mode == UsageEvery {
		list = append(list, message{kind: usage})
	}
	return append(list, message{kind: mark})
}

func (d *openAI) appendMessage(b []byte, m message, due time.Time, f figures) []byte {
	d.sofar += m.tokens
	var event any
	switch m.kind {
	case comment:
		return append(b, ": keep-alive\n\n"...)
	case mark:
		return append(b, "data: [DONE]\n\n"...)
	case text, thinking:
		if !d.every {
			return d.template(m).append(b, due, m.literal)
		}
		event = d.event(m.choice, d.delta(m), nil)
	case opening:
		event = d.event(m.choice, wire.Delta{Role: "assistant", Content: new("")}, nil)
	case toolCall:
		event = d.event(m.choice, d.delta(m), nil)
	case finish:
		event = d.event(m.choice, wire.Delta{}, new(d.reason(f)))
		if d.mode == UsageLast {
			event = d.withUsage(event, f)
		}
	case usage:
		event = d.withUsage(d.noChoice(), f)
	}
	if d.every && m.kind != usage {
		f.output = d.sofar
		event = d.withUsage(event, f)
	}
	b = append(b, "data: "...)
	b = append(b, encode(event)...)
	return append(b, "\n\n"...)
}

func (d *openAI) template(m message) template {
	if m.kind == thinking && d.chat {
		return d.thoughts[m.choice]
	}
	return d.texts[m.choice]
}

func (d *openAI) delta(m message) wire.Delta {
	switch m.kind {
	case thinking:
		return wire.Delta{ReasoningContent: &m.text}
	case toolCall:
		part := wire.ToolCallDelta{Index: &m.call.index, Function: wire.ToolCallFunction{Name: m.call.name, Arguments: m.call.arguments}}
		if m.call.name != "" {
			part.ID, part.Type = callID(m.call), "function"
		}
		return wire.Delta{ToolCalls: []wire.ToolCallDelta{part}}
	}
	return wire.Delta{Content: &m.text}
}

// event is a wire.ChatCompletionChunk or a wire.Completion.
func (d *openAI) event(choice int, delta wire.Delta, reason *string) any {
	if d.chat {
		return wire.ChatCompletionChunk{
			ID: d.id, Object: "chat.completion.chunk", Created: d.created, Model: d.model,
			Choices: []wire.ChunkChoice{{Index: choice, Delta: delta, FinishReason: reason}},
		}
	}
	c := wire.CompletionChoice{Index: choice, FinishReason: reason}
	for _, text := range []*string{delta.ReasoningContent, delta.Content} {
		if text != nil {
			c.Text += *text
		}
	}
	return wire.Completion{ID: d.id, Object: "text_completion", Created: d.created, Model: d.model, Choices: []wire.CompletionChoice{c}}
}

func (d *openAI) noChoice() any {
	if d.chat {
		return wire.ChatCompletionChunk{ID: d.id, Object: "chat.completion.chunk", Created: d.created, Model: d.model, Choices: []wire.ChunkChoice{}}
	}
	return wire.Completion{ID: d.id, Object: "text_completion", Created: d.created, Model: d.model, Choices: []wire.CompletionChoice{}}
}

func (d *openAI) withUsage(event any, f figures) any {
	usage := &wire.Usage{PromptTokens: &f.prompt, CompletionTokens: &f.output, TotalTokens: new(f.prompt + f.output)}
	if f.cached > 0 {
		usage.PromptTokensDetails = &wire.PromptTokensDetails{CachedTokens: &f.cached}
	}
	if f.thinking > 0 && d.chat {
		usage.CompletionTokensDetails = &wire.CompletionTokensDetails{ReasoningTokens: &f.thinking}
	}
	if f.withheld {
		usage = nil
	}
	switch e := event.(type) {
	case wire.ChatCompletionChunk:
		e.Usage = usage
		return e
	case wire.ChatCompletion:
		e.Usage = usage
		return e
	case wire.Completion:
		e.Usage = usage
		return e
	}
	return event
}

func (d *openAI) whole(choices []content, f figures) any {
	if !d.chat {
		c := wire.Completion{ID: d.id, Object: "text_completion", Created: d.created, Model: d.model}
		for i, choice := range choices {
			c.Choices = append(c.Choices, wire.CompletionChoice{Index: i, Text: choice.thinking + choice.text, FinishReason: &f.reason})
		}
		return d.withUsage(c, f)
	}
	c := wire.ChatCompletion{ID: d.id, Object: "chat.completion", Created: d.created, Model: d.model}
	for i, choice := range choices {
		message := wire.Delta{Role: "assistant", Content: &choice.text}
		if choice.thinking != "" {
			message.ReasoningContent = &choice.thinking
		}
		for _, call := range choice.calls {
			message.ToolCalls = append(message.ToolCalls, wire.ToolCallDelta{
				ID: callID(call), Type: "function", Function: wire.ToolCallFunction{Name: call.name, Arguments: call.arguments},
			})
		}
		c.Choices = append(c.Choices, wire.ChatCompletionChoice{Index: i, Message: message, FinishReason: d.reason(f)})
	}
	return d.withUsage(c, f)
}

func (d *openAI) reason(f figures) string {
	if f.calls {
		return "tool_calls"
	}
	return f.reason
}

func (d *openAI) trouble(status int, message string) any { return openAITrouble(status, message) }

func (d *openAI) appendTrouble(b []byte, message string) []byte {
	b = append(b, "data: "...)
	b = append(b, encode(openAITrouble(http.StatusInternalServerError, message))...)
	return append(b, "\n\n"...)
}

func openAITrouble(status int, message string) any {
	kinds := map[int]string{http.StatusBadRequest: "BadRequestError", http.StatusNotFound: "NotFoundError", http.StatusTooManyRequests: "RateLimitError"}
	kind, known := kinds[status]
	if !known {
		kind = "InternalServerError"
	}
	return wire.APIErrorResponse{Error: wire.APIError{Message: message, Type: kind, Code: status}}
}

func callID(c call) string { return fmt.Sprintf("call_%d", c.index) }
