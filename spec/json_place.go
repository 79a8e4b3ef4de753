package spec

import (
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
)

// HCL parses the texts of JSON without their escapes, and counts in those: behind a \" or a \n, the places that it tells lie too far
// to the left, or on lines that are not there.

// inJSON gives diagnostics with the places in texts of JSON files as they are in these files.
func (m *Module) inJSON(diags hcl.Diagnostics) hcl.Diagnostics {
	out := make(hcl.Diagnostics, len(diags))
	for i, d := range diags {
		out[i] = d
		if d.Subject == nil || !isJSON(d.Subject.Filename) {
			continue
		}
		file := m.Files[d.Subject.Filename]
		if file == nil || file.Body == nil { // one with a mistake of JSON has places of its own
			continue
		}
		if rng, moved := inEscapes(file.Bytes, *d.Subject); moved {
			placed := *d
			placed.Subject, placed.Context = &rng, nil
			out[i] = &placed
		}
	}
	return out
}

// inEscapes moves a place in a text of JSON to where it is behind the escapes in that text.
func inEscapes(src []byte, rng hcl.Range) (hcl.Range, bool) {
	from, to, ok := textAround(src, rng.Start.Byte)
	if !ok {
		return rng, false
	}
	t := &jsonReader{src: src}
	start, end := from, 0
	for i, decoded := from, from; ; {
		if decoded <= rng.Start.Byte {
			start = i
		}
		if end = i; decoded >= rng.End.Byte || i >= to {
			break
		}
		written, stands := 1, 1
		if src[i] == '\\' {
			written, stands = escape(src[i:to])
		}
		i, decoded = i+written, decoded+stands
	}
	if start == rng.Start.Byte && end == rng.End.Byte {
		return rng, false
	}
	return hcl.Range{Filename: rng.Filename, Start: t.pos(start), End: t.pos(end)}, true
}

// textAround finds the text of JSON that a place is in: where it begins behind its quote, and where it ends before the other.
func textAround(src []byte, at int) (from, to int, ok bool) {
	for i := 0; i < at && i < len(src); i++ {
		if src[i] != '"' {
			continue
		}
		from = i + 1
		for i++; i < len(src) && src[i] != '"'; i++ {
			if src[i] == '\\' {
				i++
			}
		}
		if from <= at && at <= i {
			return from, min(i, len(src)), true
		}
	}
	return 0, 0, false
}

// escape gives how many bytes an escape takes that text begins with, and how many the character has that it stands for.
func escape(text []byte) (written, stands int) {
	if escapeLength(text) < 6 {
		return 2, 1
	}
	r := hexRune(text)
	if utf16.IsSurrogate(r) {
		if len(text) >= 12 && escapeLength(text[6:]) == 6 {
			if pair := utf16.DecodeRune(r, hexRune(text[6:])); pair != utf8.RuneError {
				return 12, utf8.RuneLen(pair)
			}
		}
		r = utf8.RuneError
	}
	return 6, utf8.RuneLen(r)
}

func hexRune(escape []byte) rune {
	n, _ := strconv.ParseUint(string(escape[2:6]), 16, 32) // escapeLength has looked at the digits
	return rune(n)
}
