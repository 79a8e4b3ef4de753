package load

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// Whatever is read as a trace has times that a profile takes.
func FuzzReadTrace(f *testing.F) {
	for _, seed := range []string{"1\n2.5\n", "timestamp\n2026-01-31T12:00:00Z\n", "{\"timestamp\":1}\n{\"timestamp_s\":\"2\"}", "-4611686018427387.9\n4611686018427387.9\n", "\uFEFF\"timestamp\"\n1"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		times, err := ReadTrace(bytes.NewReader(raw))
		if err != nil {
			return
		}
		if err := (Profile{Arrival: Trace, Times: times}).Validate(); err != nil || times[0] != 0 {
			t.Errorf("%v: %v", times, err)
		}
	})
}

// Each row that was taken when a file was opened is read again as a prompt.
func FuzzFile(f *testing.F) {
	f.Add("csv", []byte("id,prompt\n1,\"a\nb\"\n\n2,c\r\n"))
	f.Add("json", []byte("[{\"prompt\":\"a\"} , {\"prompt\":\"b\"}]"))
	f.Add("jsonl", []byte("\n{\"prompt\":\"a\"}\r\n\n{\"prompt\":\"b\"}"))
	f.Fuzz(func(t *testing.T, ending string, raw []byte) {
		if !slices.Contains([]string{"csv", "json", "jsonl"}, ending) {
			return
		}
		path := filepath.Join(t.TempDir(), "p."+ending)
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		file, err := OpenFile(path, "prompt")
		if err != nil {
			return
		}
		defer file.Close()
		for i := range file.Len() {
			if p, err := file.Prompt(i); err != nil || p.Text == "" {
				t.Errorf("row %d: %+v, %v", i, p, err)
			}
		}
	})
}

// What a histogram reads it writes again, the same from then on.
func FuzzHistogram(f *testing.F) {
	for n := range 3 {
		h := &Histogram{}
		for i := range n * exactKept {
			h.Add(float64(i) - 100)
		}
		raw, err := json.Marshal(h)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var h, again Histogram
		if json.Unmarshal(raw, &h) != nil {
			return
		}
		h.Quantile(0.99)
		first, err := json.Marshal(&h)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(first, &again); err != nil {
			t.Fatalf("%v\n%s", err, first)
		}
		if second, err := json.Marshal(&again); err != nil || !bytes.Equal(first, second) {
			t.Errorf("%v\n%s\n%s", err, first, second)
		}
	})
}
