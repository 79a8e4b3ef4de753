package spec

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// splitComma gives the parts between commas, without the space around them.
func splitComma(s string) []string {
	parts := strings.Split(s, ",")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}

// upper makes a sentence of an error: its first letter is a capital one.
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

// quoted puts each name in quotes.
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

// article writes names as "an agent" or "a server or target".
func article(names ...string) string {
	name := orList(names)
	if strings.ContainsAny(name[:1], "aeiou") {
		return "an " + name
	}
	return "a " + name
}

// friendly says what values of a type are called: "a list", "a reference to a server".
func friendly(t cty.Type) string {
	switch {
	case t == cty.DynamicPseudoType:
		return "null" // a value whose type isn't known passes every conversion
	case t.IsCapsuleType():
		return "a reference to " + article(t.FriendlyName())
	case t.IsObjectType():
		return "an object"
	case t.IsTupleType():
		return "a list"
	}
	return article(t.FriendlyName())
}

// described says what a value is.
func described(v cty.Value) string {
	if v.IsNull() {
		return "null"
	}
	return friendly(v.Type())
}

// at writes a place as a user looks it up.
func at(rng hcl.Range) string { return fmt.Sprintf("%s:%d", rng.Filename, rng.Start.Line) }

// cut gives at most n bytes of a text, whole runes.
func cut(s string, n int) string { return strings.ToValidUTF8(s[:n], "") + "…" }

// abridged gives as much of a text as is told of a value.
func abridged(s string) string {
	if len(s) > longest {
		return cut(s, longest)
	}
	return s
}

// control finds a character in a text that can't be seen and is no tab or new line; -1: there is none.
func control(s string) rune {
	for _, r := range s {
		if unicode.IsControl(r) && r != '\t' && r != '\n' && r != '\r' {
			return r
		}
	}
	return -1
}
