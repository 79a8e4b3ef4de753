package spec

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

func TestQuantities(t *testing.T) {
	for text, want := range map[string]time.Duration{"5m": 5 * time.Minute, "250ms": 250 * time.Millisecond, "1h30m": 90 * time.Minute, " 1.5s ": 1500 * time.Millisecond, "-2s": -2 * time.Second, "0": 0} {
		if got, err := parseDuration(text); err != nil || got != want {
			t.Errorf("%q: got %v, %v", text, got, err)
		}
	}
	for text, want := range map[string]int64{"12GiB": 12 << 30, "500MB": 5e8, "1.5 KiB": 1536, "7B": 7, "1kB": 1000, "1KB": 1000, "2TiB": 2 << 40, "0B": 0, "1.0000000001KiB": 1024} {
		if got, err := parseSize(text); err != nil || got != want {
			t.Errorf("%q: got %v, %v", text, got, err)
		}
	}
	for text, want := range map[string]float64{"1%": 0.01, "+2.5 %": 0.025, "-100%": -1, "0%": 0} {
		if got, err := parsePercent(text); err != nil || got != want {
			t.Errorf("%q: got %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "5", "5 minutes", "m", "1e3", "9999999h", "∞"} {
		if got, err := parseDuration(text); err == nil {
			t.Errorf("%q is taken for the duration %v", text, got)
		}
	}
	for _, text := range []string{"", "5", "GiB", "-1B", "nanB", "infGiB", "0x10B", "1_000B", "1e3B", "9999999TiB", "1 gib", "1..5KiB", "１B"} {
		if got, err := parseSize(text); err == nil {
			t.Errorf("%q is taken for the size %v", text, got)
		}
	}
	for _, text := range []string{"", "1", "%", "nan%", "inf%", "1%%", "1e2%", "--1%"} {
		if got, err := parsePercent(text); err == nil {
			t.Errorf("%q is taken for the percentage %v", text, got)
		}
	}
}

func TestParseCPUs(t *testing.T) {
	for text, want := range map[string][]int{"0": {0}, "0-3,6": {0, 1, 2, 3, 6}, "6, 0-1,1": {0, 1, 6}} {
		if got, err := ParseCPUs(text); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: got %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "a", "3-0", "-1", "0-", "0-4096", "1,,2", "0--3", "+1"} {
		if got, err := ParseCPUs(text); err == nil {
			t.Errorf("%q is taken for %v", text, got)
		}
	}
}

func TestSatisfies(t *testing.T) {
	for _, x := range []struct {
		version, constraint string
		want                bool
	}{
		{"0.1.0", ">= 0.1.0", true}, {"0.1.0", "> 0.1.0", false}, {"0.1.1", "> 0.1.0", true}, {"0.1.0", ">= 0.1, < 2", true}, {"2.0.0", ">= 0.1, < 2", false},
		{"0.1.0", "0.1.0", true}, {"0.1.0", "= 0.2.0", false}, {"0.1.0", "!= 0.1.0", false}, {"0.1.0", "<= 0.1", true}, {"0.10.0", ">= 0.9", true},
		{"0.1.5", "~> 0.1", true}, {"0.9.0", "~> 0.1", true}, {"1.0.0", "~> 0.1", false}, {"0.1.5", "~> 0.1.2", true}, {"0.2.0", "~> 0.1.2", false}, {"0.1.1", "~> 0.1.2", false},
		{"1.0.0-rc1", ">= 1.0.0", false},
	} {
		if got, err := satisfies(x.version, x.constraint); err != nil || got != x.want {
			t.Errorf("%s, %s: got %v, %v", x.version, x.constraint, got, err)
		}
	}
	for _, constraint := range []string{"", ">=", "newest", ">= 0.1,", "=> 0.1", "v0.1"} {
		if got, err := satisfies("0.1.0", constraint); err == nil {
			t.Errorf("%q is taken for a constraint: %v", constraint, got)
		}
	}
}

func TestDidYouMean(t *testing.T) {
	for _, x := range []struct {
		given string
		names []string
		want  string
	}{
		{"rsut", []string{"python", "rust"}, " Did you mean rust?"},
		{"gup", []string{"gpu", "cpu"}, " Did you mean gpu?"},
		{"tftf", []string{"ttfo", "ttft"}, " Did you mean ttft?"},
		{"xyz", []string{"gpu", "cpu"}, " There are cpu and gpu."},
		{"go", []string{"rust"}, " There is only rust."},
		{"x", nil, ""},
		{"zzzzzz", []string{"a", "b", "c", "d", "e", "f", "g", "h", "i"}, ""},
		{"lenght", []string{"length", "lengths"}, " Did you mean length?"},
	} {
		if got := DidYouMean(x.given, x.names); got != x.want {
			t.Errorf("%s of %v: got %q, want %q", x.given, x.names, got, x.want)
		}
	}
}

func TestOutputPath(t *testing.T) {
	for path, want := range map[string]bool{
		"a.md": true, "reports/a.md": true, "./reports/../a.md": true, "..a.md": true,
		"../a.md": false, "/a.md": false, "a": false, "a.html": false, "": false, ".": false, "runs/a.md": false, "./runs/x/a.md": false, "a/../../b.md": false,
	} {
		if err := outputPath(path); (err == nil) != want {
			t.Errorf("%q: %v", path, err)
		}
	}
}

func ExampleDidYouMean() {
	fmt.Println(`There is no metric "throughputt".` + DidYouMean("throughputt", []string{"throughput", "ttft"}))
	// Output: There is no metric "throughputt". Did you mean throughput?
}
