package agent

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"bench/agent/wire"
)

// A stampedConn is a connection of which the kernel says when its bytes came, where it can. While a call listens, what is read goes
// onto its tape as well: under net/http, which parses the answer, and above TLS, so that the tape holds what can be decoded.
type stampedConn struct {
	net.Conn               // TCP, or TLS over it
	stamps   *kernelStamps // of the TCP connection; nil where the kernel gives none

	mu       sync.Mutex
	listener *listener
}

// Read is that of net.Conn.
func (c *stampedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 {
		now := time.Now()
		c.mu.Lock()
		if c.listener != nil {
			err = c.listener.hear(p[:n], now, c.stamps.last(), err)
		}
		c.mu.Unlock()
	}
	return n, err
}

func (c *stampedConn) listen(l *listener) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.listener = l
}

// unlisten ends it, unless the next call on the connection listens already.
func (c *stampedConn) unlisten(l *listener) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.listener == l {
		c.listener = nil
	}
}

// A listener takes onto a call's tape what comes on the call's connection.
type listener struct {
	tape *wire.Tape
	base timeBase

	mu   sync.Mutex
	conn *stampedConn // that it listens to
}

// hear is called for each read, under the connection's lock.
func (l *listener) hear(p []byte, now time.Time, kernel int64, err error) error {
	stamp := wire.Stamp{Read: int64(now.Sub(l.base.t0))}
	if kernel != 0 {
		stamp.Kernel, stamp.Stamped = l.base.since(kernel), true
	}
	if full := l.tape.Add(p, stamp); full != nil {
		return full
	}
	return err
}

// attach listens to a connection, from its next byte on, and no more to the one before it: net/http makes a request again on
// another one where the server had closed the first.
func (l *listener) attach(conn net.Conn) {
	l.detach()
	stamped, ok := conn.(*stampedConn)
	if !ok {
		return // only of this package's own transport
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tape.Rewind()
	l.conn = stamped
	stamped.listen(l)
}

// detach ends it. After that the tape is the caller's alone.
func (l *listener) detach() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conn != nil {
		l.conn.unlisten(l)
		l.conn = nil
	}
}

// answer gives the tape of the answer's body, and puts what lies before and behind the body into the call. Times are the kernel's where
// it stamped everything that came and nobody has set the clock meanwhile. Without a header there is no body; whole says that all of
// it came.
func (l *listener) answer(c *Call, header *http.Response, whole bool) *wire.Tape {
	step := l.base.step()
	if step.Abs() > maxStep {
		c.ClockStepNS = int64(step)
	} else if l.tape.Stamped() {
		c.Clock = "kernel"
		l.tape.ByKernel(true)
	}
	first, last, any := l.tape.Span()
	if any {
		c.FirstByteNS = &first
	}
	if header == nil {
		l.tape.Rewind()
		return l.tape
	}
	chunked := slices.Contains(header.TransferEncoding, "chunked")
	if whole && (chunked || header.ContentLength >= 0) { // else the end is that of the connection, which has no stamp
		c.EndNS = last
	}
	l.tape.Body(chunked, header.ContentLength)
	return l.tape
}

// maxStep is by how much the wall clock may seem to be set while it is not: what reading both clocks takes on a busy machine.
const maxStep = 100 * time.Microsecond

// A timeBase brings times of the wall clock, which the kernel stamps with, onto the line of the monotonic clock from t0.
type timeBase struct {
	t0   time.Time
	wall int64 // what the wall clock says at t0, ns since 1970
}

// newTimeBase begins a line of time now.
func newTimeBase() timeBase {
	now, wall := bothClocks()
	return timeBase{t0: now, wall: wall}
}

func (b timeBase) since(wall int64) int64 { return wall - b.wall }

// step says by how much the wall clock was set, against the monotonic one, since t0.
func (b timeBase) step() time.Duration {
	now, wall := bothClocks()
	return time.Duration(b.since(wall)) - now.Sub(b.t0)
}

// bothClocks reads the monotonic and the wall clock of one moment. time.Now reads one after the other, and may be interrupted between
// them; so of several readings the one counts that took the shortest.
func bothClocks() (monotonic time.Time, wall int64) {
	const tries = 5
	least := time.Duration(1<<63 - 1)
	for range tries {
		before, now := time.Now(), time.Now() // the wall clock of the second was read between the monotonic ones of both
		if took := now.Sub(before); took < least {
			least, monotonic, wall = took, now, now.UnixNano()
		}
	}
	return monotonic, wall
}

// newTransport keeps to HTTP/1.1, where the bytes of one answer have a connection of their own, and
// takes nothing from the environment: a proxy that nobody wrote down would be measured with the server.
func newTransport(t Timeouts, config *tls.Config) *http.Transport {
	if config == nil {
		config = &tls.Config{}
	}
	plain := func(ctx context.Context, _, address string) (net.Conn, error) {
		return dial(ctx, address, t.Connect, nil)
	}
	secure := func(ctx context.Context, _, address string) (net.Conn, error) {
		return dial(ctx, address, t.Connect, config)
	}
	return &http.Transport{
		DialContext:            plain,
		DialTLSContext:         secure,
		DisableCompression:     true,
		MaxIdleConnsPerHost:    maxIdle,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
		ReadBufferSize:         readBuffer,
	}
}

const (
	maxIdle    = 1024     // connections that are kept open
	readBuffer = 16 << 10 // bytes: what may come in one read
)

// dial opens a connection, with TLS where there is a configuration for it. Each of the two may take as long as the limit.
func dial(ctx context.Context, address string, limit time.Duration, config *tls.Config) (net.Conn, error) {
	conn, err := (&net.Dialer{Timeout: limit}).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	stamps := stampedByKernel(conn)
	if stamps != nil {
		conn = stamps
	}
	if config == nil {
		return &stampedConn{Conn: conn, stamps: stamps}, nil
	}
	config = config.Clone()
	config.ServerName, _, _ = net.SplitHostPort(address)
	secure := tls.Client(conn, config)
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if err := secure.HandshakeContext(ctx); err != nil {
		conn.Close()
		return nil, err
	}
	return &stampedConn{Conn: secure, stamps: stamps}, nil
}
