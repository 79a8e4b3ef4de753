package spec

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
)

// Where another language is written differently, HCL's parser says what it expects, which is seldom what was meant. A habit says how
// that is written here. To add one, see with `bench validate` what HCL calls the mistake, and write a row.

// A habit is a way to write something that is not HCL's.
type habit struct {
	of      []string // what HCL calls the mistake: its summaries
	written string   // a pattern for the line, in which ¦ is where HCL's parser stopped; its group is what to point at
	summary string
	detail  string // without any of the source, which may be a secret in a file of values
}

// What HCL calls the mistakes.
var (
	noNewline     = []string{"Missing newline after argument"}
	noComma       = []string{"Missing item separator"}
	unbalanced    = []string{"Unbalanced parentheses"}
	badCall       = []string{"Missing argument separator"}
	badObject     = []string{"Missing attribute separator"}
	noObjectValue = []string{"Missing attribute value", "Missing key/value separator"}
	noValue       = []string{"Invalid expression"}
	badOperator   = []string{"Unsupported operator"}
	badCharacter  = []string{"Invalid character"}
	badDirective  = []string{"Invalid template control keyword"}
	badNumber     = []string{"Invalid number literal"}
	badText       = []string{quotedNewline}
	openCall      = []string{"Unterminated function call"}
	badIndex      = []string{"Missing close bracket on index"}
	badLine       = []string{"Argument or block definition required", "Invalid block definition"}

	// something stands where an expression has ended
	ended = slices.Concat(noNewline, noComma, badCall, badObject, unbalanced, []string{"Extra characters after interpolation expression"})
)

const (
	operator    = "Operator of another language"
	textMeant   = " Where a text was meant, put it in quotes."
	asHeredoc   = "A heredoc begins with << or <<-, with its word right behind and nothing else on the line, as <<EOT."
	noNumber    = "Not a number"
	textOfLines = `HCL has no """. A text stands in one pair of quotes; one of several lines is a heredoc: <<EOT, the text below it, and EOT on a line of its own.`
	listOrMap   = "A list stands in brackets, as [1, 2]. In braces each value has a name, as { NAME = VALUE }."
)

// habits are tried in this order.
var habits = []habit{
	{ended, `¦(and)\b`, operator, `HCL writes && for "and".` + textMeant},
	{ended, `¦(or)\b`, operator, `HCL writes || for "or".` + textMeant},
	{ended, `\b(not)\s+¦`, operator, `HCL writes ! for "not".` + textMeant},
	{ended, `¦(is\s+not)\b`, operator, `HCL writes != for "is not".` + textMeant},
	{ended, `¦(is)\b`, operator, `HCL writes == for "is".` + textMeant},
	{ended, `¦(not\s+in)\b`, operator, `HCL writes !contains(LIST, VALUE) for "not in".` + textMeant},
	{ended, `¦(in)\b`, operator, `HCL writes contains(LIST, VALUE) for "in".` + textMeant},
	{ended, `¦(if)\b`, operator, `HCL writes CONDITION ? A : B for "if".` + textMeant},
	{ended, `\b(if)\s+¦`, operator, `HCL writes CONDITION ? A : B for "if".` + textMeant},
	{ended, `¦(for)\b`, operator, `HCL writes the loop first: [for x in LIST : VALUE].` + textMeant},
	{ended, `\b(lambda)\s+¦`, operator, `HCL has no functions without a name. Write [for x in LIST : VALUE], or declare a function block.`},
	{noNewline, `¦(=>)`, operator, `HCL has no functions without a name. Write [for x in LIST : VALUE], or declare a function block.`},
	{noObjectValue, `¦(=>)`, operator, `HCL writes = or : between a name and its value.`},
	{noValue, `(==¦=)`, operator, `HCL writes == for it.`},
	{noValue, `(!=¦=)`, operator, `HCL writes != for it.`},
	{noValue, `(<¦>)`, operator, `HCL writes != for it.`},
	{noValue, `(\?¦\?)`, operator, `HCL writes coalesce(A, B) for it.`},
	{noValue, `(\?¦\.)`, operator, `HCL writes try(VALUE.NAME, null) for it.`},
	{noValue, `(\*¦\*)`, operator, `HCL writes pow(BASE, EXPONENT) for it.`},
	{noValue, `(\+¦\+)`, operator, `HCL has no ++. Texts are joined in one, as "${A}${B}", and lists by concat(A, B).`},
	{noValue, `(-¦>)`, operator, `HCL has no functions without a name. Write [for x in LIST : VALUE], or declare a function block.`},
	{noValue, `¦(\.\.\.)`, operator, `HCL joins objects by merge(A, B), and lists by concat(A, B).`},
	{badOperator, `(=¦~)`, operator, `HCL writes can(regex(PATTERN, TEXT)) for it.`},
	{badNumber, `¦(\d+\.\.\d+)`, operator, `HCL writes range(FROM, TO) for it, which gives no TO itself.`},
	{badIndex, `(:)[^\]]*¦`, operator, `HCL writes slice(LIST, FROM, TO) for it.`},

	{ended, `(""¦")`, "Text of another language", textOfLines},
	{badText, `(""")\s*¦`, "Text of another language", textOfLines},
	{openCall, `¦\w+\((")[^"]*\)[^"]*\}`, "Unclosed text", `The text that begins here is not closed before the ) behind it: add a quote there.`},
	{ended, `(?:^|[=(\[{,:?])\s*([fF]¦)"`, "Text of another language", `A text has no letter before its quote: take it out. ${ … } puts a value into any text.`},
	{ended, `(?:^|[=(\[{,:?])\s*([rRbBuU]{1,2}¦)"`, "Text of another language", `A text has no letter before its quote: take it out. A \ in a text is written \\.`},
	{ended, `"¦(\w+)`, "Quote in a text", `The quote before this ends the text. One that is part of it is written \".`},
	{noNewline, `"\s+¦(")`, "Two texts", `One value is assigned. Write them as one text, or as a list [ … ].`},
	{badCharacter, `¦(\$\{)`, "Template outside of a text", `${ … } puts a value into a text. Outside of one, write the expression alone.`},
	{badCharacter, `¦(\$\w+)`, "Name with $", `Names have no $: write var.NAME for a variable, and env("NAME") to read the environment.`},
	{badCharacter, "¦([`'‘’“”„«])", "Wrong quotes", `A text stands in straight double quotes, as "text".`},
	{badDirective, `(%\{)~?\s*¦`, "Unknown directive", `%{ begins an if or a for in a text. To put a value in, write ${ … }; for the characters themselves, write %%{.`},
	{noValue, `¦(<<\S*)`, "Wrong heredoc", asHeredoc},
	{badOperator, `(<<¦~\w*)`, "Wrong heredoc", asHeredoc + " <<- takes its indentation off."},

	{ended, `\b(\d+¦_[\d_]+)`, noNumber, `The digits of a number stand without _ between them.`},
	{ended, `\b(0¦[xXbBoO][0-9a-fA-F]+)`, noNumber, `Numbers are decimal. Another base is read by parseint("10", 16).`},
	{ended, `\b(\d[\d.]*¦[a-zA-Zµ]+)`, noNumber, `A value with a unit is a text, which stands in quotes, as "30s".`},
	{noValue, `\b(\d[\d.]*\s*%)\s*¦`, noNumber, `A percentage is a text, which stands in quotes, as "2%". To compute with it, write the share: 0.02.`},
	{noValue, `¦(\.\d+)`, noNumber, `A number has a digit before its point, as 0.6.`},

	{ended, `\.(\w+)¦\(`, "Call of another language", `Values have no methods. A function takes them in its parentheses: NAME(VALUE, …).`},
	{ended, `[=(\[{,:?]\s*([a-z]\w*)\s+¦(?:[a-z]+\.\w|")`, "Call of another language", `A function takes its values in parentheses: NAME(VALUE, …).` + textMeant},
	{ended, `\b((?:list|set|map)\s+¦of)\b`, "Type of another language", `A type is written with parentheses, as list(string).`},
	{noValue, `\b((?:list|set|map)\s*<[^>]*>)\s*¦`, "Type of another language", `A type is written with parentheses, as list(string).`},

	{ended, `^\s*\w+\s*(=)[^={}]*¦\{`, "Block with =", `A block has no = before its brace: write NAME "LABEL" { … }.`},
	{badLine, `¦\w+\s*(:)[^:{}]*\{`, "Block with a colon", `A block has no colon: write NAME "LABEL" { … }.`},
	{badLine, `¦[\w-]+\s*(:)\s*$`, "Block with a colon", `A block stands in braces: write NAME { … }.`},
	{badLine, `¦[\w-]+\s*(:=|\+=|==|:)`, "Missing =", `Write NAME = VALUE.`},
	{badLine, `^\s*(let|const|var|set|export|def)\s+\w+\s*¦=`, "Word of another language", `An argument begins with its name: write NAME = VALUE.`},

	{noComma, `¦(:)`, "Wrong bracket", `The elements of a list have no names. An object stands in braces, as { NAME = VALUE }.`},
	{unbalanced, `¦(,)`, "Wrong bracket", listOrMap},
	{noObjectValue, `¦(,)`, "Wrong bracket", listOrMap},
	{noComma, `¦([)}])`, "Wrong bracket", `A list ends with ].`},
	{badCall, `¦([\]}])`, "Wrong bracket", `A call ends with ).`},
	{badObject, `¦([\])])`, "Wrong bracket", `An object ends with }.`},
	{unbalanced, `\S\s*¦([\]}])`, "Wrong bracket", `What begins with ( ends with ).`},
	{noNewline, `¦([\])])`, "Bracket without a beginning", `Nothing is open that this would close. Take it out.`},
	{noNewline, `¦(\})`, "Brace behind a value", `A block of several lines ends on a line of its own: put the } there. If there is no block that it closes, take it out.`},
	{ended, `¦(=)[^{]*\}`, "Object without a beginning", `A brace closes an object on this line, and none opens it. Write NAME = { NAME = VALUE }.`},
	{ended, `¦(=)`, "Second equals sign", `One value is assigned. To compare, write ==.`},
	{noValue, `,\s*¦(,)`, "Missing value", `Nothing stands between two commas. Write a value there, or take one of them out.`},
	{noValue, `(&&|\|\||[=!<>]=|[-+*/%<>!?:])\s*¦\s*$`, "Missing value", `A value is missing behind this. An expression goes on in the next line only where it is in parentheses.`},
}

// A habitMatcher finds one of the habits.
type habitMatcher struct {
	habit
	find func() *regexp.Regexp
}

var habitMatchers = sync.OnceValue(func() []habitMatcher {
	var all []habitMatcher
	for _, h := range habits {
		all = append(all, habitMatcher{h, pattern(h.written)})
	}
	return all
})

const (
	stopped    = "¦" // where HCL's parser did, in the pattern of a habit
	habitSpace = 200 // bytes that are looked at, before that place and behind it
)

// habitual makes a mistake of syntax be told as the habit that it is, and says whether it is one.
func habitual(d *hcl.Diagnostic, src []byte) bool {
	at := d.Subject.Start
	if at.Byte > len(src) {
		return false
	}
	from := max(lineStart(src, at.Byte), at.Byte-habitSpace)
	before := string(src[from:at.Byte])
	behind, _, _ := strings.Cut(string(src[at.Byte:min(at.Byte+habitSpace, len(src))]), "\n")
	for _, h := range habitMatchers() {
		if !slices.Contains(h.of, d.Summary) {
			continue
		}
		found := h.find().FindStringSubmatchIndex(before + stopped + behind)
		if found == nil {
			continue
		}
		place := func(i int) hcl.Pos {
			if i > len(before) {
				i = max(i-len(stopped), len(before))
			}
			line := before + behind
			column := at.Column - utf8.RuneCountInString(before) + utf8.RuneCountInString(line[:i])
			return hcl.Pos{Line: at.Line, Column: column, Byte: from + i}
		}
		d.Summary, d.Detail = h.summary, h.detail
		d.Subject = &hcl.Range{Filename: d.Subject.Filename, Start: place(found[2]), End: place(found[3])}
		return true
	}
	return false
}
