package scrub

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The fewest bytes of what is taken out.
const (
	shortest       = 4 // of a secret, and of the beginning of one that was cut short
	shortestWord   = 8 // of one among several in a secret
	shortestBase64 = 6 // of its part in a longer text; random text holds fewer by chance
)

// formsOf gives every text by which a secret is known; none of one that is too short, or a word that everybody uses.
func formsOf(secret string) []string {
	if bare := strings.TrimSpace(secret); len(bare) < shortest || bare == "true" || bare == "false" || bare == "null" {
		return nil
	}
	var forms []string
	for _, piece := range pieces(secret) {
		for _, form := range slices.Concat(escaped(piece), inBase64(piece)) {
			if !slices.Contains(forms, form) {
				forms = append(forms, form)
			}
		}
	}
	return forms
}

// pieces gives a secret without the white space around it, and the lines and words of it that are long enough to be one by
// themselves: a key of many lines may be logged line by line, and of "Bearer KEY" the key alone.
func pieces(secret string) []string {
	all := []string{secret, strings.TrimSpace(secret)}
	words := strings.Fields(secret)
	if len(words) < 2 {
		return all
	}
	all = append(all, strings.Join(words, " "))
	for line := range strings.Lines(secret) {
		words = append(words, strings.TrimSpace(line))
	}
	return append(all, slices.DeleteFunc(words, func(word string) bool { return len(word) < shortestWord })...)
}

// escaped gives a text as it stands in JSON, in Go's quotes and in an address, and as it stands in such a text that is quoted once more.
func escaped(text string) []string {
	all := []string{text}
	for range 2 {
		for _, form := range all {
			for _, quoted := range []string{strconv.Quote(form), strconv.QuoteToASCII(form), inJSON(form, false), inJSON(form, true)} {
				all = append(all, quoted[1:len(quoted)-1])
			}
		}
		slices.Sort(all)
		all = slices.Compact(all)
	}
	return append(all, url.QueryEscape(text), url.PathEscape(text))
}

// inJSON quotes a text as JSON does, HTML escaped or not. What is no UTF-8 stays as it is: an encoder would replace it.
func inJSON(text string, html bool) string {
	if !utf8.ValidString(text) {
		return `"` + text + `"`
	}
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(html)
	_ = enc.Encode(text) // a string, into memory
	return strings.TrimSpace(b.String())
}

// inBase64 gives what of a text is to be seen in the base64 of a longer one, as user:KEY: that depends on how many bytes come
// before it, modulo 3. The characters at both ends that depend on its neighbours are left out.
func inBase64(text string) []string {
	var all []string
	for before := range 3 {
		padded := append(make([]byte, before), text...)
		first, last := (before*8+5)/6, len(padded)*8/6
		for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			if seen := encoding.EncodeToString(padded); last-first >= shortestBase64 {
				all = append(all, seen[first:last])
			}
		}
	}
	return all
}
