package emulator

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"time"
)

// A conn is a connection that was taken over from net/http for one answer, because net/http has buffers
// and locks between a moment and its write, and would not let through what a broken server sends.
type conn struct {
	net.Conn
	attempt // on a TCP connection

	reader *bufio.Reader
	next   chan error // gets nil when the client's next request begins, else why none will
	gone   context.CancelCauseFunc
	server *http.Server // that goes on with the connection afterwards; may be nil
	life   context.Context
	unlive func() bool
}

// lifetime is the key of the context that ends what [Server.Serve] has begun.
type lifetime struct{}

// returned is a connection that net/http has again, with bytes that were read ahead.
type returned struct {
	net.Conn
	reader io.Reader
}

func (r returned) Read(p []byte) (int, error) { return r.reader.Read(p) }

var errGone = errors.New("the client has gone")

// takeOver takes the connection of a request whose body is read. The context that it gives ends when
// the client goes. Without chunks of HTTP/1.1 there is no stream.
func takeOver(w http.ResponseWriter, r *http.Request) (context.Context, *conn, error) {
	if !r.ProtoAtLeast(1, 1) {
		return nil, nil, errors.New("the request is " + r.Proto)
	}
	hijacked, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return nil, nil, err
	}
	if again, ok := hijacked.(returned); ok {
		hijacked = again.Conn
	}
	ctx, gone := context.WithCancelCause(r.Context())
	c := &conn{Conn: hijacked, reader: buffered.Reader, next: make(chan error, 1), gone: gone}
	if tcp, ok := hijacked.(*net.TCPConn); ok {
		c.raw, _ = tcp.SyscallConn()
		c.now = c.writeNow
	}
	c.server, _ = r.Context().Value(http.ServerContextKey).(*http.Server)
	c.life, _ = r.Context().Value(lifetime{}).(context.Context)
	if c.life == nil {
		c.life = context.Background()
	}
	c.unlive = context.AfterFunc(c.life, func() { _ = c.Conn.Close() })
	_ = c.SetDeadline(time.Time{})
	go c.watch()
	return ctx, c, nil
}

// watch waits for the client's next request, or for its going.
func (c *conn) watch() {
	_, err := c.reader.Peek(1)
	if err != nil {
		c.gone(errGone)
	}
	c.next <- err
}

// giveBack has net/http go on with the connection when the next request comes. Until then nobody waits for it.
func (c *conn) giveBack() {
	go func() {
		err := <-c.next
		if !c.unlive() || err != nil || c.server == nil {
			_ = c.Conn.Close()
			return
		}
		ahead, _ := c.reader.Peek(c.reader.Buffered())
		again := returned{c.Conn, io.MultiReader(bytes.NewReader(bytes.Clone(ahead)), c.Conn)}
		if errors.Is(c.server.Serve(&single{conn: again}), http.ErrServerClosed) {
			_ = c.Conn.Close()
		}
	}()
}

// breakOff closes the connection, so that no client takes what it got for whole.
func (c *conn) breakOff() {
	c.unlive()
	_ = c.Conn.Close()
}

// reset closes the connection with a TCP reset.
func (c *conn) reset() {
	if tcp, ok := c.Conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	c.breakOff()
}

// A single listener gives one connection and no more.
type single struct{ conn net.Conn }

func (l *single) Accept() (net.Conn, error) {
	if l.conn == nil {
		return nil, io.EOF
	}
	conn := l.conn
	l.conn = nil
	return conn, nil
}

func (l *single) Addr() net.Addr { return &net.TCPAddr{} }
func (l *single) Close() error   { return nil }
