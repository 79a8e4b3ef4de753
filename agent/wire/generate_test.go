package wire

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// record plays parts as the reads of one body; the i-th read is stamped i.
func record(t testing.TB, parts ...string) *Tape {
	t.Helper()
	tape := NewTape(64 << 20)
	if err := tape.Record(&script{parts: parts}, counter()); err != nil {
		t.Fatal(err)
	}
	return tape
}

func counter() func() int64 {
	n := int64(-1)
	return func() int64 { n++; return n }
}

// A script is a reader that gives one part a read where there is room for it, and then err.
type script struct {
	parts []string
	err   error
}

func (s *script) Read(p []byte) (int, error) {
	if len(s.parts) == 0 {
		if s.err != nil {
			return 0, s.err
		}
		return 0, io.EOF
	}
	n := copy(p, s.parts[0])
	if s.parts[0] = s.parts[0][n:]; s.parts[0] == "" {
		s.parts = s.parts[1:]
	}
	return n, nil
}

const last = `{"model":"m","response":"","done":true,"done_reason":"stop","total_duration":9,"load_duration":1,` +
	`"prompt_eval_count":5,"prompt_eval_duration":2,"eval_count":2,"eval_duration":6}` + "\n"

func text(s string) string { return `{"model":"m","response":"` + s + `","done":false}` + "\n" }

func TestDecodeGenerate(t *testing.T) {
	mib := strings.Repeat("x", 1<<20)
	timings := Timings{
		TotalNS: new(int64(9)), LoadNS: new(int64(1)), PromptEvalNS: new(int64(2)), EvalNS: new(int64(6)),
		PromptEvalCount: new(5), EvalCount: new(2), DoneReason: "stop",
	}
	for name, test := range map[string]struct {
		reads  []string
		want   Stream
		is     error
		saying string
	}{
		"a read a chunk":          {[]string{text("a"), text("b"), last}, Stream{Chunks: []Chunk{{NS: 0}, {NS: 1}}, Response: "ab", Timings: timings}, nil, ""},
		"coalesced":               {[]string{text("a") + text("b"), last}, Stream{Chunks: []Chunk{{NS: 0}, {NS: 0}}, Response: "ab", Timings: timings}, nil, ""},
		"split over reads":        {[]string{`{"response":"a","do`, `ne":false}`, "\n", last}, Stream{Chunks: []Chunk{{NS: 1}}, Response: "a", Timings: timings}, nil, ""},
		"split inside UTF-8":      {[]string{text(""), `{"response":"` + "\xc3", "\xa9" + `","done":false}` + "\n" + last}, Stream{Chunks: []Chunk{{NS: 2}}, Response: "é", Timings: timings}, nil, ""},
		"empty first chunk":       {[]string{text(""), text("a"), last}, Stream{Chunks: []Chunk{{NS: 1}}, Response: "a", Timings: timings}, nil, ""},
		"CRLF and blank lines":    {[]string{"\r\n \n" + strings.ReplaceAll(text("a"), "\n", "\r\n") + "\n\n", last}, Stream{Chunks: []Chunk{{NS: 0}}, Response: "a", Timings: timings}, nil, ""},
		"thinking apart":          {[]string{`{"response":"","thinking":"hm","done":false}` + "\n", text("a"), last}, Stream{Chunks: []Chunk{{NS: 0, Thinking: true}, {NS: 1}}, Response: "a", Thinking: "hm", Timings: timings}, nil, ""},
		"text in the last line":   {[]string{`{"response":"a","done":true}`}, Stream{Chunks: []Chunk{{NS: 0}}, Response: "a"}, nil, ""},
		"no newline at the end":   {[]string{text("a"), strings.TrimSuffix(last, "\n")}, Stream{Chunks: []Chunk{{NS: 0}}, Response: "a", Timings: timings}, nil, ""},
		"unknown fields":          {[]string{`{"response":"a","done":true,"logprobs":[1],"context":[1,2]}`}, Stream{Chunks: []Chunk{{NS: 0}}, Response: "a"}, nil, ""},
		"missing done":            {[]string{text("a")}, Stream{Chunks: []Chunk{{NS: 0}}, Response: "a"}, ErrUnfinished, "without done"},
		"empty":                   {nil, Stream{}, ErrUnfinished, "without done"},
		"ends inside a line":      {[]string{text("a"), `{"response":"b","do`}, Stream{Chunks: []Chunk{{NS: 0}}, Response: "a"}, ErrUnfinished, `inside the line "{\"response\":\"b\",\"do"`},
		"error object":            {[]string{text("a"), `{"error":"out of memory"}` + "\n"}, Stream{Chunks: []Chunk{{NS: 0}}, Response: "a"}, ErrReported, "out of memory"},
		"goes on after done":      {[]string{last, text("a")}, Stream{Timings: timings}, ErrMalformed, "after done"},
		"not JSON":                {[]string{"<html>\n"}, Stream{}, ErrMalformed, `in "<html>"`},
		"not JSON, not ended":     {[]string{"<html>"}, Stream{}, ErrMalformed, `in "<html>"`},
		"not an object":           {[]string{"[1]\n"}, Stream{}, ErrMalformed, "[1]"},
		"null":                    {[]string{"null\n"}, Stream{}, ErrMalformed, "neither done nor error"},
		"another protocol":        {[]string{`{"choices":[]}` + "\n"}, Stream{}, ErrMalformed, "neither done nor error"},
		"two objects in a line":   {[]string{strings.TrimSpace(text("a")) + text("b")}, Stream{}, ErrMalformed, "after top-level value"},
		"negative duration":       {[]string{`{"response":"","done":true,"eval_duration":-1}` + "\n"}, Stream{}, ErrMalformed, "negative"},
		"negative count":          {[]string{`{"response":"","done":true,"eval_count":-1}` + "\n"}, Stream{}, ErrMalformed, "negative"},
		"line of 1 MiB":           {[]string{text(mib), last}, Stream{Response: mib, Timings: timings}, nil, ""},
		"line over the limit":     {[]string{text(strings.Repeat(mib, 4))}, Stream{}, ErrMalformed, "a line of 41943"},
		"the same, but not ended": {[]string{strings.TrimSpace(text(strings.Repeat(mib, 4)))}, Stream{}, ErrMalformed, "a line of 41943"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := DecodeGenerate(record(t, test.reads...))
			if !errors.Is(err, test.is) || (err == nil) != (test.is == nil) {
				t.Fatalf("error %v, want %v", err, test.is)
			}
			if err != nil && !strings.Contains(err.Error(), test.saying) {
				t.Errorf("error %q does not say %q", err, test.saying)
			}
			if test.want.Response == mib { // its stamp depends on how much a read takes
				got.Chunks = nil
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// How the network cuts a stream may change a stamp, never a chunk; and the stamp is that of the read
// with the last byte of the chunk's JSON.
func TestSplitAnywhere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var body strings.Builder
		var ends []int // offset of the last byte of each chunk
		for _, token := range rapid.SliceOfN(rapid.StringMatching(`[a-zé🙂 ]{0,3}`), 0, 8).Draw(t, "tokens") {
			body.WriteString(strings.TrimSpace(text(token)))
			if token != "" {
				ends = append(ends, body.Len()-1)
			}
			body.WriteString(rapid.SampledFrom([]string{"\n", "\r\n", "\n\n"}).Draw(t, "ending"))
		}
		body.WriteString(last)
		whole := body.String()
		cuts := rapid.SliceOfN(rapid.IntRange(1, len(whole)-1), 0, 20).Draw(t, "cuts")
		slices.Sort(cuts)
		cuts = append(slices.Compact(cuts), len(whole))
		var parts []string
		for from, rest := 0, cuts; len(rest) > 0; from, rest = rest[0], rest[1:] {
			parts = append(parts, whole[from:rest[0]])
		}
		tape, uncut := NewTape(1<<20), NewTape(1<<20)
		if err := errors.Join(tape.Record(&script{parts: parts}, counter()), uncut.Record(strings.NewReader(whole), counter())); err != nil {
			t.Fatal(err)
		}
		got, err := DecodeGenerate(tape)
		if err != nil {
			t.Fatal(err)
		}
		for i, end := range ends {
			read, exact := slices.BinarySearch(cuts, end)
			if exact {
				read++ // a cut at end lies before that byte
			}
			if got.Chunks[i].NS != int64(read) {
				t.Errorf("chunk %d ends at %d and is stamped %d, cuts at %v", i, end, got.Chunks[i].NS, cuts)
			}
			got.Chunks[i].NS = 0
		}
		want, err := DecodeGenerate(uncut)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

func FuzzDecodeGenerate(f *testing.F) {
	f.Add([]byte(text("a")+last), 3)
	f.Add([]byte(text("é")+"\r\n\r\n"+`{"error":"x"}`), 1)
	f.Add([]byte(`{"response":"`), 2)
	f.Fuzz(func(t *testing.T, body []byte, size int) {
		size = max(1, min(size, 64))
		var parts []string
		for part := range slices.Chunk(body, size) {
			parts = append(parts, string(part))
		}
		cut, errCut := DecodeGenerate(record(t, parts...))
		whole, errWhole := DecodeGenerate(record(t, string(body)))
		if (errCut == nil) != (errWhole == nil) || errCut != nil && errCut.Error() != errWhole.Error() {
			t.Fatalf("cut: %v; whole: %v", errCut, errWhole)
		}
		if cut.Response != whole.Response || cut.Thinking != whole.Thinking || len(cut.Chunks) != len(whole.Chunks) {
			t.Fatalf("cut: %+v; whole: %+v", cut, whole)
		}
		if !slices.IsSortedFunc(cut.Chunks, func(a, b Chunk) int { return int(a.NS - b.NS) }) {
			t.Fatalf("stamps go back: %+v", cut.Chunks)
		}
	})
}

func TestTapeKeepsWhatCameBeforeAnError(t *testing.T) {
	broken := errors.New("connection reset")
	tape := NewTape(1 << 20)
	err := tape.Record(&script{parts: []string{"abc", "de"}, err: broken}, counter())
	if err != broken || string(tape.Bytes()) != "abcde" || tape.At(2) != 0 || tape.At(3) != 1 {
		t.Errorf("%v, %q, stamps %d and %d", err, tape.Bytes(), tape.At(2), tape.At(3))
	}
}

func TestTapeIsBounded(t *testing.T) {
	for _, test := range []struct {
		bytes int
		want  error
	}{{10_000, nil}, {10_001, ErrTooLong}, {1 << 20, ErrTooLong}} {
		tape := NewTape(10_000)
		err := tape.Record(strings.NewReader(strings.Repeat("x", test.bytes)), counter())
		if err != test.want || len(tape.Bytes()) != min(test.bytes, 10_000) {
			t.Errorf("%d bytes: %v, %d kept", test.bytes, err, len(tape.Bytes()))
		}
	}
}

func TestSameModel(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want bool
	}{
		{"gemma3", "gemma3:latest", true},
		{"Gemma3", "gemma3", true},
		{"registry.ollama.ai/library/gemma3", "gemma3:latest", true},
		{"gemma3:1b", "gemma3", false},
		{"host:5000/x/y", "host:5000/x/y:latest", true},
		{"someone/gemma3", "gemma3", false},
	} {
		if got := SameModel(test.a, test.b); got != test.want {
			t.Errorf("SameModel(%q, %q) = %v", test.a, test.b, got)
		}
	}
}

func BenchmarkDecodeGenerate(b *testing.B) {
	parts := slices.Repeat([]string{text("token")}, 1000)
	tape := record(b, append(parts, last)...)
	for b.Loop() {
		if _, err := DecodeGenerate(tape); err != nil {
			b.Fatal(err)
		}
	}
}
