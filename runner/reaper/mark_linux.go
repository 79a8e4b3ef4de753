package reaper

import "strings"

// parseMark reads what String wrote.
func parseMark(text string) (m Mark, ok bool) {
	rest, by, ok := cutLast(text, " by ")
	if !ok {
		return Mark{}, false
	}
	of, folder, ok := cutLast(rest, " in ")
	return Mark{of, folder, by}, ok && of != "" && folder != "" && by != ""
}

func cutLast(s, separator string) (before, after string, found bool) {
	i := strings.LastIndex(s, separator)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(separator):], true
}

// markIn finds the mark in an environment, as the kernel shows it.
func markIn(environ string) (Mark, bool) {
	for entry := range strings.SplitSeq(environ, "\x00") {
		if value, found := strings.CutPrefix(entry, Variable+"="); found {
			return parseMark(value)
		}
	}
	return Mark{}, false
}
