package spec

import (
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"pgregory.net/rapid"
)

func withoutSpec(t *testing.T) *Module {
	t.Helper()
	m, diags := Bare(t.TempDir(), Options{})
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	return m
}

func TestFormatValue(t *testing.T) {
	m := withoutSpec(t)
	for text, want := range map[string]string{
		`1`:                    "1",
		`1 / 3`:                "0.3333333333333333",
		`18446744073709551616`: "18446744073709551616",
		`1e30`:                 "1e+30",
		`0.1 + 0.2`:            "0.3",
		`-0.5`:                 "-0.5",
		`true`:                 "true",
		`null`:                 "null",
		`tostring(null)`:       "tostring(null)",
		`"a\n"`:                `"a\n"`,
		`"$${a} %%{b} \\ \""`:  `"$${a} %%{b} \\ \""`,
		`"\u001b[2J"`:          `"\u001b[2J"`,
		`[]`:                   "[]",
		`{}`:                   "{}",
		`tolist([])`:           "tolist([])",
		`[1, "a"]`:             "[\n  1,\n  \"a\",\n]",
		`toset(["b", "a"])`:    "toset([\n  \"a\",\n  \"b\",\n])",
		`tomap({ b = 1 })`:     "tomap({\n  b = 1\n})",
		`{ a = { long = 1, c = "x" }, "a b" = [], z = 1 }`: "{\n  a = {\n    c    = \"x\"\n    long = 1\n  }\n  \"a b\" = []\n  z     = 1\n}",
		`"a\nb\n"`:                "<<EOT\na\nb\nEOT",
		`"a\n$${b}"`:              "chomp(<<EOT\na\n$${b}\nEOT\n)",
		`{ a = "a\n\n  b\n" }`:    "{\n  a = <<-EOT\n    a\n\n      b\n  EOT\n}",
		`["a\nb"]`:                "[\n  chomp(<<-EOT\n    a\n    b\n  EOT\n  ),\n]",
		`"a\nEOT\n"`:              `"a\nEOT\n"`,
		`[" a\n b\n"]`:            "[\n  \" a\\n b\\n\",\n]",
		`sensitive(1)`:            "(sensitive value)",
		`{ a = sensitive([1]) }`:  "{\n  a = (sensitive value)\n}",
		`[sensitive("x"), 1]`:     "[\n  (sensitive value),\n  1,\n]",
		`{ "for" = 1, null = 2 }`: "{\n  \"for\" = 1\n  null  = 2\n}",
	} {
		v, diags := m.Evaluate(text, "test", 1)
		if diags.HasErrors() {
			t.Errorf("%s: %v", text, diags)
		} else if diff := cmp.Diff(want, FormatValue(v)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
	for want, v := range map[string]cty.Value{
		"(not known yet)":                 cty.UnknownVal(cty.String),
		"[\n  (not known yet),\n]":        cty.TupleVal([]cty.Value{cty.DynamicVal}),
		"null /* list(string) */":         cty.NullVal(cty.List(cty.String)),
		"server.ollama.main":              refVal(Ref{Block: "server", Kind: "ollama", Name: "main"}),
		"tolist([\n  agent.a[\"b\"],\n])": cty.ListVal([]cty.Value{refVal(Ref{Block: "agent", Name: "a", Key: "b"})}),
	} {
		if FormatValue(v) != want {
			t.Errorf("got %s, want %s", FormatValue(v), want)
		}
	}
}

// drawnValues draws values of every type, with texts that are hard to write.
func drawnValues(depth int) *rapid.Generator[cty.Value] {
	return rapid.Custom(func(r *rapid.T) cty.Value {
		kinds := 4
		if depth > 0 {
			kinds = 9
		}
		inner := func() cty.Value { return drawnValues(depth-1).Draw(r, "element") }
		switch rapid.IntRange(0, kinds-1).Draw(r, "kind") {
		case 0:
			return cty.NumberIntVal(rapid.Int64().Draw(r, "whole"))
		case 1:
			return cty.MustParseNumberVal(strconv.FormatFloat(rapid.Float64Range(-1e300, 1e300).Draw(r, "float"), 'g', -1, 64))
		case 2:
			return cty.BoolVal(rapid.Bool().Draw(r, "bool"))
		case 3:
			parts := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "\n", " ", "\t", "EOT", "${", "%{", "$", "\\", "\"", "\r", "é", "\u200b", "\x00", "}", "~", "b c", "🙂"}), 0, 8).Draw(r, "text")
			return cty.StringVal(strings.Join(parts, ""))
		case 4:
			return cty.TupleVal([]cty.Value{inner(), inner()})
		case 5:
			return cty.ObjectVal(map[string]cty.Value{rapid.SampledFrom([]string{"a", "for", "a b", "in", "", "é", "${a}", "true"}).Draw(r, "key"): inner(), "longer": inner()})
		case 6:
			v := inner()
			return cty.ListVal([]cty.Value{v, v})
		case 7:
			return cty.MapVal(map[string]cty.Value{"a": inner()})
		default:
			return cty.NullVal(cty.Number)
		}
	})
}

// TestFormatValueReadsBack: what is written of a value gives that value, and is in canonical form.
func TestFormatValueReadsBack(t *testing.T) {
	m := withoutSpec(t)
	rapid.Check(t, func(r *rapid.T) {
		v := drawnValues(3).Draw(r, "value")
		text := FormatValue(v)
		back, diags := m.Evaluate(text, "test", 1)
		if diags.HasErrors() {
			r.Fatalf("%s\n%v", text, diags)
		}
		if same, err := convert.Convert(back, v.Type()); err != nil || !same.RawEquals(v) {
			r.Fatalf("%s\nis read as %#v, %v\nwant %#v", text, back, err, v)
		}
		formatted, err := Format([]byte("x = "+text+"\n"), "test")
		if diff := cmp.Diff(string(formatted), "x = "+text+"\n"); diff != "" {
			r.Fatalf("not in canonical form (-want +got), %v:\n%s", err, diff)
		}
	})
}
