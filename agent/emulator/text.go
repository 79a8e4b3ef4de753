package emulator

import (
	"math/rand/v2"
	"strconv"
)

var words = []string{
	" throughput", " latency", " context", " memory", " batch", " kernel", " cache", " prefill", " decode", " temperature",
	" rises", " falls", " holds", " varies", " depends", " improves", " saturates", " with", " under", " over", " across", " within",
	" small", " large", " steady", " cold", " warm", " first", " second", " load", " model", " tokens", " layers", " runs",
}

// wordsBeyond have characters of two to four bytes.
var wordsBeyond = []string{
	" größer", " naïve", " température", " Ω", " данные", " память", " 推論", " 速度", " 토큰", " λ→μ", " ✓", " 🚀", " 🧪🔬", " café",
}

// tokens writes n tokens of a report in Markdown: headings, findings and recommendations in lines of
// the kind that a workflow takes out of a model's answer. A token is one chunk.
func tokens(r *rand.Rand, n int, multiByte bool) []string {
	vocabulary := words
	if multiByte {
		vocabulary = wordsBeyond
	}
	var out []string
	line := func(length int, head ...string) {
		out = append(out, head...)
		out = append(out, sentence(r, vocabulary, length)...)
		out = append(out, "\n")
	}
	for finding := 1; len(out) < n; finding += 2 {
		line(0, "##", " Summary")
		line(6)
		line(6, "-", " Finding", " "+strconv.Itoa(finding), ":")
		line(6, "-", " Finding", " "+strconv.Itoa(finding+1), ":")
		line(0, "##", " Recommendations")
		line(5, "-", " Recommend")
	}
	return out[:n]
}

func sentence(r *rand.Rand, vocabulary []string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = vocabulary[r.IntN(len(vocabulary))]
	}
	return out
}
