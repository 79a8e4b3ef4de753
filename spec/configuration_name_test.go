package spec_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"bench/spec"
)

func TestNames(t *testing.T) {
	for _, x := range []struct {
		axis   string
		values []any
		want   string
	}{
		{"num_gpu", []any{int64(60), int64(80)}, "gpu60 gpu80"},
		{"num_ctx", []any{int64(-1)}, "ctxm1"},
		{"temperature", []any{0.6, 0.8, 1.25e-07}, "temp0p6 temp0p8 temp1p25em07"},
		{"top_p", []any{1e21}, "top-p1e+21"},
		{"agent", []any{"go", "rust"}, "agent-go agent-rust"},
		{"x", []any{true, false}, "x-true x-false"},
		{"x", []any{"true", true}, "x-true-45f122 x-true-9b48f7"},
		{"x", []any{"a b", "a/b", "a_b"}, "x-a-b-8ff8be x-a-b-82166b x-a-b-6f4566"},
		{"x", []any{"GO", "go"}, "x-GO-ca9d2f x-go-e5b6b3"},
		{"x", []any{"", nil}, "x--4005bd x--nil--33a6ee"},
		{"_x", []any{int64(1)}, "x1"},
		{"__", []any{int64(1)}, "axis1"},
	} {
		axis := spec.NewAxis(x.axis, x.values)
		var names []string
		for _, v := range x.values {
			names = append(names, spec.NameOf([]*spec.Axis{axis}, []any{v}))
		}
		if got := strings.Join(names, " "); got != x.want {
			t.Errorf("%s of %q: got %s, want %s", x.axis, x.values, got, x.want)
		}
	}
	if got := spec.BaselineName("default", "gpu60"); got != "baseline_default_gpu60" {
		t.Error(got)
	}
}

// TestNamesFromTheSpec holds names made from expressions, and that a 32-bit 0.8 is 0.8.
func TestNamesFromTheSpec(t *testing.T) {
	all := configurations(t, load(t, sweep(`
  matrix {
    temperature = [0.800000011920929, 0.5]
    num_gpu     = [2 * 30, "60"]
    server      = [server.emulator.ref, server.emulator.other]
  }

  options = { t = matrix.temperature, g = matrix.num_gpu, s = matrix.server == server.emulator.ref }`), nil))
	want := []string{
		"temp0p8_gpu60_server-ref", "temp0p8_gpu60_server-other", "temp0p8_gpu-60_server-ref", "temp0p8_gpu-60_server-other",
		"temp0p5_gpu60_server-ref", "temp0p5_gpu60_server-other", "temp0p5_gpu-60_server-ref", "temp0p5_gpu-60_server-other",
	}
	for i, c := range all {
		if c.Name != want[i] {
			t.Errorf("got %s, want %s", c.Name, want[i])
		}
	}
	if v := all[0].Factors[0].Value; v != 0.8 {
		t.Errorf("the factor is %v, want 0.8", v)
	}
}

// safe is what every file system takes, and no shell or flag parser takes for something else.
var safe = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9+_-]*$`)

// hostile values are those that are most likely to get one name: they differ in what a name has no room for.
func hostile() *rapid.Generator[any] {
	return rapid.OneOf(
		rapid.Map(rapid.Int64Range(-3, 3), func(n int64) any { return n }),
		rapid.Map(rapid.SampledFrom([]float64{0.1, -0.1, 1e-7, 1e21, 2.5, 0.30000000000000004}), func(f float64) any { return f }),
		rapid.Map(rapid.Bool(), func(b bool) any { return b }),
		rapid.Map(rapid.StringOfN(rapid.RuneFrom([]rune("aA1.-_/ \x00é…:\\\"'")), 0, 5, -1), func(s string) any { return s }),
		rapid.Map(rapid.StringN(100, 300, -1), func(s string) any { return s }),
		rapid.Map(rapid.SampledFrom([]string{"true", "1", "m1", "-1", "0p1", "agent.go", "go", "a-b", "a b", "..", "con"}), func(s string) any { return s }),
	)
}

// TestNamesNeverCollide: over any axes and values, no two configurations share a folder, even where case is not seen.
func TestNamesNeverCollide(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		combinations := [][]any{nil}
		var axes []*spec.Axis
		for i := range rapid.IntRange(1, 3).Draw(r, "axes") {
			name := rapid.OneOf(rapid.SampledFrom([]string{"num_gpu", "gpu", "a_b", "a-b", "température"}), rapid.StringN(1, 80, -1)).Draw(r, fmt.Sprint("axis", i))
			values := rapid.SliceOfNDistinct(hostile(), 1, 6, func(v any) any { return v }).Draw(r, fmt.Sprint("values", i))
			axes = append(axes, spec.NewAxis(name, values))
			var longer [][]any
			for _, c := range combinations {
				for _, v := range values {
					longer = append(longer, append(c[:len(c):len(c)], v))
				}
			}
			combinations = longer
		}
		seen := map[string][]any{}
		for _, c := range combinations {
			for _, name := range []string{spec.NameOf(axes, c), spec.BaselineName("default", spec.NameOf(axes, c))} {
				if len(name) > 120 || !safe.MatchString(name) {
					r.Fatalf("%q is no name for a folder (%d bytes)", name, len(name))
				}
				if other, taken := seen[strings.ToLower(name)]; taken {
					r.Fatalf("%q and %q are both %s", other, c, name)
				}
				seen[strings.ToLower(name)] = c
			}
		}
	})
}

// TestManyValuesOfOneForm: 20 000 values which all look the same in a name get 20 000 names. Six digits of a hash would not do.
func TestManyValuesOfOneForm(t *testing.T) {
	var values []any
	for i := range 20_000 {
		values = append(values, strings.Repeat("é", 40)+string(rune(0x4e00+i)))
	}
	axis := spec.NewAxis("x", values)
	seen := map[string]bool{}
	for _, v := range values {
		seen[spec.NameOf([]*spec.Axis{axis}, []any{v})] = true
	}
	if len(seen) != len(values) {
		t.Errorf("%d values have %d names", len(values), len(seen))
	}
}
