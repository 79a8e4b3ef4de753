package spec

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
)

// What stands for a value that can't be shown, or is not there yet.
const (
	SensitiveValue = "(sensitive value)"
	UnknownValue   = "(not known yet)"
)

// FormatValue writes a value as HCL, in canonical form over several lines. What it writes is an expression that gives the value
// again, but for what is sensitive or not known, and the digits that numberText leaves out. A reference is written as its address.
func FormatValue(v cty.Value) string {
	p := valuePrinter{secretive: v.ContainsMarked()}
	p.value(v, 0)
	if p.Len() > maxShown {
		return cut(p.String(), maxShown) + fmt.Sprintf("\n(the first %d MiB)", maxShown>>20)
	}
	return p.String()
}

type valuePrinter struct {
	strings.Builder
	secretive bool // something in the value is sensitive, so that the names in its types may be
}

// value writes a value. Its lines but the first are indented by so many levels.
func (p *valuePrinter) value(v cty.Value, level int) {
	t := v.Type()
	r, isRef := asRef(unmarked(v))
	switch {
	case p.Len() > maxShown:
	case v.IsMarked():
		p.WriteString(SensitiveValue)
	case !v.IsKnown():
		p.WriteString(UnknownValue)
	case v.IsNull():
		if p.secretive {
			t = opaque(t)
		}
		p.WriteString(nullOf(t))
	case level > maxDepth:
		p.WriteString("(nested too deeply)")
	case t == cty.String:
		p.text(v.AsString(), level)
	case t == cty.Number:
		p.WriteString(numberText(v.AsBigFloat()))
	case t == cty.Bool:
		fmt.Fprint(p, v.True())
	case isRef:
		p.WriteString(r.Address())
	case t.IsObjectType():
		p.entries("", v, level)
	case t.IsMapType():
		p.entries("tomap", v, level)
	case t.IsListType():
		p.elements("tolist", v, level)
	case t.IsSetType():
		p.elements("toset", v, level)
	case t.IsTupleType():
		p.elements("", v, level)
	default:
		p.WriteString("(" + friendly(t) + ")")
	}
}

func unmarked(v cty.Value) cty.Value {
	v, _ = v.Unmark()
	return v
}

// nullOf writes null so that its type stays, or is told.
func nullOf(t cty.Type) string {
	switch {
	case t == cty.DynamicPseudoType:
		return "null"
	case t.IsPrimitiveType():
		return "to" + t.FriendlyName() + "(null)"
	}
	return "null /* " + typeText(t) + " */"
}

// text writes a text of several lines as a heredoc, which always ends in a newline.
func (p *valuePrinter) text(s string, level int) {
	if !isHeredoc(s, level) {
		p.Write(hclwrite.TokensForValue(cty.StringVal(s)).Bytes())
		return
	}
	body := strings.TrimSuffix(s, "\n")
	opening, indent, closing := "<<EOT\n", "", "EOT"
	if level > 0 {
		opening, indent, closing = "<<-EOT\n", strings.Repeat("  ", level+1), strings.Repeat("  ", level)+"EOT"
	}
	if body == s {
		opening, closing = "chomp("+opening, closing+"\n"+strings.Repeat("  ", level)+")"
	}
	p.WriteString(opening)
	for line := range strings.SplitSeq(body, "\n") {
		if strings.TrimSpace(line) != "" {
			p.WriteString(indent)
		}
		p.WriteString(escapeTemplate.Replace(line) + "\n")
	}
	p.WriteString(closing)
}

// escapeTemplate takes the meaning off what begins a template's sequences.
var escapeTemplate = strings.NewReplacer("${", "$${", "%{", "%%{")

// isHeredoc says whether a text has several lines that can be read back from a heredoc: nothing in them is hidden, none ends it
// early, and where they are indented, they aren't so already.
func isHeredoc(s string, level int) bool {
	if !strings.Contains(strings.TrimSuffix(s, "\n"), "\n") {
		return false
	}
	flush := false
	for line := range strings.SplitSeq(s, "\n") {
		bare := strings.TrimSpace(line)
		if bare == "EOT" || strings.ContainsFunc(line, func(r rune) bool { return r != '\t' && !unicode.IsPrint(r) }) {
			return false
		}
		flush = flush || bare != "" && strings.TrimLeftFunc(line, unicode.IsSpace) == line
	}
	return level == 0 || flush
}

// elements writes a list, a set or a tuple, as the function that makes it of a tuple.
func (p *valuePrinter) elements(constructor string, v cty.Value, level int) {
	p.open(constructor, "[")
	for it := v.ElementIterator(); it.Next() && p.Len() <= maxShown; {
		_, e := it.Element()
		p.line(level + 1)
		p.value(e, level+1)
		if strings.HasSuffix(p.String(), "EOT") {
			p.line(level + 1) // the word that ends a heredoc stands alone
		}
		p.WriteByte(',')
	}
	p.close(constructor, "]", v, level)
}

// entries writes a map or an object, as the function that makes it of an object.
func (p *valuePrinter) entries(constructor string, v cty.Value, level int) {
	p.open(constructor, "{")
	var keys []string
	var values []cty.Value
	for it := v.ElementIterator(); it.Next() && p.Len() <= maxShown; {
		key, e := it.Element()
		keys, values = append(keys, keyText(key.AsString())), append(values, e)
	}
	widths := aligned(keys, values, level+1)
	for i := range keys {
		p.line(level + 1)
		fmt.Fprintf(p, "%-*s = ", widths[i], keys[i])
		p.value(values[i], level+1)
	}
	p.close(constructor, "}", v, level)
}

// aligned gives the widths of keys: as the formatter does it, the = of those that follow each other stand in a column.
func aligned(keys []string, values []cty.Value, level int) []int {
	widths := make([]int, len(keys))
	first, width := 0, 0
	end := func(next int) {
		for i := first; i < next; i++ {
			widths[i] = width
		}
		first, width = next, 0
	}
	for i, key := range keys {
		if opensBracket(values[i], level) {
			end(i)
			first = i + 1 // its = stays where it is
			continue
		}
		width = max(width, utf8.RuneCountInString(key))
	}
	end(len(keys))
	return widths
}

// opensBracket says whether the first line of a value leaves a bracket open.
func opensBracket(v cty.Value, level int) bool {
	t := v.Type()
	switch {
	case v.IsMarked() || v.IsNull() || !v.IsKnown():
		return false
	case t == cty.String:
		return isHeredoc(v.AsString(), level) && !strings.HasSuffix(v.AsString(), "\n")
	}
	return v.CanIterateElements() && v.LengthInt() > 0
}

// keyText writes a key bare where that can be read back.
func keyText(key string) string {
	if hclsyntax.ValidIdentifier(key) && key != "for" {
		return key
	}
	return string(hclwrite.TokensForValue(cty.StringVal(key)).Bytes())
}

func (p *valuePrinter) open(constructor, bracket string) {
	if constructor != "" {
		p.WriteString(constructor + "(")
	}
	p.WriteString(bracket)
}

func (p *valuePrinter) close(constructor, bracket string, v cty.Value, level int) {
	if v.LengthInt() > 0 {
		p.line(level)
	}
	p.WriteString(bracket)
	if constructor != "" {
		p.WriteString(")")
	}
}

func (p *valuePrinter) line(level int) { p.WriteString("\n" + strings.Repeat("  ", level)) }
