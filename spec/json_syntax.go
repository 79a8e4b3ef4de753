package spec

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
)

// jsonMistake finds the first place where a text is no JSON that HCL reads, and says what to do there. HCL's own parser may take one
// mistake for another, and point behind it. The text nests no deeper than jsonTooDeep lets pass.
func jsonMistake(name string, src []byte) *hcl.Diagnostic {
	t := &jsonReader{name: name, src: src}
	t.space()
	switch t.here() {
	case 0:
		if t.at == len(src) {
			return t.mistake(0, 0, "Empty file", `There is nothing in this file, and JSON needs an object: write {}, or take the file away.`)
		}
	case '{', '[':
		if diag := t.value(); diag != nil {
			return diag
		}
		if t.space(); t.at < len(src) {
			return t.afterEnd()
		}
		return nil
	}
	if diag := t.foreign(); diag != nil {
		return diag
	}
	return t.mistakeHere("Not JSON", "By its name this file is in HCL's JSON syntax, which begins with {. If it is in HCL's own, take the .json off its name.")
}

// A jsonReader goes through JSON once, from its beginning to its first mistake.
type jsonReader struct {
	name string
	src  []byte
	at   int
	open []int // where the brackets are that are not closed yet
}

// here gives the byte that comes next; 0 at the end.
func (t *jsonReader) here() byte {
	if t.at < len(t.src) {
		return t.src[t.at]
	}
	return 0
}

func (t *jsonReader) space() {
	for t.at < len(t.src) && strings.IndexByte(" \t\r\n", t.src[t.at]) >= 0 {
		t.at++
	}
}

func (t *jsonReader) value() *hcl.Diagnostic {
	switch c := t.here(); {
	case t.at == len(t.src):
		return t.unclosed()
	case c == '{':
		return t.elements('}', t.property)
	case c == '[':
		return t.elements(']', t.value)
	case c == '"':
		return t.text()
	case c == '-' || c == '+' || c == '.' || c >= '0' && c <= '9':
		return t.number()
	case isWordByte(c) && t.foreign() == nil:
		return t.keyword()
	case c == '}' && t.src[t.innermost()] == '[':
		return t.wrongBracket()
	case c == ',' || c == '}' || c == ']':
		return t.mistakeHere("Missing value", "A value is missing before this: write one. null stands for what is left out.")
	}
	if diag := t.foreign(); diag != nil {
		return diag
	}
	return t.mistakeHere("Not a value", `Write a value: a text in double quotes, a number, true, false, null, a list [ … ] or an object { … }.`)
}

// elements goes through what is between brackets, with the commas between one and the next.
func (t *jsonReader) elements(closing byte, element func() *hcl.Diagnostic) *hcl.Diagnostic {
	t.open = append(t.open, t.at)
	t.at++
	if t.space(); t.here() == closing {
		t.close()
		return nil
	}
	for {
		if diag := element(); diag != nil {
			return diag
		}
		before := t.at
		t.space()
		switch t.here() {
		case closing:
			t.close()
			return nil
		case ',':
			comma := t.at
			t.at++
			if t.space(); t.here() == closing {
				return t.mistake(comma, comma+1, "Trailing comma", "After this comma nothing comes, which JSON does not permit: take it out.")
			}
		default:
			return t.noComma(before, closing)
		}
	}
}

func (t *jsonReader) close() {
	t.at++
	t.open = t.open[:len(t.open)-1]
}

// innermost is where the bracket is that was opened last.
func (t *jsonReader) innermost() int { return t.open[len(t.open)-1] }

func (t *jsonReader) wrongBracket() *hcl.Diagnostic {
	opening, closing := '{', '}'
	if t.src[t.innermost()] == '[' {
		opening, closing = '[', ']'
	}
	return t.mistakeHere("Wrong bracket", "The %c of line %d is closed with %c: write that instead, or before this.", opening, t.line(t.innermost()), closing)
}

// noComma tells what stands where a comma or a closing bracket should.
func (t *jsonReader) noComma(before int, closing byte) *hcl.Diagnostic {
	c := t.here()
	if t.at == len(t.src) {
		return t.unclosed()
	}
	if diag := t.foreign(); diag != nil {
		return diag
	}
	switch {
	case c == '}' || c == ']':
		return t.wrongBracket()
	case t.src[before-1] == '"' && before == t.at && isWordByte(c):
		return t.mistakeHere("Quote in a text", `The quote before this ends the text. One that is part of it is written \".`)
	case c == ':' && closing == ']':
		return t.mistakeHere("Wrong bracket", "The elements of a list have no names. An object stands in braces: write { … } instead of the brackets that begin on line %d.", t.line(t.innermost()))
	case closing == '}':
		return t.mistakeHere("Missing comma", "A comma is missing between two properties: write it before this.")
	}
	return t.mistakeHere("Missing comma", "A comma is missing between two elements: write it before this.")
}

// property is a name, a colon and a value.
func (t *jsonReader) property() *hcl.Diagnostic {
	if t.here() != '"' {
		return t.noName()
	}
	if diag := t.text(); diag != nil {
		return diag
	}
	before := t.at
	t.space()
	c := t.here()
	switch {
	case c == ':':
		t.at++
		t.space()
		return t.value()
	case t.at == len(t.src):
		return t.unclosed()
	case c == '=':
		return t.mistakeHere("Missing colon", "In JSON a colon stands between a name and its value: write : instead.")
	case c == ',' || c == '}' || c == ']':
		return t.mistakeHere("Missing value", `The name before this has no value: write "NAME": VALUE. Elements without names stand in brackets, [ … ].`)
	}
	if diag := t.foreign(); diag != nil {
		return diag
	}
	if before == t.at && isWordByte(c) {
		return t.mistakeHere("Quote in a text", `The quote before this ends the name. One that is part of it is written \".`)
	}
	return t.mistakeHere("Missing colon", "A colon is missing between a name and its value: write it before this.")
}

// noName tells what stands where the name of a property should.
func (t *jsonReader) noName() *hcl.Diagnostic {
	if t.at == len(t.src) {
		return t.unclosed()
	}
	if diag := t.foreign(); diag != nil {
		return diag
	}
	switch c := t.here(); {
	case isWordByte(c):
		return t.mistakeHere("Name without quotes", "In JSON the name of a property stands in double quotes: %q.", abridged(t.word()))
	case c == ',':
		return t.mistakeHere("Missing property", "There is nothing before this comma: take it out.")
	case c == ']':
		return t.wrongBracket()
	}
	return t.mistakeHere("Missing name", `Every value in braces has a name in double quotes: "NAME": VALUE. Elements without names stand in brackets, [ … ].`)
}

// text is what stands in double quotes, on one line.
func (t *jsonReader) text() *hcl.Diagnostic {
	start := t.at
	for t.at++; t.at < len(t.src); t.at++ {
		switch c := t.src[t.at]; {
		case c == '"':
			t.at++
			return nil
		case c == '\\':
			n := escapeLength(t.src[t.at:])
			if n == 0 {
				_, size := utf8.DecodeRune(t.src[min(t.at+1, len(t.src)):])
				return t.mistake(t.at, t.at+1+size, "Unknown escape", `Behind \ stands ", \, /, b, f, n, r, t, or u with four digits. A \ itself is written \\.`)
			}
			t.at += n - 1
		case c == '\n' || bytes.HasPrefix(t.src[t.at:], []byte("\r\n")):
			return t.unclosedText(start)
		case c < ' ':
			return t.mistake(t.at, t.at+1, "Control character", `A character that can't be seen is written as an escape here: %s.`, escaped(c))
		}
	}
	return t.unclosedText(start)
}

func (t *jsonReader) unclosedText(start int) *hcl.Diagnostic {
	t.at = start
	return t.mistake(start, start+1, "Unclosed text", `The text that begins here has no closing quote on its line: add it. A new line in a text is written \n.`)
}

// escapeLength gives how many bytes an escape takes that text begins with; 0: there is no such escape.
func escapeLength(text []byte) int {
	if len(text) < 2 || strings.IndexByte(`"\/bfnrtu`, text[1]) < 0 {
		return 0
	}
	if text[1] != 'u' {
		return 2
	}
	if !fourDigits().Match(text[2:]) {
		return 0
	}
	return 6
}

func escaped(c byte) string {
	switch c {
	case '\t':
		return `\t`
	case '\r':
		return `\r`
	}
	return fmt.Sprintf(`\u%04x`, c)
}

var (
	fourDigits = pattern(`^[0-9a-fA-F]{4}`)
	jsonNumber = pattern(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)
	quantities = pattern(`^[0-9]+(\.[0-9]+)?[a-zA-Z]+$`)
)

func (t *jsonReader) number() *hcl.Diagnostic {
	word := t.word()
	switch {
	case jsonNumber().MatchString(word):
		t.at += len(word)
		return nil
	case quantities().MatchString(word):
		return t.mistakeHere("Not a number", "A value with a unit is a text, which stands in double quotes: %q.", abridged(t.word()))
	}
	return t.mistakeHere("Not a number", "A number in JSON is written as 12, -0.5 or 1e6: without a + or zeros before it, with digits on both sides of its point, and nothing between them.")
}

func (t *jsonReader) keyword() *hcl.Diagnostic {
	word := t.word()
	after := byte(0)
	if t.at+len(word) < len(t.src) {
		after = t.src[t.at+len(word)]
	}
	switch own := keywordFor(word); {
	case own == word:
		t.at += len(word)
		return nil
	case own != "":
		return t.mistakeHere("Not a value", "Did you mean %s?", own)
	case after == '(' || after == '[':
		return t.mistakeHere("Not a value", `In JSON an expression stands in a text: "${%s…}", with \" for each quote in it.`, abridged(t.word()))
	case strings.Contains(word, "."):
		return t.mistakeHere("Not a value", `In JSON an expression stands in a text: "${%s}".`, abridged(t.word()))
	}
	return t.mistakeHere("Not a value", "A text stands in double quotes: %q.", abridged(t.word()))
}

// keywordFor gives the word that stands for a value, which may be written as in another language; "" where there is none.
func keywordFor(word string) string {
	switch lower := strings.ToLower(word); lower {
	case "true", "false", "null":
		return lower
	case "none", "nil", "undefined":
		return "null"
	}
	return ""
}

// isWordByte says whether a byte is part of a name, a number or a reference.
func isWordByte(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c >= utf8.RuneSelf
}

// word gives what is written in one piece from here.
func (t *jsonReader) word() string {
	end := t.at
	for end < len(t.src) && (isWordByte(t.src[end]) || strings.IndexByte("+-.", t.src[end]) >= 0) {
		end++
	}
	return string(t.src[t.at:end])
}

// foreigners are what JSON has not, by how it begins.
var foreigners = []struct {
	begins          []string
	summary, detail string
}{
	{[]string{"//", "/*", "#"}, "Comment", `JSON has no comments. Take it out, or make it a property of a block, which is left out there: "//": "…".`},
	{[]string{"'", "`"}, "Wrong quotes", `In JSON a text stands in double quotes: "…".`},
	{[]string{"“", "”", "„", "«"}, "Wrong quotes", `In JSON a text stands in straight double quotes: "…".`},
	{[]string{"<<<<<<<", "=======", ">>>>>>>"}, "Merge conflict", "Two versions of this file were not merged here. Keep what is meant, and take the marks out."},
	{[]string{"\uFEFF"}, "Byte order mark", "The file begins with a mark that can't be seen. Save it as UTF-8 without a byte order mark."},
	{[]string{"\u00A0"}, "Odd space", "This space is a character of its own, which JSON does not take for one. Write a plain one."},
}

// foreign tells of one of them that stands here.
func (t *jsonReader) foreign() *hcl.Diagnostic {
	rest := t.src[t.at:]
	for _, f := range foreigners {
		for _, begins := range f.begins {
			if bytes.HasPrefix(rest, []byte(begins)) {
				return t.mistake(t.at, t.at+len(begins), f.summary, "%s", f.detail)
			}
		}
	}
	return nil
}

// unclosed tells of the innermost bracket that is open at the end of the file.
func (t *jsonReader) unclosed() *hcl.Diagnostic {
	at := t.innermost()
	what, closing := "object", '}'
	if t.src[at] == '[' {
		what, closing = "list", ']'
	}
	return t.mistake(at, at+1, "Unclosed bracket", "The file ends, and the %s that begins here is not closed: add a %c. If the file is complete, see whether one is missing further up.", what, closing)
}

// afterEnd tells what stands behind the object that the file is.
func (t *jsonReader) afterEnd() *hcl.Diagnostic {
	if diag := t.foreign(); diag != nil {
		return diag
	}
	if c := t.here(); c == '}' || c == ']' {
		return t.mistakeHere("Bracket too many", "Nothing is open here that this could close. Take it out, or the one before that closes too early.")
	}
	return t.mistakeHere("Two values", "The file is one object, which ends before this. Put this into it: with a comma before it, and the closing bracket at the end.")
}

// mistakeHere points at the word that begins here, or at one character.
func (t *jsonReader) mistakeHere(summary, format string, args ...any) *hcl.Diagnostic {
	_, size := utf8.DecodeRune(t.src[t.at:])
	return t.mistake(t.at, t.at+max(size, len(t.word())), summary, format, args...)
}

func (t *jsonReader) mistake(from, to int, summary, format string, args ...any) *hcl.Diagnostic {
	d := &hcl.Diagnostic{
		Severity: hcl.DiagError, Summary: summary, Detail: fmt.Sprintf(format, args...),
		Subject: &hcl.Range{Filename: t.name, Start: t.pos(from), End: t.pos(min(to, len(t.src)))},
	}
	if len(args) == 0 {
		d.Extra = fixedWords{}
	}
	return d
}

func (t *jsonReader) line(at int) int { return t.pos(at).Line }

func (t *jsonReader) pos(at int) hcl.Pos {
	before := t.src[:at]
	return hcl.Pos{
		Byte: at, Line: 1 + bytes.Count(before, []byte("\n")),
		Column: 1 + utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]),
	}
}
