package wire

import (
	"errors"
	"sort"
)

// ErrTooLong says that an answer is longer than its tape.
var ErrTooLong = errors.New("the answer is too long")

// A Tape is what came of one answer, with the times at which its parts came. The answer is recorded as it stands on the
// connection; [Tape.Body] takes the framing of HTTP off it.
type Tape struct {
	data      []byte
	marks     []mark
	limit     int
	unstamped int  // marks without the kernel's stamp
	kernel    bool // times are the kernel's
	cursor    int  // mark of the last offset that was asked for
}

// A Stamp says when bytes came, in ns since a moment that is the same for the whole tape.
type Stamp struct {
	Read    int64 // the read returned that brought them
	Kernel  int64 // the packet came in that brought the last of them
	Stamped bool  // the kernel says so; else Kernel is 0
}

// A mark says when all bytes before end had come, in ns.
type mark struct {
	end          int
	read, kernel int64
}

// Room that is made before the clock starts, so that an ordinary answer is received without growing it.
const (
	bytesPerToken = 300 // a chunk with one token, in the wordiest of the protocols
	roomForHeader = 4 << 10
	leastRoom     = 64 // tokens
	mostRoom      = 4096
)

// NewTape gives an empty tape for at most limit bytes, with room for an answer of so many tokens.
func NewTape(limit, tokens int) *Tape {
	tokens = min(max(tokens, leastRoom), mostRoom)
	return &Tape{
		data:  make([]byte, 0, min(limit, roomForHeader+tokens*bytesPerToken)),
		marks: make([]mark, 0, tokens),
		limit: limit,
	}
}

// Add keeps bytes that came in one read. What is over the limit is dropped, and gives [ErrTooLong].
func (t *Tape) Add(p []byte, s Stamp) error {
	room := t.limit - len(t.data)
	kept := p[:min(len(p), room)]
	t.data = append(t.data, kept...)
	t.marks = append(t.marks, mark{len(t.data), s.Read, s.Kernel})
	if !s.Stamped {
		t.unstamped++
	}
	if len(kept) < len(p) {
		return ErrTooLong
	}
	return nil
}

// Rewind forgets what was recorded.
func (t *Tape) Rewind() {
	t.data, t.marks, t.unstamped = t.data[:0], t.marks[:0], 0
}

// Stamped says whether the kernel stamped everything on the tape, and there is something on it.
func (t *Tape) Stamped() bool { return len(t.marks) > 0 && t.unstamped == 0 }

// ByKernel says by which clock At tells the time: the kernel's, which must have stamped everything, or that of the reads.
func (t *Tape) ByKernel(yes bool) { t.kernel = yes }

// Bytes are those recorded so far.
func (t *Tape) Bytes() []byte { return t.data }

// Span gives the times of the first bytes and of the last; false where nothing was recorded.
func (t *Tape) Span() (first, last int64, ok bool) {
	if len(t.marks) == 0 {
		return 0, 0, false
	}
	return t.at(t.marks[0]), t.at(t.marks[len(t.marks)-1]), true
}

// At is the time at which the byte at offset came, which must be on the tape. It is asked for one offset after the other, so the
// next is mostly near the last.
func (t *Tape) At(offset int) int64 {
	if t.cursor >= len(t.marks) || t.cursor > 0 && t.marks[t.cursor-1].end > offset {
		t.cursor = sort.Search(len(t.marks), func(i int) bool { return t.marks[i].end > offset })
	}
	for t.marks[t.cursor].end <= offset {
		t.cursor++
	}
	return t.at(t.marks[t.cursor])
}

func (t *Tape) at(m mark) int64 {
	if t.kernel {
		return m.kernel
	}
	return m.read
}
