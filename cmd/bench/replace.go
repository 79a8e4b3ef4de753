package main

import (
	"strings"

	"github.com/urfave/cli/v2"

	"bench/runner"
	"bench/spec"
)

// mostReplaced is how many runs are named one by one by the command that goes on after an interrupt.
const mostReplaced = 8

// replaceWords gives the flags by which an apply that was interrupted goes on to make again what it was asked to and has not made yet.
// Where that is much, it is what was asked for, and repeated is how many runs that were made again already will be once more.
func replaceWords(c *cli.Context, p *runner.Plan, made map[string]bool) (flags string, repeated int) {
	asked, err := addressesOf(c, "replace")
	if err != nil || len(asked) == 0 {
		return "", 0
	}
	left, again := make([][]string, len(asked)), make([]int, len(asked)) // by address: the runs that were not made, and how many were
	for r := range p.Runs() {
		i := under(asked, r.Address)
		switch {
		case i < 0:
		case made[r.Address.String()]:
			again[i]++
		default:
			left[i] = append(left[i], r.Address.String())
		}
	}
	var words strings.Builder
	for i, a := range asked {
		if again[i] > 0 && len(left[i]) <= mostReplaced {
			for _, run := range left[i] {
				words.WriteString(" -replace " + quoted(run))
			}
			continue
		}
		words.WriteString(" -replace " + quoted(a.String()))
		repeated += again[i]
	}
	return words.String(), repeated
}

// under gives the first of some addresses that another one lies under, or −1.
func under(list []spec.Address, a spec.Address) int {
	for i, over := range list {
		if over.Contains(a) {
			return i
		}
	}
	return -1
}
