package emulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"bench/agent/wire"
)

// defaultKeep is how long a model stays loaded after a call that doesn't say, as in Ollama.
const defaultKeep = 5 * time.Minute

func (s *Server) generate(w http.ResponseWriter, r *http.Request) {
	var body wire.GenerateRequest
	if !decode(w, r, &body, ollamaTrouble) {
		return
	}
	s.serveOllama(w, r, body.KeepAlive, request{
		model: body.Model, prompt: body.System + body.Prompt, options: body.Options, stream: body.Stream == nil || *body.Stream,
		onlyLoad: body.Prompt == "", thinks: body.Think != false, choices: 1,
		dialect: newOllama(body.Model, false),
	})
}

func (s *Server) chat(w http.ResponseWriter, r *http.Request) {
	var body wire.ChatRequest
	if !decode(w, r, &body, ollamaTrouble) {
		return
	}
	var prompt strings.Builder
	for _, m := range body.Messages {
		prompt.WriteString(m.Content)
	}
	s.serveOllama(w, r, body.KeepAlive, request{
		model: body.Model, prompt: prompt.String(), options: body.Options, stream: body.Stream == nil || *body.Stream,
		onlyLoad: len(body.Messages) == 0, thinks: body.Think != false, choices: 1, tools: body.Tools,
		dialect: newOllama(body.Model, true),
	})
}

// serveOllama cuts the prompt to the context, as Ollama does.
func (s *Server) serveOllama(w http.ResponseWriter, r *http.Request, keepAlive any, req request) {
	if !s.hasOllama(w, req.model) {
		return
	}
	keep, err := keepTime(keepAlive)
	if err != nil {
		reply(w, http.StatusBadRequest, ollamaTrouble(http.StatusBadRequest, err.Error()))
		return
	}
	req.id, req.keep = s.requestID(r), keep
	req.load = load{model: wire.FullName(req.model), numCtx: numCtx(req.options)}
	if n, given := req.options["num_gpu"]; given {
		req.load.numGPU = fmt.Sprint(n)
	}
	s.serve(w, r, req)
}

// hasOllama says whether there is a model of that name, or answers that there is none.
func (s *Server) hasOllama(w http.ResponseWriter, model string) bool {
	ok := s.has(model)
	if !ok {
		reply(w, http.StatusNotFound, ollamaTrouble(http.StatusNotFound, fmt.Sprintf("model '%s' not found", model)))
	}
	return ok
}

// ollama is the dialect of /api/generate and /api/chat.
type ollama struct {
	model string
	chat  bool
	lines map[kind]template
	call  call // whose first part has come: it is told whole
}

func newOllama(model string, chat bool) *ollama {
	o := &ollama{model: model, chat: chat}
	answer := o.line(timeMark, content{text: textMark})
	o.lines = map[kind]template{
		opening:  newTemplate("", answer, "\n"),
		text:     newTemplate("", answer, "\n"),
		thinking: newTemplate("", o.line(timeMark, content{thinking: textMark}), "\n"),
	}
	return o
}

func (o *ollama) manners() manners { return manners{media: "application/x-ndjson"} }

func (o *ollama) ending() []message { return []message{{kind: finish}} }

func (o *ollama) appendMessage(b []byte, m message, due time.Time, f figures) []byte {
	switch m.kind {
	case toolCall:
		o.call.index, o.call.name = m.call.index, o.call.name+m.call.name
		o.call.arguments += m.call.arguments
		if m.call.name != "" {
			return b
		}
		line := encode(o.line(due.UTC().Format(time.RFC3339Nano), content{calls: []call{o.call}}))
		o.call = call{}
		return append(append(b, line...), '\n')
	case finish:
		return append(append(b, encode(o.last(content{}, f))...), '\n')
	case opening:
		return o.lines[opening].append(b, due, `""`)
	}
	return o.lines[m.kind].append(b, due, m.literal)
}

// line is one of wire.GenerateResponse and wire.ChatResponse.
func (o *ollama) line(created string, c content) any {
	if !o.chat {
		return wire.GenerateResponse{Model: o.model, CreatedAt: created, Response: c.text, Thinking: c.thinking, Done: new(false)}
	}
	return wire.ChatResponse{Model: o.model, CreatedAt: created, Message: o.message(c), Done: new(false)}
}

func (o *ollama) message(c content) wire.Message {
	m := wire.Message{Role: "assistant", Content: c.text, Thinking: c.thinking}
	for _, call := range c.calls {
		m.ToolCalls = append(m.ToolCalls, wire.MessageToolCall{
			ID:       callID(call),
			Function: wire.MessageToolCallFunction{Index: call.index, Name: call.name, Arguments: json.RawMessage(call.arguments)},
		})
	}
	return m
}

func (o *ollama) last(c content, f figures) any {
	created, timings := time.Now().UTC().Format(time.RFC3339Nano), wire.Timings{DoneReason: f.reason}
	if !f.withheld {
		timings = wire.Timings{
			TotalNS: new(int64(f.total)), LoadNS: new(int64(f.load)), PromptEvalNS: new(int64(f.prefill)), EvalNS: new(int64(f.decode)),
			PromptEvalCount: new(f.prompt), EvalCount: new(f.output), DoneReason: f.reason,
		}
	}
	if !o.chat {
		return wire.GenerateResponse{Model: o.model, CreatedAt: created, Response: c.text, Thinking: c.thinking, Done: new(true), Timings: timings}
	}
	return wire.ChatResponse{Model: o.model, CreatedAt: created, Message: o.message(c), Done: new(true), Timings: timings}
}

func (o *ollama) whole(choices []content, f figures) any { return o.last(choices[0], f) }

func (o *ollama) trouble(status int, message string) any { return ollamaTrouble(status, message) }

func (o *ollama) appendTrouble(b []byte, message string) []byte {
	return append(append(b, encode(wire.ErrorResponse{Error: message})...), '\n')
}

func ollamaTrouble(_ int, message string) any { return wire.ErrorResponse{Error: message} }

// keepTime reads seconds as a number, or a duration as a string; negative is for ever.
func keepTime(v any) (time.Duration, error) {
	switch v := v.(type) {
	case nil:
		return defaultKeep, nil
	case float64:
		return time.Duration(v * float64(time.Second)), nil
	case string:
		d, err := time.ParseDuration(v)
		if err != nil {
			return 0, fmt.Errorf("keep_alive: %w", err)
		}
		return d, nil
	}
	return 0, fmt.Errorf("keep_alive is neither a number of seconds nor a duration")
}
