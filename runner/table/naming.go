package table

import (
	"cmp"
	"slices"

	"bench/spec"
)

// name gives every row its configuration, once all levels are known: the name that the matrix of an experiment would give.
func (b *builder) name() {
	axes := make([]*spec.Axis, len(b.dataset.Factors))
	for i, f := range b.dataset.Factors {
		seen := b.seen(i)
		axes[i] = spec.NewAxis(f.Name, seen)
		for _, v := range seen {
			b.source.Factors[i].Levels = append(b.source.Factors[i].Levels, level(v))
		}
	}
	repeats := map[string]int{}
	for i, levels := range b.levels {
		row := &b.source.Rows[i]
		row.Factors = map[string]any{}
		row.Configuration = "all"
		if levels != nil {
			row.Configuration = spec.NameOf(axes, levels)
		}
		for j, v := range levels {
			row.Factors[b.dataset.Factors[j].Name] = level(v)
		}
		if row.Arm != "" {
			if levels != nil {
				row.Pair = row.Configuration
			}
			row.Configuration = spec.BaselineName(row.Arm, row.Pair)
		}
		repeats[row.Configuration]++
		row.Repeat = repeats[row.Configuration]
	}
}

// seen gives the distinct levels of a factor: numbers by size, then texts and bools in the order in which they were found.
func (b *builder) seen(factor int) []any {
	var seen []any
	for _, levels := range b.levels {
		if levels != nil && !slices.Contains(seen, levels[factor]) {
			seen = append(seen, levels[factor])
		}
	}
	slices.SortStableFunc(seen, func(a, b any) int {
		x, isNumber := level(a).(float64)
		y, areNumbers := level(b).(float64)
		switch {
		case isNumber && areNumbers:
			return cmp.Compare(x, y)
		case isNumber:
			return -1
		case areNumbers:
			return 1
		}
		return 0
	})
	return seen
}
