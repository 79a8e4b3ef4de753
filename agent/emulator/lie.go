package emulator

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// told is what a fault says of itself.
const told = "the emulator was told to fail"

const (
	longLine   = 1 << 20 // bytes of text in a LongLine
	hugeLine   = 1 << 30 // in a HugeLine, and in an unpacked GzipBomb
	floodWrite = 64 << 10
)

// elsewhere is an address of a network that is kept for documentation: nothing is there.
const elsewhere = "http://192.0.2.1"

// refuse plays a fault that comes before anything else, and says whether it did.
func (a *answer) refuse(w http.ResponseWriter, r *http.Request) bool {
	switch a.script.fault {
	case HTTP500:
		a.fail(w, http.StatusInternalServerError)
	case HTTP429:
		w.Header().Set("Retry-After", "1")
		a.fail(w, http.StatusTooManyRequests)
	case Redirect:
		http.Redirect(w, r, elsewhere+r.URL.Path, http.StatusTemporaryRedirect)
	case SlowHeader:
		<-r.Context().Done()
		breakOff()
	default:
		return false
	}
	return true
}

func (a *answer) fail(w http.ResponseWriter, status int) {
	reply(w, status, a.dialect.trouble(status, told))
}

// lies says whether a fault is one of a whole answer that net/http would not let through.
func lies(fault string) bool {
	return slices.Contains([]string{EndlessHeader, Gzip, GzipBomb, LongLength, ShortLength}, fault)
}

// lie takes the connection over and plays such a fault when the answer is due, or the fault inside of one that does not stream.
func (a *answer) lie(w http.ResponseWriter, r *http.Request) {
	moment := a.end
	if inside(a.script.fault) {
		moment = a.half()
	}
	a.wait(r.Context(), moment)
	ctx, c, err := takeOver(w, r)
	if err != nil {
		breakOff()
	}
	defer c.breakOff()
	switch a.script.fault {
	case EndlessHeader:
		_, err = c.send([]byte("HTTP/1.1 200 OK\r\n"))
		for line := []byte("X-Filler: " + strings.Repeat("x", 1000) + "\r\n"); err == nil; {
			_, err = c.send(line)
		}
	case Gzip:
		packed := pack(a.body())
		_, _ = c.send(append(a.header(r, fmt.Sprintf("Content-Encoding: gzip\r\nContent-Length: %d", len(packed))), packed...))
	case GzipBomb:
		_, _ = c.send(append(a.header(r, "Content-Encoding: gzip\r\nTransfer-Encoding: chunked"), chunked(bomb())...))
		_, _ = c.send([]byte("0\r\n\r\n"))
	case LongLength:
		body := a.body()
		_, _ = c.send(append(a.header(r, fmt.Sprintf("Content-Length: %d", len(body)+1)), body...))
	case ShortLength:
		body := a.body()
		_, _ = c.send(append(a.header(r, fmt.Sprintf("Content-Length: %d", len(body)/2)), body...))
	case Stall:
		<-ctx.Done()
	case Reset:
		c.reset()
	case EndlessBody, HugeLine:
		if _, err := c.send(a.header(r, "Transfer-Encoding: chunked")); err != nil {
			return
		}
		if a.script.fault == HugeLine {
			a.huge(c)
		} else {
			a.flood(c)
		}
	}
}

// body is that of the answer as it should be.
func (a *answer) body() []byte {
	if !a.stream {
		return a.wholeBody()
	}
	var b []byte
	for _, m := range a.streamed() {
		b = a.dialect.appendMessage(b, m, a.loaded.Add(m.at), a.figures())
	}
	return b
}

// flood sends tokens until the client goes.
func (a *answer) flood(c *conn) {
	var some []byte
	for len(some) < floodWrite {
		some = append(some, chunked(a.dialect.appendMessage(nil, a.messages[0], a.loaded, figures{}))...)
	}
	for {
		if _, err := c.send(some); err != nil {
			return
		}
	}
}

// huge sends a token of hugeLine bytes, and says whether it all went out.
func (a *answer) huge(c *conn) bool {
	const filler = "huge"
	m := message{kind: text, tokens: 1, text: filler, literal: quoted(filler)}
	line := a.dialect.appendMessage(nil, m, a.loaded, figures{})
	i := bytes.LastIndex(line, []byte(filler))
	_, err := c.send(chunked(line[:i]))
	some := chunked(bytes.Repeat([]byte("x"), floodWrite))
	for sent := 0; sent < hugeLine && err == nil; sent += floodWrite {
		_, err = c.send(some)
	}
	if err == nil {
		_, err = c.send(chunked(line[i+len(filler):]))
	}
	return err == nil
}

// chunked is a chunk of HTTP.
func chunked(b []byte) []byte { return fmt.Appendf(nil, "%x\r\n%s\r\n", len(b), b) }

func pack(b []byte) []byte {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, _ = w.Write(b) // to memory it can't fail
	_ = w.Close()
	return packed.Bytes()
}

// bomb is hugeLine bytes, packed: the same packed part over and over.
func bomb() []byte {
	const part = 1 << 20
	return bytes.Repeat(pack(make([]byte, part)), hugeLine/part)
}
