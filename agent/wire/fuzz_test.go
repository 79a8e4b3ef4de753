package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// checkDecode decodes a body that came in these parts. The result must be that of the reference, with the
// stamps of the reads that brought the last byte of each chunk.
func checkDecode(t *testing.T, p Protocol, want Stream, wantErr error, parts ...string) {
	t.Helper()
	tape := record(t, parts...)
	got, err := p.Decode(tape)
	if (err == nil) != (wantErr == nil) || !errors.Is(err, wantErr) {
		t.Fatalf("error %v, by the reference %v", err, wantErr)
	}
	if diff := cmp.Diff(stamped(want, tape), got); diff != "" {
		t.Fatal(diff)
	}
}

func cut(body []byte, size int) (parts []string) {
	for part := range slices.Chunk(body, size) {
		parts = append(parts, string(part))
	}
	return parts
}

func TestSplitAtEveryByte(t *testing.T) {
	for p, tests := range map[Protocol][][]decodeTest{
		OllamaChat: {ollamaTests(), ollamaChatTests(), ollamaHoleTests()},
		OpenAIChat: {openAITests(), openAIContentTests(), patternTests(), holeTests()},
	} {
		for _, test := range slices.Concat(tests...) {
			body := []byte(strings.Join(test.reads, ""))
			if len(body) > 4<<10 {
				continue
			}
			want, wantErr := refer(p, body)
			checkDecode(t, p, want, wantErr, cut(body, 1)...)
			for i := 1; i < len(body); i++ {
				checkDecode(t, p, want, wantErr, string(body[:i]), string(body[i:]))
			}
		}
	}
}

// fuzzDecode decodes any bytes, in reads of one byte and in some of another size.
func fuzzDecode(f *testing.F, p Protocol, seeds ...[]decodeTest) {
	for _, test := range slices.Concat(seeds...) {
		if body := strings.Join(test.reads, ""); len(body) < 4<<10 {
			f.Add([]byte(body), len(test.name))
		}
	}
	f.Fuzz(func(t *testing.T, body []byte, size int) {
		want, wantErr := refer(p, body)
		checkDecode(t, p, want, wantErr, cut(body, 1)...)
		checkDecode(t, p, want, wantErr, cut(body, max(1, size%4096))...)
	})
}

// stamped puts the stamps of a tape in place of offsets.
func stamped(s Stream, tape *Tape) Stream {
	s.Chunks = slices.Clone(s.Chunks)
	if s.FirstNS != nil {
		s.FirstNS = new(tape.At(int(*s.FirstNS)))
	}
	for i := range s.Chunks {
		s.Chunks[i].NS = tape.At(int(s.Chunks[i].NS))
		if i > 0 && s.Chunks[i].NS == s.Chunks[i-1].NS {
			s.Coalesced++
		}
	}
	return s
}

func FuzzDecodeOllama(f *testing.F) {
	f.Add([]byte("{\"respons\\u0065\":\"\xff\",\"response\":null,\"done\":null,\"error\":{\"message\":\"x\"}}\n"), 1)
	fuzzDecode(f, OllamaChat, ollamaTests(), ollamaChatTests(), ollamaHoleTests())
}

func FuzzDecodeOpenAI(f *testing.F) {
	f.Add([]byte(`data: {"choices":[{"index":1,"text":"b"},{"delta":{"reasoning":"c","refusal":"d"}}],"object":"error","message":"x","error":null}`), 1)
	fuzzDecode(f, OpenAIChat, openAITests(), openAIContentTests(), patternTests(), holeTests())
}

// FuzzHoles puts any bytes where a pattern has its holes.
func FuzzHoles(f *testing.F) {
	for _, value := range []string{`"c"`, "3", ` {"x":[null]}`, `1,"choices":[]`, `"\"`, "[3", "03", "3\n\n"} {
		f.Add(value, "c", value)
	}
	f.Add("3", `c","refusal":"d`, "3")
	f.Fuzz(func(t *testing.T, before, text, behind string) {
		body := changing(`"1"`, "a", "1") + changing(`"2"`, "b", "2") + changing(before, text, behind) + changing("4", "d", "4") + openAIDone
		want, err := refer(OpenAIChat, []byte(body))
		checkDecode(t, OpenAIChat, want, err, body)
	})
}

// A scanner takes what encoding/json takes, finds the same text in a string, and tells a text that is cut
// from one that is wrong.
func FuzzScan(f *testing.F) {
	for _, text := range []string{`{"a":[1,-0.5e+3,true,false,null,{}],"b":"\u00e9\n"}`, `"\ud83d\ude42\ud83d"`, "\"\xff\x00\"", "01", "1.", "[1,]", "nul", `{"a" 1}`, ` [ ] x`} {
		f.Add([]byte(text))
	}
	for _, depth := range []int{maxDepth, maxDepth + 1} {
		f.Add([]byte(strings.Repeat("[", depth) + strings.Repeat("]", depth)))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var s scanner
		s.reset(data)
		if s.skip(); (s.end() == nil) != json.Valid(data) {
			t.Fatalf("%v; valid: %t", s.end(), json.Valid(data))
		}
		var any json.RawMessage
		err := json.NewDecoder(bytes.NewReader(data)).Decode(&any)
		if cut := errors.Is(err, io.ErrUnexpectedEOF) || err == io.EOF; cut != (s.end() == errCutOff) {
			t.Fatalf("%v; of encoding/json %v", s.end(), err)
		}
		s.reset(data)
		var want string
		if got := s.text(); s.end() == nil && s.peek() == 0 && json.Unmarshal(data, &want) == nil && string(got.appendTo(nil)) != want {
			t.Fatalf("%q, by encoding/json %q", got.appendTo(nil), want)
		}
	})
}
