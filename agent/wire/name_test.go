package wire

import "testing"

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
