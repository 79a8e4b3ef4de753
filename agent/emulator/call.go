package emulator

import (
	"cmp"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"strconv"
	"time"
)

// What is taken where neither the configuration nor the call says.
const (
	defaultRate   = 100.0 // tokens/s
	defaultTokens = 64
	defaultNumCtx = 2048 // as Ollama has it
)

// A script is one call as it is planted: what it says, when, and what goes wrong.
type script struct {
	load     time.Duration
	ttft     time.Duration
	tokens   []string
	choices  [][]string      // tokens, and those of the further choices, as many and at the same times
	gaps     []time.Duration // gaps[i] lies after tokens[i]; after the last one the answer is done
	thinking int             // first tokens that are thinking; the last one never is
	fault    string          // "" for none
	reason   string          // done_reason: "length" if num_predict ended it, else "stop"
	prompt   int             // tokens of the prompt, cut to num_ctx as Ollama cuts it
	cached   int             // of them, in whole blocks; they are no part of ttft any more
}

// script draws a call. It is the same for the same seed, id, prompt and options.
func (c Config) script(id, prompt string, options map[string]any) script {
	rate := cmp.Or(c.TokensPerSecond, defaultRate)
	ttft, load := float64(c.TTFT), float64(c.LoadTime)
	for _, e := range c.Effects {
		if e.applies(options) {
			rate *= 1 + e.TokensPerSecond
			ttft *= 1 + e.TTFT
			load *= 1 + e.LoadTime
		}
	}
	s := script{load: time.Duration(load), ttft: time.Duration(ttft), reason: "stop"}
	n := cmp.Or(c.OutputTokens, defaultTokens)
	if limit, ok := number(options["num_predict"]); ok && limit >= 1 { // -1 and -2 mean no limit
		n, s.reason = int(min(limit, maxTokens)), "length"
	}
	s.prompt = min(countTokens(prompt), numCtx(options))
	s.fault = c.fault(chance(c.Seed, id, "fault"))
	s.gaps = gaps(chance(c.Seed, id, "gaps"), n, rate, c.Jitter)
	s.tokens = tokens(chance(c.Seed, id, "text"), n, c.Style.MultiByte)
	s.choices = [][]string{s.tokens}
	s.thinking = min(c.Style.Thinking, n-1)
	return s
}

// choose adds choices until there are n.
func (s *script) choose(c Config, id string, n int) {
	for i := len(s.choices); i < n; i++ {
		s.choices = append(s.choices, tokens(chance(c.Seed, id, "text "+strconv.Itoa(i)), len(s.tokens), c.Style.MultiByte))
	}
}

// cache takes from the prompt what need not be computed again, and from the time to the first token as much.
func (s *script) cache(tokens int) {
	s.cached = max(0, min(tokens, s.prompt-1))
	s.ttft -= time.Duration(float64(s.ttft) * float64(s.cached) / float64(s.prompt))
}

// countTokens guesses: a token of English is about 4 bytes.
func countTokens(prompt string) int { return (len(prompt) + 3) / 4 }

// maxTokens bounds an answer, whatever num_predict says.
const maxTokens = 1 << 20

func numCtx(options map[string]any) int {
	if n, ok := number(options["num_ctx"]); ok && n >= 1 {
		return int(min(n, math.MaxInt32))
	}
	return defaultNumCtx
}

// chance gives each use in each call a stream of its own, so that one does not shift another.
func chance(seed uint64, id, use string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(id))
	h.Write([]byte{0})
	h.Write([]byte(use))
	return rand.New(rand.NewPCG(seed, h.Sum64()))
}

func (c Config) fault(r *rand.Rand) string {
	u := r.Float64()
	for _, f := range c.Faults {
		if u < f.Rate {
			return f.Kind
		}
		u -= f.Rate
	}
	return ""
}

// gaps draws the n gaps of an answer at a rate in tokens/s, each with lognormal noise of that sigma.
//
// Independent lognormal gaps of mean 1/rate would bias the rate that is read off them, since
// E[n/sum] > rate. So the sum is drawn first, as n/rate times a lognormal L with E[1/L] = 1 and the
// sigma that a sum of n gaps has, sigma/sqrt(n); the gaps then share it in lognormal proportions. So
// eval_count / eval_duration is exactly rate in expectation.
func gaps(r *rand.Rand, n int, rate, sigma float64) []time.Duration {
	ofSum := sigma / math.Sqrt(float64(n))
	sum := float64(n) / rate * math.Exp(ofSum*r.NormFloat64()+ofSum*ofSum/2)
	weights, total := make([]float64, n), 0.0
	for i := range weights {
		weights[i] = math.Exp(sigma * r.NormFloat64())
		total += weights[i]
	}
	out := make([]time.Duration, n)
	for i, w := range weights {
		out[i] = time.Duration(sum * w / total * float64(time.Second))
	}
	return out
}
