package main

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestVisible(t *testing.T) {
	tests := []struct{ text, want string }{
		{"plain text\n\tof two lines", "plain text\n\tof two lines"},
		{"±1 % · Größe 大 é", "±1 % · Größe 大 é"},
		{"\x1b[2J", `\u001b[2J`},
		{"a\rb\ac\x7f", `a\u000db\u0007c\u007f`},
		{"\u009b31m", `\u009b31m`},
		{"\u202egnp.exe\u2069", `\u202egnp.exe\u2069`},
		{"line\u2028separator\u00ad", `line\u2028separator\u00ad`},
		{"\U000e0001tag", `\udb40\udc01tag`},
		{"not\xffUTF-8", "not\ufffdUTF-8"},
	}
	for _, test := range tests {
		if got := visible(test.text); got != test.want {
			t.Errorf("visible(%q) = %q, want %q", test.text, got, test.want)
		}
	}
	if got, want := oneLine("a\n  b\x1b\tc"), `a b\u001b c`; got != want {
		t.Errorf("oneLine: %q, want %q", got, want)
	}
}

// A text that comes in pieces, cut anywhere, is shown as it would be whole.
func TestScreenPieces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		var whole, pieces strings.Builder
		if n, err := (&screen{w: &whole}).Write([]byte(text)); n != len(text) || err != nil {
			t.Fatalf("%d of %d bytes, %v", n, len(text), err)
		}
		s := &screen{w: &pieces}
		for rest := []byte(text); len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "piece")
			if _, err := s.Write(rest[:n]); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		if pieces.String() != whole.String() || whole.String() != visible(text) {
			t.Fatalf("%q in pieces is %q, whole %q", text, pieces.String(), whole.String())
		}
	})
}

// JSON means the same after it went to the screen.
func TestScreenJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		var out strings.Builder
		e := newEnv(nil, &out, nil)
		if err := e.line(text); err != nil {
			t.Fatal(err)
		}
		var back string
		if err := json.Unmarshal([]byte(out.String()), &back); err != nil || back != text {
			t.Fatalf("%q came back as %q (%v) by %s", text, back, err, out.String())
		}
		if strings.ContainsFunc(strings.TrimSuffix(out.String(), "\n"), hidden) {
			t.Fatalf("%q is not all visible", out.String())
		}
	})
}

func TestSameLength(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SliceOf(rapid.Byte()).Draw(t, "text")
		got := sameLength(text)
		if len(got) != len(text) {
			t.Fatalf("%q has %d bytes, and %q has %d", got, len(got), text, len(text))
		}
		if !utf8.Valid(got) || strings.ContainsFunc(strings.ReplaceAll(string(got), "\r", ""), hidden) {
			t.Fatalf("%q is not all visible", got)
		}
	})
	if got := string(sameLength([]byte("é = \"\x1b[2J\u202e\"\n"))); got != "é = \"?[2J???\"\n" {
		t.Errorf("%q", got)
	}
}

func TestScreenError(t *testing.T) {
	broken, w := io.Pipe()
	broken.Close()
	if _, err := (&screen{w: w}).Write([]byte("text")); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("the error of the writer is lost: %v", err)
	}
}
