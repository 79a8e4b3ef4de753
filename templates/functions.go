package templates

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig/v3"
)

// fromSprig are the functions of sprig that a template may use, by the name that it uses: pure ones, on text, lists,
// objects and numbers. It is an allow-list, since sprig's own "hermetic" map still holds randInt, shuffle and bcrypt.
// Where sprig has two of a kind it is the one that reports its errors.
var fromSprig = map[string]string{
	"abbrev": "abbrev", "trunc": "trunc", "trim": "trim", "trimAll": "trimAll", "trimPrefix": "trimPrefix", "trimSuffix": "trimSuffix",
	"upper": "upper", "lower": "lower", "title": "title", "untitle": "untitle", "substr": "substr", "nospace": "nospace",
	"snakecase": "snakecase", "camelcase": "camelcase", "kebabcase": "kebabcase", "wrap": "wrap", "wrapWith": "wrapWith",
	"contains": "contains", "hasPrefix": "hasPrefix", "hasSuffix": "hasSuffix", "quote": "quote", "squote": "squote", "cat": "cat",
	"replace": "replace", "plural": "plural", "splitList": "splitList", "toString": "toString", "sha256sum": "sha256sum",
	"regexMatch": "mustRegexMatch", "regexFind": "mustRegexFind", "regexFindAll": "mustRegexFindAll",
	"regexReplaceAll": "mustRegexReplaceAll", "regexSplit": "mustRegexSplit", "regexQuoteMeta": "regexQuoteMeta",

	"default": "default", "empty": "empty", "coalesce": "coalesce", "all": "all", "any": "any", "ternary": "ternary",
	"fromJson": "mustFromJson", "toJson": "mustToRawJson", "toPrettyJson": "mustToPrettyJson", "fail": "fail",
	"int": "int", "float64": "float64", "ceil": "ceil", "floor": "floor", "round": "round",
	"addf": "addf", "subf": "subf", "mulf": "mulf", "divf": "divf",

	"list": "list", "tuple": "tuple", "dict": "dict", "get": "get", "hasKey": "hasKey", "pluck": "pluck", "pick": "pick", "omit": "omit",
	"append": "mustAppend", "prepend": "mustPrepend", "concat": "concat", "first": "mustFirst", "rest": "mustRest", "last": "mustLast",
	"initial": "mustInitial", "reverse": "mustReverse", "uniq": "mustUniq", "without": "mustWithout", "has": "mustHas", "compact": "mustCompact",
	"chunk": "mustChunk", "sortAlpha": "sortAlpha",
}

// builtinNames are the functions of text/template that stand as they are; the others are replaced by ours or left out.
var builtinNames = map[string]any{"and": true, "or": true, "not": true, "len": true, "slice": true}

// functions gives everything that a template may call. Without a rendering they can only be looked up, for parsing.
func functions(r *rendering) template.FuncMap {
	if r == nil {
		r = &rendering{budget: new(budget)}
	}
	all := template.FuncMap{
		"eq": equalAny, "ne": func(a, b any) bool { return !equal(a, b) },
		"lt":  func(a, b any) (bool, error) { c, err := compare(a, b); return c < 0, err },
		"le":  func(a, b any) (bool, error) { c, err := compare(a, b); return c <= 0, err },
		"gt":  func(a, b any) (bool, error) { c, err := compare(a, b); return c > 0, err },
		"ge":  func(a, b any) (bool, error) { c, err := compare(a, b); return c >= 0, err },
		"add": arithmetic(add), "sub": arithmetic(subtract), "mul": arithmetic(multiply), "div": divide, "mod": remainder,
		"abs": absolute, "max": arithmetic(larger), "min": arithmetic(smaller),
		"print": printMarked, "println": fmt.Sprintln, "printf": printf,
		"index": index, "keys": sortedKeys[any], "values": values, "set": set, "join": join,
		"at": func(path string, v any) any { return field(v, path) }, "where": where, "by": by, "rankBy": rankBy, "head": head, "tail": tail, "column": column,
		"until": until, "untilStep": untilStep, "seq": sequence, "repeat": repeat, "indent": indent, "nindent": nindent,

		"table": table, "md": escape, "oneline": oneline, "raw": func(text string) Markdown { return Markdown(text) },
		"code": code, "prose": prose, "fence": fence, "shell": shell, "anchor": anchor, "toc": func() Markdown { return tocMark }, "include": r.include,
	}
	maps.Copy(all, numberFunctions)
	theirs := sprig.GenericFuncMap()
	for name, original := range fromSprig {
		all[name] = theirs[original]
	}
	for name, fn := range all {
		all[name] = r.budget.wrap(fn)
	}
	all[escapeName], all[stepName] = escape, r.budget.step
	return all
}

// include renders another template of the set, as {{template}} does, and gives its text.
func (r *rendering) include(name string, data any) (Markdown, error) {
	if r.set.Lookup(name) == nil {
		var known []string
		for _, t := range r.set.Templates() {
			known = append(known, t.Name())
		}
		return "", errors.New(noTemplate(name, slices.Sorted(slices.Values(known))))
	}
	if r.depth++; r.depth > maxDepth {
		return "", fmt.Errorf("includes are nested more than %d deep", maxDepth)
	}
	text, err := r.execute(name, data)
	r.depth--
	return Markdown(text), err
}

// index gives the element of a list, or the field of an object; one that isn't there is an error. get is the tolerant one.
func index(item any, keys ...any) (any, error) {
	for _, key := range keys {
		if fields, ok := item.(map[string]any); ok {
			name := fmt.Sprint(key)
			if item, ok = fields[name]; !ok {
				return nil, errors.New(noField("the object", name, sortedKeys(fields)))
			}
			continue
		}
		items, err := elements(item)
		if err != nil {
			return nil, err
		}
		i, ok := whole(key)
		if !ok || i < 0 || i >= len(items) {
			return nil, fmt.Errorf("a list of %d has no element %v", len(items), key)
		}
		item = items[i]
	}
	return item, nil
}

// set gives a copy of an object with one field more. (sprig's changes the object, which could then hold itself.)
func set(fields map[string]any, name string, value any) map[string]any {
	out := maps.Clone(fields)
	if out == nil {
		out = map[string]any{}
	}
	out[name] = value
	return out
}

// values gives the values of an object, in the order of its sorted keys.
func values(fields map[string]any) []any {
	out := make([]any, 0, len(fields))
	for _, name := range sortedKeys(fields) {
		out = append(out, fields[name])
	}
	return out
}

// uncertain are the verbs whose output is an address in memory, or may be as wide as one likes.
var uncertain = pattern(`%[^a-zA-Z%]*(p|\d{4}|\*)`)

func printf(format string, args ...any) (string, error) {
	if uncertain().MatchString(format) {
		return "", errors.New("the format may hold no %p, no * and no width over 999")
	}
	return fmt.Sprintf(format, args...), nil
}

// until gives the numbers from 0 up to n, without n.
func until(n int) ([]int, error) { return untilStep(0, n, 1) }

func untilStep(start, stop, step int) ([]int, error) {
	out := []int{}
	for i := start; step > 0 && i < stop || step < 0 && i > stop; i += step {
		if len(out) == maxSequence {
			return nil, fmt.Errorf("a sequence may have %d elements at most", maxSequence)
		}
		out = append(out, i)
	}
	return out, nil
}

// sequence gives the numbers from 1 to n, or from a to b.
func sequence(bounds ...int) ([]int, error) {
	switch len(bounds) {
	case 1:
		return untilStep(1, bounds[0]+1, 1)
	case 2:
		return untilStep(bounds[0], bounds[1]+1, 1)
	}
	return nil, errors.New("want seq LAST or seq FIRST LAST")
}

func repeat(count int, text string) (string, error) {
	if count < 0 || count > maxSequence || count*len(text) > maxValue {
		return "", fmt.Errorf("%d copies: want 0 to %d, and %d MiB at most", count, maxSequence, maxValue>>20)
	}
	return strings.Repeat(text, count), nil
}

func indent(blanks int, text string) (string, error) {
	pad, err := repeat(blanks, " ")
	return pad + strings.ReplaceAll(text, "\n", "\n"+pad), err
}

func nindent(blanks int, text string) (string, error) {
	out, err := indent(blanks, text)
	return "\n" + out, err
}
