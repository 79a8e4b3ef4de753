package spec_test

import (
	"testing"

	"pgregory.net/rapid"

	"bench/spec"
)

func TestAddress(t *testing.T) {
	for text, want := range map[string]spec.Address{
		`experiment.tr111`: {Experiment: "tr111"},
		`experiment.a_b-1.config["gpu60_ctx256_temp0p6"]`: {Experiment: "a_b-1", Configuration: "gpu60_ctx256_temp0p6"},
		`experiment.x.config["all"].run[12]`:              {Experiment: "x", Configuration: "all", Repeat: 12},
		`experiment.x.config["all"].warmup[1]`:            {Experiment: "x", Configuration: "all", Repeat: 1, Warmup: true},
	} {
		got, err := spec.ParseAddress(text)
		if err != nil || got != want {
			t.Errorf("%s: got %+v, %v", text, got, err)
		}
		if got.String() != text {
			t.Errorf("%s is written back as %s", text, got)
		}
	}
	for _, text := range []string{
		"", "x", "experiment.", "experiment.a.b", `experiment.a.config[""]`, `experiment.a.config[x]`, `experiment.a.config["x"].run`,
		`experiment.a.config["x"].run[0]`, `experiment.a.config["x"].run[01]`, `experiment.a.config["x"].run[-1]`, `experiment.a.config["x"].run[99999999999999999999]`,
		`experiment.a.run[1]`, `experiment.a.config["x"].walk[1]`, "experiment.a\n", `experiment.a.config["x"].run[1].log`, `experiment.0`, `experiment.a.config["x\ny"]`,
	} {
		if a, err := spec.ParseAddress(text); err == nil {
			t.Errorf("%q is taken for %+v", text, a)
		}
	}
}

func addresses() *rapid.Generator[spec.Address] {
	return rapid.Custom(func(r *rapid.T) spec.Address {
		a := spec.Address{Experiment: rapid.StringMatching(`[A-Za-z_][A-Za-z0-9_-]{0,3}`).Draw(r, "experiment")}
		if rapid.Bool().Draw(r, "has configuration") {
			a.Configuration = rapid.StringMatching(`[A-Za-z0-9][A-Za-z0-9+_-]{0,3}`).Draw(r, "configuration")
			a.Repeat = rapid.IntRange(0, 20).Draw(r, "repeat")
			a.Warmup = a.Repeat > 0 && rapid.Bool().Draw(r, "warmup")
		}
		return a
	})
}

func TestAddressRoundTrip(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		a := addresses().Draw(r, "address")
		if got, err := spec.ParseAddress(a.String()); err != nil || got != a {
			r.Fatalf("%+v is written %s and read %+v, %v", a, a, got, err)
		}
	})
}

// TestContains: what contains what is an order, from the experiment down to its runs.
func TestContains(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		a, b := addresses().Draw(r, "a"), addresses().Draw(r, "b")
		up := spec.Address{Experiment: a.Experiment, Configuration: a.Configuration}
		if !a.Contains(a) || !up.Contains(a) || !(spec.Address{Experiment: a.Experiment}).Contains(up) {
			r.Fatalf("%s is not in what it lies under", a)
		}
		if a != b && a.Contains(b) && b.Contains(a) {
			r.Fatalf("%s and %s contain each other", a, b)
		}
	})
	run := spec.Address{Experiment: "x", Configuration: "a", Repeat: 1}
	if warmup := (spec.Address{Experiment: "x", Configuration: "a", Repeat: 1, Warmup: true}); run.Contains(warmup) || run.File() != "run_1" || warmup.File() != "warmup_1" {
		t.Error("a run and a warm-up are taken for one another")
	}
}

func TestAddresses(t *testing.T) {
	all, err := spec.ParseAddresses([]string{`experiment.a`, `experiment.b.config["x"].run[2]`})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{
		`experiment.a.config["x"].run[1]`: true, `experiment.b.config["x"].run[2]`: true, `experiment.b.config["x"].run[1]`: false, `experiment.b`: false,
	} {
		if a, err := spec.ParseAddress(text); err != nil || all.Contain(a) != want {
			t.Errorf("%s: %v, want %v, %v", text, !want, want, err)
		}
	}
	if (spec.Addresses{}).Contain(all[0]) {
		t.Error("something lies under no address")
	}
	if _, err := spec.ParseAddresses([]string{"experiment.a", "b"}); err == nil {
		t.Error("b is an address")
	}
}
