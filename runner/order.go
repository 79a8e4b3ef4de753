package runner

import (
	"iter"
	"math/rand/v2"
)

// A group is a configuration with what is measured beside it, which follows it among the configs: its baselines, and its members alone.
type group struct{ main, baselines int32 }

// schedule puts every run of an experiment in order.
//
//	interleaved  each round makes every configuration once, and each round begins at another one, so that neither a drift of
//	             the machine nor a place in the round falls on one configuration. A paired baseline stands directly before its
//	             configuration in odd rounds and directly after it in even ones.
//	random       all runs, shuffled by the seed
//	sequential   all runs of a configuration, then the next
//	blocks       arm by arm within each configuration, as the published study did: all runs of the baseline, then the others
func schedule(groups []group, order string, repeats, warmup int, seed uint64) []turn {
	if len(groups) == 0 {
		return nil
	}
	last := groups[len(groups)-1]
	turns := make([]turn, 0, int(last.main+last.baselines+1)*(repeats+warmup))
	each := func(config int32, n int, isWarmup bool) {
		for r := range n {
			turns = append(turns, turn{config: config, repeat: int32(r + 1), warmup: isWarmup})
		}
	}
	switch order {
	case "sequential", "blocks":
		for _, g := range groups {
			for c := range g.configs(order == "blocks") {
				each(c, warmup, true)
				each(c, repeats, false)
			}
		}
		return turns
	}
	for _, g := range groups {
		for c := range g.configs(true) {
			each(c, warmup, true)
		}
	}
	measured := len(turns)
	step := max(1, len(groups)/max(1, repeats)) // from the group that begins a round to the one that begins the next
	for r := 1; r <= repeats; r++ {
		for i := range groups {
			for c := range groups[(i+(r-1)*step)%len(groups)].configs(r%2 == 1) {
				turns = append(turns, turn{config: c, repeat: int32(r)})
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

// configs gives the baselines and the configuration, in that order or the other way round.
func (g group) configs(baselinesFirst bool) iter.Seq[int32] {
	return func(yield func(int32) bool) {
		for i := range g.baselines + 1 {
			if !baselinesFirst {
				i = g.baselines - i
			}
			if c := g.main + (i+1)%(g.baselines+1); !yield(c) {
				return
			}
		}
	}
}
