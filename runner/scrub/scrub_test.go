package scrub

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestText(t *testing.T) {
	s := New([]string{"hunter2", "hunter2-long", "Bearer 0123456789abcdef", "-----BEGIN KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0BAQEF\n-----END KEY-----\n", `a"b\cé<`, "abc", "true", ""})
	for text, want := range map[string]string{
		"bad key hunter2.":                     "bad key (sensitive).",
		"hunter2hunter2":                       "(sensitive)(sensitive)",
		"hunter2-long":                         "(sensitive)",
		"hunter2-lo":                           "(sensitive)-lo",
		"huhunter2":                            "hu(sensitive)",
		"hunter":                               "hunter",
		"hunter…":                              "(sensitive)…",
		`"hunter"…`:                            `"(sensitive)"…`,
		"hun…":                                 "hun…",
		"token 0123456789abcdef":               "token (sensitive)",
		"Bearer 0123456789abcdef":              "(sensitive)",
		"log: MIIEvQIBADANBg":                  "log: (sensitive)",
		`{"error": "a\"b\\cé<"}`:               `{"error": "(sensitive)"}`,
		`{"error": "a\"b\\c\u00e9\u003c"}`:     `{"error": "a\"b\\c\u00e9\u003c"}`, // half in one form, half in another: see JSON
		`"{\"error\": \"a\\\"b\\\\cé<\"}"`:     `"{\"error\": \"(sensitive)\"}"`,
		"?key=" + url.QueryEscape(`a"b\cé<`):   "?key=(sensitive)",
		"abc is too short, and true is a word": "abc is too short, and true is a word",
		"":                                     "",
	} {
		if got := s.Text(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

func TestNothingToTakeOut(t *testing.T) {
	for _, s := range []*Scrubber{nil, New(nil), New([]string{"abc", "", "null", " \n"})} {
		if s != nil || s.Text("abc") != "abc" || string(s.JSON([]byte(`"abc"`))) != `"abc"` || s.Secrets() != nil {
			t.Errorf("%+v", s)
		}
	}
}

func TestJSON(t *testing.T) {
	s := New([]string{"12345", "call", `hun"ter`})
	for text, want := range map[string]string{
		`{"call":{"n":12345,"text":"12345"}}`:       `{"call":{"n":12345,"text":"(sensitive)"}}`,
		`{"a" : "call", "call" : ["call", "\"\\"]}`: `{"a" : "(sensitive)", "call" : ["(sensitive)", "\"\\"]}`,
		`["<hun\"ter\u0022 h\u0075n\u0022ter>"]`:    `["<(sensitive)\" (sensitive)>"]`,
		`{"call":"call`:                             `{"call":"call`,
		`"\`:                                        `"\`,
		``:                                          ``,
	} {
		if got := string(s.JSON([]byte(text))); got != want {
			t.Errorf("%s became %s, want %s", text, got, want)
		}
	}
}

// A secret is found in every form, wherever it stands, and however the text is cut into writes.
func TestEveryFormIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		secret := rapid.StringN(8, 40, -1).Filter(func(s string) bool { return len(strings.Fields(s)) == 1 && !strings.Contains(s, "(sensitive)") }).Draw(t, "secret")
		before, after := rapid.StringN(0, 9, -1).Draw(t, "before"), rapid.StringN(0, 9, -1).Draw(t, "after")
		text := before + secret + after
		inner, _ := json.Marshal(secret) // a string
		outer, _ := json.Marshal(string(inner))
		form := rapid.SampledFrom([]string{
			secret, strconv.Quote(secret), string(inner), string(outer), fmt.Sprintf("%q", inner), url.QueryEscape(secret), url.PathEscape(secret),
			base64.StdEncoding.EncodeToString([]byte(text)), base64.RawURLEncoding.EncodeToString([]byte(text)),
		}).Draw(t, "form")
		s := New([]string{secret})
		if !strings.Contains(s.Text("|"+form+"|"), Placeholder) {
			t.Fatalf("not found in %q: %q", form, s.Text("|"+form+"|"))
		}
		var out bytes.Buffer
		w := s.Writer(&out)
		for rest := []byte("|" + form + "|"); len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "n")
			if _, err := w.Write(rest[:n]); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if out.String() != s.Text("|"+form+"|") {
			t.Fatalf("written: %q, want %q", out.String(), s.Text("|"+form+"|"))
		}
		line, _ := json.Marshal([]string{text})
		var clean []string
		if err := json.Unmarshal(s.JSON(line), &clean); err != nil || utf8.ValidString(text) && strings.Contains(clean[0], secret) {
			t.Fatalf("%s: %v %v", line, clean, err)
		}
	})
}

// What can be no secret is not held back; what was held back at the end of a log that was cut short is not told.
func TestWriter(t *testing.T) {
	var out strings.Builder
	w := New([]string{"hunter2"}).Writer(&out)
	for _, step := range []struct{ write, want string }{
		{"one\nhun", "one\n"},
		{"g", "one\nhung"},
		{" hunt", "one\nhung "},
		{"er2", "one\nhung (sensitive)"},
		{" hunter", "one\nhung (sensitive) "},
	} {
		if n, err := w.Write([]byte(step.write)); n != len(step.write) || err != nil || out.String() != step.want {
			t.Errorf("%q: %d %v, written %q", step.write, n, err, out.String())
		}
	}
	if err := w.Close(); err != nil || out.String() != "one\nhung (sensitive) (sensitive)" {
		t.Errorf("at the end: %q, %v", out.String(), err)
	}
	if err := w.Close(); err != nil || strings.HasSuffix(out.String(), "(sensitive)(sensitive)") {
		t.Errorf("closed twice: %q, %v", out.String(), err)
	}
	out.Reset()
	_, _ = w.Write([]byte("hun"))
	if _ = w.Close(); out.String() != "hun" {
		t.Errorf("at the end: %q", out.String())
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestWriterTellsOfErrors(t *testing.T) {
	w := New([]string{"hunter2"}).Writer(full{})
	if _, err := w.Write([]byte("x")); err == nil {
		t.Error("no error")
	}
}

func BenchmarkWriter(b *testing.B) {
	w := New([]string{"sk-0123456789abcdef0123456789abcdef"}).Writer(&bytes.Buffer{})
	line := []byte(strings.Repeat("time=2026-02-01T00:00:10Z level=INFO source=server.go:631 msg=\"llama runner started in 0.50 seconds\"\n", 300))
	b.SetBytes(int64(len(line)))
	for b.Loop() {
		_, _ = w.Write(line)
		w.to.(*bytes.Buffer).Reset()
	}
}
