package templates

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"

	"bench/runner/study"
)

// newData makes what a template sees: the JSON of the study, field for field, and beside it `report`, and the
// findings and warnings of the report's analyses in their order. It is made anew for each rendering.
func newData(t *Template, report Report, st study.Study) (map[string]any, error) {
	runs, err := runsOf(st)
	if err != nil {
		return nil, err
	}
	st.Runs = nil
	var data map[string]any
	if err := remarshal(st, &data); err != nil {
		return nil, err
	}
	data["runs"] = runs
	completeFields(reflect.TypeFor[study.Study](), data)
	var vars map[string]any
	if err := remarshal(report.Vars, &vars); err != nil {
		return nil, fmt.Errorf("vars: %w", err)
	}
	analyses := object(data["analyses"])
	var names, findings, warnings []any
	for _, name := range report.Analyses {
		analysis, ok := analyses[name].(map[string]any)
		if !ok {
			return nil, fmt.Errorf("there is no analysis %q in the study", name)
		}
		names = append(names, name)
		findings = append(findings, labelled(analysis["findings"], name)...)
		warnings = append(warnings, labelled(analysis["warnings"], name)...)
	}
	data["report"] = map[string]any{
		"name":     report.Name,
		"title":    reportTitle(report, st),
		"analyses": list(names),
		"vars":     object(vars),

		"calibration": report.Calibration,
		"template":    map[string]any{"name": t.name, "digest": t.digest},
	}
	data["findings"], data["warnings"] = list(findings), list(warnings)
	return data, nil
}

// runsOf takes the runs of a study through their JSON one by one: there may be 100 000, and the text of all is long.
func runsOf(st study.Study) ([]any, error) {
	runs := make([]any, len(st.Runs))
	for i, run := range st.Runs {
		var fields map[string]any
		if err := remarshal(run, &fields); err != nil {
			return nil, err
		}
		runs[i] = fields
	}
	return runs, nil
}

// reportTitle falls back from the report's title to that of the first experiment it draws on, and to its name.
func reportTitle(report Report, st study.Study) string {
	if report.Title != "" {
		return report.Title
	}
	for _, name := range report.Analyses {
		for _, source := range st.Analyses[name].Of {
			for _, experiment := range sortedKeys(st.Experiments) {
				if title := st.Experiments[experiment].Title; source == "experiment."+experiment && title != "" {
					return title
				}
			}
		}
	}
	return "Report " + report.Name
}

// labelled copies findings or warnings, each with the name of the analysis that it comes from.
func labelled(items any, analysis string) []any {
	var out []any
	for _, item := range list(items) {
		item := maps.Clone(object(item))
		item["analysis"] = analysis
		out = append(out, item)
	}
	return out
}

// remarshal takes a value through its JSON, so that a template meets the names of the contract and nothing of Go's.
func remarshal(from any, to *map[string]any) error {
	text, err := json.Marshal(from)
	if err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(to); err != nil {
		return err
	}
	number(*to)
	return nil
}

// number replaces each json.Number in place: a whole one by an int, any other by a float64.
func number(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			v[key] = number(value)
		}
	case []any:
		for i, value := range v {
			v[i] = number(value)
		}
	case json.Number:
		if n, err := strconv.Atoi(v.String()); err == nil {
			return n
		}
		f, _ := v.Float64() // encoding/json wrote it
		return f
	}
	return v
}

func object(v any) map[string]any {
	if m, ok := v.(map[string]any); ok && m != nil {
		return m
	}
	return map[string]any{}
}

func list(v any) []any {
	if l, ok := v.([]any); ok && l != nil {
		return l
	}
	return []any{}
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
