package spec

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
)

// HCL's summaries of what has no end: a block, an object, and ${.
const (
	unclosed       = "Unclosed configuration block"
	unclosedObject = "Unterminated object constructor expression"

	unclosedSequence = "Unclosed template interpolation sequence"
)

// fixedWords comes with a diagnostic whose detail holds nothing of the source.
type fixedWords struct{}

// remedies say what to do about a mistake of syntax where HCL doesn't, by HCL's summary.
var remedies = map[string]string{
	unclosed:                                    "Add a closing brace.",
	"Missing newline after argument":            "Begin a new line for what comes next, or put the value in quotes if it is one text.",
	"Unexpected comma after argument":           "Take the comma out.",
	"Argument or block definition required":     "Write NAME = VALUE, or NAME { … } with the brace on the same line.",
	"Invalid expression":                        `Write a value: a text in quotes, a number, true or false, a list [ … ], an object { … } or a reference.`,
	"Invalid attribute name":                    "Write the name of what is meant, or take the dot out.",
	"Missing item separator":                    "Add a comma, or close the list with ].",
	"Missing argument separator":                "Add a comma, or close the call with ).",
	"Missing attribute separator":               "Add a comma, or close the object with }.",
	"Missing key/value separator":               "Write NAME = VALUE, and see that what was opened before this is closed.",
	"Unterminated function call":                "Close it with ).",
	"Unterminated tuple constructor expression": "Close the list with ].",
	unclosedObject:                              "Add a closing brace.",
	"Unbalanced parentheses":                    "Add a closing parenthesis.",
	"Unterminated template string":              "Close the text: with a quote, or a heredoc with its word on a line of its own.",
	unclosedSequence:                            "Close ${ with }; where the characters themselves are meant, write $${.",
	mergeConflict:                               "Keep one of them, and take the marks out.",
	"Missing false expression in conditional":   "Write CONDITION ? A : B.",
	"Invalid escape sequence":                   `A \ itself is written \\.`,
	unendedHeredoc:                              "Write the word behind << once more, on a line of its own below the text.",
	unendedComment:                              "Write */ behind it.",
	"Unexpected end of template":                "Add the %{ endif } or %{ endfor } that is missing.",
}

// legibleSyntax makes HCL's mistakes of syntax fit to be shown. One that comes right after another is left out: most often it is
// what it comes from. Each points at something that can be seen, and says what to do.
func legibleSyntax(diags hcl.Diagnostics, src []byte) hcl.Diagnostics {
	var out hcl.Diagnostics
	last := -1
	for _, d := range diags {
		if d.Subject.Start.Line > last+1 {
			out = append(out, d)
		}
		last = max(last, d.Subject.End.Line)
	}
	for _, d := range out {
		if what, _, ok := strings.Cut(d.Detail, " before the end of the file"); ok { // of the part that was parsed
			d.Detail = what + "."
		}
		if habitual(d, src) || lostQuote(d, src) {
			d.Extra = fixedWords{}
			continue
		}
		if remedy := remedies[d.Summary]; remedy != "" {
			d.Detail += " " + remedy
		}
		d.Subject = visible(*d.Subject, src).Ptr()
	}
	return out
}

// notText finds the first byte that is not UTF-8. HCL's parser lets some pass.
func notText(src []byte, name string) *hcl.Diagnostic {
	if utf8.Valid(src) {
		return nil
	}
	at := hcl.Pos{Line: 1, Column: 1}
	for {
		r, size := utf8.DecodeRune(src[at.Byte:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		if at.Byte, at.Column = at.Byte+size, at.Column+1; r == '\n' {
			at.Line, at.Column = at.Line+1, 1
		}
	}
	after := hcl.Pos{Byte: at.Byte + 1, Line: at.Line, Column: at.Column + 1}
	return &hcl.Diagnostic{
		Severity: hcl.DiagError, Summary: "Not a text", Subject: &hcl.Range{Filename: name, Start: at, End: after},
		Detail: fmt.Sprintf("The byte %#x here is no UTF-8. Save the file as UTF-8.", src[at.Byte]),
	}
}

// visible gives the last character before a place where there is only space: the end of a line, or of the file, has nothing
// to point at.
func visible(rng hcl.Range, src []byte) hcl.Range {
	start := min(rng.Start.Byte, len(src))
	if len(bytes.TrimSpace(src[start:min(rng.End.Byte, len(src))])) > 0 {
		return rng
	}
	before := bytes.TrimRight(src[:start], " \t\r\n")
	if len(before) == 0 {
		return rng
	}
	end := len(before)
	_, size := utf8.DecodeLastRune(before)
	place := hcl.Pos{Byte: end - size, Line: 1 + bytes.Count(before, []byte("\n"))}
	place.Column = 1 + utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:place.Byte])
	after := hcl.Pos{Byte: end, Line: place.Line, Column: place.Column + 1}
	return hcl.Range{Filename: rng.Filename, Start: place, End: after}
}
