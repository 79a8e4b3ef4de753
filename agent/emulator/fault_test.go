package emulator

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

const chatBody = `{"model":"m","messages":[{"role":"user","content":"Say something."}],"stream":true,"stream_options":{"include_usage":true}}`

// paths are all ways to get a stream.
var paths = map[string]string{
	"/api/generate":        `{"model":"m","prompt":"p"}`,
	"/api/chat":            `{"model":"m","messages":[{"role":"user","content":"p"}]}`,
	"/v1/completions":      `{"model":"m","prompt":"p","stream":true,"stream_options":{"include_usage":true}}`,
	"/v1/chat/completions": chatBody,
}

// events counts the messages of a body that bring text, and says whether it ends as its protocol wants.
func events(body string) (texts int, ended bool) {
	for line := range strings.Lines(body) {
		for _, field := range []string{`"response":"`, `"text":"`, `"content":"`, `"reasoning_content":"`, `"thinking":"`} {
			if i := strings.Index(line, field); i >= 0 && line[i+len(field)] != '"' {
				texts++
				break
			}
		}
		ended = ended || strings.Contains(line, `"done":true`) || strings.TrimSpace(line) == "data: [DONE]"
	}
	return texts, ended
}

// A fault of status is that in each protocol, with an error in its form.
func TestFaultsOfStatus(t *testing.T) {
	for kind, want := range map[string]struct {
		status        int
		header, value string
	}{
		HTTP500:  {500, "Content-Type", "application/json; charset=utf-8"},
		HTTP429:  {429, "Retry-After", "1"},
		Redirect: {307, "Location", "http://192.0.2.1"},
	} {
		_, addr := serving(t, Config{Faults: []Fault{{kind, 1}}})
		for path, request := range paths {
			value := want.value
			if kind == Redirect {
				value += path
			}
			resp, body, err := answered(t, dial(t, addr, path, request))
			if err != nil || resp.StatusCode != want.status || resp.Header.Get(want.header) != value {
				t.Errorf("%s %s: %v, status %d, %s %q", kind, path, err, resp.StatusCode, want.header, resp.Header.Get(want.header))
			}
			var refusal struct{ Error any }
			if kind != Redirect && (json.Unmarshal([]byte(body), &refusal) != nil || refusal.Error == nil) {
				t.Errorf("%s %s: %s", kind, path, body)
			}
		}
	}
}

// What goes wrong inside an answer comes after half of its tokens, in each protocol.
func TestFaultsInside(t *testing.T) {
	for kind, test := range map[string]struct {
		err   error // with which the body ends
		ended bool
		says  string
	}{
		Reset:       {syscall.ECONNRESET, false, ""},
		Truncated:   {nil, false, ""},
		ErrorObject: {nil, false, told},
	} {
		_, addr := serving(t, Config{TokensPerSecond: 1e4, OutputTokens: 8, Faults: []Fault{{kind, 1}}})
		for path, request := range paths {
			_, body, err := answered(t, dial(t, addr, path, request))
			texts, ended := events(body)
			if !errors.Is(err, test.err) || texts != 4 || ended != test.ended || !strings.Contains(body, test.says) {
				t.Errorf("%s %s: %v, %d texts, ended %t, %s", kind, path, err, texts, ended, body)
			}
		}
	}
}

// What does not end by itself ends with the client.
func TestFaultsWithoutEnd(t *testing.T) {
	for kind, least := range map[string]int{
		Stall: 0, SlowHeader: 0, EndlessHeader: 2 << 20, EndlessBody: 2 << 20, HugeLine: 2 << 20,
	} {
		s, addr := serving(t, Config{TokensPerSecond: 1e4, OutputTokens: 8, Faults: []Fault{{kind, 1}}})
		for path, request := range paths {
			for _, stream := range []bool{true, false} {
				if !stream {
					request = strings.Replace(strings.Replace(request, `"stream":true`, `"stream":false`, 1), `{"model"`, `{"stream":false,"model"`, 1)
				}
				conn := dial(t, addr, path, request)
				if n, err := io.CopyN(io.Discard, conn, int64(least)); err != nil {
					t.Errorf("%s %s: %v after %d bytes", kind, path, err, n)
				}
				conn.Close()
			}
		}
		free(t, s)
	}
}

// free waits until no call uses the model any more.
func free(t testing.TB, s *Server) {
	t.Helper()
	for until := time.Now().Add(30 * time.Second); ; time.Sleep(time.Millisecond) {
		s.slot.mu.Lock()
		users := s.slot.users
		s.slot.mu.Unlock()
		if users == 0 {
			return
		}
		if time.Now().After(until) {
			t.Fatal("the model is still in use")
		}
	}
}

// A stream that stands still ends with its client, too.
func TestStallEndsWithClient(t *testing.T) {
	s, addr := serving(t, Config{TokensPerSecond: 1e5, OutputTokens: 8, Faults: []Fault{{Stall, 1}}})
	conn := dial(t, addr, "/api/generate", paths["/api/generate"])
	lines := bufio.NewScanner(conn)
	for texts := 0; texts < 4 && lines.Scan(); {
		n, _ := events(lines.Text())
		texts += n
	}
	conn.Close()
	free(t, s)
}

// A header that does not end is one of ordinary lines.
func TestEndlessHeader(t *testing.T) {
	_, addr := serving(t, Config{TokensPerSecond: 1e6, Faults: []Fault{{EndlessHeader, 1}}})
	lines := bufio.NewReader(dial(t, addr, "/api/generate", `{"model":"m","prompt":"p"}`))
	for i := range 1000 {
		line, err := lines.ReadString('\n')
		if err != nil || i > 0 && !strings.HasPrefix(line, "X-Filler: x") {
			t.Fatalf("line %d: %q, %v", i, line, err)
		}
	}
}

// A huge line is one line, and beside it the answer is in order up to there.
func TestHugeLine(t *testing.T) {
	_, addr := serving(t, Config{TokensPerSecond: 1e6, OutputTokens: 4, Faults: []Fault{{HugeLine, 1}}})
	resp, err := http.ReadResponse(bufio.NewReader(dial(t, addr, "/v1/chat/completions", chatBody)), nil)
	if err != nil {
		t.Fatal(err)
	}
	head := make([]byte, 8<<20)
	if _, err := io.ReadFull(resp.Body, head); err != nil {
		t.Fatal(err)
	}
	i := bytes.Index(head, []byte("xxxx"))
	if texts, _ := events(string(head)); texts != 3 || i < 0 || len(bytes.Trim(head[i:], "x")) != 0 {
		t.Errorf("%d texts, then %q", texts, head[:min(len(head), 4096)])
	}
}

func TestCompressed(t *testing.T) {
	whole := map[string]string{}
	for _, kind := range []string{"", Gzip} {
		c := Config{TokensPerSecond: 1e5, OutputTokens: 8}
		if kind != "" {
			c.Faults = []Fault{{kind, 1}}
		}
		_, addr := serving(t, c)
		resp, body, err := answered(t, dial(t, addr, "/v1/completions", paths["/v1/completions"]))
		if err != nil {
			t.Fatal(err)
		}
		if kind == Gzip {
			unpacked, err := gzip.NewReader(strings.NewReader(body))
			if err != nil || resp.Header.Get("Content-Encoding") != "gzip" {
				t.Fatal(err, resp.Header)
			}
			raw, _ := io.ReadAll(unpacked)
			body = string(raw)
		}
		whole[kind] = created.ReplaceAllString(body, "")
	}
	if whole[""] != whole[Gzip] {
		t.Errorf("%s is, unpacked, %s", whole[""], whole[Gzip])
	}
}

func TestGzipBomb(t *testing.T) {
	_, addr := serving(t, Config{TokensPerSecond: 1e6, Faults: []Fault{{GzipBomb, 1}}})
	resp, body, err := answered(t, dial(t, addr, "/api/generate", paths["/api/generate"]))
	if err != nil || resp.Header.Get("Content-Encoding") != "gzip" || len(body) > 2<<20 {
		t.Fatalf("%v, %d bytes", err, len(body))
	}
	unpacked, err := gzip.NewReader(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if n, err := io.CopyN(io.Discard, unpacked, 64<<20); err != nil {
		t.Errorf("%v after %d bytes", err, n)
	}
	if n := bytes.Count([]byte(body), []byte("\x1f\x8b\x08")); n != hugeLine>>20 {
		t.Errorf("%d parts", n)
	}
}

// Content-Length lies by the byte, and the answer is else what it is.
func TestWrongLength(t *testing.T) {
	for kind, want := range map[string]error{LongLength: io.ErrUnexpectedEOF, ShortLength: nil} {
		_, addr := serving(t, Config{TokensPerSecond: 1e5, OutputTokens: 8, Faults: []Fault{{kind, 1}}})
		for path, request := range paths {
			_, body, err := answered(t, dial(t, addr, path, request))
			texts, ended := events(body)
			if !errors.Is(err, want) || ended != (kind == LongLength) || texts < 2 {
				t.Errorf("%s %s: %v, %d texts, ended %t", kind, path, err, texts, ended)
			}
		}
	}
}

// Faults in the manner of an answer change its writes, never what it says.
func TestFaultsOfManner(t *testing.T) {
	for path, request := range paths {
		c := Config{TokensPerSecond: 1e5, OutputTokens: 6, Style: Style{MultiByte: true}}
		_, addr := serving(t, c)
		_, body, err := answered(t, dial(t, addr, path, request))
		if err != nil {
			t.Fatal(err)
		}
		want := created.ReplaceAllString(body, "")
		for _, kind := range []string{Coalesced, Split} {
			c.Faults = []Fault{{kind, 1}}
			s, addr := serving(t, c)
			_, body, err := answered(t, dial(t, addr, path, request))
			if got := created.ReplaceAllString(body, ""); err != nil || got != want {
				t.Errorf("%s %s: %v, %s, want %s", path, kind, err, got, want)
			}
			sent := s.SentOf("id")
			if together := len(sent) > 2 && sent[0].At.Equal(sent[1].At); together != (kind == Coalesced) {
				t.Errorf("%s %s: sent %v", path, kind, sent)
			}
		}
	}
}

// Each place at which a chunk can be cut is met, those inside a character and inside the JSON's own marks too, and the recorded time is
// that of the write that brought the last byte of the JSON.
func TestSplitMeetsEveryByte(t *testing.T) {
	const message = `{"response":"Ω🚀"}` + "\n"
	met := map[int]bool{}
	for i := range 2000 {
		p := &player{fault: Split, chance: chance(1, fmt.Sprint(i), "split"), payload: []byte(message)}
		p.frame(text)
		whole := string(p.framed)
		p.cut()
		first := p.to
		p.from = first
		p.cut()
		if first < 1 || first >= len(whole) || p.to != len(whole) {
			t.Fatalf("cut at %d and %d of %d", first, p.to, len(whole))
		}
		if met[first] = true; whole[p.chunks[0].end-1] != '}' {
			t.Fatalf("%q is recorded with byte %d", whole, p.chunks[0].end)
		}
	}
	if want := len("14\r\n") + len(message) + len("\r\n") - 1; len(met) != want {
		t.Errorf("%d places of %d", len(met), want)
	}
}

// Figures that lie do so in each protocol, streamed or not, and nothing else changes.
func TestFalseFigures(t *testing.T) {
	for kind, sign := range map[string]string{NaNFigures: "NaN", NegativeFigures: "-1", AbsurdFigures: "9000000000000000000"} {
		_, addr := serving(t, Config{TokensPerSecond: 1e5, OutputTokens: 6, Faults: []Fault{{kind, 1}}})
		for path, request := range paths {
			for _, stream := range []bool{true, false} {
				if !stream {
					request = strings.Replace(strings.Replace(request, `"stream":true`, `"stream":false`, 1), `{"model"`, `{"stream":false,"model"`, 1)
				}
				_, body, err := answered(t, dial(t, addr, path, request))
				figures := figure.FindAllString(body, -1)
				if kind == AbsurdFigures {
					figures = slices.DeleteFunc(figures, func(s string) bool { return strings.Contains(s, sign) })
				}
				if err != nil || len(figures) > 0 || strings.Count(body, `":`+sign) < 3 {
					t.Errorf("%s %s: %v, %s", kind, path, err, body)
				}
			}
		}
	}
}

func TestNoUsage(t *testing.T) {
	for _, c := range []Config{{Faults: []Fault{{NoUsage, 1}}}, {Style: Style{Usage: UsageNever}}} {
		c.TokensPerSecond = 1e5
		_, addr := serving(t, c)
		for path, request := range paths {
			_, body, err := answered(t, dial(t, addr, path, request))
			if _, ended := events(body); err != nil || !ended || figure.MatchString(body) || strings.Contains(body, "usage") || strings.Contains(body, `"choices":[]`) {
				t.Errorf("%s: %v, %s", path, err, body)
			}
		}
	}
}

func TestLongLine(t *testing.T) {
	_, addr := serving(t, Config{TokensPerSecond: 1e5, OutputTokens: 6, Faults: []Fault{{LongLine, 1}}})
	for path, request := range paths {
		_, body, err := answered(t, dial(t, addr, path, request))
		if texts, ended := events(body); err != nil || texts != 6 || !ended || strings.Count(body, "x") < longLine {
			t.Errorf("%s: %v, %d texts, ended %t, %d bytes", path, err, texts, ended, len(body))
		}
	}
}

// A slow loris never stands still, and never hurries.
func TestSlowLoris(t *testing.T) {
	t.Parallel()
	_, addr := serving(t, Config{Faults: []Fault{{SlowLoris, 1}}})
	conn := dial(t, addr, "/api/generate", paths["/api/generate"])
	began := time.Now()
	got := make([]byte, 30)
	for i := range got {
		if _, err := conn.Read(got[i : i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if took := time.Since(began); took < 28*lorisPause || !strings.HasPrefix(string(got), "HTTP/1.1 200 OK\r\n") {
		t.Errorf("%q in %v", got, took)
	}
}
