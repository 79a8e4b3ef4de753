package analysis

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// exactSignedRank is the number of differences up to which the distribution of the signed-rank sum is counted out:
// some 10 ms and 0.6 MB.
const exactSignedRank = 200

// signedRank is the two-sided p of Wilcoxon's signed-rank test (1945). Zeros are left out; ties get mid-ranks, and the
// exact distribution is conditional on them. Beyond exactSignedRank differences: the normal approximation with the
// variance corrected for ties, without a continuity correction.
func signedRank(differences []float64) *float64 {
	var d []float64
	for _, v := range differences {
		if v != 0 {
			d = append(d, v)
		}
	}
	if len(d) == 0 {
		return nil
	}
	size := make([]float64, len(d))
	for i, v := range d {
		size[i] = math.Abs(v)
	}
	ranks := midRanks(size)
	var positive, total, squares float64
	for i, r := range ranks {
		total += r
		squares += r * r
		if d[i] > 0 {
			positive += r
		}
	}
	if len(d) <= exactSignedRank {
		return finite(signedRankExact(ranks, min(positive, total-positive)))
	}
	// Under the null each rank counts or not by a fair coin: variance Σ r²/4, which is the tie-corrected one.
	z := (positive - total/2) / math.Sqrt(squares/4)
	return finite(math.Erfc(math.Abs(z) / math.Sqrt2))
}

// signedRankExact is 2·P(W ≤ w), at most 1, over the 2ⁿ equally likely choices of signs. Ranks are doubled so that
// mid-ranks are whole.
func signedRankExact(ranks []float64, w float64) float64 {
	sum := 0
	for _, r := range ranks {
		sum += int(2 * r)
	}
	probability := make([]float64, sum+1) // of each doubled sum
	probability[0] = 1
	reached := 0
	for _, r := range ranks {
		step := int(2 * r)
		reached += step
		for s := reached; s >= 0; s-- {
			probability[s] /= 2
			if s >= step {
				probability[s] += probability[s-step] / 2
			}
		}
	}
	tail := 0.0
	for _, p := range probability[:int(2*w)+1] {
		tail += p
	}
	return min(1, 2*tail)
}

// midRanks gives each value its rank from 1; equal values share the mean of theirs.
func midRanks(values []float64) []float64 {
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(values[i], values[j]) })
	ranks := make([]float64, len(values))
	for i := 0; i < len(order); {
		j := i
		for j < len(order) && values[order[j]] == values[order[i]] {
			j++
		}
		for _, k := range order[i:j] {
			ranks[k] = float64(i+1+j) / 2
		}
		i = j
	}
	return ranks
}

// signTest is the exact two-sided binomial p of so many positive and negative differences.
func signTest(positive, negative int) *float64 {
	n := positive + negative
	if n == 0 {
		return nil
	}
	tail := distuv.Binomial{N: float64(n), P: 0.5}.CDF(float64(min(positive, negative)))
	return finite(min(1, 2*tail))
}

// spearman is the two-sided p of Spearman's rank correlation, by its t approximation, and the correlation.
func spearman(x, y []float64) (rho float64, p *float64) {
	rho = stat.Correlation(midRanks(x), midRanks(y), nil)
	df := float64(len(x) - 2)
	if math.IsNaN(rho) || df < 1 {
		return rho, nil
	}
	return rho, finite(twoSided(rho*math.Sqrt(df/((1-rho)*(1+rho))), df))
}

// holm adjusts p values for their number (Holm 1979); nil ones are not counted as tests.
func holm(ps []*float64) []*float64 {
	var order []int
	for i, p := range ps {
		if p != nil {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(*ps[i], *ps[j]) })
	adjusted := make([]*float64, len(ps))
	largest := 0.0
	for rank, i := range order {
		largest = max(largest, min(1, float64(len(order)-rank)**ps[i]))
		adjusted[i] = finite(largest)
	}
	return adjusted
}
