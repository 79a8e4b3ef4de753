package emulator

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

// The log keeps about as many chunks as its limit says, forgets whole calls, the oldest first, and knows the last call of an id.
func TestSentIsBounded(t *testing.T) {
	l := newSentLog(10)
	fill := func(id string, n int) *callLog {
		c := l.begin(id, n)
		for i := range n {
			c.add(i, 1, write{})
		}
		return c
	}
	old := fill("a", 6)
	fill("b", 4)
	fill("b", 6)
	if l.byID["a"] != old || l.kept.Load() != 16 {
		t.Errorf("forgotten too early: %d kept", l.kept.Load())
	}
	fill("c", 1)
	old.add(6, 1, write{})
	if _, known := l.byID["a"]; known || old.sent != nil || l.kept.Load() != 11 || len(l.byID["b"].sent) != 6 {
		t.Errorf("after c: %d kept, %v", l.kept.Load(), l.byID)
	}
	fill("e", 0)
	if len(l.calls) != 3 || l.byID["b"] == nil || len(l.byID["b"].sent) != 6 { // the first b went, and not the second
		t.Errorf("after e: %d calls, %v", len(l.calls), l.byID)
	}
	if huge := fill("d", 50); len(huge.sent) != 10 {
		t.Errorf("%d chunks of one call are kept", len(huge.sent))
	}
}

func TestSentKept(t *testing.T) {
	s, h := start(t, Config{TokensPerSecond: 1e5, OutputTokens: 9, SentKept: 10})
	for i := range 4 {
		post(t, h.URL+"/api/generate", fmt.Sprint(i), `{"model":"m","prompt":"p"}`)
	}
	if len(s.SentOf("0"))+len(s.SentOf("1")) != 0 || len(s.SentOf("2")) != 10 || len(s.SentOf("3")) != 10 || len(s.Sent()) != 20 {
		t.Errorf("%d are kept", len(s.Sent()))
	}
}

// Another process gets the same times, by clocks that it can read too.
func TestSentOverHTTP(t *testing.T) {
	s, h := start(t, Config{TokensPerSecond: 1e4, OutputTokens: 3})
	before := time.Now()
	for _, id := range []string{"a", "b"} {
		post(t, h.URL+"/api/generate", id, `{"model":"m","prompt":"p"}`)
	}
	after := time.Now()
	for query, want := range map[string]string{"": "a0 a1 a2 a3 b0 b1 b2 b3", "?id=b": "b0 b1 b2 b3", "?id=none": ""} {
		var got []string
		for lines := json.NewDecoder(strings.NewReader(get(t, h.URL+"/emulator/sent"+query))); lines.More(); {
			var r SentRecord
			if err := lines.Decode(&r); err != nil {
				t.Fatal(err)
			}
			got = append(got, fmt.Sprint(r.ID, r.Index))
			if (r.Tokens == 1) != (r.Index < 3) {
				t.Errorf("%+v", r)
			}
			if r.RealtimeNS < before.UnixNano() || r.TookNS <= 0 || r.RealtimeNS+r.TookNS > after.UnixNano() {
				t.Errorf("%+v lies outside of the call", r)
			}
			if m := r.MonotonicNS; m != 0 && (m < monotonicNS(before) || m > monotonicNS(after)) {
				t.Errorf("%+v lies outside of the call by the monotonic clock", r)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %q, want %q", query, got, want)
		}
	}
	if len(s.SentOf("a")) != 4 {
		t.Errorf("a: %+v", s.SentOf("a"))
	}
}

// Who has seen the end of an answer finds all of its chunks in the log, whoever else streams.
func TestSentIsComplete(t *testing.T) {
	s, h := start(t, Config{TokensPerSecond: 1e4, Jitter: 0.5, OutputTokens: 20})
	var calls sync.WaitGroup
	for i := range 50 {
		calls.Go(func() {
			id := fmt.Sprint(i)
			post(t, h.URL+"/api/generate", id, `{"model":"m","prompt":"p"}`)
			sent := s.SentOf(id)
			if len(sent) != 21 {
				t.Errorf("call %s: %d chunks", id, len(sent))
			}
			for i, chunk := range sent {
				if chunk.Index != i || i > 0 && chunk.At.Before(sent[i-1].At) {
					t.Errorf("call %s: chunk %d is %+v", id, i, chunk)
				}
			}
		})
	}
	calls.Wait()
}
