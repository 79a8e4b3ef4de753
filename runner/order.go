package runner

import (
	"math/rand/v2"
	"slices"
)

// A group is a configuration with the baselines that are measured beside it.
type group struct {
	main      *member
	baselines []*member
}

// A turn is one run of a member.
type turn struct {
	member *member
	repeat int // from 1
	warmup bool
}

// schedule puts every run of an experiment in order.
//
//	interleaved  each round makes every configuration once, and each round begins at another one, so that neither a drift of
//	             the machine nor a place in the round falls on one configuration. A paired baseline stands directly before its
//	             configuration in odd rounds and directly after it in even ones.
//	random       all runs, shuffled by the seed
//	sequential   all runs of a configuration, then the next
//	blocks       arm by arm within each configuration, as the published study did: all runs of the baseline, then the others
func schedule(groups []group, order string, repeats, warmup int, seed uint64) []turn {
	var turns []turn
	each := func(n int, isWarmup bool, ms ...*member) {
		for _, m := range ms {
			for r := 1; r <= n; r++ {
				turns = append(turns, turn{m, r, isWarmup})
			}
		}
	}
	switch order {
	case "sequential", "blocks":
		for _, g := range groups {
			for _, m := range g.members(order == "blocks") {
				each(warmup, true, m)
				each(repeats, false, m)
			}
		}
		return turns
	}
	for _, g := range groups {
		each(warmup, true, g.members(true)...)
	}
	measured := len(turns)
	step := max(1, len(groups)/max(1, repeats)) // from the group that begins a round to the one that begins the next
	for r := 1; r <= repeats; r++ {
		for i := range groups {
			g := groups[(i+(r-1)*step)%len(groups)]
			for _, m := range g.members(r%2 == 1) {
				turns = append(turns, turn{m, r, false})
			}
		}
	}
	if order == "random" {
		rng := rand.New(rand.NewPCG(seed, 0x6f72646572)) // "order"
		rest := turns[measured:]
		rng.Shuffle(len(rest), func(i, j int) { rest[i], rest[j] = rest[j], rest[i] })
	}
	return turns
}

// members gives the baselines and the configuration, in that order or the other way round.
func (g group) members(baselinesFirst bool) []*member {
	all := append(slices.Clone(g.baselines), g.main)
	if !baselinesFirst {
		slices.Reverse(all)
	}
	return all
}
