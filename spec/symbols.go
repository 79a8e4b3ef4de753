package spec

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
)

// tooManySymbols finds where a file has more symbols than can be parsed, before a lexer makes something of each. A word, a number, a
// line's end and every other sign count as one, wherever they stand but in a line of comment.
func tooManySymbols(src []byte, name string) *hcl.Diagnostic {
	symbols, inWord := 0, false
	begins, comment := true, false // the line, with nothing in it so far; it is one of comment
	for i, c := range src {
		comment = c != '\n' && (comment || begins && c == '#')
		if begins = c == '\n' || begins && (c == ' ' || c == '\t'); comment {
			continue
		}
		word := c >= utf8.RuneSelf || c == '_' || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
		if c != ' ' && c != '\t' && c != '\r' && !(word && inWord) {
			symbols++
		}
		if inWord = word; symbols > maxSymbols {
			line := bytes.LastIndexByte(src[:i], '\n') + 1
			start := hcl.Pos{Line: 1 + bytes.Count(src[:i], []byte("\n")), Column: 1 + utf8.RuneCount(src[line:i]), Byte: i}
			return symbolsDiagnostic(hcl.Range{Filename: name, Start: start, End: hcl.Pos{Line: start.Line, Column: start.Column + 1, Byte: i + 1}})
		}
	}
	return nil
}

func symbolsDiagnostic(at hcl.Range) *hcl.Diagnostic {
	return &hcl.Diagnostic{
		Severity: hcl.DiagError, Summary: "Too many symbols", Subject: &at,
		Detail: fmt.Sprintf("Up to here there are more than %d words, numbers and other signs. Keep data in files of their own and read them with file().", maxSymbols),
	}
}
