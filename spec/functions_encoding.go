package spec

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

var encodingFunctions = []builtin{
	{name: "base64decode", doc: "Reads a text from base64.", example: `base64decode("aGVsbG8=")`, result: `"hello"`, function: textFunc(func(args []string) (string, error) {
		content, err := fromBase64(args[0])
		if err == nil && !utf8.ValidString(content) {
			err = errors.New("what it holds is not a text in UTF-8")
		}
		return content, err
	}, "str")},
	{name: "base64encode", doc: "Writes a text in base64.", example: `base64encode("hello")`, result: `"aGVsbG8="`, function: textFunc(func(args []string) (string, error) { return inBase64(args[0]), nil }, "str")},
	{name: "csvdecode", doc: "Reads CSV with a header, as a list of objects of texts.", example: `csvdecode("model,size\ngemma3,4\n")`, result: `[{ model = "gemma3", size = "4" }]`, function: guarded(stdlib.CSVDecodeFunc, boundedCSV)},
	{name: "jsondecode", doc: "Reads a value from JSON.", example: `jsondecode("{\"top_k\": [20, 40]}")`, result: `{ top_k = [20, 40] }`, function: guarded(stdlib.JSONDecodeFunc, boundedJSON)},
	{name: "jsonencode", doc: "Writes a value as JSON.", example: `jsonencode({ top_k = [20, 40] })`, result: `"{\"top_k\":[20,40]}"`, function: shortening(guarded(stdlib.JSONEncodeFunc, boundedText))},
	{name: "urlencode", doc: "Writes a text so that it can be part of a URL's query.", example: `urlencode("a b&c")`, result: `"a+b%26c"`, function: textFunc(func(args []string) (string, error) { return url.QueryEscape(args[0]), nil }, "str")},
	{name: "yamldecode", doc: "Reads a value from YAML.", example: `yamldecode("top_k: [20, 40]")`, result: `{ top_k = [20, 40] }`, function: yamlDecodeFunc},
	{name: "yamlencode", doc: "Writes a value as YAML.", example: `yamlencode({ top_k = [20, 40] })`, result: `"\"top_k\":\n- 20\n- 40\n"`, function: shortening(yamlEncodeFunc)},
}

func fromBase64(text string) (string, error) {
	content, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return "", errors.New("this is not base64")
	}
	return string(content), nil
}

// boundedCSV counts what may be fields.
func boundedCSV(args []cty.Value) error {
	text := knownText(args[0])
	if strings.Count(text, ",")+strings.Count(text, "\n") > maxElements {
		return fmt.Errorf("more than %d fields", maxElements)
	}
	return nil
}

// boundedJSON refuses what go-cty's decoder would recurse too deeply on.
func boundedJSON(args []cty.Value) error {
	if args[0].IsNull() || !args[0].IsKnown() {
		return nil
	}
	text := args[0].AsString()
	depth, elements, digits := 0, 0, 0
	quoted := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[' || c == '{':
			depth++
			elements++
		case c == ']' || c == '}':
			depth--
		case c == ',':
			elements++
		case '0' <= c && c <= '9':
			digits++
			if digits > maxDigits {
				return function.NewArgErrorf(0, "a number in it has more than %d digits", maxDigits)
			}
			continue
		}
		digits = 0
		if depth > maxDepth {
			return function.NewArgErrorf(0, "it nests deeper than %d levels", maxDepth)
		}
		if elements > maxElements {
			return function.NewArgErrorf(0, "it has more than %d elements", maxElements)
		}
	}
	var whole json.RawMessage
	if err := json.Unmarshal([]byte(text), &whole); err != nil {
		place := ""
		if wrong, ok := errors.AsType[*json.SyntaxError](err); ok {
			place = fmt.Sprintf(" (at byte %d)", wrong.Offset)
		}
		return function.NewArgErrorf(0, "this is not JSON: %w%s", err, place)
	}
	return nil
}
