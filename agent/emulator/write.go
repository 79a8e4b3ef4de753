package emulator

import (
	"syscall"
	"time"
)

// A write says when bytes were handed to the socket: between at and took later.
type write struct {
	at   time.Time
	took time.Duration
}

// An attempt is a write that does not wait.
type attempt struct {
	raw  syscall.RawConn // nil where there is no socket to be written to at once, as under TLS
	now  func(fd uintptr) bool
	b    []byte
	n    int
	last write // that took the last of b up to n
	err  error
}

// hand gives b to the socket, as far as it is taken at once: n bytes, the last of them in that write.
func (a *attempt) hand(b []byte) (last write, n int, err error) {
	if a.raw == nil {
		return write{}, 0, nil
	}
	a.b, a.n, a.last, a.err = b, 0, write{}, nil
	if err := a.raw.Write(a.now); err != nil {
		return a.last, a.n, err
	}
	return a.last, a.n, a.err
}

// send writes all of b, however long it takes, and tells of the write that took its last byte.
func (c *conn) send(b []byte) (last write, err error) {
	last, n, err := c.hand(b)
	for n < len(b) && err == nil {
		at := time.Now()
		var more int
		more, err = c.Conn.Write(b[n:])
		last, n = write{at, time.Since(at)}, n+more
	}
	return last, err
}
