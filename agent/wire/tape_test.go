package wire

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// record has parts come one after the other; the i-th is stamped i.
func record(t testing.TB, parts ...string) *Tape {
	t.Helper()
	tape := NewTape(64<<20, 0)
	for i, part := range parts {
		if err := tape.Add([]byte(part), Stamp{Read: int64(i)}); err != nil {
			t.Fatal(err)
		}
	}
	return tape
}

func TestTapeIsBounded(t *testing.T) {
	for _, test := range []struct {
		bytes int
		want  error
	}{{10_000, nil}, {10_001, ErrTooLong}, {1 << 20, ErrTooLong}} {
		tape := NewTape(10_000, 1)
		err := tape.Add([]byte(strings.Repeat("x", test.bytes)), Stamp{Read: 1})
		if err != test.want || len(tape.Bytes()) != min(test.bytes, 10_000) {
			t.Errorf("%d bytes: %v, %d kept", test.bytes, err, len(tape.Bytes()))
		}
	}
}

func TestTapeHasBothClocks(t *testing.T) {
	tape := NewTape(100, 1)
	_ = tape.Add([]byte("ab"), Stamp{Read: 5, Kernel: 3, Stamped: true})
	_ = tape.Add([]byte("c"), Stamp{Read: 9, Kernel: 8, Stamped: true})
	if first, last, ok := tape.Span(); first != 5 || last != 9 || !ok || tape.At(1) != 5 || !tape.Stamped() {
		t.Errorf("by the reads: %d to %d, %d", first, last, tape.At(1))
	}
	tape.ByKernel(true)
	if first, last, _ := tape.Span(); first != 3 || last != 8 || tape.At(1) != 3 || tape.At(2) != 8 {
		t.Errorf("by the kernel: %d to %d, %d", first, last, tape.At(1))
	}
	if _ = tape.Add([]byte("d"), Stamp{Read: 10}); tape.Stamped() {
		t.Error("it counts as stamped with a part that is not")
	}
	if tape.Rewind(); tape.Stamped() || len(tape.Bytes()) > 0 {
		t.Error("something is left after it was rewound")
	}
}

// A tape to which nothing more than is expected comes costs no memory while it is recorded.
func TestTapeMakesRoomBeforehand(t *testing.T) {
	const tokens = 500
	part := []byte(strings.Repeat("x", bytesPerToken))
	tape := NewTape(1<<20, tokens)
	if n := testing.AllocsPerRun(10, func() {
		tape.Rewind()
		for range tokens {
			_ = tape.Add(part, Stamp{})
		}
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

// However an answer is framed and cut into reads, its body has its bytes, each with the stamp of the read that brought it.
func TestBody(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		header := rapid.SampledFrom([]string{
			"HTTP/1.1 200 OK\r\nX: y\r\n\r\n", "HTTP/1.1 200\n\n", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: 2\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
		}).Draw(t, "header")
		chunks := rapid.SliceOfN(rapid.StringOfN(rapid.RuneFrom([]rune("ab\r\n0;")), 1, 20, -1), 0, 6).Draw(t, "chunks")
		framing := rapid.SampledFrom([]string{"chunked", "length", "close"}).Draw(t, "framing")
		raw, at := []byte(header), []int{} // at: the place of each byte of the body in raw
		put := func(s string) {
			for range len(s) {
				at = append(at, len(raw))
				raw = append(raw, s[0])
				s = s[1:]
			}
		}
		for _, chunk := range chunks {
			if framing != "chunked" {
				put(chunk)
				continue
			}
			raw = fmt.Appendf(raw, "%X;a=b\r\n", len(chunk))
			put(chunk)
			raw = append(raw, "\r\n"...)
		}
		if framing == "chunked" {
			raw = append(raw, "0\r\nTrailer: z\r\n\r\n"...)
		}
		came := rapid.IntRange(0, len(raw)).Draw(t, "came") // it may break off anywhere
		cuts := append(rapid.SliceOfN(rapid.IntRange(0, came), 0, 10).Draw(t, "cuts"), came)
		slices.Sort(cuts)
		tape, from := NewTape(1<<20, 0), 0
		for i, cut := range cuts {
			_ = tape.Add(raw[from:cut], Stamp{Read: int64(i)})
			from = cut
		}
		want := []byte{}
		for _, place := range at {
			if place < came {
				want = append(want, raw[place])
			}
		}
		length := -1
		if framing == "length" {
			length = len(at)
		}
		tape.Body(framing == "chunked", int64(length))
		if string(tape.Bytes()) != string(want) {
			t.Fatalf("body %q, want %q", tape.Bytes(), want)
		}
		for i := range want {
			read := slices.IndexFunc(cuts, func(cut int) bool { return cut > at[i] })
			if tape.At(i) != int64(read) {
				t.Fatalf("byte %d of %q came in read %d, is stamped %d", i, want, read, tape.At(i))
			}
		}
	})
}

// What is no answer at all makes no trouble: net/http has refused it.
func FuzzBody(f *testing.F) {
	f.Add([]byte("HTTP/1.1 200 OK\r\n\r\n5\r\nhello\r\n0\r\n\r\n"), true, int64(-1), 3)
	f.Fuzz(func(t *testing.T, raw []byte, chunked bool, length int64, size int) {
		tape := NewTape(1<<20, 0)
		for part := range slices.Chunk(raw, max(size, 1)) {
			_ = tape.Add(part, Stamp{})
		}
		tape.Body(chunked, length)
		if n := len(tape.Bytes()); n > 0 {
			tape.At(n - 1)
		}
	})
}
