package emulator

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// serving runs an emulator on a port of its own, as bench does, and gives its address.
func serving(t testing.TB, c Config) (*Server, string) {
	t.Helper()
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error)
	go func() { served <- s.Serve(ctx, ln) }()
	t.Cleanup(func() {
		cancel()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return s, ln.Addr().String()
}

// dial sends a request and gives the connection on which its answer comes.
func dial(t testing.TB, addr, path, body string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(time.Minute))
	ask(t, conn, path, body)
	return conn
}

func ask(t testing.TB, conn io.Writer, path, body string) {
	t.Helper()
	_, err := fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nX-Request-Id: id\r\nContent-Length: %d\r\n\r\n%s", path, len(body), body)
	if err != nil {
		t.Fatal(err)
	}
}

// answered reads one answer, and gives its body as the client sees it and why it ended.
func answered(t testing.TB, conn io.Reader) (*http.Response, string, error) {
	t.Helper()
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	return resp, string(body), err
}

// A connection carries answer after answer, streams and others in turn, and each is whole.
func TestConnectionIsReused(t *testing.T) {
	s, addr := serving(t, Config{TokensPerSecond: 1e5, OutputTokens: 3})
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	reader := bufio.NewReader(conn)
	for i := range 6 {
		stream := i%3 != 2
		ask(t, conn, "/api/generate", fmt.Sprintf(`{"model":"m","prompt":"p","stream":%t}`, stream))
		resp, err := http.ReadResponse(reader, nil)
		if err != nil {
			t.Fatalf("call %d: %v", i, err)
		}
		body, err := io.ReadAll(resp.Body)
		if lines := strings.Count(string(body), "\n"); err != nil || (lines == 4) != stream {
			t.Errorf("call %d: %v, %s", i, err, body)
		}
	}
	if n := len(s.Sent()); n != 4*4 {
		t.Errorf("%d chunks", n)
	}
}

// A connection that was given back is taken over again as what it is, and written to as directly.
func TestTakenOverAgain(t *testing.T) {
	var direct []bool
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, c, err := takeOver(w, r)
		if err != nil {
			t.Error(err)
			return
		}
		direct = append(direct, c.raw != nil)
		_, _ = c.send([]byte("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
		c.giveBack()
	}))
	defer h.Close()
	conn, err := net.Dial("tcp", h.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for range 3 {
		ask(t, conn, "/", "")
		answered(t, conn)
	}
	if !slices.Equal(direct, []bool{true, true, true}) {
		t.Errorf("direct: %v", direct)
	}
}

// Two requests sent at once are answered one after the other.
func TestPipelined(t *testing.T) {
	_, addr := serving(t, Config{TokensPerSecond: 1e4, OutputTokens: 3})
	var both bytes.Buffer
	ask(t, &both, "/api/generate", `{"model":"m","prompt":"p"}`)
	ask(t, &both, "/api/generate", `{"model":"m","prompt":"p"}`)
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_, _ = conn.Write(both.Bytes())
	reader := bufio.NewReader(conn)
	for i := range 2 {
		resp, err := http.ReadResponse(reader, nil)
		if err != nil {
			t.Fatal(err)
		}
		if body, err := io.ReadAll(resp.Body); err != nil || strings.Count(string(body), "\n") != 4 {
			t.Errorf("answer %d: %v, %s", i, err, body)
		}
	}
}

// Who asks for it gets a connection that ends with its answer.
func TestConnectionClose(t *testing.T) {
	_, addr := serving(t, Config{TokensPerSecond: 1e5, OutputTokens: 3})
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	const body = `{"model":"m","prompt":"p"}`
	fmt.Fprintf(conn, "POST /api/generate HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	raw, err := io.ReadAll(conn)
	if err != nil || !bytes.Contains(raw, []byte("Connection: close\r\n")) || !bytes.HasSuffix(raw, []byte("\r\n0\r\n\r\n")) {
		t.Errorf("%v, %s", err, raw)
	}
}

// An older client is told why it gets no stream.
func TestOldHTTP(t *testing.T) {
	_, addr := serving(t, Config{TokensPerSecond: 1e5})
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	const body = `{"model":"m","prompt":"p"}`
	fmt.Fprintf(conn, "POST /api/generate HTTP/1.0\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	if resp, body, err := answered(t, conn); err != nil || resp.StatusCode != 500 || !strings.Contains(body, "over HTTP/1.1 only: the request is HTTP/1.0") {
		t.Errorf("%v, %d, %s", err, resp.StatusCode, body)
	}
}

// A client that goes in mid-stream frees the model, and nothing more is sent.
func TestClientGoes(t *testing.T) {
	s, addr := serving(t, Config{TokensPerSecond: 20, OutputTokens: 10_000})
	conn := dial(t, addr, "/api/generate", `{"model":"m","prompt":"p"}`)
	if _, err := conn.Read(make([]byte, 100)); err != nil {
		t.Fatal(err)
	}
	conn.Close()
	free(t, s)
	for i := range s.clock.shards {
		if n := s.clock.shards[i].pending(); n != 0 {
			t.Errorf("%d writes are still to come", n)
		}
	}
}

// A client that does not read holds up no other, and gets all of it when it reads.
func TestClientThatDoesNotRead(t *testing.T) {
	s, addr := serving(t, Config{TokensPerSecond: 1e6, OutputTokens: 100_000})
	s.clock.shards = s.clock.shards[:1]
	slow := dial(t, addr, "/api/generate", `{"model":"m","prompt":"p"}`)
	quick := dial(t, addr, "/api/generate", `{"model":"m","prompt":"p","options":{"num_predict":50}}`)
	if _, body, err := answered(t, quick); err != nil || strings.Count(body, "\n") != 51 {
		t.Errorf("%v, %d lines", err, strings.Count(body, "\n"))
	}
	if _, body, err := answered(t, slow); err != nil || strings.Count(body, "\n") != 100_001 {
		t.Errorf("%v, %d lines", err, strings.Count(body, "\n"))
	}
	if sent := s.SentOf("id"); !slices.IsSortedFunc(sent, func(a, b Sent) int { return a.Index - b.Index }) {
		t.Error("the log is not in order")
	}
}

// The header goes out with the first chunk in Ollama's protocol, and before it in OpenAI's: there it comes while the prompt is computed.
func TestHeaderTime(t *testing.T) {
	for path, test := range map[string]struct {
		ttft  time.Duration
		alone bool
	}{"/api/generate": {0, false}, "/v1/completions": {time.Hour, true}} {
		_, addr := serving(t, Config{TTFT: test.ttft})
		some := make([]byte, 4096)
		n, err := dial(t, addr, path, `{"model":"m","prompt":"p","stream":true}`).Read(some)
		if err != nil {
			t.Fatal(err)
		}
		if alone := bytes.HasSuffix(some[:n], []byte("\r\n\r\n")); alone != test.alone {
			t.Errorf("%s: first came %q", path, some[:n])
		}
	}
}

// created finds the times and figures in a body that differ from call to call.
var created = regexp.MustCompile(`"(created_at|total_duration|load_duration|created)":("[^"]*"|\d+),?`)
