package wire

import (
	"bytes"
	"strconv"
)

// Body makes a tape of an answer one of its body: header, sizes of chunks and trailer go, and each byte that stays keeps its time.
// Length is that of the body where the header told it, else negative. An answer that broke off, or is not what the header says,
// leaves the part of its body that came.
func (t *Tape) Body(chunked bool, length int64) {
	b := body{raw: t.data, marks: t.marks, kept: make([]mark, 0, len(t.marks))}
	at := headerEnd(t.data)
	switch {
	case chunked:
		b.unchunk(at)
	case length >= 0:
		b.keep(at, at+int(min(length, int64(len(t.data)-at))))
	default:
		b.keep(at, len(t.data))
	}
	t.data, t.marks = t.data[:b.length], b.kept
}

// headerEnd finds where the body begins: behind the header of the last answer, since interim ones (1xx) come before it.
func headerEnd(raw []byte) int {
	at, interim := 0, true
	for interim && at < len(raw) {
		line, next := cutLine(raw, at)
		_, status, _ := bytes.Cut(line, []byte(" "))
		interim = bytes.HasPrefix(status, []byte("1"))
		for at = next; len(line) > 0; at = next {
			line, next = cutLine(raw, at)
		}
	}
	return at
}

// cutLine gives the line at a place without its ending, and the place behind it.
func cutLine(raw []byte, at int) (line []byte, next int) {
	rest := raw[at:]
	i := bytes.IndexByte(rest, '\n')
	if i < 0 {
		return bytes.TrimSuffix(rest, []byte("\r")), len(raw)
	}
	return bytes.TrimSuffix(rest[:i], []byte("\r")), at + i + 1
}

// A body is a tape on the way from a whole answer to its body: what stays of the bytes is moved to the front.
type body struct {
	raw    []byte
	marks  []mark // of the whole answer, without those that were gone through
	length int    // bytes of the body so far
	kept   []mark // of the body
}

// unchunk keeps the data of chunks (RFC 9112, section 7.1), the first of which begins at a place.
func (b *body) unchunk(at int) {
	for at < len(b.raw) {
		line, next := cutLine(b.raw, at)
		size, _, _ := bytes.Cut(line, []byte(";"))
		n, err := strconv.ParseUint(string(bytes.TrimSpace(size)), 16, 31)
		if err != nil || n == 0 {
			return
		}
		end := min(next+int(n), len(b.raw))
		b.keep(next, end)
		_, at = cutLine(b.raw, end)
	}
}

// keep takes bytes into the body, with the times that they have.
func (b *body) keep(from, to int) {
	moved := from - b.length
	b.length += copy(b.raw[b.length:], b.raw[from:to])
	for len(b.marks) > 0 && b.marks[0].end <= from {
		b.marks = b.marks[1:]
	}
	for at := from; at < to; {
		m := b.marks[0]
		if at = min(m.end, to); m.end <= to {
			b.marks = b.marks[1:]
		}
		m.end = at - moved
		b.kept = append(b.kept, m)
	}
}
