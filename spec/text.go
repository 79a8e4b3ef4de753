package spec

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// ParseCPUs reads a list of cores, as "0-3,6". The cores come back sorted.
func ParseCPUs(s string) ([]int, error) {
	var cores []int
	for _, part := range splitComma(s) {
		from, to, isRange := strings.Cut(part, "-")
		if !isRange {
			to = from
		}
		a, err1 := strconv.ParseUint(from, 10, 12) // 4096 cores at most
		b, err2 := strconv.ParseUint(to, 10, 12)
		if err1 != nil || err2 != nil || b < a {
			return nil, fmt.Errorf("%q is not a list of cores: write it as \"0-3\" or \"0,2\"", s)
		}
		for c := a; c <= b; c++ {
			cores = append(cores, int(c))
		}
	}
	slices.Sort(cores)
	return slices.Compact(cores), nil
}

func splitComma(s string) []string {
	parts := strings.Split(s, ",")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}

func upper(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// countOf writes a number with its noun.
func countOf(n int, noun string) string {
	if n == 1 {
		return "one " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func quoted(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = strconv.Quote(n)
	}
	return out
}

// orList writes "a, b or c".
func orList(names []string) string { return enumerate(names, "or") }

// enumerate writes "a, b and c", with the last word given.
func enumerate(names []string, last string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " " + last + " " + names[len(names)-1]
}
