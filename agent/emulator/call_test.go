package emulator

import (
	"encoding/json"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The rate that eval_count / eval_duration estimates is the planted one, however large the noise, and
// short answers are no exception. The mean over 20 000 draws lies within 4 standard errors of it.
func TestRateIsUnbiased(t *testing.T) {
	for _, test := range []struct {
		n            int
		rate, jitter float64
	}{{1, 100, 0.5}, {4, 400, 1}, {64, 400, 0.1}, {64, 98.86, 0.004}, {16, 50, 0}} {
		const draws = 20_000
		var sum, squares float64
		for i := range draws {
			var total time.Duration
			for _, gap := range gaps(chance(1, strconv.Itoa(i), "gaps"), test.n, test.rate, test.jitter) {
				total += gap
			}
			ratio := float64(test.n) / total.Seconds() / test.rate
			sum, squares = sum+ratio, squares+ratio*ratio
		}
		mean := sum / draws
		sd := math.Sqrt(max(0, squares/draws-mean*mean))
		if bias := math.Abs(mean - 1); bias > 4*sd/math.Sqrt(draws)+1e-7 { // gaps are cut to whole ns
			t.Errorf("%+v: bias %.6f, sd %.6f", test, bias, sd)
		}
		if want := test.jitter / math.Sqrt(float64(test.n)); want < 0.1 && math.Abs(sd-want) > 0.03*want+1e-8 {
			t.Errorf("%+v: sd %.6f, want %.6f", test, sd, want)
		}
	}
}

// Single gaps have the lognormal noise that was asked for.
func TestGapsVary(t *testing.T) {
	const sigma, n = 0.2, 50_000
	var sum, squares float64
	for _, gap := range gaps(chance(1, "x", "gaps"), n, 100, sigma) {
		log := math.Log(gap.Seconds())
		sum, squares = sum+log, squares+log*log
	}
	mean := sum / n
	if sd := math.Sqrt(squares/n - mean*mean); math.Abs(sd-sigma) > 0.02*sigma {
		t.Errorf("sigma %v, want %v", sd, sigma)
	}
}

func TestScript(t *testing.T) {
	c := Config{
		Seed: 7, LoadTime: 100 * time.Millisecond, TTFT: 40 * time.Millisecond, TokensPerSecond: 400,
		Effects: []Effect{
			{When: map[string]any{"num_ctx": 1024}, TokensPerSecond: 0.02, LoadTime: 0.5},
			{When: map[string]any{"num_ctx": 1024.0, "mode": "fast"}, TokensPerSecond: 1, TTFT: -0.5},
			{When: map[string]any{"temperature": 0.8}, TTFT: 1},
		},
	}
	for name, test := range map[string]struct {
		options    string
		rate       float64
		ttft, load time.Duration
	}{
		"no effect":                {`{"num_ctx":1023}`, 400, 40, 100},
		"one":                      {`{"num_ctx":1024}`, 408, 40, 150},
		"two multiply":             {`{"num_ctx":1024,"mode":"fast"}`, 816, 20, 150},
		"half a condition":         {`{"mode":"fast"}`, 400, 40, 100},
		"a float32 is that number": {`{"temperature":0.800000011920929}`, 400, 80, 100},
		"a string is no number":    {`{"num_ctx":"1024"}`, 400, 40, 100},
	} {
		var options map[string]any
		if err := json.Unmarshal([]byte(test.options), &options); err != nil {
			t.Fatal(err)
		}
		s := c.script("id", "prompt", options)
		var total time.Duration
		for _, gap := range s.gaps {
			total += gap
		}
		if rate := float64(len(s.tokens)) / total.Seconds(); math.Abs(rate/test.rate-1) > 1e-6 || s.ttft != test.ttft*time.Millisecond || s.load != test.load*time.Millisecond {
			t.Errorf("%s: rate %v, ttft %v, load %v", name, rate, s.ttft, s.load)
		}
	}
}

// A call made again is the same call; another has noise of its own, and so has another seed.
func TestScriptDependsOnSeedAndID(t *testing.T) {
	c := Config{Seed: 1, Jitter: 0.1}
	other := Config{Seed: 2, Jitter: 0.1}
	exported := cmp.AllowUnexported(script{})
	first := c.script("a", "p", nil)
	if diff := cmp.Diff(first, c.script("a", "p", nil), exported); diff != "" {
		t.Error(diff)
	}
	for name, s := range map[string]script{"id": c.script("b", "p", nil), "seed": other.script("a", "p", nil)} {
		if cmp.Equal(first.gaps, s.gaps) || cmp.Equal(first.tokens, s.tokens) {
			t.Errorf("another %s gives the same gaps or text", name)
		}
	}
}

func TestFaultRates(t *testing.T) {
	c := Config{Faults: []Fault{{Reset, 0.1}, {Stall, 0.3}}}
	count := map[string]int{}
	const n = 10_000
	for i := range n {
		count[c.script(strconv.Itoa(i), "p", map[string]any{"num_predict": 1}).fault]++
	}
	for kind, rate := range map[string]float64{Reset: 0.1, Stall: 0.3, "": 0.6} {
		if got, se := float64(count[kind])/n, math.Sqrt(rate*(1-rate)/n); math.Abs(got-rate) > 4*se {
			t.Errorf("%q: %v of the calls, want %v", kind, got, rate)
		}
	}
}

// A workflow finds what it looks for in the text.
func TestText(t *testing.T) {
	text := strings.Join(tokens(chance(1, "x", "text"), 200, false), "")
	for pattern, least := range map[string]int{
		`(?m)^## Summary$`:                3,
		`(?m)^- Finding \d+: \w+( \w+)+$`: 6,
		`(?m)^- Recommend \w+( \w+)+$`:    3,
	} {
		if found := regexp.MustCompile(pattern).FindAllString(text, -1); len(found) < least {
			t.Errorf("%s: %d times in\n%s", pattern, len(found), text)
		}
	}
}

func TestConfigRefused(t *testing.T) {
	when := map[string]any{"a": 1}
	for saying, c := range map[string]Config{
		"load_time and ttft":                        {TTFT: -1},
		"tokens_per_second is -1":                   {TokensPerSecond: -1},
		"tokens_per_second is NaN":                  {TokensPerSecond: math.NaN()},
		"tokens_per_second is +Inf":                 {TokensPerSecond: math.Inf(1)},
		"jitter is 1.5":                             {Jitter: 1.5},
		"output_tokens is -1":                       {OutputTokens: -1},
		"effect 1: it has no condition":             {Effects: []Effect{{TTFT: 1}}},
		"effect 2: ttft changes by -1":              {Effects: []Effect{{When: when}, {When: when, TTFT: -1}}},
		`fault "crash" is not known: it is one of `: {Faults: []Fault{{"crash", 0.1}}},
		`fault "reset" has rate 1.1`:                {Faults: []Fault{{Reset, 1.1}}},
		"add up to 1.2":                             {Faults: []Fault{{Reset, 0.6}, {Stall, 0.6}}},
	} {
		if _, err := New(c); err == nil || !strings.Contains(err.Error(), saying) {
			t.Errorf("%+v: %v, want %q", c, err, saying)
		}
	}
}

func TestConfigAsJSON(t *testing.T) {
	in := `{"seed":7,"load_time_ns":250000000,"ttft_ns":40000000,"tokens_per_second":400,"jitter":0.004,"output_tokens":0,"models":["m"],` +
		`"effects":[{"when":{"num_ctx":1024},"tokens_per_second":0.02}],"faults":[{"kind":"reset","rate":0.01}]}`
	var c Config
	if err := json.Unmarshal([]byte(in), &c); err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(c)
	if diff := cmp.Diff(in, string(out)); diff != "" || err != nil {
		t.Error(err, diff)
	}
}
