package spec

import (
	"bytes"
	"fmt"

	"github.com/hashicorp/hcl/v2"
)

// Where an expression has ended, what comes next may be there because another language is written so. HCL's parser says then what it
// expects, which is seldom what was meant.

// endings are HCL's summaries of something that stands where an expression has ended, and has to be something else.
var endings = map[string]bool{
	"Missing newline after argument": true, "Missing item separator": true, "Missing argument separator": true,
	"Missing attribute separator": true, "Unbalanced parentheses": true, "Extra characters after interpolation expression": true,
}

// operators are words that are operators elsewhere.
var operators = map[string]string{"and": "&&", "or": "||", "not": "!"}

// wrongBracket says how that ends in which a separator is missing, by HCL's summary.
var wrongBracket = map[string]string{
	"Missing item separator": "A list ends with ]", "Missing argument separator": "A call ends with )", "Missing attribute separator": "An object ends with }",
	"Unbalanced parentheses": "What begins with ( ends with )",
}

// misplaced says what a mistake is where another language is written so; no summary: it isn't known.
func misplaced(d *hcl.Diagnostic, src []byte) (summary, detail string) {
	if !endings[d.Summary] || !d.Subject.CanSliceBytes(src) {
		return "", ""
	}
	token := string(d.Subject.SliceBytes(src))
	start, end := d.Subject.Start.Byte, d.Subject.End.Byte
	if before := bytes.Fields(src[lineStart(src, start):start]); len(before) > 0 && string(before[len(before)-1]) == "not" {
		token = "not"
	}
	line, _, _ := bytes.Cut(src[end:], []byte("\n"))
	switch {
	case operators[token] != "":
		return "Operator of another language", fmt.Sprintf("HCL writes %s for %q. Where a text was meant, put it in quotes.", operators[token], token)
	case token == "=" && bytes.Count(line, []byte("}")) > bytes.Count(line, []byte("{")):
		return "Object without a beginning", "A brace closes an object on this line, and none opens it. Write NAME = { NAME = VALUE }."
	case token == "=":
		return "Second equals sign", "One value is assigned. To compare, write ==."
	case wrongBracket[d.Summary] != "" && (token == "]" || token == ")" || token == "}"):
		return "Wrong bracket", fmt.Sprintf("%s, and not with %s.", wrongBracket[d.Summary], token)
	case (token == "]" || token == ")") && d.Summary == "Missing newline after argument":
		return "Bracket without a beginning", fmt.Sprintf("Nothing is open that this %s would close. Take it out.", token)
	}
	return "", ""
}
