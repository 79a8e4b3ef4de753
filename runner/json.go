package runner

import (
	"fmt"
	"math"
	"strconv"
)

// appendJSON writes the JSON of an option's value: string, bool, int64, float64, or a list of them. Equal values have the same
// text, and it is an identity's; encoding/json would take most of the time of a plan.
func appendJSON(b []byte, value any) []byte {
	switch v := value.(type) {
	case string:
		return appendQuoted(b, v)
	case bool:
		return strconv.AppendBool(b, v)
	case int64:
		return strconv.AppendInt(b, v, 10)
	case float64:
		format := byte('f')
		if abs := math.Abs(v); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
			format = 'e'
		}
		return strconv.AppendFloat(b, v, format, -1, 64)
	case []any:
		b = append(b, '[')
		for i, e := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendJSON(b, e)
		}
		return append(b, ']')
	}
	panic(fmt.Sprintf("runner: an option of type %T", value)) // package spec gives no other
}

// appendQuoted writes a text as a JSON string.
func appendQuoted(b []byte, text string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for i := range len(text) {
		switch c := text[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c < ' ':
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&0xf])
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}

// AppendJSON writes the line that `bench plan -json` has for the run.
func (r *Run) AppendJSON(b []byte) []byte {
	action := `,"action":"run","reasons":[`
	if r.UpToDate {
		action = `,"action":"none","reasons":[`
	}
	b = appendQuoted(append(b, `{"address":`...), r.Address.String())
	b = strconv.AppendInt(append(b, `,"order":`...), int64(r.Position), 10)
	b = append(b, action...)
	for i, why := range r.Reasons {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendQuoted(append(b, `{"kind":`...), why.Kind)
		if why.Old != "" {
			b = appendQuoted(append(b, `,"old":`...), why.Old)
		}
		if why.New != "" {
			b = appendQuoted(append(b, `,"new":`...), why.New)
		}
		if why.Place != "" {
			b = appendQuoted(append(b, `,"place":`...), why.Place)
		}
		b = append(b, '}')
	}
	b = appendQuoted(append(b, `],"hash":`...), r.Hash)
	return append(b, "}\n"...)
}
