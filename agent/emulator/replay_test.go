package emulator

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

const ms = time.Millisecond

// A recorded call is answered with its own texts, gaps and figures, whatever is planted beside it.
func TestReplay(t *testing.T) {
	recorded := Recording{
		Model: "m", End: 50 * ms, Load: 7 * ms, Prefill: 6 * ms, Decode: 30 * ms, PromptTokens: 11, OutputTokens: 4, Reason: "length",
		Chunks: []RecordedChunk{{At: 20 * ms, Text: "hm", Thinking: true}, {At: 25 * ms, Text: "Ω \"a\""}, {At: 25 * ms, Text: "b", Tokens: 2}},
	}
	c := Config{LoadTime: time.Hour, TTFT: time.Hour, Replay: []Recording{recorded}}
	for path, request := range paths {
		s, addr := serving(t, c)
		began := time.Now()
		_, body, err := answered(t, dial(t, addr, path, request))
		if texts, ended := events(body); err != nil || texts != 3 || !ended || !strings.Contains(body, `Ω \"a\"`) || !strings.Contains(body, `"length"`) {
			t.Errorf("%s: %v, %s", path, err, body)
		}
		var chunks []Sent
		for _, sent := range s.SentOf("id") {
			if sent.Tokens > 0 {
				chunks = append(chunks, sent)
			}
		}
		for i, at := range []time.Duration{20 * ms, 25 * ms, 25 * ms} {
			if chunks[i].At.Sub(began) < at {
				t.Errorf("%s: chunk %d came after %v, recorded %v", path, i, chunks[i].At.Sub(began), at)
			}
		}
		if time.Since(began) < 50*ms || chunks[2].Tokens != 2 {
			t.Errorf("%s: ended after %v; %+v", path, time.Since(began), chunks)
		}
		if path == "/api/generate" {
			_, last := stream(t, body)
			if *last.LoadNS != int64(7*ms) || *last.PromptEvalNS != int64(6*ms) || *last.EvalNS != int64(30*ms) || *last.EvalCount != 4 || *last.PromptEvalCount != 11 {
				t.Errorf("%s", body)
			}
		}
	}
}

// The recordings of a model take turns, and a model without any is answered as planted.
func TestReplayInTurn(t *testing.T) {
	recording := func(model, text string) Recording {
		return Recording{Model: model, Chunks: []RecordedChunk{{Text: text}}}
	}
	for _, test := range []struct {
		replay []Recording
		want   string
	}{
		{[]Recording{recording("m", "1"), recording("n:latest", "2"), recording("M:latest", "3")}, "m1 m3 n2 m1 n2 x"},
		{[]Recording{recording("m", "1"), recording("", "2")}, "m1 m2 n2 m1 n2 x2"},
	} {
		_, h := start(t, Config{TokensPerSecond: 1e6, OutputTokens: 1, Replay: test.replay})
		var got []string
		for _, model := range []string{"m", "m", "n", "m", "n", "x"} {
			_, body := post(t, h.URL+"/api/generate", "", fmt.Sprintf(`{"model":%q,"prompt":"p"}`, model))
			texts, _ := stream(t, body)
			got = append(got, model+strings.Trim(texts[0], "#"))
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
}

func TestReplayRefused(t *testing.T) {
	for saying, r := range map[string]Recording{
		"recording 1: it has no chunk": {},
		"chunk 1 comes at -1ns":        {Chunks: []RecordedChunk{{At: -1}}},
		"chunk 2 comes at 1ns":         {Chunks: []RecordedChunk{{At: 2}, {At: 1}}},
		"chunk 1 has -1 tokens":        {Chunks: []RecordedChunk{{Tokens: -1}}},
		"it ends at 1ns":               {End: 1, Chunks: []RecordedChunk{{At: 2}}},
		"a figure is negative":         {Load: -1, Chunks: []RecordedChunk{{}}},
	} {
		if _, err := New(Config{Replay: []Recording{r}}); err == nil || !strings.Contains(err.Error(), saying) {
			t.Errorf("%+v: %v, want %q", r, err, saying)
		}
	}
}
