package spec

import (
	"fmt"

	"github.com/zclconf/go-cty/cty"
)

// tooLarge says that a value has more in it than a spec may; "" where it has not.
func tooLarge(v cty.Value) string {
	elements, text := maxElements, maxText
	if isInfinite(unmarked(v)) {
		return "This divides by zero, which gives an infinite number."
	}
	if measure(v, maxDepth, &elements, &text) {
		return ""
	}
	if holdsInfinite(v) {
		return "This value has an infinite number in it, which can be neither sent nor compared nor written."
	}
	return fmt.Sprintf("This value has more than %d elements, %d MiB of text or %d levels, or a number of more than a thousand digits. Keep data in files of their own.", maxElements, maxText>>20, maxDepth)
}

// holdsInfinite says whether an infinite number is among the elements of a value.
func holdsInfinite(v cty.Value) bool {
	found := false
	left := maxElements
	_ = cty.Walk(v, func(_ cty.Path, v cty.Value) (bool, error) {
		left--
		found = found || isInfinite(unmarked(v))
		return !found && left > 0, nil
	})
	return found
}

// measure takes what a value has off what is left, and says whether that was enough.
func measure(v cty.Value, levels int, elements, text *int) bool {
	v, _ = v.Unmark()
	if *elements--; *elements < 0 || levels < 0 {
		return false
	}
	switch {
	case v.IsNull() || !v.IsKnown():
	case v.Type() == cty.Number:
		exponent := v.AsBigFloat().MantExp(nil)
		return !v.AsBigFloat().IsInf() && max(exponent, -exponent) <= maxBits
	case v.Type() == cty.String:
		*text -= len(v.AsString())
		return *text >= 0
	case v.CanIterateElements():
		for it := v.ElementIterator(); it.Next(); {
			if _, e := it.Element(); !measure(e, levels-1, elements, text) {
				return false
			}
		}
	}
	return true
}
