package templates

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// field follows a path such as "metrics.throughput.mean" into objects; what isn't there is null. A name may hold dots itself, as
// member.insight.ttft does: the longest that fits is meant.
func field(v any, path string) any {
	fields, ok := v.(map[string]any)
	if !ok {
		return nil
	}
	for end := len(path); end >= 0; end = strings.LastIndexByte(path[:end], '.') {
		switch value, ok := fields[path[:end]]; {
		case ok && end == len(path):
			return value
		case ok:
			return field(value, path[end+1:])
		}
	}
	return nil
}

// where keeps the objects of a list whose field equals the value; a field that isn't there equals "".
func where(path string, value any, items any) ([]any, error) {
	all, err := elements(items)
	kept := []any{}
	for _, item := range all {
		found := field(item, path)
		if equal(found, value) || found == nil && equal("", value) {
			kept = append(kept, item)
		}
	}
	return kept, err
}

// by makes an object of a list of objects, with the text of a field of each as its name. The last of a name wins.
func by(path string, items any) (map[string]any, error) {
	all, err := elements(items)
	found := make(map[string]any, len(all))
	for _, item := range all {
		if name := field(item, path); name != nil {
			found[fmt.Sprint(name)] = item
		}
	}
	return found, err
}

// rankBy sorts a list of objects by a number in them, best first: "higher" puts the largest first, "lower" the
// smallest. Equal ones keep their order; those without the number are left out.
func rankBy(path, better string, items any) ([]any, error) {
	all, err := elements(items)
	if err != nil {
		return nil, err
	}
	if better != "higher" && better != "lower" {
		return nil, fmt.Errorf(`want "higher" or "lower", got %q`, better)
	}
	sorted := slices.DeleteFunc(slices.Clone(all), func(item any) bool {
		_, ok := number64(field(item, path))
		return !ok
	})
	slices.SortStableFunc(sorted, func(a, b any) int {
		x, _ := number64(field(a, path))
		y, _ := number64(field(b, path))
		if better == "higher" {
			x, y = y, x
		}
		return cmp.Compare(x, y)
	})
	return sorted, nil
}

// head gives the first n elements of a list, or all where there are fewer.
func head(n int, items any) ([]any, error) {
	all, err := elements(items)
	return all[:min(max(n, 0), len(all))], err
}

// tail gives the last n elements.
func tail(n int, items any) ([]any, error) {
	all, err := elements(items)
	return all[len(all)-min(max(n, 0), len(all)):], err
}

// column gives a field of each object of a list; null where one doesn't have it.
func column(path string, items any) ([]any, error) {
	all, err := elements(items)
	found := make([]any, len(all))
	for i, item := range all {
		found[i] = field(item, path)
	}
	return found, err
}
