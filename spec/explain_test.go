package spec

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// TestCut: whatever the bytes, what is shown of a text is a text, and no longer than that may be.
func TestCut(t *testing.T) {
	for _, text := range []string{strings.Repeat("a", 100), strings.Repeat("é", 100), "a" + strings.Repeat("é", 100), strings.Repeat("\x80", 100), strings.Repeat("\xff", 100)} {
		if got := cut(text, longest); !utf8.ValidString(got) || len(got) > longest+len("…") {
			t.Errorf("%q is cut to %q", text, got)
		}
	}
}
