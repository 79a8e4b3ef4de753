// Package caplog keeps the beginning of a log and its end, whatever a program writes between them.
package caplog

import (
	"fmt"
	"io"
)

// What is kept of a log.
const (
	MaxBegin = 8 << 20  // bytes, from its beginning
	MaxEnd   = 64 << 10 // bytes of its end, where it is longer
)

// A Log keeps the first bytes of a log and its last ones, which say how it ended, and tells how many it left out between them. What
// can't be written is left out, too: it is no reason to hold up who writes it.
type Log struct {
	to   io.Writer
	left int    // bytes that may still be written
	over int64  // bytes that came after these
	last []byte // of all that came
}

// New gives a log that is kept in to.
func New(to io.Writer) *Log { return &Log{to: to, left: MaxBegin} }

// Write takes all of p, always.
func (l *Log) Write(p []byte) (int, error) {
	n := min(len(p), l.left)
	if n > 0 {
		_, _ = l.to.Write(p[:n])
	}
	l.left -= n
	l.over += int64(len(p) - n)
	l.last = append(l.last, p[max(0, len(p)-MaxEnd):]...)
	if len(l.last) > 2*MaxEnd {
		l.last = append(l.last[:0], l.Tail()...)
	}
	return len(p), nil
}

// Tail is the end of all that came: MaxEnd bytes at most.
func (l *Log) Tail() []byte { return l.last[max(0, len(l.last)-MaxEnd):] }

// End writes the last bytes of a log that was too long. Nothing may be written after it.
func (l *Log) End() {
	if l.over == 0 {
		return
	}
	tail := l.Tail()
	tail = tail[max(0, int64(len(tail))-l.over):]
	if gap := l.over - int64(len(tail)); gap > 0 {
		_, _ = fmt.Fprintf(l.to, "\nbench: the log is longer than %d MiB; %d bytes are left out here\n", MaxBegin>>20, gap)
	}
	_, _ = l.to.Write(tail)
}
