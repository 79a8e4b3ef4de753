package scrub

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strings"
)

// Placeholder takes the place of a secret.
const Placeholder = "(sensitive)"

// A Scrubber knows secrets. One that is nil knows none, and leaves everything as it is. It may be used by several goroutines.
type Scrubber struct {
	secrets []string
	forms   [256][][]byte // by their first byte, the longest first
}

// New gives a scrubber of secrets; nil where none of them is long enough.
func New(secrets []string) *Scrubber {
	s := &Scrubber{secrets: secrets}
	known := map[string]bool{}
	for _, secret := range secrets {
		for _, form := range formsOf(secret) {
			if !known[form] {
				known[form] = true
				s.forms[form[0]] = append(s.forms[form[0]], []byte(form))
			}
		}
	}
	if len(known) == 0 {
		return nil
	}
	for _, forms := range s.forms {
		slices.SortFunc(forms, func(a, b []byte) int { return cmp.Or(cmp.Compare(len(b), len(a)), bytes.Compare(a, b)) })
	}
	return s
}

// Secrets gives what New was given, for a scrubber in another process; none of one that is nil.
func (s *Scrubber) Secrets() []string {
	if s == nil {
		return nil
	}
	return s.secrets
}

// Text gives a text without secrets.
func (s *Scrubber) Text(text string) string {
	if s == nil {
		return text
	}
	out, _ := s.scrub(nil, []byte(text), false)
	return string(out)
}

// JSON gives JSON whose strings have no secrets, however they are escaped. Numbers and the names of members stay as they are, so
// that it is read as before. What is no JSON may come back with secrets: use Text for it.
func (s *Scrubber) JSON(text []byte) []byte {
	if s == nil {
		return text
	}
	var out []byte
	for {
		begin := bytes.IndexByte(text, '"')
		end := begin + 1 + endOfString(text[begin+1:])
		if begin < 0 || end > len(text) {
			return append(out, text...)
		}
		out = append(out, text[:begin]...)
		token := text[begin:end]
		if text = text[end:]; isName(text) {
			out = append(out, token...)
		} else {
			out = append(out, s.jsonString(token)...)
		}
	}
}

// endOfString gives where what follows a quote has its closing one behind it; more than its length where there is none.
func endOfString(text []byte) int {
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text) + 1
}

// isName says by what follows a string in JSON whether it names a member.
func isName(rest []byte) bool {
	rest = bytes.TrimLeft(rest, " \t\r\n")
	return len(rest) > 0 && rest[0] == ':'
}

func (s *Scrubber) jsonString(token []byte) []byte {
	var text string
	if err := json.Unmarshal(token, &text); err != nil {
		return token // so whoever reads it refuses it
	}
	clean := s.Text(text)
	if clean == text {
		return token
	}
	return []byte(inJSON(clean, false))
}

// scrub appends a text to out without secrets, and says how much of it was taken. Where more of it may follow, it stops at what may be
// the beginning of a secret.
func (s *Scrubber) scrub(out, text []byte, more bool) ([]byte, int) {
	plain := 0 // where what is not yet appended begins
	for i := 0; i < len(text); {
		if len(s.forms[text[i]]) == 0 { // as of most
			i++
			continue
		}
		n, open := s.match(text[i:])
		switch {
		case open && more:
			return append(out, text[plain:i]...), i
		case n > 0:
			out = append(append(out, text[plain:i]...), Placeholder...)
			i += n
			plain = i
		default:
			i++
		}
	}
	return append(out, text[plain:]...), len(text)
}

// match says how much of a text's beginning is a secret, 0 where none is, and whether more of the text could make it a longer one.
func (s *Scrubber) match(text []byte) (n int, open bool) {
	for _, form := range s.forms[text[0]] {
		switch same := common(text, form); {
		case same == len(form):
			n = max(n, same)
		case same == len(text):
			open = true
		case same >= shortest:
			cut, begins := isCut(text[same:])
			if cut {
				n = max(n, same)
			}
			open = open || begins
		}
	}
	return n, open
}

// common gives how many bytes two texts have in common at their beginning.
func common(a, b []byte) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// isCut says by what follows a text whether a message cuts it short there, or whether that may begin to be said.
func isCut(rest []byte) (cut, begins bool) {
	for _, mark := range []string{"…", `"…`, `\"…`} {
		cut = cut || strings.HasPrefix(string(rest[:min(len(rest), len(mark))]), mark)
		begins = begins || strings.HasPrefix(mark, string(rest[:min(len(rest), len(mark))]))
	}
	return cut, begins && !cut
}
