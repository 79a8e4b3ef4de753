package spec

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

var regexReplaceFunc = textFunc(func(args []string) (string, error) { return replaceMatches(args[0], args[1], args[2]) }, "str", "pattern", "replace")

// replaceMatches replaces each match of a pattern. In what comes instead, $1 and $name stand for groups of it.
func replaceMatches(text, pattern, with string) (string, error) {
	re, err := compile(pattern, text)
	if err != nil {
		return "", function.NewArgError(1, err)
	}
	var out []byte
	matches := re.FindAllStringSubmatchIndex(text, maxElements+1)
	if len(matches) > maxElements {
		return "", tooManyMatches()
	}
	last := 0
	for _, match := range matches {
		longest := match[1] - match[0]
		if err := fits(len(out) + match[0] - last + len(with) + strings.Count(with, "$")*longest); err != nil {
			return "", err
		}
		out = append(out, text[last:match[0]]...)
		out = re.ExpandString(out, with, text, match)
		last = match[1]
	}
	return string(append(out, text[last:]...)), nil
}

// compile makes a pattern that is to be matched with a text, unless that could take too long.
func compile(pattern, text string) (*regexp.Regexp, error) {
	re, err := regexp.Compile(pattern)
	if err != nil {
		if wrong, ok := errors.AsType[*syntax.Error](err); ok {
			return nil, fmt.Errorf("this is not a pattern: %s in %s", wrong.Code, wrong.Expr)
		}
		return nil, err
	}
	if len(text) < 1<<10 {
		return re, nil
	}
	if n := states(pattern); n*len(text) > maxMatching {
		return nil, fmt.Errorf("this pattern has %d states, which is too many for a text of %d bytes", n, len(text))
	}
	return re, nil
}

func boundedPattern(args []cty.Value) error {
	pattern, text := knownText(args[0]), knownText(args[1])
	if _, err := compile(pattern, text); err != nil {
		return function.NewArgError(0, err)
	}
	return nil
}

// boundedMatches counts the matches, where there could be too many.
func boundedMatches(args []cty.Value) error {
	if err := boundedPattern(args); err != nil {
		return err
	}
	pattern, text := knownText(args[0]), knownText(args[1])
	if len(text) < maxElements {
		return nil
	}
	re := regexp.MustCompile(pattern)
	if len(re.FindAllStringIndex(text, maxElements+1)) > maxElements {
		return tooManyMatches()
	}
	return nil
}

// states says how many states a pattern has once its repetitions are written out.
func states(pattern string) int {
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return 0
	}
	program, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return 0
	}
	return len(program.Inst)
}

func tooManyMatches() error { return fmt.Errorf("more than %d matches", maxElements) }
