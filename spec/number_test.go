package spec

import (
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"
)

// TestNumbersAreWrittenInOneWay: whatever makes a text of a number writes it alike.
func TestNumbersAreWrittenInOneWay(t *testing.T) {
	m, diags := Bare(t.TempDir(), Options{})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	for number, want := range map[string]string{
		"1/3": "0.3333333333333333", "0.1 + 0.2": "0.3", "2/3*3": "2", "1e-7": "0.0000001", "-1/3": "-0.3333333333333333",
		"9007199254740993": "9007199254740993", "99999999999999999999999999": "99999999999999999999999999", "1e300": "1e+300",
		"0.800000011920929": "0.800000011920929", "1e-300/3": "3.3333333333333334e-301", "123456789.123456789123456789": "123456789.12345679",
	} {
		for _, expr := range []string{
			`"${NUMBER}, "`, `join("", [NUMBER, ", "])`, `join("", [tostring(NUMBER), ", "])`, `format("%v, ", NUMBER)`, `format("%s, ", NUMBER)`,
			`keys({ (NUMBER) = 1 })[0] == "" ? "" : "${keys({ (NUMBER) = 1 })[0]}, "`, `"${keys({ for i in [1] : NUMBER => i })[0]}, "`, `"${keys({ "${NUMBER}" = 1 })[0]}, "`,
			`"${true ? NUMBER : "x"}, "`, `"${false ? "x" : NUMBER}, "`, `tomap({ (NUMBER) = "${NUMBER}, " })[NUMBER]`, `{ (NUMBER) = "${NUMBER}, " }[tonumber("${NUMBER}")]`,
			`formatlist("%s, ", [NUMBER])[0]`, `trimsuffix(NUMBER, "!") == "" ? "" : "${trimsuffix(NUMBER, "!")}, "`, `"${jsonencode(NUMBER)}, "`, `"${trimsuffix(yamlencode(NUMBER), "\n...\n")}, "`,
		} {
			if strings.Contains(want, "e") && strings.Contains(expr, "encode(") {
				continue // JSON and YAML write it without an exponent
			}
			v, diags := m.Evaluate(strings.ReplaceAll(expr, "NUMBER", number), "test", 1)
			if diags.HasErrors() || !v.RawEquals(cty.StringVal(want+", ")) {
				t.Errorf("%s of %s: %#v (%v), want %s", expr, number, v, diags, want)
			}
		}
		v, _ := m.Evaluate(number, "test", 1)
		if got := FormatValue(v); got != want {
			t.Errorf("%s: %s, want %s", number, got, want)
		}
	}
}
