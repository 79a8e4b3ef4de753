package agent

import (
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"bench/agent/wire"
)

// Failures that no test can bring about on every machine.
func TestNoAnswer(t *testing.T) {
	c, err := NewClient(Endpoint{Kind: "ollama", URL: "http://h:1"})
	if err != nil {
		t.Fatal(err)
	}
	for saying, test := range map[string]struct {
		err  error
		want Class
	}{
		"no connection to http://h:1 within 10s (timeouts.connect)": {&net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded}, Timeout},
		"no connection to http://h:1: no route to host":             {&net.OpError{Op: "dial", Err: syscall.EHOSTUNREACH}, Connect},
		"http://h:1 closed before it answered: read: connection":    {&net.OpError{Op: "read", Err: syscall.ECONNRESET}, Connect},
	} {
		if e := c.noAnswer(t.Context(), fmt.Errorf("wrapped: %w", test.err)); e.Class != test.want || !strings.Contains(strings.Replace(e.Message, "wrapped: ", "", 1), saying) {
			t.Errorf("%v, want %s: %s", e, test.want, saying)
		}
	}
}

func TestTooLongAnswer(t *testing.T) {
	e := brokenOff(t.Context(), wire.ErrTooLong)
	if e.Class != InvalidOutput || !strings.Contains(e.Message, "256 MiB") {
		t.Error(e)
	}
}

func TestOneLine(t *testing.T) {
	for in, want := range map[string]string{
		"a\n\tb \r\n c":                    "a b c",
		"\xff":                             "\uFFFD",
		strings.Repeat("é", 200):           strings.Repeat("é", 150) + "…",
		"x" + strings.Repeat("é", 200):     "x" + strings.Repeat("é", 149) + "…",
		strings.Repeat("x", 300):           strings.Repeat("x", 300),
		strings.Repeat("x y ", 70) + "end": strings.TrimSpace(strings.Repeat("x y ", 70)) + " end",
	} {
		if got := oneLine(in); got != want {
			t.Errorf("oneLine(%q) = %q", in, got)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	const inAMinute, theirs = "Mon, 02 Mar 2026 12:01:00 GMT", "Mon, 02 Mar 2026 12:00:30 GMT"
	for _, test := range []struct {
		wait, date string
		want       time.Duration
	}{
		{"30", "", 30 * time.Second},
		{" 0 ", "", 0},
		{inAMinute, "", time.Minute},
		{inAMinute, theirs, 30 * time.Second}, // by their clock, which is not ours
		{inAMinute, "no date", time.Minute},
		{"Monday, 02-Mar-26 12:01:00 GMT", "", time.Minute},
		{"Mon Mar  2 12:01:00 2026", "", time.Minute},
		{"Mon, 02 Mar 2026 11:59:00 GMT", "", 0},
		{"-5", "", 0},
		{"1.5", "", 0},
		{"soon", "", 0},
		{"4000000000", "", 365 * 24 * time.Hour},
		{"4294967296", "", 365 * 24 * time.Hour},
		{"18446744073709551615", "", 365 * 24 * time.Hour},
		{"99999999999999999999", "", 365 * 24 * time.Hour},
	} {
		if got := retryAfter(test.wait, test.date, now); got != test.want {
			t.Errorf("%q at %q: %s, want %s", test.wait, test.date, got, test.want)
		}
	}
}
