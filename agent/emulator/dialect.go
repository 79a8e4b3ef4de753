package emulator

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"
)

// A dialect is a protocol, spoken in one call.
type dialect interface {
	// manners are those of a stream.
	manners() manners
	// ending is what follows the last token, at no time yet.
	ending() []message
	// appendMessage encodes a message that is due at a time. Figures are there for messages that tell them. A
	// message that is told in a later one gives nothing.
	appendMessage(b []byte, m message, due time.Time, f figures) []byte
	// whole is the body of an answer that does not stream, by choices.
	whole(choices []content, f figures) any
	// trouble is the body of an error.
	trouble(status int, message string) any
	// appendTrouble encodes an error inside a stream.
	appendTrouble(b []byte, message string) []byte
}

// Manners are what streams of a protocol have in common.
type manners struct {
	media    string // Content-Type
	early    bool   // the header is sent at once, not with the first chunk
	opens    bool   // each choice begins with a chunk without a token
	comments bool   // there may be comments
	figures  bool   // stand in every message, not only in those that end it
}

// Figures are what a server counts and measures of an answer.
type figures struct {
	total, load, prefill, decode time.Duration
	prompt                       int  // tokens
	cached                       int  // of them
	output                       int  // of all choices
	thinking                     int  // of them
	calls                        bool // it ends with calls of tools
	reason                       string
	withheld                     bool // what is counted and measured is not told
}

// A content is what one choice brings in all.
type content struct {
	thinking, text string
	calls          []call
}

// contents puts together what messages bring.
func contents(messages []message, choices int) []content {
	list := make([]content, choices)
	var texts, thoughts = make([]strings.Builder, choices), make([]strings.Builder, choices)
	for _, m := range messages {
		c := &list[m.choice]
		switch m.kind {
		case text:
			texts[m.choice].WriteString(m.text)
		case thinking:
			thoughts[m.choice].WriteString(m.text)
		case toolCall:
			if m.call.name != "" {
				c.calls = append(c.calls, m.call)
			} else {
				c.calls[m.call.index].arguments += m.call.arguments
			}
		}
	}
	for i := range list {
		list[i].text, list[i].thinking = texts[i].String(), thoughts[i].String()
	}
	return list
}

// A template is a message that is encoded but for its text, and for its time where that is told: to
// encode each chunk anew would cost as much as to write it.
type template struct {
	before, between, after []byte
	timed                  bool
}

// What stands in a message for what a template leaves open.
var (
	textMark = strings.Repeat("\x00text", 20)
	timeMark = strings.Repeat("\x00time", 20)
)

func newTemplate(prefix string, message any, suffix string) template {
	raw := slices.Concat([]byte(prefix), encode(message), []byte(suffix))
	before, after, _ := bytes.Cut(raw, []byte(quoted(textMark)))
	if first, second, timed := bytes.Cut(before, []byte(quoted(timeMark))); timed {
		return template{first, second, after, true}
	}
	return template{before: before, after: after}
}

// append gives the message with a text, which is quoted already.
func (t template) append(b []byte, due time.Time, quotedText string) []byte {
	b = append(b, t.before...)
	if t.timed {
		b = append(b, '"')
		b = due.UTC().AppendFormat(b, time.RFC3339Nano)
		b = append(b, '"')
		b = append(b, t.between...)
	}
	b = append(b, quotedText...)
	return append(b, t.after...)
}

func encode(message any) []byte {
	raw, err := json.Marshal(message)
	if err != nil {
		panic(err) // no type of package wire that is sent here can fail
	}
	return raw
}

var figure = regexp.MustCompile(`"((?:total|load|prompt_eval|eval)_duration|(?:prompt_)?eval_count|(?:prompt|completion|total|cached|reasoning)_tokens)":(\d+)`)

// falsify makes a message lie that has figures.
func falsify(fault string, raw []byte) []byte {
	switch fault {
	case NaNFigures:
		return figure.ReplaceAll(raw, []byte(`"$1":NaN`))
	case NegativeFigures:
		return figure.ReplaceAll(raw, []byte(`"$1":-1$2`)) // not even 0 stays what it is
	case AbsurdFigures:
		return figure.ReplaceAll(raw, []byte(`"$1":9000000000000000000`))
	}
	return raw
}
