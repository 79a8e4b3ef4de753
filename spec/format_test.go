package spec

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"pgregory.net/rapid"
)

func TestFormat(t *testing.T) {
	tests := []struct{ name, src, want string }{
		{"indentation and alignment", "a {\nb=1 # one\n  ccc   =  [ 1,2 ] # two\n}\n", "a {\n  b   = 1      # one\n  ccc = [1, 2] # two\n}\n"},
		{"labels", "server emulator  \"here\" /* there */ {}\n", "server \"emulator\" \"here\" /* there */ {}\n"},
		{"one line", "a \"b\" {c=1}\n", "a \"b\" { c = 1 }\n"},
		{"no line break at the end", "a = 1", "a = 1\n"},
		{"comment at the end", "a = 1\n# b", "a = 1\n# b\n"},
		{"edges of the file", "\n \n\na = 1\n\n\nb = 2\n\n \n  ", "a = 1\n\n\nb = 2\n"},
		{"edges of a block", "a {\n\n\n  b = 1\n\n  c = 2\n\n}\n", "a {\n  b = 1\n\n  c = 2\n}\n"},
		{"edges with comments", "a { # b\n\n  # c\n\n}\n", "a { # b\n  # c\n}\n"},
		{"empty block", "a {\n\n\n}\nb {\n}\nc { }\n", "a {\n}\nb {\n}\nc {}\n"},
		{"a list keeps its lines", "a = [\n\n1,\n\n]\n", "a = [\n\n  1,\n\n]\n"},
		{"nothing", "", ""},
		{"blank lines alone", "\n \n\n", ""},
		{"byte order mark", "\ufeffa = 1\n", "a = 1\n"},
		{"byte order mark alone", "\ufeff", ""},
		{"line endings", "a {\r\n\r\nb=<<E\r\nx\r\nE\r\n}", "a {\r\n  b = <<E\r\nx\r\nE\r\n}\r\n"},
		{"line endings of both kinds", "\r\na = 1\n# b\r\n\n", "a = 1\n# b\r\n"},
		{"text of several lines", "a {\nb = <<-E\n      c\n    ${ d }\n  E\n}\n", "a {\n  b = <<-E\n      c\n    ${d}\n  E\n}\n"},
		{"lone interpolation", "a = \"${ b.c }\"\nd = \"${\"${e}\"}\"\n", "a = b.c\nd = e\n"},
		{"interpolation with more", "a = \"${b}c\"\nd = \"${e}${f}\"\ng = [\"${h}\"]\n", "a = \"${b}c\"\nd = \"${e}${f}\"\ng = [\"${h}\"]\n"},
		{"interpolation of several lines", "a = \"${\n  b ? 1 :\n  2\n}\"\nc = \"${d(\n1\n)}\"\n", "a = (b ? 1 :\n2)\nc = d(\n  1\n)\n"},
		{"interpolation with a comment", "a = \"${b /* c */}\"\nd = \"${ # e\nf}\"\n", "a = b /* c */\nd = ( # e\nf)\n"},
		{"interpolations around a comment", "a = \"${/* b */ \"${c}\"}\"\n", "a = \"${/* b */ \"${c}\"}\"\n"},
		{"interpolation of a heredoc", "a = \"${<<E\nx\nE\n}\"\n", "a = \"${<<E\nx\nE\n}\"\n"},
		{"interpolation that cuts space", "a = \"${b ~}  \"\nc = \"${~ d ~}\"\n", "a = \"${b~}  \"\nc = d\n"},
		{"what HCL's formatter would break", "a =  1 . 5\n", "a =  1 . 5\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, diags := Format([]byte(test.src), "a.hcl")
			if diags.HasErrors() || string(got) != test.want {
				t.Errorf("%q becomes\n%q, %v\nwant\n%q", test.src, got, diags, test.want)
			}
			keepsMeaning(t, []byte(test.src))
		})
	}
}

// A file that can't be formatted is told of as Load tells of it, which may find more.
func TestFormatRefuses(t *testing.T) {
	for name, src := range map[string]string{
		"syntax": "a {\n  b = \n}\n", "attribute twice": "a = 1\na = 2\n", "UTF-16": "\xfe\xffa", "JSON": `{"a": 1}`,
		"too deep":  "a = " + strings.Repeat("[", 600) + strings.Repeat("]", 600) + "\n",
		"too large": strings.Repeat("# no spec is as long as this one\n", MaxFile/33+1),
	} {
		file := filepath.Join(t.TempDir(), "a.hcl")
		if err := os.WriteFile(file, []byte(src), 0o600); err != nil {
			t.Fatal(err)
		}
		_, want := Load([]string{file}, Options{})
		formatted, diags := Format([]byte(src), file)
		amongThem := func(d *hcl.Diagnostic) bool {
			return slices.ContainsFunc(want, func(w *hcl.Diagnostic) bool { return fmt.Sprint(d) == fmt.Sprint(w) })
		}
		if formatted != nil || len(diags) != 1 || !amongThem(diags[0]) {
			t.Errorf("%s: Format tells %v\nLoad tells %v", name, diags, want)
		}
		if _, formatted, diags := FormatFile(file); formatted != nil || len(diags) != 1 || !amongThem(diags[0]) {
			t.Errorf("%s: FormatFile tells %v\nLoad tells %v", name, diags, want)
		}
	}
}

// A file that would be too large to be read in canonical form stays as it is.
func TestFormatGrowsNoFurther(t *testing.T) {
	src := "#" + strings.Repeat("-", MaxFile-1)
	if got, diags := Format([]byte(src), "a.hcl"); diags.HasErrors() || string(got) != src {
		t.Errorf("%d bytes become %d, %v", len(src), len(got), diags)
	}
}

// TestFormatKeepsMeaning holds of whatever the grammar allows what FuzzFormat holds of any bytes.
func TestFormatKeepsMeaning(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { keepsMeaning(t, []byte((&scribbler{T: t}).body(3))) })
}

// A scribbler writes HCL as nobody would.
type scribbler struct {
	*rapid.T
	names int // so far
}

func (s *scribbler) pick(texts ...string) string { return rapid.SampledFrom(texts).Draw(s.T, "text") }

func (s *scribbler) name() string {
	s.names++
	return fmt.Sprintf("%s%d", s.pick("a", "größe-", "number_of_things_"), s.names)
}

// space may stand between two tokens; where brackets are open, lines may break as well.
func (s *scribbler) space(open bool) string {
	if open {
		return s.pick("", " ", "\n", "\r\n", " \n\n\t", "# c\n", " // d\r\n", "/* e\nf */")
	}
	return s.pick("", " ", "   ", "\t", " /* c */ ")
}

func (s *scribbler) lineEnd() string {
	return s.pick("\n", "\r\n", "  \n", "\n\n\n", "\n \n", "# c\n", "  // d\r\n", " /* e */\n")
}

func (s *scribbler) body(depth int) string {
	var b strings.Builder
	for range rapid.IntRange(0, 4).Draw(s.T, "items") {
		b.WriteString(s.space(false))
		switch rapid.IntRange(0, 5).Draw(s.T, "item") {
		case 0: // a blank line, or a comment
		case 1:
			b.WriteString(s.name() + "=" + s.heredoc(depth))
			continue
		case 2, 3:
			b.WriteString(s.name() + s.space(false) + "=" + s.space(false) + s.expr(depth, false))
		default:
			b.WriteString(s.block(depth))
		}
		b.WriteString(s.lineEnd())
	}
	return b.String()
}

func (s *scribbler) block(depth int) string {
	header := s.name() + s.pick("", " l ", `"m"`, ` /* n */ o "p"`) + s.space(false) + "{"
	if depth == 0 {
		return header + s.space(false) + "}"
	}
	if rapid.Bool().Draw(s.T, "one line") {
		return header + s.space(false) + s.name() + "=" + s.expr(depth-1, false) + s.space(false) + "}"
	}
	return header + s.lineEnd() + s.body(depth-1) + s.space(false) + "}"
}

func (s *scribbler) heredoc(depth int) string {
	text := s.pick("", "  x\n", "\n", " \"y\"\n  z # no comment\n")
	if depth > 0 && rapid.Bool().Draw(s.T, "interpolated") {
		text += " ${" + s.expr(depth-1, true) + "}\n"
	}
	return s.pick("<<", "<<-") + "E\n" + text + "E\n"
}

// expr writes an expression, over several lines where brackets are open.
func (s *scribbler) expr(depth int, open bool) string {
	if depth == 0 {
		return s.pick("1", "-1.5", "- x", "!x", "true", "x", "x.y", "x . y", "x[0]", "x.0", "1 . 5", "x[*].y", "x.*.y", `"t"`, `"$${t} %%{u}"`, "{}", "[ ]", "n::f()")
	}
	sub := func() string { return s.expr(depth-1, open) }
	in := func() string { return s.space(true) + s.expr(depth-1, true) + s.space(true) }
	gap := " " + s.space(open) + " "
	switch rapid.IntRange(0, 11).Draw(s.T, "expression") {
	case 0:
		return sub() + gap + s.pick("+", "-", "*", "/", "%", "==", "<", ">=", "&&", "||") + gap + sub()
	case 1:
		return sub() + gap + "?" + gap + sub() + gap + ":" + gap + sub()
	case 2:
		return "(" + in() + ")"
	case 3:
		return "[" + in() + "," + in() + s.pick("", ",") + s.space(true) + "]"
	case 4:
		return "f(" + in() + s.pick("", ",", "...") + s.space(true) + ")"
	case 5:
		return "{" + s.space(true) + "a=" + s.expr(depth-1, false) + s.pick(",", "\n", "# c\n") + s.space(true) + "\"b\":" + s.expr(depth-1, false) + s.space(true) + "}"
	case 6:
		return "[" + s.space(true) + "for i in" + s.pick(" ", "\n") + s.expr(depth-1, true) + " :" + in() + s.pick("", " if x") + "]"
	case 7:
		return "{for k,v in " + s.expr(depth-1, true) + ":" + s.space(true) + "k=>" + in() + s.pick("", "...") + "}"
	case 8:
		return `"` + s.pick("", " ") + "${" + s.pick("", "~") + in() + s.pick("", "~") + "}" + s.pick("", " ") + `"`
	case 9:
		return `"${` + in() + `}"`
	case 10:
		return `"%{ if x }` + "${" + in() + "}" + `%{ else ~} b %{ endif }"`
	}
	return "[" + s.heredoc(depth-1) + "," + in() + "]"
}
