package wire

import (
	"encoding/json"
	"fmt"
	"strings"
)

// decodeEvents decodes the server-sent events that answer a ChatCompletionRequest or a CompletionRequest. The
// two differ in where the text stands; where a server says it in both places, it says the same.
func decodeEvents(t *Tape) (Stream, error) {
	a := assembly{tape: t}
	done, err := a.events(newEventReader(t.Bytes()))
	s := a.stream()
	s.WithoutDone = err == nil && !done
	return s, err
}

// events says whether [DONE] came. Without it a stream is whole when every choice has its reason to end.
func (a *assembly) events(r *eventReader) (done bool, err error) {
	for e, ok := r.next(); ok; e, ok = r.next() {
		switch {
		case done:
			return done, fmt.Errorf("%w: after [DONE] it goes on with %s", ErrMalformed, quote(e.data))
		case e.fault:
			return done, fmt.Errorf("%w: %s", ErrReported, faultText(e.data))
		case string(e.data) == doneMark:
			done = true
			continue
		case !e.ended && strings.HasPrefix(doneMark, string(e.data)):
			return done, fmt.Errorf("%w, inside %s", ErrUnfinished, quote(e.data))
		}
		if a.fill(e.data) {
			err = a.add(e.last)
		} else {
			a.scanner.openAI(&a.message)
			err = a.take(e, "choices")
		}
		if err != nil {
			return done, err
		}
	}
	if r.err == nil && !done && !a.reasoned() {
		return done, fmt.Errorf("%w: neither [DONE] nor a finish_reason of every choice", ErrUnfinished)
	}
	return done, r.err
}

// faultText is what an event of the kind error says: JSON of any form, or a text.
func faultText(data []byte) string {
	var body ErrorResponse
	if json.Unmarshal(data, &body) == nil && body.Error != "" {
		return body.Error
	}
	var text ErrorText
	if json.Unmarshal(data, &text) == nil && text != "" {
		return string(text)
	}
	return string(data)
}

// openAI walks a ChatCompletionChunk or an event of a Completion.
func (s *scanner) openAI(m *message) {
	for ok := s.object(); ok; ok = s.member() {
		switch string(s.key) {
		case "choices":
			m.answers, m.deltas = true, m.deltas[:0]
			for ok := s.array(); ok; ok = s.element() {
				if len(m.deltas) == mostChoices {
					s.surplus("choices", mostChoices)
				} else {
					s.choice(m.nextDelta())
				}
			}
		case "usage":
			m.answers = true
			s.usage(&m.figures)
		case "timings":
			s.timings(&m.figures)
		case "object":
			m.object = s.raw()
		case "error":
			m.fault = s.raw()
		case "message":
			m.text = s.raw()
		default:
			s.skip()
		}
	}
}

func (s *scanner) choice(d *delta) {
	for ok := s.object(); ok; ok = s.member() {
		switch string(s.key) {
		case "index":
			s.integer(&d.choice, mostChoices-1)
		case "delta":
			s.delta(d)
		case "text":
			d.content = s.text()
		case "finish_reason":
			d.finish = s.text()
		default:
			s.skip()
		}
	}
}

// delta walks a Delta, or Ollama's Message.
func (s *scanner) delta(d *delta) {
	for ok := s.object(); ok; ok = s.member() {
		switch string(s.key) {
		case "content":
			s.content(d)
		case "reasoning_content", "reasoning", "thinking":
			if text := s.text(); len(text) > 0 { // a server may send both, and one of them empty
				d.thinking = text
			}
		case "refusal":
			d.refusal = s.text()
		case "tool_calls":
			d.calls = d.calls[:0]
			for ok := s.array(); ok; ok = s.element() {
				if len(d.calls) == mostToolCalls {
					s.surplus("calls of tools", mostToolCalls)
				} else {
					d.calls = append(d.calls, callDelta{})
					s.call(&d.calls[len(d.calls)-1])
				}
			}
		default:
			s.skip()
		}
	}
}

// content takes the text of a delta, or a list of its parts, as Mistral's servers send it.
func (s *scanner) content(d *delta) {
	d.content, d.parts, d.thoughts = nil, d.parts[:0], d.thoughts[:0]
	if s.peek() != '[' {
		d.content = s.text()
		return
	}
	for ok := s.array(); ok; ok = s.element() {
		if s.peek() == '"' {
			d.parts = s.part(d.parts)
			continue
		}
		for ok := s.object(); ok; ok = s.member() {
			switch string(s.key) {
			case "text":
				d.parts = s.part(d.parts)
			case "thinking":
				s.thoughts(d)
			default:
				s.skip()
			}
		}
	}
}

// thoughts takes the list of parts of what a model thinks.
func (s *scanner) thoughts(d *delta) {
	for ok := s.array(); ok; ok = s.element() {
		for ok := s.object(); ok; ok = s.member() {
			if string(s.key) == "text" {
				d.thoughts = s.part(d.thoughts)
			} else {
				s.skip()
			}
		}
	}
}

// part takes a text that is one of several.
func (s *scanner) part(parts []quoted) []quoted {
	if text := s.text(); len(text) > 0 {
		parts = append(parts, text)
	}
	return parts
}

// call walks a ToolCallDelta, or Ollama's MessageToolCall.
func (s *scanner) call(c *callDelta) {
	for ok := s.object(); ok; ok = s.member() {
		switch string(s.key) {
		case "index":
			s.integer(&c.index, mostToolCalls-1)
		case "id":
			c.id = s.text()
		case "function":
			for ok := s.object(); ok; ok = s.member() {
				switch string(s.key) {
				case "name":
					c.name = s.text()
				case "arguments":
					c.arguments, c.object = s.arguments()
				default:
					s.skip()
				}
			}
		default:
			s.skip()
		}
	}
}

// arguments takes the arguments of a call: a part of them in a string, or all of them as an object.
func (s *scanner) arguments() (part quoted, object []byte) {
	if s.peek() == '{' {
		return nil, s.raw()
	}
	return s.text(), nil
}

func (s *scanner) usage(f *figures) {
	for ok := s.object(); ok; ok = s.member() {
		switch string(s.key) {
		case "prompt_tokens":
			s.integer(&f[promptTokens], mostTokens)
		case "completion_tokens":
			s.integer(&f[outputTokens], mostTokens)
		case "prompt_cache_hit_tokens": // DeepSeek
			s.integer(&f[cachedTokens], mostTokens)
		case "prompt_tokens_details":
			s.detail("cached_tokens", &f[cachedTokens])
		case "completion_tokens_details":
			s.detail("reasoning_tokens", &f[reasoningTokens])
		default:
			s.skip()
		}
	}
}

// detail takes one count of an object of counts.
func (s *scanner) detail(name string, f *figure) {
	for ok := s.object(); ok; ok = s.member() {
		if string(s.key) == name {
			s.integer(f, mostTokens)
		} else {
			s.skip()
		}
	}
}

// timings walks LlamaCPPTimings.
func (s *scanner) timings(f *figures) {
	for ok := s.object(); ok; ok = s.member() {
		switch string(s.key) {
		case "cache_n":
			s.integer(&f[cacheN], mostTokens)
		case "prompt_n":
			s.integer(&f[promptN], mostTokens)
		case "prompt_ms":
			s.milliseconds(&f[promptNS], mostNS)
		case "predicted_n":
			s.integer(&f[evalN], mostTokens)
		case "predicted_ms":
			s.milliseconds(&f[evalNS], mostNS)
		default:
			s.skip()
		}
	}
}
