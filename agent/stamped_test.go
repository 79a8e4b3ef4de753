package agent

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"
	"time"

	"bench/agent/wire"
)

// listening gives a listener on a new connection to a server that sends a part when it is told to.
func listening(t *testing.T, config *tls.Config, serve func(net.Conn)) (*stampedConn, *listener) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	go func() {
		if conn, err := ln.Accept(); err == nil {
			serve(conn)
			conn.Close()
		}
	}()
	l := &listener{tape: wire.NewTape(1<<20, 0), base: newTimeBase()}
	conn, err := dial(t.Context(), ln.Addr().String(), 5*time.Second, config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	l.attach(conn)
	return conn.(*stampedConn), l
}

// The kernel's stamp is that of the packet, however late it is read; the other one is that of the read.
func TestKernelStampsThePacket(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux stamps what comes on a TCP connection")
	}
	switchedOn(t)
	const late = 50 * time.Millisecond
	sent := make(chan struct{})
	conn, l := listening(t, nil, func(c net.Conn) {
		_, _ = c.Write([]byte("first"))
		close(sent)
	})
	<-sent
	time.Sleep(late)
	p := make([]byte, 100)
	if n, err := conn.Read(p); n != 5 || err != nil {
		t.Fatal(n, err)
	}
	read := l.tape.At(4)
	l.tape.ByKernel(true)
	if kernel := l.tape.At(4); !l.tape.Stamped() || read-kernel < int64(late) || kernel < 0 {
		t.Errorf("stamped %v: the kernel's %d, the read's %d ns", l.tape.Stamped(), l.tape.At(4), read)
	}
	if _, err := conn.Read(p); err == nil {
		t.Error("no end of the connection")
	}
}

// switchedOn waits until the kernel stamps: it begins to a moment after the first connection of the machine that asks for it.
func switchedOn(t *testing.T) {
	t.Helper()
	for range 100 {
		conn, l := listening(t, nil, func(c net.Conn) { _, _ = c.Write([]byte("x")) })
		if _, err := conn.Read(make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
		if l.tape.Stamped() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the kernel stamps nothing")
}

// What nobody listens to any more stays off the tape.
func TestDetachedListenerHearsNothing(t *testing.T) {
	more := make(chan struct{})
	conn, l := listening(t, nil, func(c net.Conn) {
		_, _ = c.Write([]byte("first"))
		<-more
		_, _ = c.Write([]byte("second"))
	})
	p := make([]byte, 100)
	_, _ = conn.Read(p)
	l.detach()
	close(more)
	if n, _ := conn.Read(p); n != 6 || string(l.tape.Bytes()) != "first" {
		t.Errorf("read %d bytes, heard %q", n, l.tape.Bytes())
	}
}

// A connection goes back to its pool when net/http has read the answer, which may be before the call has detached: the next call
// listens already.
func TestNextCallListensAlready(t *testing.T) {
	conn, first := listening(t, nil, func(c net.Conn) { _, _ = c.Write([]byte("second")) })
	second := &listener{tape: wire.NewTape(100, 0), base: newTimeBase()}
	second.attach(conn)
	first.detach()
	if _, err := conn.Read(make([]byte, 100)); err != nil || string(second.tape.Bytes()) != "second" || len(first.tape.Bytes()) > 0 {
		t.Errorf("%v, the first heard %q, the second %q", err, first.tape.Bytes(), second.tape.Bytes())
	}
}

// Reads over TLS are stamped by their packets too, and the tape holds what was encrypted.
func TestStampsUnderTLS(t *testing.T) {
	if runtime.GOOS == "linux" {
		switchedOn(t)
	}
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-ndjson")
		for _, line := range []string{`{"response":"a","done":false}`, `{"response":"","done":true}`} {
			_, _ = w.Write([]byte(line + "\n"))
			_ = http.NewResponseController(w).Flush()
		}
	}))
	defer server.Close()
	pool := x509.NewCertPool()
	pool.AddCert(server.Certificate())
	c, err := NewClient(Endpoint{Kind: "ollama", URL: server.URL, TLS: &tls.Config{RootCAs: pool}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	call := c.Generate(t.Context(), Request{Model: "m", Prompt: "p"})
	if call.Error != nil || call.Response != "a" || runtime.GOOS == "linux" && call.Clock != "kernel" || *call.TTFTNS < 0 {
		t.Errorf("%+v", call)
	}
	stranger, err := NewClient(Endpoint{Kind: "ollama", URL: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	defer stranger.Close()
	if call := stranger.Generate(t.Context(), Request{Model: "m", Prompt: "p"}); call.Error == nil || call.Error.Class != Connect {
		t.Errorf("a certificate that nobody knows: %+v", call.Error)
	}
}

// A wall clock that is set during a call makes the kernel's stamps worthless: the reads' times count, and the record says so.
func TestClockIsSetDuringACall(t *testing.T) {
	l := &listener{tape: wire.NewTape(100, 0), base: newTimeBase()}
	l.base.wall -= int64(time.Second)
	_ = l.tape.Add([]byte("HTTP/1.1 200 OK\r\n\r\n"), wire.Stamp{Read: 7, Kernel: 1e9, Stamped: true})
	call := Call{Clock: "read"}
	l.answer(&call, nil, false)
	if call.Clock != "read" || call.ClockStepNS < 0.9e9 || call.ClockStepNS > 1.1e9 || *call.FirstByteNS != 7 {
		t.Errorf("%+v", call)
	}
}

// Reading costs no memory of its own.
func TestStampedReadsDoNotAllocate(t *testing.T) {
	conn, l := listening(t, nil, func(c net.Conn) {
		part := make([]byte, 64)
		for {
			if _, err := c.Write(part); err != nil {
				return
			}
		}
	})
	p := make([]byte, 64)
	if n := testing.AllocsPerRun(200, func() {
		l.tape.Rewind()
		if _, err := conn.Read(p); err != nil {
			t.Fatal(err)
		}
	}); n > 0 {
		t.Errorf("%v allocations a read", n)
	}
}
