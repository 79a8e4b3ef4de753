package spec

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// fits refuses what would be a longer text than there may be.
func fits(bytes int) error {
	if bytes < 0 || bytes > maxText {
		return fmt.Errorf("this would be a text of more than %d MiB", maxText>>20)
	}
	return nil
}

// knownText gives a text, or "" where it isn't known or none.
func knownText(v cty.Value) string {
	v, _ = v.Unmark()
	if v.Type() != cty.String || v.IsNull() || !v.IsKnown() {
		return ""
	}
	return v.AsString()
}

// guarded gives a function that looks at its arguments first, and refuses those that would make it too slow or its result too
// large. They may be unknown.
func guarded(f function.Function, refuse func(args []cty.Value) error) function.Function {
	return function.New(&function.Spec{
		Params: f.Params(), VarParam: f.VarParam(),
		Type: func(args []cty.Value) (cty.Type, error) {
			if err := refuse(args); err != nil {
				return cty.NilType, err
			}
			return f.ReturnTypeForValues(args)
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) { return f.Call(args) },
	})
}

// verb is a verb of a format as far as its width and its precision go.
var verb = pattern(`%[-+ #0]*(\d*)(?:\.(\d*))?`)

// written gives how many bytes a format writes at most beside its arguments, and how many verbs it has.
func written(format string) (bytes, verbs int, err error) {
	bytes = len(format)
	for _, m := range verb().FindAllStringSubmatch(format, -1) {
		verbs++
		for _, digits := range m[1:] {
			n, err := strconv.Atoi(cmp.Or(digits, "0"))
			if err != nil || n > maxWidth {
				return 0, 0, function.NewArgErrorf(0, "a width and a precision are %d at most", maxWidth)
			}
			bytes += n
		}
	}
	return bytes, verbs, nil
}

func boundedFormat(args []cty.Value) error {
	bytes, verbs, err := written(knownText(args[0]))
	if err != nil {
		return err
	}
	longest := 0
	for _, a := range args[1:] {
		longest = max(longest, textSize(a))
	}
	return fits(bytes + verbs*longest)
}

func boundedFormatList(args []cty.Value) error {
	bytes, verbs, err := written(knownText(args[0]))
	if err != nil {
		return err
	}
	times, once, each := 1, 0, 0
	for _, a := range args[1:] {
		if isSequence(a.Type()) && a.IsKnown() && !a.IsNull() {
			times, each = max(times, a.LengthInt()), each+textSize(a)
		} else {
			once = max(once, textSize(a))
		}
	}
	return fits(times*(bytes+verbs*once) + verbs*each)
}

func boundedIndent(args []cty.Value) error {
	if args[0].IsNull() || !args[0].IsKnown() {
		return nil
	}
	spaces, _ := args[0].AsBigFloat().Float64()
	if spaces < 0 || spaces > maxIndent {
		return function.NewArgErrorf(0, "this must be between 0 and %d", maxIndent)
	}
	text := knownText(args[1])
	return fits(len(text) + strings.Count(text, "\n")*int(spaces))
}

func boundedJoin(args []cty.Value) error {
	separator, total := len(knownText(args[0])), 0
	for _, list := range args[1:] {
		if !list.IsKnown() || list.IsNull() {
			continue
		}
		for it := list.ElementIterator(); it.Next(); {
			_, e := it.Element()
			total += separator + len(knownText(e))
		}
	}
	return fits(total)
}

func boundedSplit(args []cty.Value) error {
	separator, text := knownText(args[0]), knownText(args[1])
	if strings.Count(text, separator) >= maxElements {
		return fmt.Errorf("more than %d parts", maxElements)
	}
	return nil
}

// textSize is about how many bytes a value takes as JSON.
func textSize(v cty.Value) int {
	total := 0
	_ = cty.Walk(v, func(_ cty.Path, v cty.Value) (bool, error) {
		total += 8 + len(knownText(v))
		return total < maxText, nil
	})
	return total
}

// boundedText bounds what writes a whole value as a text.
func boundedText(args []cty.Value) error { return fits(textSize(args[0])) }

// fewArguments bounds a function that compares the type of each argument with that of every other.
func fewArguments(args []cty.Value) error {
	if len(args) > maxArguments {
		return fmt.Errorf("more than %d arguments", maxArguments)
	}
	return nil
}

// boundedConcat bounds what puts collections together: the same one may be given many times.
func boundedConcat(args []cty.Value) error {
	if err := fewArguments(args); err != nil {
		return err
	}
	total := 0
	for _, a := range args {
		total += elements(a)
	}
	if total > maxElements {
		return fmt.Errorf("these have more than %d elements together", maxElements)
	}
	return nil
}

// boundedFlatten counts what is in the lists in a list: the same one may be there many times.
func boundedFlatten(args []cty.Value) error {
	elements, text := maxElements, math.MaxInt
	if !measure(args[0], maxDepth, &elements, &text) {
		return fmt.Errorf("it has more than %d elements, with those of the lists in it, or more than %d levels", maxElements, maxDepth)
	}
	return nil
}

// elements counts those of a collection, as far as they are known.
func elements(v cty.Value) int {
	v, _ = v.Unmark()
	if !v.IsKnown() || !v.CanIterateElements() {
		return 0
	}
	return v.LengthInt()
}

// boundedProduct counts the combinations.
func boundedProduct(args []cty.Value) error {
	total := len(args)
	for _, a := range args {
		a, _ = a.Unmark()
		if !a.IsKnown() || !a.CanIterateElements() {
			return nil
		}
		if total *= a.LengthInt(); total > maxElements {
			return fmt.Errorf("these make more than %d elements", maxElements)
		}
	}
	return nil
}

// boundedSets bounds an operation that copies the set for each argument.
func boundedSets(args []cty.Value) error {
	total := 0
	for _, a := range args {
		total += elements(a)
	}
	if total*len(args) > maxCopied {
		return fmt.Errorf("%d sets of together %d elements are too many for one call", len(args), total)
	}
	return nil
}
