package runner

import (
	"fmt"
	"io"
)

const (
	maxLog  = 8 << 20  // bytes of a run's log, from its beginning
	maxTail = 64 << 10 // bytes of its end, where it is longer
)

// A cappedLog keeps the first bytes of a log and its last ones, which say how it ended, and tells how many it left out between them. What
// can't be written is left out, too: it is no reason to hold up the worker.
type cappedLog struct {
	to   io.Writer
	left int    // bytes that may still be written
	over int64  // bytes that came after these
	last []byte // of all that came
}

func newCappedLog(to io.Writer) *cappedLog { return &cappedLog{to: to, left: maxLog} }

func (c *cappedLog) Write(p []byte) (int, error) {
	n := min(len(p), c.left)
	_, _ = c.to.Write(p[:n])
	c.left -= n
	c.over += int64(len(p) - n)
	c.last = append(c.last, p[max(0, len(p)-maxTail):]...)
	if len(c.last) > 2*maxTail {
		c.last = append(c.last[:0], c.tail()...)
	}
	return len(p), nil
}

// tail is the end of all that came.
func (c *cappedLog) tail() []byte { return c.last[max(0, len(c.last)-maxTail):] }

// end writes the last bytes of a log that was too long.
func (c *cappedLog) end() {
	if c.over == 0 {
		return
	}
	tail := c.tail()
	tail = tail[max(0, int64(len(tail))-c.over):]
	if gap := c.over - int64(len(tail)); gap > 0 {
		_, _ = fmt.Fprintf(c.to, "\nbench: the log is longer than %d MiB; %d bytes are left out here\n", maxLog>>20, gap)
	}
	_, _ = c.to.Write(tail)
}
