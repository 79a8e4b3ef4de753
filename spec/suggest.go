package spec

import (
	"slices"
	"strings"
)

// nearest gives the name that was probably meant, or "" where none is close: up to a third of its letters, and one more, may
// differ, but not all of them. Of two that are as close it is the one with fewer letters that were not given.
func nearest(given string, names []string) string {
	best, distance := "", (len(given)+2)/3+1
	for _, name := range slices.Sorted(slices.Values(names)) {
		d := edits(given, name)
		closer := d < distance || d == distance && best != "" && foreignLetters(given, name) < foreignLetters(given, best)
		if closer && (d < max(len(given), len(name)) || strings.EqualFold(given, name)) {
			best, distance = name, d
		}
	}
	return best
}

// foreignLetters counts the letters of a name that another one has not.
func foreignLetters(given, name string) int {
	n := 0
	for _, r := range name {
		if !strings.ContainsRune(given, r) {
			n++
		}
	}
	return n
}

// edits counts what makes one name of another: letters put in, taken out, replaced, or swapped with the next (Damerau 1964, in the
// restricted form that edits no letter twice).
func edits(a, b string) int {
	from, to := []rune(a), []rune(b)
	before, row := make([]int, len(to)+1), make([]int, len(to)+1) // of the first letters of one, by how many of the other
	for j := range row {
		row[j] = j
	}
	for i := range from {
		next := make([]int, len(to)+1)
		next[0] = i + 1
		for j := range to {
			next[j+1] = min(row[j+1]+1, next[j]+1)
			if from[i] == to[j] {
				next[j+1] = min(next[j+1], row[j])
			} else {
				next[j+1] = min(next[j+1], row[j]+1)
			}
			if i > 0 && j > 0 && from[i] == to[j-1] && from[i-1] == to[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row = row, next
	}
	return row[len(to)]
}

// meant gives a sentence to append where the names are told already: " Did you mean X?", or nothing.
func meant(given string, names []string) string {
	if n := nearest(given, names); n != "" {
		return " Did you mean " + n + "?"
	}
	return ""
}

// listed is how many names are told where none is near.
const listed = 8

// didYouMean gives a sentence to append to a detail: " Did you mean X?", or what there is, where that is short.
func didYouMean(given string, names []string, prefix string) string {
	if n := nearest(given, names); n != "" {
		return " Did you mean " + prefix + n + "?"
	}
	sorted := slices.Sorted(slices.Values(names))
	for i := range sorted {
		sorted[i] = prefix + sorted[i]
	}
	switch {
	case len(sorted) == 1:
		return " There is only " + sorted[0] + "."
	case len(sorted) > 1 && len(sorted) <= listed:
		return " There are " + enumerate(sorted, "and") + "."
	}
	return ""
}

// DidYouMean gives a sentence to append to a detail about an unknown name, for diagnostics that are found outside of this package.
func DidYouMean(given string, names []string) string { return didYouMean(given, names, "") }
