package table

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/hashicorp/hcl/v2"

	"bench/analysis"
	"bench/spec"
)

// module reads a spec and its files from a new folder.
func module(t *testing.T, text string, files map[string]string) *spec.Module {
	t.Helper()
	m, diags := loadModule(t, text, files)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return m
}

// load reads a spec and its files, with its mistakes.
func loadModule(t *testing.T, text string, files map[string]string) (*spec.Module, hcl.Diagnostics) {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		put(t, filepath.Join(dir, name), content)
	}
	put(t, filepath.Join(dir, "experiment.hcl"), text)
	return spec.Load([]string{filepath.Join(dir, "experiment.hcl")}, spec.Options{MetricsOf: MetricNames})
}

func put(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
		t.Fatal(err)
	}
}

// told writes the rows as "name arm pair repeat metrics".
func told(s Source) []string {
	var out []string
	for _, r := range s.Rows {
		metrics, _ := json.Marshal(r.Run)
		out = append(out, strings.Join(strings.Fields(fmt.Sprint(r.Configuration, " ", r.Arm, " ", r.Pair, " ", r.Repeat, " ", string(metrics))), " "))
	}
	return out
}

func read(t *testing.T, m *spec.Module) Source {
	t.Helper()
	s, diags, err := FromDataset(m, m.Datasets[0])
	if err != nil || diags.HasErrors() {
		t.Fatal(err, diags)
	}
	return s
}

const sweep = `
dataset "d" {
  path = "data/%s"

  factors {
    num_gpu     = row.gpu
    temperature = row.temp
  }

  baseline = row.arm == "" ? null : row.arm

  metrics {
    throughput = row.tps
  }
}
`

// The same rows in each format give the same source.
func TestFormats(t *testing.T) {
	for name, content := range map[string]string{
		"a.json":  `[{"gpu":60,"temp":0.8,"arm":"","tps":1.5},{"gpu":80,"temp":0.8,"arm":"","tps":2},{"gpu":60,"temp":0.8,"arm":"default","tps":3},{"gpu":60,"temp":0.8,"arm":"","tps":4}]`,
		"b.jsonl": "{\"gpu\":60,\"temp\":0.8,\"arm\":\"\",\"tps\":1.5}\n\n{\"gpu\":80,\"temp\":0.8,\"arm\":\"\",\"tps\":2}\r\n{\"gpu\":60,\"temp\":0.8,\"arm\":\"default\",\"tps\":3}\n{\"gpu\":60,\"temp\":0.8,\"arm\":\"\",\"tps\":4}",
		"c.csv":   "gpu,temp,arm,tps\n60,0.8,,1.5\n80,0.8,,2\n60,0.8,default,3\n60,0.8,,4\n",
		"d.csv":   "\ufeffgpu,temp,arm,tps\r\n60,0.8,,1.5\r\n80,0.8,,2\r\n60,0.8,default,3\r\n60,0.8,,4\r\n",
	} {
		text := fmt.Sprintf(sweep, name)
		got := read(t, module(t, text, map[string]string{"data/" + name: content}))
		want := []string{
			`gpu60_temp0p8 1 {"throughput":1.5}`,
			`gpu80_temp0p8 1 {"throughput":2}`,
			`baseline_default_gpu60_temp0p8 default gpu60_temp0p8 1 {"throughput":3}`,
			`gpu60_temp0p8 2 {"throughput":4}`,
		}
		if diff := cmp.Diff(want, told(got)); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
		factors := []analysis.Factor{{Name: "num_gpu", Levels: []any{60.0, 80.0}}, {Name: "temperature", Levels: []any{0.8}}}
		if diff := cmp.Diff(factors, got.Factors); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
		if got.Rows[1].Source != fmt.Sprintf("dataset.d.file[\"data/%s\"].row[1]", name) || len(got.Digest) != 64 || len(got.Dropped) > 0 {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestFilesThatCanNotBeRead(t *testing.T) {
	for name, test := range map[string]struct{ content, want string }{
		"a.json":  {`[{"gpu":60}`, "dataset d: data/a.json: not valid JSON: "},
		"b.jsonl": {"{}\n{", "dataset d: data/b.jsonl: line 2: not valid JSON: "},
		"c.csv":   {"a,b\n1\n", "dataset d: data/c.csv: not valid CSV: record on line 2: wrong number of fields"},
		"d.csv":   {"a,a\n1,2\n", `dataset d: data/d.csv: two columns are called "a"`},
		"f.csv":   {"a\n\x80\x80\n", "dataset d: data/f.csv: not a text in UTF-8; convert the file"},
		"e.json":  {`{} {}`, "dataset d: data/e.json: not valid JSON: "},
	} {
		m := module(t, fmt.Sprintf(sweep, name), map[string]string{"data/" + name: test.content})
		if _, _, err := FromDataset(m, m.Datasets[0]); err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%s: %v, want %s…", name, err, test.want)
		}
	}
	m := module(t, fmt.Sprintf(sweep, "a.json"), map[string]string{"data/a.json": "[]"})
	if err := os.Remove(filepath.Join(m.Dir, "data/a.json")); err != nil {
		t.Fatal(err)
	}
	if _, _, err := FromDataset(m, m.Datasets[0]); err == nil || !strings.HasPrefix(err.Error(), "dataset d: openat data/a.json: ") {
		t.Error(err)
	}
}

// Where the rows are, and what a row may be.
func TestRows(t *testing.T) {
	for _, test := range []struct {
		rows, content string
		want          []string
	}{
		{"", `{"v":1}`, []string{`all 1 {"m":1}`}},
		{"", `[]`, nil},
		{"rows = file.runs", `{"runs":[{"v":1},{"v":2}]}`, []string{`all 1 {"m":1}`, `all 2 {"m":2}`}},
		{"rows = file.runs", `{"runs":{"v":7}}`, []string{`all 1 {"m":7}`}},
		{"rows = [for k, v in file : { v = v, name = source.name, path = source.path }]", `{"a":3}`, []string{`all 1 {"m":3}`}},
	} {
		text := fmt.Sprintf("dataset \"d\" {\n  path = \"*.json\"\n  %s\n  metrics {\n    m = row.v\n  }\n}\n", test.rows)
		if diff := cmp.Diff(test.want, told(read(t, module(t, text, map[string]string{"a.json": test.content})))); diff != "" {
			t.Errorf("%s of %s:\n%s", test.rows, test.content, diff)
		}
	}
}

// Several files are one dataset: repeats are counted on, and each row says where it lay.
func TestSeveralFiles(t *testing.T) {
	text := "dataset \"d\" {\n  path = \"**/*.json\"\n  factors {\n    arm = source.name\n  }\n  metrics {\n    m = row.v\n  }\n}\n"
	s := read(t, module(t, text, map[string]string{"x/a.json": `[{"v":1}]`, "y/a.json": `[{"v":2}]`, "y/b.json": `[{"v":3}]`}))
	want := []string{`arm-a-json-c5ff6a 1 {"m":1}`, `arm-a-json-c5ff6a 2 {"m":2}`, `arm-b-json-b3ea46 1 {"m":3}`}
	got := told(s)
	for i := range got { // the tails are those of package spec
		got[i], want[i] = got[i][:10], want[i][:10]
	}
	if diff := cmp.Diff(want, got); diff != "" || s.Rows[1].Repeat != 2 || s.Rows[1].Source != `dataset.d.file["y/a.json"].row[0]` {
		t.Errorf("%s %+v", diff, s.Rows)
	}
}

// The digest covers names and contents, and not where a file ends and the next begins.
func TestDigest(t *testing.T) {
	text := "dataset \"d\" {\n  path = \"*.jsonl\"\n  metrics {\n    m = row.v\n  }\n}\n"
	digests := map[string]bool{}
	for _, files := range []map[string]string{
		{"a.jsonl": "{\"v\":1}\n", "b.jsonl": "{\"v\":2}\n"},
		{"a.jsonl": "{\"v\":1}\n{\"v\":2}\n", "b.jsonl": ""},
		{"a.jsonl": "{\"v\":1}\n", "c.jsonl": "{\"v\":2}\n"},
		{"a.jsonl": "{\"v\":1}\n", "b.jsonl": "{\"v\":3}\n"},
	} {
		digest := read(t, module(t, text, files)).Digest
		if again := read(t, module(t, text, files)).Digest; again != digest {
			t.Error("the same files have two digests")
		}
		digests[digest] = true
	}
	if len(digests) != 4 {
		t.Errorf("4 datasets have %d digests", len(digests))
	}
}

// Null metrics are absent, what is no number drops its row, and each row that is dropped says why.
func TestBadRows(t *testing.T) {
	text := `
dataset "d" {
  path       = "*.jsonl"
  started_at = row.at

  factors {
    a = row.a
    b = row.b
  }

  metrics {
    ttft = row.ttft
    load = row.load
  }

  valid {
    condition     = row.ok
    error_message = row.why
  }
}
`
	row := func(change ...string) string {
		fields := map[string]string{"at": `"2026-01-02T03:04:05.5+01:00"`, "a": "1", "b": `"x"`, "ttft": "30", "load": "20", "ok": "true", "why": `"told so"`}
		for i := 0; i < len(change); i += 2 {
			fields[change[i]] = change[i+1]
		}
		var parts []string
		for name, value := range fields {
			parts = append(parts, fmt.Sprintf("%q:%s", name, value))
		}
		return "{" + strings.Join(parts, ",") + "}\n"
	}
	for _, test := range []struct{ name, row, metrics, dropped string }{
		{"good", row(), `{"load":20,"ttft":30,"ttft_warm":10}`, ""},
		{"a null metric", row("load", "null"), `{"ttft":30}`, ""},
		{"an empty metric", row("load", `""`), `{"ttft":30}`, ""},
		{"a number as text", row("load", `"5"`), `{"load":5,"ttft":30,"ttft_warm":25}`, ""},
		{"all null", row("load", "null", "ttft", "null"), "", "no metric has a value"},
		{"no number", row("load", `"n/a"`), "", `load is "n/a", not a number`},
		{"a broken rule", row("ok", "false"), "", "told so"},
		{"a rule that is null", row("ok", "null"), "", "told so"},
		{"a rule that says nothing", row("ok", "false", "why", "null"), "", "the rule at line 16 is broken"},
		{"no time", row("at", `"yesterday"`), "", `started_at is "yesterday", not a time as RFC 3339 writes it`},
		{"half a configuration", row("a", "null"), "", "factor a has no value"},
		{"half a configuration, empty", row("b", `""`), "", "factor b has no value"},
	} {
		s := read(t, module(t, text, map[string]string{"f.jsonl": test.row}))
		var got string
		if len(s.Rows) > 0 {
			metrics, _ := json.Marshal(s.Rows[0].Run)
			got = string(metrics)
		}
		var dropped []Dropped
		if test.dropped != "" {
			dropped = []Dropped{{"f.jsonl", 0, test.dropped}}
		}
		if got != test.metrics || !slices.Equal(s.Dropped, dropped) {
			t.Errorf("%s: metrics %s, dropped %v; want %s, %v", test.name, got, s.Dropped, test.metrics, dropped)
		}
	}
	s := read(t, module(t, text, map[string]string{"f.jsonl": row("ok", "false") + row() + row("load", `"x"`) + row("at", "null")}))
	if len(s.Rows) != 2 || s.Rows[0].Source != `dataset.d.file["f.jsonl"].row[1]` || s.Rows[1].Repeat != 2 || len(s.Dropped) != 2 || s.Dropped[1].Row != 2 {
		t.Errorf("%+v", s)
	}
	if at := s.Rows[0].At.Format("15:04:05.0 MST"); at != "02:04:05.5 UTC" || s.Rows[0].Started != s.Rows[0].At.UnixNano() || !s.Rows[1].At.IsZero() || s.Rows[1].Started != 0 {
		t.Errorf("it began at %s, %d", at, s.Rows[0].Started)
	}
}

// A mistake in the mapping points at its expression, and says in which row of which file it was met.
func TestMistakesInTheMapping(t *testing.T) {
	for _, test := range []struct{ attribute, metric, want, subject string }{
		{"", "row.tokens", "Unsupported attribute; This object does not have an attribute named \"tokens\". There are list, name, v and yes.\n\nThis was found in f.json, row 0.", "row.tokens"},
		{"", "row.name + 1", "Invalid operand; HCL adds numbers alone. Texts are joined in one, as \"${A}${B}\", and lists by concat(A, B).\n\nThis was found in f.json, row 0.", "row.name + 1"},
		{"", "row.list", "Wrong type; This must be a number.\n\nThis was found in f.json, row 0.", "row.list"},
		{"rows = file.runs", "row.v", "Unsupported attribute; ", "file.runs"},
		{"rows = null", "row.v", "Wrong type; This must be a list of rows, or one row.\n\nThis was found in f.json.", "null"},
		{"baseline = row.yes", "row.v", "Wrong type; This must be the name of a baseline or null, as: row.tuned ? null : \"default\".\n\nThis was found in f.json, row 0.", "row.yes"},
		{"baseline = row.list", "row.v", "Wrong type; This must be a text or null.\n\nThis was found in f.json, row 0.", "row.list"},
		{"baseline = row.x", "row.v", "Unsupported attribute; ", "row.x"},
		{"started_at = row.x", "row.v", "Unsupported attribute; ", "row.x"},
		{"started_at = row.list", "row.v", "Wrong type; This must be a text or null.", "row.list"},
		{"factors {\n    f = row.list\n  }", "row.v", "Wrong type; This must be a number, a text or a bool.\n\nThis was found in f.json, row 0.", "row.list"},
		{"factors {\n    f = row.x\n  }", "row.v", "Unsupported attribute; ", "row.x"},
		{"valid {\n    condition = row.name\n    error_message = \"x\"\n  }", "row.v", "Wrong type; This must be true or false.\n\nThis was found in f.json, row 0.", "row.name"},
		{"valid {\n    condition = row.x\n    error_message = \"x\"\n  }", "row.v", "Unsupported attribute; ", "row.x"},
		{"valid {\n    condition = false\n    error_message = row.x\n  }", "row.v", "Unsupported attribute; ", "row.x"},
	} {
		text := fmt.Sprintf("dataset \"d\" {\n  path = \"*.json\"\n  %s\n  metrics {\n    m = %s\n  }\n}\n", test.attribute, test.metric)
		m := module(t, text, map[string]string{"f.json": `[{"v":1,"name":"n","list":[1],"yes":true}]`})
		_, diags, err := FromDataset(m, m.Datasets[0])
		if err != nil {
			t.Error(err)
		}
		if len(diags) != 1 {
			t.Errorf("%s %s: %v", test.attribute, test.metric, diags)
			continue
		}
		if got := diags[0].Summary + "; " + diags[0].Detail; !strings.HasPrefix(got, test.want) {
			t.Errorf("%s %s:\n%s\nwant\n%s", test.attribute, test.metric, got, test.want)
		}
		if got := subject(m, diags[0]); !strings.Contains(test.subject, strings.TrimPrefix(got, ".")) && got != test.subject {
			t.Errorf("%s %s: it points at %q, want %q", test.attribute, test.metric, got, test.subject)
		}
	}
}

// subject gives the source that a diagnostic points at.
func subject(m *spec.Module, d *hcl.Diagnostic) string {
	return string(d.Subject.SliceBytes(m.Files[d.Subject.Filename].Bytes))
}

// Names of rows from elsewhere are those that the same matrix would give: 32-bit floats join, a baseline stands beside its
// configuration where it has its factors and alone where it has none.
func TestNames(t *testing.T) {
	data := `[
		{"gpu":120,"temp":0.800000011920929,"arm":null},
		{"gpu":60, "temp":0.8,"arm":null},
		{"gpu":60, "temp":0.6000000238418579,"arm":null},
		{"gpu":60, "temp":0.6,"arm":"default"},
		{"gpu":null,"temp":null,"arm":"default"},
		{"gpu":null,"temp":null,"arm":"default"},
		{"gpu":null,"temp":null,"arm":null}
	]`
	text := strings.Replace(fmt.Sprintf(sweep, "a.json"), `row.arm == "" ? null : row.arm`, "row.arm", 1)
	text = strings.Replace(text, "row.tps", "1", 1)
	s := read(t, module(t, text, map[string]string{"data/a.json": data}))
	want := []string{
		`gpu120_temp0p8 1`, `gpu60_temp0p8 1`, `gpu60_temp0p6 1`, `baseline_default_gpu60_temp0p6 default gpu60_temp0p6 1`,
		`baseline_default default 1`, `baseline_default default 2`, `all 1`,
	}
	var got []string
	for _, line := range told(s) {
		got = append(got, strings.TrimSuffix(line, ` {"throughput":1}`))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	factors := []analysis.Factor{{Name: "num_gpu", Levels: []any{60.0, 120.0}}, {Name: "temperature", Levels: []any{0.6, 0.8}}}
	if diff := cmp.Diff(factors, s.Factors); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]any{"num_gpu": 60.0, "temperature": 0.6}, s.Rows[3].Factors); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]any{}, s.Rows[4].Factors, cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
}

// Levels: numbers by size, then the others as they were found.
func TestOrderOfLevels(t *testing.T) {
	text := "dataset \"d\" {\n  path = \"*.json\"\n  factors {\n    f = row\n  }\n  metrics {\n    m = 1\n  }\n}\n"
	s := read(t, module(t, text, map[string]string{"a.json": `["b", 10, "a", 2.5, true, "b", 2]`}))
	if diff := cmp.Diff([]any{2.0, 2.5, 10.0, "b", "a", true}, s.Factors[0].Levels); diff != "" {
		t.Error(diff)
	}
}

// A dataset's own ttft_warm stays what it is.
func TestWarmTTFTIsDerivedOnlyWhereItIsMissing(t *testing.T) {
	for _, test := range []struct {
		given map[string]float64
		want  float64
		ok    bool
	}{
		{map[string]float64{"ttft": 5, "load": 3}, 2, true},
		{map[string]float64{"ttft": 5, "load": 3, "ttft_warm": 7}, 7, true},
		{map[string]float64{"ttft": 5}, 0, false},
		{map[string]float64{"load": 5}, 0, false},
	} {
		warmTTFT(test.given)
		if got, ok := test.given["ttft_warm"]; got != test.want || ok != test.ok {
			t.Errorf("%v", test.given)
		}
	}
}
