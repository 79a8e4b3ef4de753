package wire

import (
	"errors"
	"io"
	"slices"
	"sort"
)

// ErrTooLong says that an answer is longer than its tape.
var ErrTooLong = errors.New("the answer is too long")

// A Tape is the body of one answer with the times at which its parts came.
type Tape struct {
	data  []byte
	marks []mark
	limit int
}

// A mark says that all bytes before end had come at ns.
type mark struct {
	end int
	ns  int64
}

// Room that is made before the clock starts, so that an ordinary answer is received without growing it.
const (
	roomBytes = 64 << 10
	roomMarks = 1024
	readBytes = 4 << 10 // least room offered to a read: the size of net/http's own buffer
)

// NewTape gives an empty tape for at most limit bytes.
func NewTape(limit int) *Tape {
	return &Tape{data: make([]byte, 0, min(limit, roomBytes)), marks: make([]mark, 0, roomMarks), limit: limit}
}

// Record reads r to its end. It calls arrived as soon as a read has returned with bytes, before
// anything else, and keeps what it gives as the stamp of those bytes. What came before an error is kept.
func (t *Tape) Record(r io.Reader, arrived func() int64) error {
	for {
		if cap(t.data)-len(t.data) < readBytes {
			t.data = slices.Grow(t.data, len(t.data)+readBytes)
		}
		n, err := r.Read(t.data[len(t.data):cap(t.data)])
		if n > 0 {
			t.mark(n, arrived())
		}
		switch {
		case len(t.data) > t.limit:
			t.data = t.data[:t.limit]
			return ErrTooLong
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
	}
}

// mark takes n more bytes, already in place behind the last, as having come at ns.
func (t *Tape) mark(n int, ns int64) {
	t.data = t.data[:len(t.data)+n]
	t.marks = append(t.marks, mark{len(t.data), ns})
}

// Bytes are those recorded so far.
func (t *Tape) Bytes() []byte { return t.data }

// At is the stamp of the read that brought the byte at offset, which must be on the tape.
func (t *Tape) At(offset int) int64 {
	i := sort.Search(len(t.marks), func(i int) bool { return t.marks[i].end > offset })
	return t.marks[i].ns
}
