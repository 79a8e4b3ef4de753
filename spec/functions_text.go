package spec

import (
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

var textFunctions = []builtin{
	{name: "chomp", doc: "Takes the newlines off the end of a text.", example: `chomp("hello\n\n")`, result: `"hello"`, function: stdlib.ChompFunc},
	{name: "endswith", doc: "Says whether a text ends with another.", example: `endswith("report.md", ".md")`, result: `true`, function: testFunc("suffix", strings.HasSuffix)},
	{name: "format", doc: "Writes values into a text, as printf does.", example: `format("%s has %04d tokens, %.1f%%", "corpus", 42, 99.5)`, result: `"corpus has 0042 tokens, 99.5%"`,
		function: formatting(guarded(stdlib.FormatFunc, boundedFormat))},
	{name: "formatlist", doc: "Writes each element of lists into a text, as printf does.", example: `formatlist("%s-%d", ["a", "b"], [1, 2])`, result: `["a-1", "b-2"]`,
		function: formatting(guarded(stdlib.FormatListFunc, boundedFormatList))},
	{name: "indent", doc: "Puts spaces before each line of a text but the first.", example: `indent(2, "- a\n- b")`, result: `"- a\n  - b"`, function: guarded(stdlib.IndentFunc, boundedIndent)},
	{name: "join", doc: "Puts the texts of one or more lists together, with a separator between them.", example: `join(", ", ["a", "b"])`, result: `"a, b"`, function: guarded(stdlib.JoinFunc, boundedJoin)},
	{name: "lower", doc: "Makes all letters small.", example: `lower("GEMMA")`, result: `"gemma"`, function: stdlib.LowerFunc},
	{name: "regex", doc: "Gives the first match of a pattern: its text, or what its groups matched.", example: `regex("(\\d+)b-q(\\d)", "gemma-7b-q4")`, result: `["7", "4"]`, function: guarded(stdlib.RegexFunc, boundedPattern)},
	{name: "regex_replace", doc: "Replaces each match of a pattern.", example: `regex_replace("gemma3:latest", ":.*$", "")`, result: `"gemma3"`, function: regexReplaceFunc},
	{name: "regexall", doc: "Lists all matches of a pattern.", example: `regexall("(?m)^- .*", "# List\n- a\n- b")`, result: `["- a", "- b"]`, function: guarded(stdlib.RegexAllFunc, boundedMatches)},
	{name: "replace", doc: "Replaces each occurrence of a text; one between slashes is a pattern.", example: `replace("num ctx", "/[aeiou ]/", "")`, result: `"nmctx"`, function: replaceFunc},
	{name: "split", doc: "Cuts a text at each separator.", example: `split(",", "a,b,c")`, result: `["a", "b", "c"]`, function: guarded(stdlib.SplitFunc, boundedSplit)},
	{name: "startswith", doc: "Says whether a text begins with another.", example: `startswith("gemma3", "gemma")`, result: `true`, function: testFunc("prefix", strings.HasPrefix)},
	{name: "strcontains", doc: "Says whether a text holds another.", example: `strcontains("gemma3:latest", ":")`, result: `true`, function: testFunc("substr", strings.Contains)},
	{name: "strlen", doc: "Counts the characters of a text.", example: `strlen("größer")`, result: `6`, function: stdlib.StrlenFunc},
	{name: "strrev", doc: "Turns a text round.", example: `strrev("abc")`, result: `"cba"`, function: stdlib.ReverseFunc},
	{name: "substr", doc: "Cuts a piece out of a text, from an offset and with a length in characters; -1 takes the rest.", example: `substr("gemma3", 1, 3)`, result: `"emm"`, function: stdlib.SubstrFunc},
	{name: "title", doc: "Makes the first letter of each word a capital.", example: `title("warm start")`, result: `"Warm Start"`, function: stdlib.TitleFunc},
	{name: "trim", doc: "Takes the given characters off both ends of a text.", example: `trim("?!hello?!", "!?")`, result: `"hello"`, function: stdlib.TrimFunc},
	{name: "trimprefix", doc: "Takes a text off the beginning of another.", example: `trimprefix("v1.2", "v")`, result: `"1.2"`, function: stdlib.TrimPrefixFunc},
	{name: "trimspace", doc: "Takes the white space off both ends of a text.", example: `trimspace("  a b\n")`, result: `"a b"`, function: stdlib.TrimSpaceFunc},
	{name: "trimsuffix", doc: "Takes a text off the end of another.", example: `trimsuffix("report.md", ".md")`, result: `"report"`, function: stdlib.TrimSuffixFunc},
	{name: "upper", doc: "Makes all letters capitals.", example: `upper("gemma")`, result: `"GEMMA"`, function: stdlib.UpperFunc},
}

// testFunc makes a function of a test of one text against another.
func testFunc(part string, holds func(s, part string) bool) function.Function {
	return makeFunc(cty.Bool, func(args []string) (cty.Value, error) { return cty.BoolVal(holds(args[0], args[1])), nil }, "str", part)
}

// replaceFunc takes a text between slashes for a pattern, as Terraform does.
var replaceFunc = textFunc(func(args []string) (string, error) {
	text, old, with := args[0], args[1], args[2]
	if len(old) > 1 && old[0] == '/' && old[len(old)-1] == '/' {
		return replaceMatches(text, old[1:len(old)-1], with)
	}
	if err := fits(len(text) + strings.Count(text, old)*len(with)); err != nil {
		return "", err
	}
	return strings.ReplaceAll(text, old, with), nil
}, "str", "substr", "replace")
