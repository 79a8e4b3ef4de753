package analysis

import (
	"math"
	"math/rand/v2"
	"slices"
)

// defaultResamples of a bootstrap.
const defaultResamples = 10_000

// minResampled is the number of runs under which a configuration is not resampled: 3 runs have but 6 resampled means, so
// that shares come out at 0 and 100 % between configurations that no test tells apart.
const minResampled = 5

// ranking orders the configurations of the matrix by the mean of the first metric; equal ones stay in matrix order.
func ranking(c *cells, q Question, of MetricResult) []Rank {
	m := q.Metrics[0]
	type line struct {
		Rank
		moments
	}
	var lines []line
	for _, x := range c.matrix {
		s := c.sample(m.Name, x).moments()
		if math.IsNaN(s.mean) {
			continue
		}
		lines = append(lines, line{Rank{Name: x.name, Factors: orEmpty(x.factors), Value: s.mean}, s})
	}
	slices.SortStableFunc(lines, func(a, b line) int {
		switch {
		case m.Better.prefers(a.mean, b.mean):
			return -1
		case m.Better.prefers(b.mean, a.mean):
			return 1
		}
		return 0
	})
	improvements := map[string]*float64{}
	if of.Improvement != nil {
		for _, e := range of.Improvement.Effects {
			improvements[e.Name] = &e.Value
		}
	}
	out := make([]Rank, len(lines))
	for i, l := range lines {
		l.Rank.Rank = i + 1
		l.Improvement = improvements[l.Name]
		if i+1 < len(lines) {
			if p := welch(l.moments, lines[i+1].moments); p != nil {
				separated := *p < 1-q.Confidence
				l.Separated = &separated
			}
		}
		out[i] = l.Rank
	}
	return out
}

// best is the first of the ranking, with the share of resamples in which it is.
func best(c *cells, q Question, ranks []Rank) *Best {
	if len(ranks) == 0 {
		return nil
	}
	return &Best{Name: ranks[0].Name, Factors: ranks[0].Factors, Probability: rankProbability(c, q, ranks)}
}

// rankProbability resamples the runs within each configuration. n − 1 of n are drawn: drawing n would give a mean whose
// variance is too small by (n − 1)/n, which matters with 5 runs (McCarthy and Snowden 1985). Equal means share the win.
// nil where a configuration has fewer than minResampled.
func rankProbability(c *cells, q Question, ranks []Rank) *float64 {
	m := q.Metrics[0]
	if len(ranks) < 2 {
		return nil
	}
	samples := map[string]sample{}
	for _, x := range c.matrix {
		samples[x.name] = c.sample(m.Name, x)
	}
	first := samples[ranks[0].Name]
	var rivals []sample
	for _, r := range ranks[1:] {
		s := samples[r.Name]
		if min(len(s), len(first)) < minResampled {
			return nil
		}
		// A rival whose best run is not as good as the worst of the first can win no resample.
		if m.Better == Higher && s[len(s)-1] >= first[0] || m.Better == Lower && s[0] <= first[len(first)-1] {
			rivals = append(rivals, s)
		}
	}
	resamples := q.Resamples
	if resamples <= 0 {
		resamples = defaultResamples
	}
	rng := rand.New(rand.NewPCG(q.Seed, 0))
	wins := 0.0
	for range resamples {
		wins += win(rng, first, rivals, m.Better)
	}
	return finite(wins / float64(resamples))
}

// win is 1 where the first has the best resampled mean, 1/k where it shares that with k − 1 rivals, else 0.
func win(rng *rand.Rand, first sample, rivals []sample, better Direction) float64 {
	mean := first.resampledMean(rng)
	tied := 1.0
	lost := false
	for _, s := range rivals { // all are drawn, so that the stream of numbers doesn't depend on who leads
		switch v := s.resampledMean(rng); {
		case better.prefers(v, mean):
			lost = true
		case v == mean:
			tied++
		}
	}
	if lost {
		return 0
	}
	return 1 / tied
}

func (s sample) resampledMean(rng *rand.Rand) float64 {
	sum := 0.0
	for range len(s) - 1 {
		sum += s[rng.IntN(len(s))]
	}
	return sum / float64(len(s)-1)
}
