package templates

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Markdown is text that is printed as it stands. Any other value that a template prints is escaped first.
type Markdown string

// escape makes one line of markdown that shows a value as plain text: no markup, link, HTML, table cell or heading can
// come of it, and no control character. null shows as n/a.
func escape(v any) Markdown { return escapeValue(v, true) }

// inline is escape for text that does not stand at the beginning of a line.
func inline(v any) Markdown { return escapeValue(v, false) }

func escapeValue(v any, atStart bool) Markdown {
	if text, ok := v.(Markdown); ok {
		return text
	}
	return Markdown(escapeText(plain(v), atStart))
}

// plain is the text of a value.
func plain(v any) string {
	switch v := v.(type) {
	case nil:
		return "n/a"
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return fmt.Sprint(v)
}

// escapeText escapes only what has a meaning where it stands, so that gpu60_ctx256_temp0p6 stays as it is.
func escapeText(text string, atStart bool) string {
	runes := []rune(visible(text))
	block := -1
	if atStart {
		block = blockMark(runes)
	}
	var b strings.Builder
	for i, r := range runes {
		switch {
		case r == '&':
			b.WriteString("&amp;")
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		case r == '|':
			b.WriteString("&#124;") // in a table \| is read in different ways where a backslash stands before it
		case strings.ContainsRune("\\`*[]~$", r),
			r == '_' && !(i > 0 && i+1 < len(runes) && wordRune(runes[i-1]) && wordRune(runes[i+1])),
			i == block:
			b.WriteRune('\\')
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// blockMark is the index of the rune that would make a heading, list item, rule or underline of a line that begins with
// this text; -1 where there is none.
func blockMark(runes []rune) int {
	i := 0
	for i < len(runes) && runes[i] == ' ' {
		i++
	}
	if i < len(runes) && strings.ContainsRune("#+-=:", runes[i]) {
		return i
	}
	digits := i
	for i < len(runes) && '0' <= runes[i] && runes[i] <= '9' {
		i++
	}
	if i > digits && i < len(runes) && (runes[i] == '.' || runes[i] == ')') && (i+1 == len(runes) || runes[i+1] == ' ') {
		return i
	}
	return -1
}

func wordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// visible puts text on one line and shows what a terminal or a browser would obey: line breaks become blanks, control
// characters their pictures (␛), and invisible formatting such as a change of direction the replacement character.
func visible(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			return ' '
		case r < 0x20:
			return 0x2400 + r
		case r == 0x7f:
			return 0x2421
		case r == '\u200c' || r == '\u200d': // joiners, which Persian and emoji need
			return r
		case unicode.In(r, unicode.C, unicode.Zl, unicode.Zp) || r == unicode.ReplacementChar:
			return unicode.ReplacementChar
		}
		return r
	}, strings.TrimRight(text, "\r\n"))
}

// code shows a value as a code span. What a code span can't hold in every place (a backtick, or a pipe in a table)
// is shown as plain text.
func code(v any) Markdown {
	if v == nil {
		return "n/a"
	}
	text := visible(fmt.Sprint(v))
	if text == "" || strings.ContainsAny(text, "`|") || text != strings.TrimSpace(text) {
		return escape(fmt.Sprint(v))
	}
	return Markdown("`" + text + "`")
}

// address finds the addresses of runs and rows, and of what they come from: `dataset.rust.file["a.json"].row[3]`.
var address = pattern(`\b(?:experiment|dataset)\.[\pL_][\pL\d_-]*(?:\.(?:config|file)\["(?:[^"\\]|\\.)*"\]\.(?:run|row)\[\d+\])?`)

// prose escapes a sentence, and shows the addresses in it as code, where their brackets and quotes need no escape.
func prose(text string) Markdown {
	parts, at := []any{}, 0
	for _, found := range address().FindAllStringIndex(text, -1) {
		parts = append(parts, text[at:found[0]], code(text[found[0]:found[1]]))
		at = found[1]
	}
	return escape(concatenate(append(parts, text[at:])))
}

// shellSafe are the words that a shell takes as they stand.
var shellSafe = pattern(`^[\pL\d_@%+=:,./-]+$`)

// shell puts words on one line, each quoted for a POSIX shell where it needs that.
func shell(words []string) string {
	quoted := make([]string, len(words))
	for i, word := range words {
		if quoted[i] = word; !shellSafe().MatchString(word) {
			quoted[i] = "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
		}
	}
	return strings.Join(quoted, " ")
}

// fence shows text of several lines as a block of code in a language, inside a fence longer than any in the text.
func fence(language, text string) Markdown {
	mark := "```"
	for strings.Contains(text, mark) {
		mark += "`"
	}
	lines := strings.Split(strings.TrimRight(strings.ReplaceAll(text, "\r\n", "\n"), "\n"), "\n")
	for i, line := range lines {
		lines[i] = visible(line)
	}
	return Markdown(mark + anchor(language) + "\n" + strings.Join(lines, "\n") + "\n" + mark)
}

// join puts a separator between the elements of a list. With markdown among them the result is markdown, and the rest
// is escaped.
func join(separator string, items any) (any, error) {
	values, err := elements(items)
	if err != nil {
		return nil, err
	}
	between := make([]any, 0, 2*len(values))
	for i, v := range values {
		if i > 0 {
			between = append(between, separator)
		}
		between = append(between, v)
	}
	return concatenate(between), nil
}

// printMarked is print, with the same rule for markdown as join.
func printMarked(values ...any) any { return concatenate(values) }

func concatenate(values []any) any {
	isMarkdown := func(v any) bool { _, ok := v.(Markdown); return ok }
	var text strings.Builder
	if !slices.ContainsFunc(values, isMarkdown) {
		for _, v := range values {
			text.WriteString(plain(v))
		}
		return text.String()
	}
	for i, v := range values {
		text.WriteString(string(escapeValue(v, i == 0)))
	}
	return Markdown(text.String())
}

// oneline joins the lines of a paragraph, so that a template can lay out its conditions freely.
func oneline(v any) Markdown {
	return Markdown(strings.Join(strings.Fields(string(inline(v))), " "))
}
