package wire

import "time"

// Limits of what is taken for true. Beyond them a figure is a fault of the server.
const (
	mostNS        = int64(30 * 24 * time.Hour) // of a duration within one call
	mostTokens    = 1<<31 - 1
	mostChoices   = 128 // OpenAI's own limit of n
	mostToolCalls = 128 // of one choice
)

// A message is one line or event, parsed but not yet trusted: its texts are still bytes of its JSON. One
// is used for all messages of a stream, so that parsing makes nothing.
type message struct {
	deltas  []delta
	answers bool // it has a member without which it is not of the protocol: done, choices or usage
	done    bool
	object  []byte // JSON of what OpenAI calls the kind of the message
	fault   []byte // JSON of an error, null included
	text    []byte // JSON of the error's text, where the kind of the message is error
	figures figures
}

// A delta is what a message brings of one choice.
type delta struct {
	choice                             figure // its index; the first, if the server doesn't number them
	content, thinking, refusal, finish quoted
	parts, thoughts                    []quoted // of content and thinking, where the server sends a list
	calls                              []callDelta
}

// A callDelta is a part of a call of a tool.
type callDelta struct {
	index     figure // which of the choice's calls, if the server numbers them
	id, name  quoted
	arguments quoted // a part of the arguments, in a string
	object    []byte // all arguments, as JSON
}

// figures are all that a server may say of a call.
type figures [reasoningTokens + 1]figure

const (
	totalNS = iota
	loadNS
	promptNS
	evalNS
	promptN      // tokens computed in promptNS
	evalN        // tokens computed in evalNS
	cacheN       // tokens of the prompt that were not computed, by llama.cpp's timings
	promptTokens // by the usage, as all that follow
	outputTokens
	cachedTokens
	reasoningTokens
)

func (m *message) reset() { *m = message{deltas: m.deltas[:0]} }

// nextDelta makes room for one more delta.
func (m *message) nextDelta() *delta {
	n := len(m.deltas)
	if n == cap(m.deltas) {
		m.deltas = append(m.deltas, delta{})
		return &m.deltas[n]
	}
	m.deltas = m.deltas[:n+1]
	d := &m.deltas[n]
	*d = delta{parts: d.parts[:0], thoughts: d.thoughts[:0], calls: d.calls[:0]}
	return d
}

// kind is what the delta brings, if it brings something.
func (d *delta) kind() (Kind, bool) {
	switch {
	case len(d.content) > 0 || len(d.parts) > 0 || len(d.refusal) > 0:
		return Content, true
	case len(d.thinking) > 0 || len(d.thoughts) > 0:
		return Thinking, true
	}
	for i := range d.calls {
		if c := &d.calls[i]; len(c.id) > 0 || len(c.name) > 0 || len(c.arguments) > 0 || len(c.object) > 0 {
			return Calling, true
		}
	}
	return 0, false
}

// take keeps the figures that the other has.
func (f *figures) take(other *figures) {
	for i := range other {
		if other[i].ok {
			f[i] = other[i]
		}
	}
}
