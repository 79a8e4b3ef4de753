package wire

import (
	"bytes"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// quoted is a JSON string between its quotes, as a scanner has found it: its escapes are well formed. It
// is nil where there is none.
type quoted []byte

// appendTo appends the text. As in encoding/json, half of a surrogate pair and each byte that isn't UTF-8 become U+FFFD.
func (q quoted) appendTo(dst []byte) []byte {
	for len(q) > 0 {
		run := bytes.IndexByte(q, '\\')
		if run < 0 {
			run = len(q)
		}
		dst = appendValid(dst, q[:run])
		if q = q[run:]; len(q) > 0 {
			dst, q = appendEscape(dst, q)
		}
	}
	return dst
}

func appendValid(dst, text []byte) []byte {
	if utf8.Valid(text) {
		return append(dst, text...)
	}
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		dst, text = utf8.AppendRune(dst, r), text[size:]
	}
	return dst
}

// appendEscape appends what the escape at the beginning of q stands for, and gives what is behind it.
func appendEscape(dst []byte, q quoted) ([]byte, quoted) {
	switch c := q[1]; c {
	case 'b':
		return append(dst, '\b'), q[2:]
	case 'f':
		return append(dst, '\f'), q[2:]
	case 'n':
		return append(dst, '\n'), q[2:]
	case 'r':
		return append(dst, '\r'), q[2:]
	case 't':
		return append(dst, '\t'), q[2:]
	case 'u':
		r, rest := unit(q), q[6:]
		if utf16.IsSurrogate(r) {
			pair := utf16.DecodeRune(r, unit(rest))
			if r = pair; pair != utf8.RuneError {
				rest = rest[6:]
			}
		}
		return utf8.AppendRune(dst, r), rest
	default:
		return append(dst, c), q[2:]
	}
}

// unit is the UTF-16 unit that the beginning of q stands for by \u, or U+FFFD.
func unit(q quoted) rune {
	if len(q) < 6 || q[0] != '\\' || q[1] != 'u' {
		return utf8.RuneError
	}
	n, err := strconv.ParseUint(string(q[2:6]), 16, 16)
	if err != nil {
		return utf8.RuneError
	}
	return rune(n)
}
