package main

import (
	"os"
	"strings"
	"testing"
)

// What bench ships, and what its own tests run, is in canonical form.
func TestCommittedSpecsAreCanonical(t *testing.T) {
	if code := run([]string{"bench", "fmt", "-check", "-recursive", "../../examples", "init", "testdata"}, strings.NewReader(""), os.Stdout, os.Stderr); code != 0 {
		t.Errorf("exit code %d: bench fmt -recursive formats them", code)
	}
}

func TestColorDiff(t *testing.T) {
	got := colorDiff("diff a b\n--- a\n+++ b\n@@ -1,2 +1,2 @@\n same\n--- was\n+is\n\\ No newline at end of file\n")
	want := "\x1b[1mdiff a b\x1b[0m\n\x1b[1m--- a\x1b[0m\n\x1b[1m+++ b\x1b[0m\n\x1b[36m@@ -1,2 +1,2 @@\x1b[0m\n same\n" +
		"\x1b[31m--- was\x1b[0m\n\x1b[32m+is\x1b[0m\n\\ No newline at end of file\n"
	if got != want {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}
