package spec

import (
	"slices"
	"strings"

	"github.com/agext/levenshtein"
)

// nearest gives the name that was probably meant, or "" where none is close: up to a third of its letters, and one more, may
// differ, but not all of them.
func nearest(given string, names []string) string {
	best, distance := "", (len(given)+2)/3+1
	for _, name := range slices.Sorted(slices.Values(names)) {
		if d := levenshtein.Distance(given, name, nil); d < distance && (d < max(len(given), len(name)) || strings.EqualFold(given, name)) {
			best, distance = name, d
		}
	}
	return best
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
