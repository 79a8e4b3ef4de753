package main

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// A screen writes text that a person reads, perhaps on a terminal. Parts of it come from data: a model's answer, a server's
// error, a file's name. A rune that is not printed (an escape sequence's first, a change of direction) is written as \uXXXX,
// so that it can be seen and does nothing. That is JSON's own form, so JSON passes through and still means the same.
type screen struct {
	w    io.Writer
	mu   sync.Mutex
	part []byte // of a rune that the last write cut
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.part) == 0 && isPlain(p) {
		return s.w.Write(p)
	}
	text := append(s.part, p...)
	whole := len(text)
	for back := 1; back < utf8.UTFMax && back <= len(text); back++ {
		if at := len(text) - back; utf8.RuneStart(text[at]) {
			if !utf8.FullRune(text[at:]) {
				whole = at
			}
			break
		}
	}
	s.part = append([]byte(nil), text[whole:]...)
	if _, err := io.WriteString(s.w, visible(string(text[:whole]))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// isPlain says whether a text is ASCII that can be printed, as most is: a plan may be 20 MB of it.
func isPlain(text []byte) bool {
	for _, c := range text {
		if (c < ' ' || c > '~') && c != '\n' && c != '\t' {
			return false
		}
	}
	return true
}

// hidden says whether a terminal may take a rune for something else than a sign to print.
func hidden(r rune) bool { return !unicode.IsGraphic(r) && r != '\n' && r != '\t' }

// visible makes every rune of a text printable; lines and tabs stay.
func visible(text string) string {
	if strings.IndexFunc(text, hidden) < 0 && utf8.ValidString(text) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		switch {
		case !hidden(r):
			b.WriteRune(r) // U+FFFD for a byte that is no UTF-8
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// oneLine is visible for a text that must not break a line.
func oneLine(text string) string { return strings.Join(strings.Fields(visible(text)), " ") }

// sameLength hides what visible shows, without moving a byte, for text that ranges point into.
func sameLength(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for rest := text; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		switch {
		case r == utf8.RuneError && size == 1, hidden(r) && r != '\r':
			out = append(out, strings.Repeat("?", size)...)
		default:
			out = append(out, rest[:size]...)
		}
		rest = rest[size:]
	}
	return out
}
