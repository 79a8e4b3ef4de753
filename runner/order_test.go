package runner

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// groupsOf makes groups a, b, … with paired baselines a', a”, ….
func groupsOf(n, baselines int) []group {
	groups := make([]group, n)
	for i := range groups {
		groups[i] = group{main: int32(i * (1 + baselines)), baselines: int32(baselines)}
	}
	return groups
}

// nameOf gives the name of a config of groupsOf.
func nameOf(config int32, baselines int) string {
	of, baseline := int(config)/(1+baselines), int(config)%(1+baselines)
	return string(rune('a'+of)) + strings.Repeat("'", baseline)
}

// told writes turns as "a1 b1 W:a1".
func told(turns []turn, baselines int) string {
	words := make([]string, len(turns))
	for i, t := range turns {
		words[i] = fmt.Sprint(nameOf(t.config, baselines), t.repeat)
		if t.warmup {
			words[i] = "W:" + words[i]
		}
	}
	return strings.Join(words, " ")
}

func TestSchedule(t *testing.T) {
	for _, test := range []struct {
		order             string
		groups, baselines int
		repeats, warmup   int
		want              string
	}{
		{"interleaved", 3, 0, 3, 0, "a1 b1 c1 b2 c2 a2 c3 a3 b3"},
		{"interleaved", 6, 0, 3, 0, "a1 b1 c1 d1 e1 f1 c2 d2 e2 f2 a2 b2 e3 f3 a3 b3 c3 d3"},
		{"interleaved", 2, 0, 4, 0, "a1 b1 b2 a2 a3 b3 b4 a4"},
		{"interleaved", 1, 0, 2, 1, "W:a1 a1 a2"},
		{"interleaved", 2, 1, 2, 0, "a'1 a1 b'1 b1 b2 b'2 a2 a'2"},
		{"interleaved", 2, 1, 1, 1, "W:a'1 W:a1 W:b'1 W:b1 a'1 a1 b'1 b1"},
		{"sequential", 2, 1, 2, 1, "W:a1 a1 a2 W:a'1 a'1 a'2 W:b1 b1 b2 W:b'1 b'1 b'2"},
		{"blocks", 2, 1, 2, 1, "W:a'1 a'1 a'2 W:a1 a1 a2 W:b'1 b'1 b'2 W:b1 b1 b2"},
		{"random", 2, 0, 2, 2, "W:a1 W:a2 W:b1 W:b2 a1 b2 a2 b1"},
	} {
		if got := told(schedule(groupsOf(test.groups, test.baselines), test.order, test.repeats, test.warmup, 1), test.baselines); got != test.want {
			t.Errorf("%s, %d+%d, %d repeats, %d warm-ups:\n%s\nwant:\n%s", test.order, test.groups, test.baselines, test.repeats, test.warmup, got, test.want)
		}
	}
}

func TestScheduleHoldsEachRunOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		groups, baselines := rapid.IntRange(0, 20).Draw(t, "groups"), rapid.IntRange(0, 2).Draw(t, "baselines")
		repeats, warmup := rapid.IntRange(1, 6).Draw(t, "repeats"), rapid.IntRange(0, 2).Draw(t, "warm-ups")
		order := rapid.SampledFrom([]string{"interleaved", "random", "sequential", "blocks"}).Draw(t, "order")
		seed := rapid.Uint64().Draw(t, "seed")
		turns := schedule(groupsOf(groups, baselines), order, repeats, warmup, seed)
		words := strings.Fields(told(turns, baselines))
		if want := groups * (1 + baselines) * (repeats + warmup); len(words) != want {
			t.Fatalf("%d turns, want %d", len(words), want)
		}
		slices.Sort(words)
		if len(slices.Compact(words)) != len(turns) {
			t.Fatal("a run comes twice")
		}
		last := map[string]int{}
		for i, turn := range turns { // warm-ups of a configuration come before what they warm up for
			name := nameOf(turn.config, baselines)
			if turn.warmup && last[name] > 0 {
				t.Fatalf("the warm-up of %s at %d comes after a run of it", name, i)
			}
			if !turn.warmup {
				last[name] = i + 1
			}
		}
		if again := schedule(groupsOf(groups, baselines), order, repeats, warmup, seed); !slices.Equal(again, turns) {
			t.Fatal("the same seed gives another order")
		}
	})
}

// In rounds no configuration is made twice before each is made once, and no two rounds begin alike while there are enough.
func TestInterleavedRounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, repeats := rapid.IntRange(1, 30).Draw(t, "groups"), rapid.IntRange(1, 8).Draw(t, "repeats")
		turns := schedule(groupsOf(n, 0), "interleaved", repeats, 0, 0)
		begins := map[string]bool{}
		for i, turn := range turns {
			if int(turn.repeat) != i/n+1 {
				t.Fatalf("turn %d is of round %d", i, turn.repeat)
			}
			if i%n == 0 {
				begins[nameOf(turn.config, 0)] = true
			}
		}
		if len(begins) != min(n, repeats) {
			t.Fatalf("%d rounds of %d configurations begin in %d ways", repeats, n, len(begins))
		}
	})
}

func TestRandomOrderDependsOnTheSeed(t *testing.T) {
	orders := map[string]bool{}
	for seed := range uint64(10) {
		orders[told(schedule(groupsOf(5, 0), "random", 3, 0, seed), 0)] = true
	}
	if len(orders) != 10 {
		t.Errorf("10 seeds give %d orders", len(orders))
	}
}
