package emulator

import (
	"encoding/json"
	"strings"
	"time"

	"bench/agent/wire"
)

// A kind is what a message of a stream is there for.
type kind uint8

const (
	opening  kind = iota // begins a stream and brings no token
	text                 // of the answer
	thinking             // text before the answer
	toolCall             // a call of a tool, or a part of one
	comment              // no message at all, but a comment between two
	finish               // says why a choice ends
	usage                // counts
	mark                 // says that nothing comes any more, and is no message
)

// A message is what a server sends at once when it has something to tell.
type message struct {
	at      time.Duration // after the model is loaded
	kind    kind
	tokens  int // that it brings
	choice  int
	text    string
	literal string // the text as a JSON string
	call    call   // of a toolCall
}

// ends says whether a message ends an answer, and tells what was counted and measured.
func (m message) ends() bool { return m.kind == finish || m.kind == usage }

// A call is a call of a tool, or a part of one.
type call struct {
	index     int
	name      string // in the first part
	arguments string // JSON, or a part of it
}

func quoted(s string) string {
	raw, _ := json.Marshal(s) // a string can't fail
	return string(raw)
}

// callTokens is how many tokens a call of a tool takes: one for each of its two parts.
const callTokens = 2

// messages lays out the tokens of a script, as a server of this style sends them. Of a chunk with
// several tokens the last one's moment is the chunk's.
func (s script) messages(style Style, tools []wire.Tool) []message {
	at := s.moments()
	calls := 0
	if len(tools) > 0 {
		calls = min(style.ToolCalls, (len(s.tokens)-s.thinking)/callTokens)
	}
	plain := len(s.tokens) - calls*callTokens
	var list []message
	for begin, end := 0, 0; begin < plain; begin = end {
		end = min(begin+max(style.TokensPerChunk, 1), plain)
		of := text
		if begin < s.thinking {
			end, of = min(end, s.thinking), thinking
		}
		for choice, tokens := range s.choices {
			whole := strings.Join(tokens[begin:end], "")
			list = append(list, message{at: at[end-1], kind: of, tokens: end - begin, choice: choice, text: whole, literal: quoted(whole)})
		}
	}
	for i := range calls {
		first := plain + i*callTokens
		name := tools[i%len(tools)].Function.Name
		for choice := range s.choices {
			list = append(list, message{at: at[first], kind: toolCall, tokens: 1, choice: choice, call: call{i, name, `{"query":`}})
		}
		for choice, tokens := range s.choices {
			query := quoted(strings.TrimSpace(tokens[first])) + "}"
			list = append(list, message{at: at[first+1], kind: toolCall, tokens: 1, choice: choice, call: call{index: i, arguments: query}})
		}
	}
	return list
}

// moments gives when each token comes, and when the answer ends, after the model is loaded.
func (s script) moments() []time.Duration {
	list := make([]time.Duration, 0, len(s.gaps)+1)
	at := s.ttft
	for _, gap := range s.gaps {
		list = append(list, at)
		at += gap
	}
	return append(list, at)
}

// withComments puts a comment before every n-th message, half way to it.
func withComments(list []message, n int) []message {
	var out []message
	before := time.Duration(0)
	for i, m := range list {
		if i%n == 0 {
			out = append(out, message{at: (before + m.at) / 2, kind: comment})
		}
		out = append(out, m)
		before = m.at
	}
	return out
}
