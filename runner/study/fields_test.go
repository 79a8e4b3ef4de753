package study

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"bench/analysis"
	"bench/spec"
)

// TestResultFields holds that expressions know the fields which the JSON of an analysis has, and no others.
func TestResultFields(t *testing.T) {
	got, want := spec.ResultFields(), jsonFields(reflect.TypeFor[Analysis](), "")
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("fields (-JSON +spec):\n%s", diff)
	}
}

// jsonFields lists the paths of a type's JSON, as spec.ResultFields writes them.
func jsonFields(t reflect.Type, path string) []string {
	switch {
	case t == reflect.TypeFor[analysis.Range]():
		return []string{path}
	case t.Kind() == reflect.Pointer:
		return jsonFields(t.Elem(), path)
	case t.Kind() == reflect.Slice && t.Elem().Kind() != reflect.Interface:
		return jsonFields(t.Elem(), path+"[*]")
	case t.Kind() == reflect.Map && t.Elem().Kind() != reflect.Interface:
		return jsonFields(t.Elem(), path+".METRIC")
	case t.Kind() == reflect.Map && strings.HasSuffix(path, "factors"):
		return []string{path + ".FACTOR"}
	case t.Kind() != reflect.Struct:
		return []string{path}
	}
	var all []string
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			all = append(all, jsonFields(f.Type, path)...)
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		all = append(all, jsonFields(f.Type, strings.TrimPrefix(path+"."+name, "."))...)
	}
	return all
}
