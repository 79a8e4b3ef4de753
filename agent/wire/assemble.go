package wire

import (
	"encoding/json"
	"fmt"
	"slices"
)

// An assembly is a stream while its messages come.
type assembly struct {
	tape    *Tape
	chunks  []Chunk
	firstNS *int64
	choices []choiceParts
	figures figures

	// Those of the message that is read.
	scanner scanner
	message message
	pattern pattern
}

// choiceParts are what came of one choice.
type choiceParts struct {
	response, thinking, refusal []byte
	calls                       []callParts
	reason                      []byte
}

// callParts are what came of one call of a tool.
type callParts struct {
	index     figure
	id, name  []byte
	arguments []byte
}

// fill takes a line or an event into the message by the pattern, if it can; else it makes the scanner ready to walk it.
func (a *assembly) fill(data []byte) bool {
	if a.pattern.fill(data, &a.scanner) {
		return true
	}
	a.message.reset()
	a.scanner.reset(data)
	return false
}

// take takes the message of a line or an event that was walked. Of the protocol it has the member that is named, or an error.
func (a *assembly) take(e event, member string) error {
	m := &a.message
	switch wrong := a.scanner.end(); {
	case wrong == errCutOff && !e.ended:
		return fmt.Errorf("%w, inside %s", ErrUnfinished, quote(e.data))
	case wrong != nil:
		return fmt.Errorf("%w: %w in %s", ErrMalformed, wrong, quote(e.data))
	}
	reported := m.reported()
	if !m.answers && reported == nil {
		return fmt.Errorf("%w: neither %s nor error in %s", ErrMalformed, member, quote(e.data))
	}
	if err := a.add(e.last); err != nil {
		return err
	}
	a.figures.take(&m.figures)
	a.pattern.learn(e, m, &a.scanner)
	return reported
}

// add takes what the message brings of choices. Its JSON ends at the offset last of the tape.
func (a *assembly) add(last int) error {
	if a.firstNS == nil {
		a.firstNS = new(a.tape.At(last))
	}
	for i := range a.message.deltas {
		d := &a.message.deltas[i]
		c := a.choice(int(d.choice.n))
		c.response = d.content.appendTo(c.response)
		for _, part := range d.parts {
			c.response = part.appendTo(c.response)
		}
		c.thinking = d.thinking.appendTo(c.thinking)
		for _, part := range d.thoughts {
			c.thinking = part.appendTo(c.thinking)
		}
		c.refusal = d.refusal.appendTo(c.refusal)
		if len(d.finish) > 0 {
			c.reason = d.finish.appendTo(c.reason[:0])
		}
		if err := c.addCalls(d.calls); err != nil {
			return err
		}
		if kind, ok := d.kind(); ok {
			if len(a.chunks) == cap(a.chunks) {
				a.grow(last)
			}
			a.chunks = append(a.chunks, Chunk{NS: a.tape.At(last), Choice: int32(d.choice.n), Kind: kind})
		}
	}
	return nil
}

// grow makes room for as many chunks as there will be, if the stream goes on as it went up to the offset last.
func (a *assembly) grow(last int) {
	const least = 32
	n, rest := int64(len(a.chunks)), int64(len(a.tape.Bytes())-last)
	a.chunks = slices.Grow(a.chunks, least+int(n*rest/int64(last+1)))
}

func (a *assembly) choice(index int) *choiceParts {
	for len(a.choices) <= index {
		a.choices = append(a.choices, choiceParts{})
	}
	return &a.choices[index]
}

func (c *choiceParts) addCalls(calls []callDelta) error {
	for i := range calls {
		d := &calls[i]
		call := c.call(d)
		if call == nil {
			return fmt.Errorf("%w: over %d calls of tools", ErrMalformed, mostToolCalls)
		}
		if len(call.id) == 0 {
			call.id = d.id.appendTo(call.id)
		}
		if len(call.name) == 0 {
			call.name = d.name.appendTo(call.name)
		}
		call.arguments = append(d.arguments.appendTo(call.arguments), d.object...)
	}
	return nil
}

// call finds the call that the delta belongs to, or makes it. Without an index, a delta that has only a
// part of the arguments goes on with the last call. It is nil when there are too many.
func (c *choiceParts) call(d *callDelta) *callParts {
	if d.index.ok {
		for i := range c.calls {
			if c.calls[i].index == d.index {
				return &c.calls[i]
			}
		}
	} else if n := len(c.calls); n > 0 && len(d.id) == 0 && len(d.name) == 0 && d.object == nil {
		return &c.calls[n-1]
	}
	if len(c.calls) == mostToolCalls {
		return nil
	}
	c.calls = append(c.calls, callParts{index: d.index})
	return &c.calls[len(c.calls)-1]
}

// reasoned says whether the server gave the reason for the end of every choice that it began.
func (a *assembly) reasoned() bool {
	for i := range a.choices {
		if len(a.choices[i].reason) == 0 {
			return false
		}
	}
	return len(a.choices) > 0
}

// stream gives what has come.
func (a *assembly) stream() Stream {
	s := Stream{Chunks: a.chunks, FirstNS: a.firstNS}
	for i := range a.choices {
		if i == 0 {
			s.Choice = a.choices[i].choice()
		} else {
			s.Others = append(s.Others, a.choices[i].choice())
		}
	}
	for i := 1; i < len(s.Chunks); i++ {
		if s.Chunks[i].NS == s.Chunks[i-1].NS {
			s.Coalesced++
		}
	}
	f := &a.figures
	s.Tokens = Tokens{
		Prompt: f[promptTokens].or(f[promptN].and(f[cacheN])).int(), Cached: f[cachedTokens].or(f[cacheN]).int(),
		Output: f[outputTokens].or(f[evalN]).int(), Reasoning: f[reasoningTokens].int(),
	}
	s.Timings = Timings{
		TotalNS: f[totalNS].int64(), LoadNS: f[loadNS].int64(), PromptEvalNS: f[promptNS].int64(), EvalNS: f[evalNS].int64(),
		PromptEvalCount: f[promptN].int(), EvalCount: f[evalN].int(), DoneReason: s.DoneReason,
	}
	return s
}

func (c *choiceParts) choice() Choice {
	choice := Choice{Response: string(c.response), Thinking: string(c.thinking), Refusal: string(c.refusal), DoneReason: string(c.reason)}
	for _, call := range c.calls {
		choice.ToolCalls = append(choice.ToolCalls, ToolCall{ID: string(call.id), Name: string(call.name), Arguments: string(call.arguments)})
	}
	return choice
}

// reported is the error that a message tells of, or nil. Null and an empty text are none.
func (m *message) reported() error {
	said := errorText(m.fault)
	if said == "" && !m.answers && string(m.object) == `"error"` {
		said = errorText(m.text)
	}
	if said == "" {
		return nil
	}
	return fmt.Errorf("%w: %s", ErrReported, said)
}

func errorText(raw []byte) string {
	if raw == nil || string(raw) == "null" {
		return ""
	}
	var text ErrorText
	_ = json.Unmarshal(raw, &text) // which takes any JSON
	return string(text)
}
