package spec

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestHabits: a spec in testdata/errors has each of the habits.
func TestHabits(t *testing.T) {
	files, err := filepath.Glob("testdata/errors/*/diagnostics.txt")
	if err != nil {
		t.Fatal(err)
	}
	var told strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		told.WriteString(strings.Join(strings.Fields(string(text)), " "))
	}
	for _, h := range habits {
		if !strings.Contains(told.String(), h.detail) {
			t.Errorf("%s: no spec in testdata/errors shows it: %s", h.written, h.detail)
		}
	}
}
