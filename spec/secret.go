package spec

import (
	"fmt"
	"io"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// A Secret is a text that is to be written nowhere: whatever prints it gives "(sensitive)". The zero value is none.
type Secret struct{ text *string } // behind a pointer, which is all that package fmt shows of an unexported field

const concealed = "(sensitive)"

// newSecret keeps a text.
func newSecret(text string) Secret { return Secret{&text} }

// IsSet says whether there is a secret.
func (s Secret) IsSet() bool { return s.text != nil }

// Reveal gives the text itself; "" where there is none.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// String gives "(sensitive)".
func (Secret) String() string { return concealed }

// GoString gives "(sensitive)".
func (Secret) GoString() string { return concealed }

// Format writes "(sensitive)" whatever is asked for.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, concealed) }

// MarshalText gives "(sensitive)".
func (Secret) MarshalText() ([]byte, error) { return []byte(concealed), nil }

// MarshalJSON gives "(sensitive)".
func (Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + concealed + `"`), nil }

// takeSecret is take for an attribute that may be sensitive, with a value that is.
func (a attr) takeSecret(val cty.Value, expr hcl.Expression) (cty.Value, []problem) {
	bare, marks := val.UnmarkDeepWithPaths()
	converted, problems := a.take(bare, expr)
	if len(problems) > 0 && val.IsMarked() { // the names in an object are part of what is sensitive
		return cty.NilVal, one(expr, "Invalid value", "%q must be %s. What is wrong with it is sensitive, so it is not shown.", a.name, a.noun())
	}
	if len(problems) > 0 {
		return cty.NilVal, problems
	}
	return converted.MarkWithPaths(marks), nil
}

// secret takes a text that nothing may show, whether the spec calls it sensitive or not.
func (v *values) secret(name string, to *Secret) {
	if val, ok := v.get(name); ok {
		val, _ = val.Unmark()
		*to = newSecret(val.AsString())
	}
}

// environment takes an object of scalars as an environment: what may be shown by name, and what is sensitive, names and all, as
// "NAME=VALUE".
func (v *values) environment(name string, shown *map[string]any, hidden *[]Secret) {
	val, ok := v.get(name)
	if !ok {
		return
	}
	all, marks := val.Unmark()
	*shown = map[string]any{}
	for it := all.ElementIterator(); it.Next(); {
		key, element := it.Element()
		bare, _ := element.UnmarkDeep()
		switch {
		case bare.IsNull():
		case len(marks) > 0 || element.ContainsMarked():
			*hidden = append(*hidden, newSecret(fmt.Sprintf("%s=%v", key.AsString(), scalar(bare))))
		default:
			(*shown)[key.AsString()] = scalar(bare)
		}
	}
}

// sensitiveHere is the summary for a sensitive value where it would be written down.
const sensitiveHere = "Sensitive value not allowed here"

type mark string

// sensitiveMark is carried by every value that a sensitive variable, or the environment, went into.
const sensitiveMark = mark("sensitive")
