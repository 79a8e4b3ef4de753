package templates

import (
	"bytes"
	"fmt"
	"html"
	"strings"
	"unicode"
)

// tocMark stands where the table of contents goes: it is made when the whole text is there.
const tocMark Markdown = "<!-- table of contents -->"

var (
	heading = pattern(`^(#{1,6})\s+(.+?)\s*#*$`)
	markup  = pattern("[*`]|\\\\(.)")
)

// insertTOC puts a list of the headings of the second and third level in the place of each tocMark.
func insertTOC(text []byte) []byte {
	if !bytes.Contains(text, []byte(tocMark)) {
		return text
	}
	var toc strings.Builder
	anchors, fence := anchorSet{}, ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, "\r\n")
		if mark := fenceOf([]byte(line)); mark != "" {
			if fence == "" {
				fence = mark
			} else if strings.HasPrefix(mark, fence) {
				fence = ""
			}
		}
		m := heading().FindStringSubmatch(line)
		if m == nil || fence != "" {
			continue
		}
		anchor := anchors.unique(headingText(m[2]))
		if level := len(m[1]); level == 2 || level == 3 {
			fmt.Fprintf(&toc, "%s- [%s](#%s)\n", strings.Repeat("  ", level-2), m[2], anchor)
		}
	}
	return bytes.ReplaceAll(text, []byte(tocMark), []byte(strings.TrimSuffix(toc.String(), "\n")))
}

// headingText is about what a reader sees of a heading: no markup and no escapes.
func headingText(markdown string) string {
	return html.UnescapeString(markup().ReplaceAllString(markdown, "$1"))
}

// anchor gives the name that GitHub gives to a heading: lower case, blanks as hyphens, no punctuation.
func anchor(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r):
			return unicode.ToLower(r)
		}
		return -1
	}, strings.TrimSpace(text))
}

// An anchorSet counts the anchors of one document: the second of a kind gets -1, as on GitHub.
type anchorSet map[string]int

func (s anchorSet) unique(text string) string {
	name := anchor(text)
	count := s[name]
	s[name]++
	if count == 0 {
		return name
	}
	return s.unique(fmt.Sprintf("%s-%d", name, count))
}
