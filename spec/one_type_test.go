package spec

import (
	"testing"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"pgregory.net/rapid"
)

// TestOneType: a long argument becomes what cty's own conversion makes of it, or fails as that does.
func TestOneType(t *testing.T) {
	some := []cty.Value{
		cty.NumberIntVal(1), cty.StringVal("a"), cty.True, cty.NullVal(cty.DynamicPseudoType), cty.NullVal(cty.Number), cty.UnknownVal(cty.String), cty.EmptyTupleVal,
		cty.TupleVal([]cty.Value{cty.NumberIntVal(1), cty.StringVal("b")}), cty.TupleVal([]cty.Value{cty.StringVal("b")}), cty.ListVal([]cty.Value{cty.True}),
		cty.ObjectVal(map[string]cty.Value{"a": cty.True}), cty.ObjectVal(map[string]cty.Value{"a": cty.StringVal("x"), "b": cty.Zero}), cty.StringVal("s").Mark(sensitiveMark),
	}
	rapid.Check(t, func(r *rapid.T) {
		kinds := rapid.SliceOfNDistinct(rapid.IntRange(0, len(some)-1), 1, 3, rapid.ID).Draw(r, "kinds")
		elements := make([]cty.Value, longArgument)
		object := map[string]cty.Value{}
		for i := range elements {
			elements[i] = some[rapid.SampledFrom(kinds).Draw(r, "element")]
			object[string(rune('a'+i))] = elements[i]
		}
		for _, x := range []struct {
			v    cty.Value
			want cty.Type
		}{
			{cty.TupleVal(elements), cty.List(cty.DynamicPseudoType)}, {cty.TupleVal(elements), cty.List(cty.String)}, {cty.TupleVal(elements), cty.Set(cty.DynamicPseudoType)},
			{cty.ObjectVal(object), cty.Map(cty.DynamicPseudoType)},
		} {
			plain, err := convert.Convert(x.v, x.want)
			ours, ourErr := convert.Convert(oneType(x.v, x.want), x.want)
			if (err == nil) != (ourErr == nil) || err == nil && !plain.RawEquals(ours) {
				r.Fatalf("to %#v: %#v, %v\nwant %#v, %v", x.want, ours, ourErr, plain, err)
			}
		}
	})
}

// TestLongArguments: what a loop gives can be an argument, however long it is, in a time that grows with its length.
func TestLongArguments(t *testing.T) {
	m := withoutSpec(t)
	for text, want := range map[string]string{
		`length(tolist([for i in range(100000) : [1, "a"][i % 2]]))`:          "100000",
		`alltrue([for i in range(100000) : true])`:                            "true",
		`length(toset([for i in range(100000) : "${i}"]))`:                    "100000",
		`length(tomap({ for i in range(100000) : "${i}" => i }))`:             "100000",
		`length(join(",", [for i in range(100000) : i]))`:                     "588889",
		`length(compact([for i in range(100000) : i > 5 ? null : "a"]))`:      "6",
		`can(tolist([for i in range(100000) : [1, [], {}][i % 3]]))`:          "false",
		`length(distinct([for i in range(100000) : { a = i % 7, b = [1] }]))`: "7",
	} {
		v, diags := m.Evaluate(text, "test", 1)
		if diags.HasErrors() {
			t.Errorf("%s: %v", text, diags)
		} else if got := FormatValue(v); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}
