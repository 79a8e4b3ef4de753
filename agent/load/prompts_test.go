package load

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"bench/agent"

	"github.com/google/go-cmp/cmp"
)

func TestRequests(t *testing.T) {
	source := Salted{Source: Synthetic{Input: Lengths{Shape: "uniform", A: 1, B: 9}, Output: Lengths{Shape: "constant", A: 32}, Seed: 1}, Seed: 1}
	requests := Requests(agent.Request{ID: "x.run[2]", Model: "m", MaxTokens: 7}, source)
	seen := map[string]bool{}
	for i := range 200 {
		request, err := requests(i)
		if err != nil {
			t.Fatal(err)
		}
		again, _ := requests(i)
		if diff := cmp.Diff(request, again); diff != "" {
			t.Fatal(diff)
		}
		salt, rest, _ := strings.Cut(request.Prompt, "\n")
		if seen[salt] || len(salt) != 16 || len(strings.Fields(rest)) < 1 || len(strings.Fields(rest)) > 9 || request.MaxTokens != 32 {
			t.Fatalf("%+v", request)
		}
		seen[salt] = true
	}
	first, _ := requests(0)
	if first.ID != "x.run[2].call[1]" || first.Model != "m" {
		t.Errorf("%+v", first)
	}
	fixed, _ := Requests(agent.Request{MaxTokens: 7}, Fixed{Text: "Hello."})(5)
	if fixed.Prompt != "Hello." || fixed.MaxTokens != 7 {
		t.Errorf("%+v", fixed)
	}
}

// Another seed has other prompts, and another length of answers leaves the prompts as they are.
func TestSyntheticSeed(t *testing.T) {
	s := Synthetic{Input: Lengths{Shape: "normal", A: 50, B: 10}, Seed: 1}
	a, _ := s.Prompt(3)
	s.Output = Lengths{Shape: "exponential", A: 100}
	b, _ := s.Prompt(3)
	s.Seed = 2
	c, _ := s.Prompt(3)
	if a.Text != b.Text || a.Text == c.Text || a.MaxTokens != 0 || b.MaxTokens < 1 {
		t.Errorf("%+v, %+v, %+v", a, b, c)
	}
}

func TestWordsDiffer(t *testing.T) {
	seen := map[string]bool{}
	for _, word := range words {
		if seen[word] {
			t.Errorf("%q stands twice", word)
		}
		seen[word] = true
	}
}

// The mean of 50 000 lengths lies within 5 standard errors of the distribution's, rounding allowed for.
func TestLengths(t *testing.T) {
	const draws = 50_000
	for _, test := range []struct {
		lengths  Lengths
		mean, sd float64
		low      int
	}{
		{Lengths{Shape: "constant", A: 512}, 512, 0, 512},
		{Lengths{Shape: "uniform", A: 1, B: 100}, 50.5, 28.9, 1},
		{Lengths{Shape: "uniform", A: 3.5, B: 4.5}, 4, 0, 4},
		{Lengths{Shape: "normal", A: 512, B: 64}, 512, 64, 100},
		{Lengths{Shape: "lognormal", A: 200, B: 0.5}, 200 * math.Exp(0.125), 120, 1},
		{Lengths{Shape: "exponential", A: 300}, 300, 300, 1},
	} {
		if err := test.lengths.Validate(); err != nil {
			t.Fatal(err)
		}
		r := rand.New(rand.NewPCG(1, 2))
		sum := 0.0
		for range draws {
			n := test.lengths.Draw(r)
			if n < test.low {
				t.Fatalf("%+v gives %d", test.lengths, n)
			}
			sum += float64(n)
		}
		if mean := sum / draws; math.Abs(mean-test.mean) > 5*test.sd/math.Sqrt(draws)+0.002 {
			t.Errorf("%+v has mean %.3f, want %.3f", test.lengths, mean, test.mean)
		}
	}
	if n := (Lengths{}).Draw(nil); n != 0 {
		t.Errorf("no distribution gives %d", n)
	}
	if n := (Lengths{Shape: "normal", A: 1, B: 1000}).Draw(rand.New(rand.NewPCG(1, 2))); n < 1 {
		t.Errorf("a wide one gives %d", n)
	}
	for _, bad := range []Lengths{{Shape: "beta", A: 2}, {Shape: "normal"}, {Shape: "constant", A: math.NaN()}, {Shape: "uniform", A: 5, B: 4}, {Shape: "normal", A: 5, B: -1}, {Shape: "constant", A: 1e9}} {
		if bad.Validate() == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
}
