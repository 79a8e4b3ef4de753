package main

import (
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclparse"
	"pgregory.net/rapid"
)

// TestCarets holds where the place is marked: behind tabs and wide letters, and once where it goes over several lines.
func TestCarets(t *testing.T) {
	tests := []struct{ text, want string }{
		{"no mark\n", "no mark\n"},
		{"  1: a = " + highlight + "word" + reset + " b\n\n", "  1: a = " + highlight + "word" + reset + " b\n         ^^^^\n\n"},
		{"  1: \ta " + highlight + "x" + reset + "\n", "  1: \ta " + highlight + "x" + reset + "\n     \t  ^\n"},
		{"大 é " + highlight + "大x" + reset + "\n", "大 é " + highlight + "大x" + reset + "\n     ^^^\n"},
		{highlight + "one {" + reset + "\n" + highlight + "}" + reset + "\n", highlight + "one {" + reset + "\n^^^^^\n" + highlight + "}" + reset + "\n"},
		{"at the end " + highlight + reset + "\n", "at the end " + highlight + reset + "\n           ^\n"},
	}
	for _, test := range tests {
		if got := carets(test.text); got != test.want {
			t.Errorf("%q\nbecomes %q\nwant    %q", test.text, got, test.want)
		}
	}
}

// TestDiagnosticsColour holds that colours come from the tool alone, and only where they are asked for.
func TestDiagnosticsColour(t *testing.T) {
	parser := hclparse.NewParser()
	name := "ev\x1bil.hcl"
	_, diags := parser.ParseHCL([]byte("x = \"\x1b[31m\u202e\" +\n"), name)
	if !diags.HasErrors() {
		t.Fatal("that should not parse")
	}
	diags = append(diags, &hcl.Diagnostic{Severity: hcl.DiagWarning, Summary: "sum\x1b[0mmary", Detail: "de\x1b[31mtail", Subject: diags[0].Subject})
	for _, color := range []bool{false, true} {
		text, err := diagnosticsText(parser.Files(), diags, 80, color)
		if err != nil {
			t.Fatal(err)
		}
		bare := uncolored.Replace(text)
		if strings.ContainsFunc(bare, hidden) {
			t.Errorf("colour %t: not all of it is visible: %q", color, bare)
		}
		if (text != bare) != color {
			t.Errorf("colour %t: %q", color, text)
		}
		for _, want := range []string{"Error: ", `on ev\u001bil.hcl line 1`, `   1: x = "?[31m???" +`, `Warning: sum\u001b[0mmary`, `de\u001b[31mtail`} {
			if !strings.Contains(bare, want) {
				t.Errorf("%q is not in\n%s", want, bare)
			}
		}
		if n := strings.Count(text, "\x1b[31m"); color && n != 1 {
			t.Errorf("%d red parts, want that of the severity alone", n)
		}
	}
}

// TestNarrow: a line of source that is too long to be read is cut to what stands around the marked part.
func TestNarrow(t *testing.T) {
	long := strings.Repeat("é(", 5000)
	for name, x := range map[string]struct{ line, want string }{
		"short":         {"  2: a" + highlight + "b" + reset + "c\n", "  2: a" + highlight + "b" + reset + "c\n"},
		"long before":   {"  2: " + long + highlight + "b" + reset + "\n", "  2: …" + strings.Repeat("é(", 20) + highlight + "b" + reset + "\n"},
		"long mark":     {"  2: " + highlight + strings.Repeat("b", 999) + reset + "c\n", "  2: " + highlight + strings.Repeat("b", 120) + "…" + reset + "c\n"},
		"long after":    {"  2: " + highlight + "b" + reset + long + "\n", "  2: " + highlight + "b" + reset + strings.Repeat("é(", 20) + "…\n"},
		"nothing there": {strings.Repeat("b", 999) + "\n", strings.Repeat("b", longLine) + "…\n"},
	} {
		if got := narrow(x.line); got != x.want {
			t.Errorf("%s: got %q, want %q", name, got, x.want)
		}
	}
}

// TestExcerpts: whatever the source and the places, what is shown is what HCL's writer shows of the whole file.
func TestExcerpts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		src := []byte(strings.Join(rapid.SliceOf(rapid.SampledFrom([]string{"a", "é", "e\u0301", "大", " ", "\t", "\n", "\n", "\r\n", "\r", "x = {", "}"})).Draw(t, "source"), ""))
		pos := func(from int, label string) hcl.Pos {
			return hcl.Pos{Byte: rapid.IntRange(from, len(src)+2).Draw(t, label), Line: rapid.IntRange(1, 9).Draw(t, "line")}
		}
		rng := func() *hcl.Range {
			start := pos(0, "start")
			return &hcl.Range{Filename: "a.hcl", Start: start, End: pos(start.Byte, "end")}
		}
		file, _ := hclparse.NewParser().ParseHCL(src, "a.hcl")
		d := &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Summary", Detail: "Detail.\n\n  on a place.", Subject: rng()}
		if rapid.Bool().Draw(t, "context") {
			d.Context = rng()
		}
		if rapid.Bool().Draw(t, "elsewhere") {
			d.Subject.Filename = "b.hcl"
		}
		files := map[string]*hcl.File{"a.hcl": file, "none.hcl": nil}
		var want strings.Builder
		if err := hcl.NewDiagnosticTextWriter(&want, files, 80, true).WriteDiagnostic(d); err != nil {
			t.Fatal(err)
		}
		if got, err := newSources(files).write(d, 80); got != want.String() || err != nil {
			t.Fatalf("of %q: got %v\n%q, want\n%q", src, err, got, want.String())
		}
	})
}
