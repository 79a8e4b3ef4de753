package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
)

// A reference decodes a stream as simply as can be, with encoding/json and no thought of speed. What it
// leaves out of errors is their text. Its stamps are offsets.
type reference struct {
	stream  Stream
	choices []Choice
	indexes [][]int // of the calls of each choice; -1 where the server gives none
	done    bool

	fromCache *int // by llama.cpp's timings
}

func refer(p Protocol, body []byte) (Stream, error) {
	r := &reference{}
	var err error
	if p == OllamaGenerate || p == OllamaChat {
		err = r.ollama(body)
	} else {
		err = r.openAI(body)
	}
	if len(r.choices) > 0 {
		r.stream.Choice, r.stream.Others = r.choices[0], r.choices[1:]
	}
	if len(r.stream.Others) == 0 {
		r.stream.Others = nil
	}
	r.stream.Timings.DoneReason = r.stream.DoneReason
	tokens, computed := &r.stream.Tokens, r.stream.Timings.PromptEvalCount
	if tokens.Prompt == nil && computed != nil && r.fromCache != nil {
		tokens.Prompt = new(*computed + *r.fromCache)
	}
	if tokens.Cached == nil {
		tokens.Cached = r.fromCache
	}
	if tokens.Output == nil {
		tokens.Output = r.stream.Timings.EvalCount
	}
	return r.stream, err
}

func (r *reference) ollama(body []byte) error {
	offset := 0
	for line := range bytes.SplitAfterSeq(body, []byte("\n")) {
		text := bytes.TrimRight(line, " \t\r\n")
		last := offset + len(text) - 1
		offset += len(line)
		if len(text) == 0 {
			continue
		}
		if r.done || len(text) > MaxLine {
			return ErrMalformed
		}
		raw, err := oneJSON(text)
		if err == io.ErrUnexpectedEOF && !bytes.HasSuffix(line, []byte("\n")) {
			return ErrUnfinished
		} else if err != nil {
			return ErrMalformed
		}
		if err := r.message(raw, last, r.ollamaLine); err != nil {
			return err
		}
	}
	if !r.done {
		return ErrUnfinished
	}
	return nil
}

// message takes one message by its parse, all of it or nothing.
func (r *reference) message(raw []byte, last int, parse func(raw []byte, m *referenceMessage) error) error {
	m := referenceMessage{stream: &r.stream}
	tokens, timings, fromCache := r.stream.Tokens, r.stream.Timings, r.fromCache
	forget := func() { r.stream.Tokens, r.stream.Timings, r.fromCache = tokens, timings, fromCache }
	err := parse(raw, &m)
	if err != nil || !m.answers && m.fault == "" {
		forget()
		return ErrMalformed
	}
	r.done = r.done || m.done
	if r.stream.FirstNS == nil {
		r.stream.FirstNS = new(int64(last))
	}
	for _, d := range m.deltas {
		if err := r.delta(d, last); err != nil {
			forget()
			return err
		}
	}
	if m.fault != "" {
		return ErrReported
	}
	return nil
}

type referenceMessage struct {
	stream        *Stream
	answers, done bool
	deltas        []referenceDelta
	fault         ErrorText
}

type referenceDelta struct {
	choice                             int
	content, thinking, refusal, reason string
	thoughts                           string // thinking in a list of parts
	calls                              []referenceCall
}

type referenceCall struct {
	index    int
	id, name string
	part     string
	object   string
}

func (r *reference) delta(d referenceDelta, last int) error {
	for len(r.choices) <= d.choice {
		r.choices, r.indexes = append(r.choices, Choice{}), append(r.indexes, nil)
	}
	c, indexes := &r.choices[d.choice], &r.indexes[d.choice]
	c.Response += d.content
	c.Thinking += d.thinking + d.thoughts
	c.Refusal += d.refusal
	if d.reason != "" {
		c.DoneReason = d.reason
	}
	calling := false
	for _, call := range d.calls {
		at := len(*indexes)
		if call.index >= 0 && slices.Contains(*indexes, call.index) {
			at = slices.Index(*indexes, call.index)
		} else if call.index < 0 && at > 0 && call.id == "" && call.name == "" && call.object == "" {
			at--
		}
		if at == mostToolCalls {
			return ErrMalformed
		}
		if at == len(*indexes) {
			*indexes, c.ToolCalls = append(*indexes, call.index), append(c.ToolCalls, ToolCall{})
		}
		t := &c.ToolCalls[at]
		if t.ID == "" {
			t.ID = call.id
		}
		if t.Name == "" {
			t.Name = call.name
		}
		t.Arguments += call.part + call.object
		calling = calling || call.id+call.name+call.part+call.object != ""
	}
	chunk := Chunk{NS: int64(last), Choice: int32(d.choice)}
	switch {
	case d.content != "" || d.refusal != "":
	case d.thinking+d.thoughts != "":
		chunk.Kind = Thinking
	case calling:
		chunk.Kind = Calling
	default:
		return nil
	}
	r.stream.Chunks = append(r.stream.Chunks, chunk)
	return nil
}

func (r *reference) ollamaLine(raw []byte, m *referenceMessage) error {
	m.deltas = []referenceDelta{{}}
	d, t := &m.deltas[0], &r.stream.Timings
	return eachMember(raw, func(name string, raw []byte) error {
		switch name {
		case "response":
			return setText(&d.content, raw)
		case "thinking":
			return setText(&d.thinking, raw)
		case "message":
			return referDelta(raw, d)
		case "done_reason":
			return setText(&d.reason, raw)
		case "done":
			var done *bool
			if json.Unmarshal(raw, &done) != nil {
				return errWrong
			}
			m.answers, m.done = done != nil, done != nil && *done
		case "error":
			m.fault = ""
			return json.Unmarshal(raw, &m.fault)
		case "total_duration":
			return setInt64(&t.TotalNS, raw)
		case "load_duration":
			return setInt64(&t.LoadNS, raw)
		case "prompt_eval_duration":
			return setInt64(&t.PromptEvalNS, raw)
		case "eval_duration":
			return setInt64(&t.EvalNS, raw)
		case "prompt_eval_count":
			return errors.Join(setInt(&t.PromptEvalCount, raw, mostTokens), setInt(&r.stream.Tokens.Prompt, raw, mostTokens))
		case "eval_count":
			return setInt(&t.EvalCount, raw, mostTokens)
		}
		return nil
	})
}

var (
	lineEnding = regexp.MustCompile(`\r\n|\r|\n`)
	fieldName  = regexp.MustCompile(`^[-_0-9A-Za-z]*$`)
)

func (r *reference) openAI(body []byte) error {
	start := 0
	if bytes.HasPrefix(body, []byte("\xEF\xBB\xBF")) {
		start = 3
	}
	var data []string
	last, fault := 0, false
	event := func(ended bool) error {
		text := strings.TrimRight(strings.Join(data, "\n"), " \t\r\n")
		defer func() { data, fault = nil, false }()
		if text == "" && !fault {
			return nil
		}
		return r.event(text, last, fault, ended)
	}
	for start < len(body) {
		end, next := len(body), len(body)
		if at := lineEnding.FindIndex(body[start:]); at != nil {
			end, next = start+at[0], start+at[1]
		}
		line := string(body[start:end])
		name, value, _ := strings.Cut(line, ":")
		begin := end - len(value)
		if strings.HasPrefix(value, " ") {
			value, begin = value[1:], begin+1
		}
		value = strings.TrimRight(value, " \t")
		switch {
		case len(line) > MaxLine:
			return ErrMalformed
		case line == "":
			if err := event(true); err != nil {
				return err
			}
		case name == "data" || name == "error":
			if value != "" {
				last = begin + len(value) - 1
			}
			data, fault = append(data, value), fault || name == "error"
			if len(strings.Join(data, "\n")) > MaxLine {
				return ErrMalformed
			}
		case name == "event":
			fault = string(body[begin:end]) == "error"
		case !fieldName.MatchString(name):
			var said ErrorResponse
			if json.Unmarshal(body[start:], &said) == nil && said.Error != "" {
				return ErrReported
			}
			return ErrMalformed
		}
		start = next
	}
	if err := event(false); err != nil {
		return err
	}
	if !r.done {
		if len(r.choices) == 0 || slices.ContainsFunc(r.choices, func(c Choice) bool { return c.DoneReason == "" }) {
			return ErrUnfinished
		}
		r.stream.WithoutDone = true
	}
	return nil
}

func (r *reference) event(text string, last int, fault, ended bool) error {
	switch {
	case r.done:
		return ErrMalformed
	case fault:
		return ErrReported
	case text == "[DONE]":
		r.done = true
		return nil
	}
	raw, err := oneJSON([]byte(text))
	if !ended && (err == io.ErrUnexpectedEOF || strings.HasPrefix("[DONE]", text)) {
		return ErrUnfinished
	} else if err != nil {
		return ErrMalformed
	}
	return r.message(raw, last, r.openAIEvent)
}

func (r *reference) openAIEvent(raw []byte, m *referenceMessage) error {
	var object, text []byte
	err := eachMember(raw, func(name string, raw []byte) error {
		switch name {
		case "choices":
			m.answers, m.deltas = true, nil
			return eachElement(raw, func(raw []byte) error {
				if len(m.deltas) == mostChoices {
					return errWrong
				}
				var d referenceDelta
				err := referChoice(raw, &d)
				m.deltas = append(m.deltas, d)
				return err
			})
		case "usage":
			m.answers = true
			return r.usage(raw)
		case "timings":
			return r.timings(raw)
		case "object":
			object = raw
		case "message":
			text = raw
		case "error":
			m.fault = ""
			return json.Unmarshal(raw, &m.fault)
		}
		return nil
	})
	if err == nil && m.fault == "" && !m.answers && string(object) == `"error"` && text != nil {
		err = json.Unmarshal(text, &m.fault)
	}
	return err
}

func referChoice(raw []byte, d *referenceDelta) error {
	return eachMember(raw, func(name string, raw []byte) error {
		switch name {
		case "index":
			var index *int
			err := setInt(&index, raw, mostChoices-1)
			if index != nil {
				d.choice = *index
			}
			return err
		case "delta":
			return referDelta(raw, d)
		case "text":
			return setText(&d.content, raw)
		case "finish_reason":
			return setText(&d.reason, raw)
		}
		return nil
	})
}

func referDelta(raw []byte, d *referenceDelta) error {
	return eachMember(raw, func(name string, raw []byte) error {
		switch name {
		case "content":
			d.thoughts = ""
			if raw[0] != '[' {
				return setText(&d.content, raw)
			}
			d.content = ""
			return eachElement(raw, func(raw []byte) error { return referPart(raw, d) })
		case "thinking", "reasoning", "reasoning_content":
			var thinking string
			err := setText(&thinking, raw)
			if thinking != "" {
				d.thinking = thinking
			}
			return err
		case "refusal":
			return setText(&d.refusal, raw)
		case "tool_calls":
			d.calls = nil
			return eachElement(raw, func(raw []byte) error {
				if len(d.calls) == mostToolCalls {
					return errWrong
				}
				call := referenceCall{index: -1}
				err := referCall(raw, &call)
				d.calls = append(d.calls, call)
				return err
			})
		}
		return nil
	})
}

// referPart takes one of a list of parts of a content.
func referPart(raw []byte, d *referenceDelta) error {
	more := func(to *string, raw []byte) error {
		var text string
		err := setText(&text, raw)
		*to += text
		return err
	}
	if raw[0] == '"' {
		return more(&d.content, raw)
	}
	return eachMember(raw, func(name string, raw []byte) error {
		switch name {
		case "text":
			return more(&d.content, raw)
		case "thinking":
			return eachElement(raw, func(raw []byte) error {
				return eachMember(raw, func(name string, raw []byte) error {
					if name == "text" {
						return more(&d.thoughts, raw)
					}
					return nil
				})
			})
		}
		return nil
	})
}

func referCall(raw []byte, c *referenceCall) error {
	return eachMember(raw, func(name string, raw []byte) error {
		switch name {
		case "index":
			var index *int
			err := setInt(&index, raw, mostToolCalls-1)
			if index != nil {
				c.index = *index
			}
			return err
		case "id":
			return setText(&c.id, raw)
		case "function":
			return eachMember(raw, func(name string, raw []byte) error {
				switch {
				case name == "name":
					return setText(&c.name, raw)
				case name == "arguments" && raw[0] == '{':
					c.part, c.object = "", string(raw)
				case name == "arguments":
					c.object = ""
					return setText(&c.part, raw)
				}
				return nil
			})
		}
		return nil
	})
}

func (r *reference) usage(raw []byte) error {
	t := &r.stream.Tokens
	detail := func(raw []byte, want string, to **int) error {
		var kept *int
		err := eachMember(raw, func(name string, raw []byte) error {
			if name == want {
				return setInt(&kept, raw, mostTokens)
			}
			return nil
		})
		if kept != nil {
			*to = kept
		}
		return err
	}
	return eachMember(raw, func(name string, raw []byte) error {
		switch name {
		case "prompt_tokens":
			return setInt(&t.Prompt, raw, mostTokens)
		case "completion_tokens":
			return setInt(&t.Output, raw, mostTokens)
		case "prompt_cache_hit_tokens":
			return setInt(&t.Cached, raw, mostTokens)
		case "prompt_tokens_details":
			return detail(raw, "cached_tokens", &t.Cached)
		case "completion_tokens_details":
			return detail(raw, "reasoning_tokens", &t.Reasoning)
		}
		return nil
	})
}

func (r *reference) timings(raw []byte) error {
	t := &r.stream.Timings
	return eachMember(raw, func(name string, raw []byte) error {
		switch name {
		case "cache_n":
			return setInt(&r.fromCache, raw, mostTokens)
		case "prompt_n":
			return setInt(&t.PromptEvalCount, raw, mostTokens)
		case "predicted_n":
			return setInt(&t.EvalCount, raw, mostTokens)
		case "prompt_ms":
			return setMilliseconds(&t.PromptEvalNS, raw)
		case "predicted_ms":
			return setMilliseconds(&t.EvalNS, raw)
		}
		return nil
	})
}
